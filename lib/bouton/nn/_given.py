"""What a step is given, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from ..core._names import near_misses, nearest
from ..errors import KindError, ShapeError, ValueRefused
from ..layers._layer import as_array
from ..transform import Variable
from ._graph import Graph
from ._plan import Shape

if TYPE_CHECKING:
    from ._node import Node


def entry_inputs(graph: Graph, given: Any, where: str) -> dict[Node, jax.Array]:
    """What was given for the entries, checked: one array for one, or a dict by name."""
    named = by_entry(graph, given, where, "net")
    alone = len(graph.nodes) == 1
    inputs = {node: fitting(x, input_shape(node), where if alone else f"{where}, {node.name}") for node, x in named.items()}
    _refuse_batches(inputs, where)
    return inputs


def by_entry(graph: Graph, given: Any, where: str, call: str) -> dict[Node, Any]:
    """What was given by entry: of a dict by name, or the only one there is.

    Raises
    ------
    ValueRefused
        For names that are not those of the entries, and one array for several.
    """
    entries = {str(node.name): node for node in graph.entries}
    if not isinstance(given, Mapping):
        if len(entries) == 1:
            return {graph.entries[0]: given}
        raise ValueRefused(
            where=where,
            expected=f"a dict with inputs for {', '.join(map(repr, entries))}",
            got=type(given).__name__,
            fix=f"Write {call}({{{next(iter(entries))!r}: x, ...}}), by the names of the nodes.",
        )
    for name in given:
        if name not in entries:
            raise ValueRefused(
                where=where, expected="the name of an entry node", got=f"{name!r}", fix=nearest(str(name), entries)
            )
    missing = [name for name in entries if name not in given]
    if missing:
        raise ValueRefused(
            where=where,
            expected=f"inputs for {', '.join(map(repr, entries))}",
            got=f"none for {', '.join(map(repr, missing))}",
            fix="Give an array for each entry node.",
        )
    return {node: given[name] for name, node in entries.items()}


# What every model may be told, whoever asks for it.
_SHARED = ("t", "i", "dt", "train", "fit")
_ARGUMENTS = ("fb", "forced_states", "forced_feedbacks", "monitors")


def refuse_misspelt(graph: Graph, shared: Mapping[str, Any], where: str) -> None:
    """:class:`ValueRefused` for a keyword that no node takes, and that is nearly one that is known.

    Others are shared with whoever asks :data:`bouton.share` for them.
    """
    taken = [takes for node in graph.nodes for takes in (node._plan.forward, node._plan.feedback)]
    known = {*_SHARED, *(name for takes in taken for name in takes.names)}
    if known.issuperset(shared) or any(takes.anything for takes in taken):
        return
    for name in shared:
        meant = [] if name in known else near_misses(name, [*_ARGUMENTS, *sorted(known)], cutoff=0.75)
        if meant:
            raise ValueRefused(
                where=f"{where}({name}=...)",
                expected=f"a keyword that a node takes, as {', '.join(map(repr, sorted(known)))}, or another to share",
                got=f"{name!r}",
                fix=f"Did you mean {meant[0]!r}?",
            )


def by_node(graph: Graph, given: Any, where: str) -> dict[Node, Any]:
    """A dict by name as one by node."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise KindError(where=where, expected="a dict by the names of nodes", got=type(given).__name__, fix="Write {'name': x}.")
    known = {str(node.name): node for node in graph.nodes}
    for name in given:
        if name not in known:
            raise ValueRefused(where=where, expected="the name of a node", got=f"{name!r}", fix=nearest(str(name), known))
    return {known[name]: value for name, value in given.items()}


# By the number of axes that there are too many.
_FIX = {
    -1: "Put the trials of the batch first, x[None] for one; runners and trainers take series (batch, time, ...).",
    1: "A call is one step: a series (batch, time, ...) goes through bp.nn.RNNRunner(net).predict(x).",
}


def fitting(x: Any, shape: Shape, where: str) -> jax.Array:
    """``x`` as an array ``(batch, ...)`` whose other axes are those of ``shape``."""
    array = as_array(x, where)
    if array.ndim != len(shape) or not all(n in (None, m) for n, m in zip(shape[1:], array.shape[1:], strict=True)):
        raise ShapeError(
            where=where,
            expected=f"shape (batch, {', '.join(map(str, shape[1:]))})",
            got=f"{array.shape}",
            fix=_FIX.get(array.ndim - len(shape), "Give as many features."),
        )
    return array


def forced_states(graph: Graph, given: Any) -> dict[Node, jax.Array]:
    """What states become, in the shape and dtype of what they are."""
    made = {}
    for node, value in by_node(graph, given, "forced_states").items():
        cell = node.state
        if cell is None:
            with_state = [str(other.name) for other in graph.nodes if other.state is not None]
            raise ValueRefused(
                where="forced_states",
                expected="the name of a node that has a state",
                got=f"{node.name!r}",
                fix=f"These have one: {', '.join(with_state) or 'none'}.",
            )
        made[node] = _like(cell, value, f"forced_states[{node.name!r}]")
    return made


def forced_feedbacks(graph: Graph, given: Any) -> dict[Node, jax.Array]:
    """What takes the place of feedback, in the shape and dtype of what the sender sends."""
    made = {}
    for node, value in by_node(graph, given, "forced_feedbacks").items():
        cell = node.fb_output
        if cell is None or node not in graph.fb_sending:
            raise ValueRefused(
                where="forced_feedbacks",
                expected="the name of a node that sends feedback",
                got=f"{node.name!r}",
                fix=f"These do: {', '.join(str(sender.name) for sender in graph.fb_sending) or 'none'}.",
            )
        made[node] = _like(cell, value, f"forced_feedbacks[{node.name!r}]")
    return made


def _like(cell: Variable, value: Any, where: str) -> jax.Array:
    array = as_array(value, where)
    if array.shape != cell.shape:
        raise ShapeError(
            where=where, expected=f"shape {cell.shape}", got=f"{array.shape}", fix="Give one row for each trial of the batch."
        )
    return jnp.asarray(array, cell.dtype)


def input_shape(node: Node) -> Shape:
    """Shape of what an entry is given; an error for a node that several others feed where it is wired."""
    shapes = node._plan.ff
    assert shapes is not None  # it is initialised
    if len(shapes) > 1:
        raise ValueRefused(
            where=f"{type(node).__name__}({node.name})",
            expected="a call of the network that it is wired in",
            got="a call of the node alone, which has several inputs",
            fix=f"They come from {', '.join(str(sender and sender.name) for sender in shapes)}.",
        )
    return next(iter(shapes.values()))


def _refuse_batches(inputs: Mapping[Node, jax.Array], where: str) -> None:
    if len({x.shape[0] for x in inputs.values()}) > 1:
        raise ShapeError(
            where=where,
            expected="as many trials for each entry node",
            got=", ".join(f"{x.shape[0]} for {node.name!r}" for node, x in inputs.items()),
            fix="Give all of them one batch.",
        )
