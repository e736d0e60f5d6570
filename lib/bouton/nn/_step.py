"""One step of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp

from ..dynamics import share
from ..errors import KindError, ShapeError
from ..layers._layer import as_array
from ..transform._operators import plain
from ._flags import with_flags
from ._graph import Graph
from ._undoing import cells_put_back

if TYPE_CHECKING:
    from ._node import Node


class Done(NamedTuple):
    """What a step has seen, by node: inputs and feedback in the form that the node has them, and outputs."""

    inputs: dict[Node, Any]
    feedbacks: dict[Node, Any]
    outputs: dict[Node, Any]


def advance(
    graph: Graph,
    given: Mapping[Node, jax.Array],
    shared: Mapping[str, Any],
    states: Mapping[Node, jax.Array],
    feedbacks: Mapping[Node, jax.Array],
) -> Done:
    """Every node once, in order; then what listeners get in the next step.

    Parameters
    ----------
    graph : Graph
    given : dict
        The inputs of the entries.
    shared : dict
        Keywords for whatever takes them.
    states, feedbacks : dict
        What states become after their node's turn; what listeners get in this step in place of what was sent.
    """
    done = Done({}, {}, {})
    known = with_flags(graph, shared)
    with cells_put_back(), share.restored(known) if known else nullcontext():
        for node in graph.nodes:
            senders = graph.senders(node)
            received = {s: done.outputs[s] for s in senders} or {node: given[node]}
            first = next(iter(received.values()))
            check_batch(node, node._trials(), first)
            done.inputs[node] = ff = node.data_pass_type.gather(received)
            keywords = node._plan.forward.chosen(known)
            listened = graph.fb_senders(node)
            if listened:
                for sender in listened:
                    check_batch(sender, plain(sender.fb_output).shape[0], first)
                # What a sender has sent, of which cells exist since it was initialised.
                sent = {s: feedbacks.get(s, plain(s.fb_output)) for s in listened}
                done.feedbacks[node] = fb = node.data_pass_type.gather(sent)
                with _Told(node, ff, fb):
                    out = node.forward(ff, fb, **keywords)
            else:
                with _Told(node, ff):
                    out = node.forward(ff, **keywords)
            done.outputs[node] = _checked(node, out, first.shape[0])
            if node in states:
                node._write_cell("state", states[node])
        for sender in graph.fb_sending:
            send(sender, done.outputs[sender], known)
    return done


def send(sender: Node, output: Any, known: Mapping[str, Any]) -> None:
    """Let listeners get in the next step what ``sender`` makes of its output."""
    sent = sender.feedback(output, **sender._plan.feedback.chosen(known))
    sender._write_cell("fb_output", _as_before(sender, sent))


def trials(graph: Graph) -> Iterator[tuple[Node, int]]:
    """Nodes that have states, or send feedback here, and for how many trials."""
    for node in graph.nodes:
        batch = node._trials()
        if batch is not None:
            yield node, batch
    for node in graph.fb_sending:
        if node.fb_output is not None:
            yield node, plain(node.fb_output).shape[0]


def check_batch(node: Node, batch: int | None, x: Any) -> None:
    """:class:`ShapeError` for another number of trials than the node has states, or feedback, for."""
    if batch is None or not hasattr(x, "shape") or x.shape[0] == batch:
        return
    raise ShapeError(
        where=f"{type(node).__name__}({node.name})",
        expected=f"{batch} trials, for which it has states",
        got=f"{x.shape[0]}",
        fix=f"Call initialize({x.shape[0]}), or reset_state({x.shape[0]}): weights stay as they are.",
    )


class _Told:
    """What a ``forward`` raises gets a note of the node, and of what it was called with."""

    __slots__ = ("_data", "_node")

    def __init__(self, node: Node, *data: Any):
        self._node, self._data = node, data

    def __enter__(self) -> None:
        """Nothing: only the end counts."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, Exception):
            told = ", ".join(f"{name} {_form(data)}" for name, data in zip(("ff", "fb"), self._data, strict=False))
            error.add_note(f"This was in {type(self._node).__name__}({self._node.name}).forward, called with {told}.")


def _form(data: Any) -> str:
    """In words: whoever expects an array is told of a tuple."""
    if isinstance(data, tuple):
        return f"= a tuple of arrays {', '.join(str(getattr(x, 'shape', x)) for x in data)}"
    return f"of shape {data.shape}" if hasattr(data, "shape") else f"= a {type(data).__name__}"


def _checked(node: Node, out: Any, batch: int) -> jax.Array:
    """What others get: an array of the shape that ``init_ff`` said, for as many trials as came in."""
    where, shape = f"{type(node).__name__}({node.name}).forward", node.output_shape
    if out is None or isinstance(out, tuple | list | Mapping):
        raise KindError(where=where, expected="the output, an array", got=type(out).__name__, fix="End it with return.")
    array = as_array(out, where)
    if array.ndim != len(shape) or not all(n in (None, m) for n, m in zip(shape, array.shape, strict=True)):
        raise ShapeError(
            where=where,
            expected=f"shape (batch, {', '.join(map(str, shape[1:]))}), as init_ff said",
            got=f"{array.shape}",
            fix="Return that shape, or say set_output_shape(...) otherwise.",
        )
    if array.shape[0] != batch:
        raise ShapeError(
            where=where,
            expected=f"a row for each of {batch} trials that came in",
            got=f"shape {array.shape}",
            fix="The batch is axis 0 of all that comes in, and of what is returned.",
        )
    return array


def _as_before(sender: Node, sent: Any) -> jax.Array:
    """Feedback in the dtype of the buffer."""
    array = as_array(sent, f"{sender.name}.feedback")
    cell = sender.fb_output
    if cell is not None and array.shape[1:] != cell.shape[1:]:
        raise ShapeError(
            where=f"{type(sender).__name__}({sender.name}).feedback",
            expected=f"shape (batch, {', '.join(map(str, cell.shape[1:]))}), that of the output, which weights were made for",
            got=f"{array.shape}",
            fix="Send something of another shape from a node of its own, which is wired behind this one.",
        )
    return array if cell is None or cell.dtype == array.dtype else jnp.asarray(array, cell.dtype)
