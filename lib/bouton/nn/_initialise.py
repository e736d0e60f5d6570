"""Initialisation: shapes flow through the graph, then weights, states and feedback buffers are made."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from jax.errors import TracerArrayConversionError

from .. import layers
from ..errors import BoutonError, KindError, RunningError, ShapeError, ValueRefused
from ..layers._layer import as_array
from ..transform._frame import STACK
from ._graph import Graph, refuse_early_feedback
from ._plan import NO_KEYWORDS, Shape
from ._signature import number_of_data, takes
from ._undoing import NodesPutBack
from ._vertex import Vertex

if TYPE_CHECKING:
    from ._node import Node


class _TakesFeedback(Protocol):
    def init_fb(self) -> None:
        """Make weights of the feedback."""
        ...


def initialise(graph: Graph, num_batch: Any) -> None:
    """Make ready what is not yet, and states and feedback buffers anew. An error leaves all as it was.

    Raises
    ------
    KindError, ValueRefused
        For a number of trials that is none; no nodes; an entry without a shape; feedback that would not come one step later; a
        hook that raises, which is the cause.
    ShapeError
        For a node whose ``init_ff`` sets no output shape; one that is wired to other shapes than its weights were made for.
    Other BoutonError
        That a hook raises, with the name of the node.
    RunningError
        In compiled code, where nothing can be made.
    """
    batch = number_of_trials(num_batch)
    if not graph.nodes:
        raise ValueRefused(
            where="initialize", expected="a network with nodes", got="an empty one", fix="Wire some: net >>= node."
        )
    refuse_early_feedback(graph)
    if STACK.top is not None and not is_ready(graph):
        raise RunningError(
            where="initialize",
            expected="a call outside of compiled code, where weights and states can be made",
            got="one while a function is being traced",
            fix="Call initialize() before; in compiled code reset_state() begins anew.",
        )
    with NodesPutBack(graph.nodes):
        for node in graph.nodes:
            _make_ff(node, {sender: _output(sender) for sender in graph.senders(node)})
        for node in graph.nodes:
            make_state(node, batch)
        for node in graph.nodes:
            senders = graph.fb_senders(node)
            if senders:
                _make_fb(node, {sender: _output(sender) for sender in senders})
        make_buffers(graph, batch)


def begin_anew(graph: Graph, num_batch: int) -> None:
    """States and feedback buffers, of nodes that are initialised."""
    with NodesPutBack(graph.nodes):
        for node in graph.nodes:
            make_state(node, num_batch)
        make_buffers(graph, num_batch)


def number_of_trials(num_batch: Any, where: str = "initialize(num_batch=...)") -> int:
    """A whole number of 1 or more."""
    try:
        batch = None if isinstance(num_batch, bool) else operator.index(num_batch)
    except TypeError:
        batch = None
    if batch is None:
        raise KindError(where=where, expected="a whole number", got=f"{num_batch!r}", fix="Write for instance 1.")
    if batch < 1:
        raise ValueRefused(where=where, expected="1 or more", got=f"{batch}", fix="Give at least one trial.")
    return batch


def make_state(node: Node, num_batch: int) -> None:
    """What ``init_state`` says, for a batch of that size."""
    node._plan.num_batch = num_batch
    with _Named(node, "init_state"):
        state = node.init_state(num_batch)
        if state is not None and not (node.state is not None and state is node.state.value):
            node.set_state(state)
        node._made_state()
    node._plan.has_states = True


def make_buffers(graph: Graph, num_batch: int) -> None:
    """What listeners get in the first step."""
    for sender in graph.fb_sending:
        with _Named(sender, "init_fb_output"):
            first = as_array(sender.init_fb_output(num_batch), "init_fb_output")
            if first.shape[:1] != (num_batch,):
                raise ShapeError(
                    where="what it returns",
                    expected=f"shape ({num_batch}, ...)",
                    got=f"{first.shape}",
                    fix="Give one row for each trial of the batch.",
                )
            sender._write_cell("fb_output", first)


def _make_ff(node: Node, shapes: dict[Node | None, Shape]) -> None:
    plan, given = node._plan, node._plan.given
    if not shapes and given is None:
        if plan.has_ff and plan.ff is not None and len(plan.ff) == 1:
            # In another network it was fed, and here data are to come in.
            return
        raise ValueRefused(
            where=f"{type(node).__name__}({node.name}).initialize",
            expected="a node that is fed by another, or whose input_shape is known",
            got="neither",
            fix=f"Connect an Input node, bp.nn.Input(10) >> {node.name}, or construct it with input_shape=10.",
        )
    shapes = shapes or {None: (None, *(given or ()))}
    if given is not None and [*shapes.values()] != [(None, *given)]:
        _refuse_shapes(node, [(None, *given)], [*shapes.values()], "its input_shape says")
    if plan.has_ff:
        assert plan.ff is not None  # its weights were made for these
        if [*shapes.values()] != [*plan.ff.values()]:
            _refuse_shapes(node, [*plan.ff.values()], [*shapes.values()], "its weights were made for")
        plan.ff = shapes
        return
    plan.ff = shapes
    with _Named(node, "init_ff"):
        _make(node, node.init_ff)
        _output(node)
    plan.forward = takes(node.forward, number_of_data(node.forward))
    # That of the base has no use for keywords.
    plan.feedback = NO_KEYWORDS if type(node).feedback is Vertex.feedback else takes(node.feedback, 1)
    plan.has_ff = True


def _make_fb(node: Node, shapes: dict[Node, Shape]) -> None:
    plan = node._plan
    if plan.has_fb:
        assert plan.fb is not None  # its weights were made for these
        if [*shapes.values()] != [*plan.fb.values()]:
            _refuse_shapes(node, [*plan.fb.values()], [*shapes.values()], "its feedback weights were made for")
        plan.fb = shapes
        return
    if number_of_data(node.forward) < 2:
        raise ValueRefused(
            where=f"{type(node).__name__}({node.name}).forward",
            expected="a second argument fb, for the feedback that it receives",
            got=f"{type(node).__name__}.forward without it",
            fix="Write def forward(self, ff, fb=None).",
        )
    plan.fb = shapes
    with _Named(node, "init_fb"):
        # Wired feedback has been refused by a class without it.
        _make(node, cast("_TakesFeedback", node).init_fb)
    plan.has_fb = True


def _make(node: Node, hook: Callable[[], Any]) -> None:
    """What the hook leaves in attributes becomes parameters; what was there before does not."""
    # Inputs that the form of the node has no place for are refused now, whether or not the hook asks.
    _ = node.feedforward_shapes, node.feedback_shapes
    before = dict(vars(node))
    hook()
    node._register_arrays(before)


def _output(node: Node) -> Shape:
    shape = node.output_shape
    if shape is None:
        raise ShapeError(
            where=f"{type(node).__name__}({node.name}).init_ff",
            expected="an init_ff that sets the output shape",
            got="none set",
            fix="End it with self.set_output_shape((None, number of features)).",
        )
    return shape


def is_ready(graph: Graph) -> bool:
    """Whether the graph can be called."""
    return all(_is_ready(graph, node) for node in graph.nodes)


def _is_ready(graph: Graph, node: Node) -> bool:
    """Whether only the values of cells would change."""
    plan, senders, fb_senders = node._plan, graph.senders(node), graph.fb_senders(node)
    if not (plan.has_ff and plan.has_states) or (node in graph.fb_sending and node.fb_output is None):
        return False
    # It may have been wired to more since, or to others in another network.
    for made, known, now in ((True, plan.ff, senders), (plan.has_fb, plan.fb, fb_senders)):
        if now and not (made and known is not None and [*known.values()] == [sender.output_shape for sender in now]):
            return False
    return True


def _refuse_shapes(node: Node, expected: list, got: list, why: str) -> None:
    raise ShapeError(
        where=f"{type(node).__name__}({node.name}), feedforward or feedback inputs",
        expected=f"shapes {', '.join(map(str, expected))}, which {why}",
        got=", ".join(map(str, got)),
        fix="Wire it to outputs of these shapes, or make another node.",
    )


class _Named:
    """What goes wrong in a hook reaches the user with the name of the node, and what it was as the cause."""

    def __init__(self, node: Node, hook: str):
        self._node, self._where = node, f"{type(node).__name__}({node.name}).{hook}"

    def __enter__(self) -> None:
        """Nothing: only the end counts."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if not isinstance(error, Exception) or isinstance(error, Warning):
            return
        if isinstance(error, BoutonError):
            if re.search(rf"(?<![.\w]){self._node.name}\b", error.where):
                return
            raise type(error)(where=self._within(error.where), expected=error.expected, got=error.got, fix=error.fix) from error
        if isinstance(error, TracerArrayConversionError):
            raise KindError(
                where=self._where,
                expected="functions of JAX, which can be compiled",
                got="one of NumPy",
                fix="Write it with bouton.math or jax.numpy in place of numpy.",
            ) from error
        raise ValueRefused(
            where=self._where,
            expected="a hook that ends without an error",
            got=f"{type(error).__name__}: {str(error).partition(chr(10))[0]}",
            fix=f"The inputs of {self._node.name} have the shapes {self._node._plan.shown()}.",
        ) from error

    def _within(self, where: str) -> str:
        """The place in the hook; what the node's own layer calls ``Dense.W`` is ``Wff`` to the node."""
        inner, _, name = where.partition(".")
        theirs = {called: ours for ours, called in self._node._called.items()}
        if name in theirs and inner in dir(layers):
            return f"{type(self._node).__name__}({self._node.name}).{theirs[name]}"
        return f"{self._where}, {where}"
