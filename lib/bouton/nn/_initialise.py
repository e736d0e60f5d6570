"""Initialisation: shapes flow through the graph, then weights, states and feedback buffers are made."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import KindError, RunningError, ShapeError, ValueRefused
from ..layers._layer import as_array
from ..transform._frame import STACK
from ._graph import Graph, refuse_early_feedback
from ._plan import Shape
from ._signature import number_of_data, takes

if TYPE_CHECKING:
    from ._node import Node


def initialise(graph: Graph, num_batch: Any) -> None:
    """Make ready what is not yet, and states and feedback buffers anew.

    Raises
    ------
    KindError, ValueRefused
        For a number of trials that is none; an entry without a shape; feedback that would not come one step later; a hook that
        raises, which is the cause; a node that is wired to other shapes than its weights were made for.
    ShapeError
        For a node whose ``init_ff`` sets no output shape.
    RunningError
        In compiled code, where nothing can be made.
    """
    batch = number_of_trials(num_batch)
    refuse_early_feedback(graph)
    if STACK.top is not None and not is_ready(graph):
        raise RunningError(
            where="initialize",
            expected="a call outside of compiled code, where weights and states can be made",
            got="one while a function is being traced",
            fix="Call initialize() before; in compiled code reset_state() begins anew.",
        )
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
    for node in graph.nodes:
        make_state(node, num_batch)
    make_buffers(graph, num_batch)


def number_of_trials(num_batch: Any) -> int:
    """A whole number of 1 or more."""
    try:
        batch = None if isinstance(num_batch, bool) else operator.index(num_batch)
    except TypeError:
        batch = None
    if batch is None:
        raise KindError(
            where="initialize(num_batch=...)", expected="a whole number", got=f"{num_batch!r}", fix="Write for instance 1."
        )
    if batch < 1:
        raise ValueRefused(
            where="initialize(num_batch=...)", expected="1 or more", got=f"{batch}", fix="Give at least one trial."
        )
    return batch


def make_state(node: Node, num_batch: int) -> None:
    """What ``init_state`` says, for a batch of that size."""
    node._plan.num_batch = num_batch
    with _named(node, "init_state"):
        state = node.init_state(num_batch)
        if state is not None:
            node.set_state(state)
        node._made_state()
    node._plan.has_states = True


def make_buffers(graph: Graph, num_batch: int) -> None:
    """What listeners get in the first step."""
    for sender in dict.fromkeys(sender for sender, _ in graph.fb):
        with _named(sender, "init_fb_output"):
            first = sender.init_fb_output(num_batch)
            sender._write_cell("fb_output", as_array(first, f"{sender.name}.init_fb_output"))


def _make_ff(node: Node, shapes: dict[Node | None, Shape]) -> None:
    plan, given = node._plan, node._plan.given
    if not shapes:
        if given is None:
            raise ValueRefused(
                where=f"{type(node).__name__}({node.name}).initialize",
                expected="a node that is fed by another, or whose input_shape is known",
                got="neither",
                fix=f"Connect an Input node, bp.nn.Input(10) >> {node.name}, or construct it with input_shape=10.",
            )
        shapes = {None: (None, *given)}
    elif given is not None and [*shapes.values()] != [(None, *given)]:
        _refuse_shapes(node, [(None, *given)], [*shapes.values()], "its input_shape says")
    if plan.has_ff:
        assert plan.ff is not None  # its weights were made for these
        if [*shapes.values()] != [*plan.ff.values()]:
            _refuse_shapes(node, [*plan.ff.values()], [*shapes.values()], "its weights were made for")
        plan.ff = shapes
        return
    before, plan.ff = plan.ff, shapes
    try:
        with _named(node, "init_ff"):
            node.init_ff()
            node._register_arrays()
            _output(node)
    except BaseException:
        plan.ff = before
        raise
    plan.forward = takes(node.forward, number_of_data(node.forward))
    plan.feedback = takes(node.feedback, 1)
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
    try:
        with _named(node, "init_fb"):
            node.init_fb()  # type: ignore[attr-defined]
            node._register_arrays()
    except BaseException:
        plan.fb = None
        raise
    plan.has_fb = True


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
    plan = node._plan
    listened = any(sender is node for sender, _ in graph.fb)
    return (
        plan.has_ff
        and plan.has_states
        and (plan.has_fb or not graph.fb_senders(node))
        and (node.fb_output is not None or not listened)
    )


def _refuse_shapes(node: Node, expected: list, got: list, why: str) -> None:
    raise ShapeError(
        where=f"{type(node).__name__}({node.name}), feedforward or feedback inputs",
        expected=f"shapes {', '.join(map(str, expected))}, which {why}",
        got=", ".join(map(str, got)),
        fix="Wire it to outputs of these shapes, or make another node.",
    )


@contextmanager
def _named(node: Node, hook: str) -> Iterator[None]:
    """What goes wrong in a hook reaches the user with the name of the node."""
    try:
        yield
    except Exception as error:
        where = f"{type(node).__name__}({node.name}).{hook}"
        if str(getattr(error, "where", "")).startswith(f"{type(node).__name__}({node.name})"):
            raise
        raise ValueRefused(
            where=where,
            expected="a hook that ends without an error",
            got=f"{type(error).__name__}: {error}",
            fix=f"The inputs of {node.name} have the shapes {node.feedforward_shapes}, its feedback {node.feedback_shapes}.",
        ) from error
