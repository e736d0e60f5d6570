"""One step of a graph."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp

from ..core._names import nearest
from ..dynamics import share
from ..errors import KindError, ShapeError, ValueRefused
from ..layers._layer import as_array
from ..transform._operators import plain
from ._graph import Graph
from ._plan import Shape
from ._vertex import Vertex

if TYPE_CHECKING:
    from ._node import Node

# Two names of one flag: whether training is under way.
_FLAGS = ("train", "fit")


class Done(NamedTuple):
    """What a step has seen, by node: inputs and feedback in the form that the node has them, and outputs."""

    inputs: dict[Node, Any]
    feedbacks: dict[Node, Any]
    outputs: dict[Node, Any]


def advance(
    graph: Graph,
    given: Mapping[Node, jax.Array],
    shared: Mapping[str, Any],
    forced_states: Mapping[Node, jax.Array],
    forced_feedbacks: Mapping[Node, jax.Array],
) -> Done:
    """Every node once, in order; then what listeners get in the next step.

    Parameters
    ----------
    graph : Graph
    given : dict
        The inputs of the entries.
    shared : dict
        Keywords for whatever takes them.
    forced_states, forced_feedbacks : dict
        What states become after their node's turn; what listeners get in this step in place of what was sent.
    """
    done = Done({}, {}, {})
    known = with_flags(graph, shared)
    with share.restored(known) if known else nullcontext():
        for node in graph.nodes:
            senders = graph.senders(node)
            done.inputs[node] = ff = _formed(node, {s: done.outputs[s] for s in senders} or {node: given[node]})
            check_batch(node, done.outputs[senders[0]] if senders else given[node])
            keywords = node._plan.forward.chosen(known)
            listened = graph.fb_senders(node)
            if listened:
                # What a sender has sent, of which cells exist since it was initialised.
                sent = {s: forced_feedbacks.get(s, plain(s.fb_output)) for s in listened}
                done.feedbacks[node] = fb = _formed(node, sent)
                out = node.forward(ff, fb, **keywords)
            else:
                out = node.forward(ff, **keywords)
            done.outputs[node] = out
            if node in forced_states:
                # Not by what a trained initial state makes of it, which goes back to where that is.
                Vertex.set_state(node, forced_states[node])
        for sender in dict.fromkeys(s for s, _ in graph.fb):
            sent = sender.feedback(done.outputs[sender], **sender._plan.feedback.chosen(known))
            sender._write_cell("fb_output", _as_before(sender, sent))
    return done


def with_flags(graph: Graph, shared: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords, with ``train`` and ``fit`` alike; where neither is among them, as bp.share has it."""
    known = dict(shared)
    said = [known[flag] for flag in _FLAGS if flag in known]
    if not said and any(
        t.anything or not t.names.isdisjoint(_FLAGS) for n in graph.nodes for t in (n._plan.forward, n._plan.feedback)
    ):
        said = [share["fit"]] if "fit" in share else []
    if len(said) == 2 and said[0] is not said[1] and bool(said[0]) != bool(said[1]):
        raise ValueRefused(
            where="train= and fit=", expected="the same: they are two names of one flag", got=f"{said}", fix="Give one of them."
        )
    return {**known, **dict.fromkeys(_FLAGS, said[0])} if said else known


def entry_inputs(graph: Graph, given: Any, where: str) -> dict[Node, jax.Array]:
    """What was given for the entries, checked: one array for one, or a dict by name."""
    entries = {str(node.name): node for node in graph.entries}
    if isinstance(given, Mapping):
        _refuse_names(given, entries, where)
        return {node: fitting(given[name], _input_shape(node), f"{where}, {name}") for name, node in entries.items()}
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


def fitting(x: Any, shape: Shape, where: str) -> jax.Array:
    """``x`` as an array ``(batch, ...)`` whose other axes are those of ``shape``."""
    array = as_array(x, where)
    if array.ndim != len(shape) or not all(n in (None, m) for n, m in zip(shape[1:], array.shape[1:], strict=True)):
        raise ShapeError(
            where=where,
            expected=f"shape (batch, {', '.join(map(str, shape[1:]))})",
            got=f"{array.shape}",
            fix="Put the trials of the batch first, x[None] for one."
            if array.ndim == len(shape) - 1
            else "Give as many features.",
        )
    return array


def check_batch(node: Node, x: Any) -> None:
    """:class:`ShapeError` for another number of trials than the node has states for."""
    batch = node._trials()
    if batch is None or not hasattr(x, "shape") or x.shape[0] == batch:
        return
    raise ShapeError(
        where=f"{type(node).__name__}({node.name})",
        expected=f"{batch} trials, for which it has states",
        got=f"{x.shape[0]}",
        fix=f"Call initialize({x.shape[0]}), or reset_state({x.shape[0]}): weights stay as they are.",
    )


def forced(graph: Graph, given: Mapping[Node, Any]) -> dict[Node, jax.Array]:
    """What takes the place of feedback, in the shape and dtype of what the sender sends."""
    made = {}
    for node, value in given.items():
        cell = node.fb_output
        if cell is None or not any(sender is node for sender, _ in graph.fb):
            raise ValueRefused(
                where="forced_feedbacks",
                expected="the name of a node that sends feedback",
                got=f"{node.name!r}",
                fix=f"These do: {', '.join(dict.fromkeys(str(s.name) for s, _ in graph.fb)) or 'none'}.",
            )
        array = jnp.asarray(as_array(value, f"forced_feedbacks[{node.name!r}]"), cell.dtype)
        if array.shape != cell.shape:
            raise ShapeError(
                where=f"forced_feedbacks[{node.name!r}]",
                expected=f"shape {cell.shape}",
                got=f"{array.shape}",
                fix="Give what the node sends, for each trial.",
            )
        made[node] = array
    return made


def _formed(node: Node, given: Mapping[Node, Any]) -> Any:
    return node.data_pass_type.gather(given)


def _as_before(sender: Node, sent: Any) -> jax.Array:
    """Feedback in the dtype of the buffer."""
    array = as_array(sent, f"{sender.name}.feedback")
    cell = sender.fb_output
    return array if cell is None or cell.dtype == array.dtype else jnp.asarray(array, cell.dtype)


def _input_shape(node: Node) -> Shape:
    shapes = node._plan.ff
    assert shapes is not None  # it is initialised
    return next(iter(shapes.values()))


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
