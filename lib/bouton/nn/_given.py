"""What a step is given, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from ..core._names import nearest
from ..errors import KindError, ShapeError, ValueRefused
from ..layers._layer import as_array
from ..transform import Variable
from ._graph import Graph
from ._plan import Shape

if TYPE_CHECKING:
    from ._node import Node


def entry_inputs(graph: Graph, given: Any, where: str) -> dict[Node, jax.Array]:
    """What was given for the entries, checked: one array for one, or a dict by name."""
    entries = {str(node.name): node for node in graph.entries}
    if isinstance(given, Mapping):
        _refuse_names(given, entries, where)
        inputs = {node: fitting(given[name], _input_shape(node), f"{where}, {name}") for name, node in entries.items()}
        _refuse_batches(inputs, where)
        return inputs
    if len(entries) != 1:
        raise ValueRefused(
            where=where,
            expected=f"a dict with inputs for {', '.join(map(repr, entries))}",
            got=f"{type(given).__name__}",
            fix=f"Write net({{{next(iter(entries))!r}: x, ...}}), by the names of the nodes.",
        )
    ((name, node),) = entries.items()
    return {node: fitting(given, _input_shape(node), f"{where}, {name}")}


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
    -1: "Put the trials of the batch first, x[None] for one.",
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


def _input_shape(node: Node) -> Shape:
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


def _refuse_names(given: Mapping[str, Any], entries: Mapping[str, Node], where: str) -> None:
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
