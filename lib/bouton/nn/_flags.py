"""Whether training is under way, which nodes know as ``train`` and systems of one step as ``fit``."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jax.core import Tracer

from .. import layers
from ..dynamics import share
from ..errors import ValueRefused
from ._graph import Graph

if TYPE_CHECKING:
    from ._node import Node

# Two names of one flag.
FLAGS = ("train", "fit")


def with_flags(graph: Graph, shared: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords, with ``train`` and ``fit`` alike; where neither is among them, as bp.share has it.

    Raises
    ------
    ValueRefused
        When they differ, or may.
    """
    known = dict(shared)
    said = [known[flag] for flag in FLAGS if flag in known]
    if not said and any(map(_asks, graph.nodes)):
        said = [share["fit"]] if "fit" in share else []
        if not said:
            _look_at(graph)
    if len(said) == 2 and said[0] is not said[1] and (_is_traced(said) or bool(said[0]) != bool(said[1])):
        raise ValueRefused(
            where="train= and fit=", expected="the same: they are two names of one flag", got=f"{said}", fix="Give one of them."
        )
    return {**known, **dict.fromkeys(FLAGS, said[0])} if said else known


def _is_traced(values: list) -> bool:
    return any(isinstance(value, Tracer) for value in values)


def _asks(node: Node) -> bool:
    return any(takes.anything or not takes.names.isdisjoint(FLAGS) for takes in (node._plan.forward, node._plan.feedback))


def _look_at(graph: Graph) -> None:
    """Warn once of members that go by opposite flags where nobody says which."""
    if graph.is_looked_at:
        return
    graph.is_looked_at = True
    on = [node for node in graph.nodes if not node._plan.forward.on.isdisjoint(FLAGS)]
    off = [
        node
        for node in graph.nodes
        if any(isinstance(part, layers.Dropout) for part in node.nodes("relative", -1, include_self=True).values())
    ]
    if on and off:
        warnings.warn(
            f"{on[0].name} and {off[0].name}: expected train= or fit= in the call, got neither. {type(on[0]).__name__} of "
            f"{on[0].name} is on unless told, bp.layers.Dropout in {off[0].name} is off. Write net(x, train=True), or "
            "train=False.",
            UserWarning,
            stacklevel=2,
        )
