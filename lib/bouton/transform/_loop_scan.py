"""The scan of a loop, inside a trace: what is carried from turn to turn, and what only the last turn leaves."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ._frame import STACK, Frame, NewCell, started_again
from ._outcome import Kind, check_size
from ._progress import Bar
from ._purify import TakenApart
from ._trace import present_trace
from ._variable import Variable


class _IsCarried(BaseException):
    """A turn has read a cell, or has left in it something else than it returns or than zeros: the cell is to be carried.

    A ``BaseException``, as :class:`NewCell` is.
    """

    def __init__(self, cell: Variable):
        super().__init__("a cell has to be carried from turn to turn")
        self.cell = cell


def scan(call: Callable, operands: Any, length: int, reverse: bool, unroll: int, remat: bool, bar: Bar | None = None) -> Any:
    """``call`` for each element of the operands in turn; what it returned, stacked."""
    written, returned, rested = started_again(lambda: _of_one_turn(lambda: call(element(operands, length, 0))))
    if not length:
        # Without a turn they keep what they have.
        returned, rested = [], []
    while True:
        try:
            return _scan_writing(call, operands, length, written, returned, rested, reverse, unroll, remat, bar)
        except NewCell as met:
            # A cell that is carried already was refused by a trace around this one.
            if not met.written or any(cell is met.cell for cell in written):
                raise
            written = [*written, met.cell]
        except _IsCarried as met:
            returned, rested = ([cell for cell in cells if cell is not met.cell] for cells in (returned, rested))


def element(operands: Any, length: int, t: int) -> Any:
    """That of one turn; zeros where there is none."""
    if length == 0:
        return jax.tree_util.tree_map(lambda a: jnp.zeros(a.shape[1:], a.dtype), operands)
    return jax.tree_util.tree_map(lambda a: a[t], operands)


def _of_one_turn(turn: Callable[[], Any]) -> tuple[list[Variable], list[Variable], list[Variable]]:
    """The cells that a turn writes.

    And of them those that it does not read before, and that it leaves with what it returns; and others that it leaves with zeros.
    """
    returned: list[Variable] = []

    def traced() -> list:
        frame.starts_here()
        out = TakenApart(turn())
        returned[:] = [
            cell
            for cell, value in frame.values.items()
            if not (cell in frame.at_rest or cell in frame.starts_with or out.place_of(value) is None)
        ]
        return out.arrays()

    with Frame({}, discovering=True, opened_in=present_trace()) as frame:
        jax.eval_shape(traced)
    return list(frame.written), returned, [cell for cell in frame.written if cell in frame.at_rest]


def _scan_writing(
    call: Callable,
    operands: Any,
    length: int,
    written: list[Variable],
    returned: list[Variable],
    rested: list[Variable],
    reverse: bool,
    unroll: int,
    remat: bool,
    bar: Bar | None,
) -> Any:
    # What a cell holds after the last turn is then the last of what the turns have returned, or zeros: nothing has to be carried.
    before = {cell: cell.value for cell in written}
    carried = [cell for cell in written if not any(cell is other for other in (*returned, *rested))]
    places: list[int] = []
    # Only the first turn may find something else than zeros. To choose costs less than to carry them: it is part of their use.
    zero = {cell for cell in rested if STACK.top is not None and STACK.top.rests(cell)}
    first = jnp.arange(length) == (length - 1 if reverse else 0) if len(zero) < len(rested) else None

    def turn(values: list, x: Any) -> tuple[list, Any]:
        x, is_first = x
        start = dict(zip(carried, values, strict=True))
        for cell in rested:
            zeros = jnp.zeros_like(before[cell])
            start[cell] = zeros if cell in zero else jnp.where(is_first, before[cell], zeros)
        with Frame(start, writable=set(written), repeats=True) as frame:
            frame.at_rest |= zero
            out = TakenApart(call(x))
            new = [frame.values[cell] for cell in carried]
            places[:] = [_place(frame, cell, out, before[cell]) for cell in returned]
            for cell in rested:
                if not frame.rests(cell) or Kind.of(frame.values[cell]) != Kind.of(before[cell]):
                    raise _IsCarried(cell)
        for cell, old, value in zip(carried, values, new, strict=True):
            check_size("for_loop", cell, tuple(old.shape), tuple(value.shape))
        return new, out.rebuilt()

    body = jax.checkpoint(turn) if remat else turn
    loop = bar.scan if bar and length else jax.lax.scan
    start = [before[cell] for cell in carried]
    last, out = loop(body, start, (operands, first), length=length, reverse=reverse, unroll=unroll)
    for cell, value in zip(carried, last, strict=True):
        cell.value = value
    for cell in rested:
        cell.rest(before[cell].shape)
    leaves = jax.tree_util.tree_leaves(out)
    for cell, place in zip(returned, places, strict=True):
        cell.value = jax.lax.index_in_dim(leaves[place], 0 if reverse else length - 1, keepdims=False)
    return out


def _place(frame: Frame, cell: Variable, out: TakenApart, before: jax.Array) -> int:
    """Where among what the turn returns the value is that it leaves in ``cell``."""
    value = frame.values.get(cell)
    place = None if value is None else out.place_of(value)
    # A carried value has one kind all the way: where it changes, that says so, or converts it.
    if place is None or cell in frame.starts_with or Kind.of(value) != Kind.of(before):
        raise _IsCarried(cell)
    return place
