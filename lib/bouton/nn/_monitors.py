"""What a step is watched for: ``'rnn.state'``, ``'rnn.output'``, ``'rnn.inputs'``, ``'rnn.feedbacks'`` or another attribute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..core._names import nearest
from ..errors import KindError, UnsupportedError, ValueRefused
from ..transform import Variable
from ..transform._operators import plain
from ._graph import Graph
from ._step import Done

if TYPE_CHECKING:
    from ._node import Node

_WHERE = "monitors"


def watched(graph: Graph, monitors: Any) -> dict[str, tuple[Node, str]]:
    """By key the node and the attribute.

    Raises
    ------
    ValueRefused
        For a node that there is not, and the state of one that has none.
    UnsupportedError
        For an attribute that there is not.
    KindError
        For what is no list of names.
    """
    if monitors is None:
        return {}
    if isinstance(monitors, str) or not isinstance(monitors, Sequence) or not all(isinstance(key, str) for key in monitors):
        raise KindError(
            where=_WHERE, expected="a list of names", got=f"{monitors!r}", fix="Write for instance monitors=['rnn.state']."
        )
    return {key: _found(graph, key) for key in monitors}


def seen(found: dict[str, tuple[Node, str]], done: Done) -> dict[str, Any]:
    """The values after a step."""
    return {key: _value(node, attribute, done) for key, (node, attribute) in found.items()}


def _found(graph: Graph, key: str) -> tuple[Node, str]:
    name, _, attribute = key.partition(".")
    known = {str(node.name): node for node in graph.nodes}
    if name not in known:
        raise ValueRefused(where=_WHERE, expected="the name of a node before the dot", got=f"{key!r}", fix=nearest(name, known))
    node = known[name]
    if attribute in ("state", "fb_output") and node._cell_of(attribute) is None:
        raise ValueRefused(
            where=_WHERE,
            expected=f"a node that has a {attribute}",
            got=f"{key!r}",
            fix=f"{type(node).__name__} has none; watch '{name}.output'.",
        )
    if attribute == "feedbacks" and not graph.fb_senders(node):
        raise ValueRefused(
            where=_WHERE, expected="a node that receives feedback", got=f"{key!r}", fix=f"Wire it, {name} << sender."
        )
    if attribute not in ("state", "output", "inputs", "feedbacks") and not _is_array(reached(node, attribute)):
        listed = ["state", "output", "inputs", "feedbacks", *(entry.path for entry in node.entries())]
        raise UnsupportedError(
            where=_WHERE,
            expected=f"state, output, inputs, feedbacks or an attribute of {name} that is an array",
            got=f"{key!r}",
            fix=nearest(attribute, listed),
        )
    return node, attribute


def reached(node: Node, path: str) -> Any:
    """An attribute of the node, or of what is below it: ``system.V``."""
    found: Any = node
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _is_array(value: Any) -> bool:
    return isinstance(value, Variable) or hasattr(value, "dtype")


def _value(node: Node, attribute: str, done: Done) -> Any:
    if attribute == "output":
        return done.outputs[node]
    if attribute == "inputs":
        return done.inputs[node]
    if attribute == "feedbacks":
        return done.feedbacks[node]
    return plain(reached(node, attribute))
