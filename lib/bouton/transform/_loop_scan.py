"""The scan of a loop, inside a trace: what is carried from turn to turn, and what only the last turn leaves."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ._frame import Frame, NewCell, started_again
from ._outcome import Kind, check_size
from ._progress import Bar
from ._purify import TakenApart
from ._trace import present_trace
from ._variable import Variable


class _IsCarried(BaseException):
    """A turn has read a cell, or has left in it something else than it returns, so that the cell is to be carried.

    A ``BaseException``, as :class:`NewCell` is.
    """

    def __init__(self, cell: Variable):
        super().__init__("a cell has to be carried from turn to turn")
        self.cell = cell


def scan(call: Callable, operands: Any, length: int, reverse: bool, unroll: int, remat: bool, bar: Bar | None = None) -> Any:
    """``call`` for each element of the operands in turn; what it returned, stacked."""
    written, returned = started_again(lambda: _of_one_turn(lambda: call(element(operands, length, 0))))
    # Without a turn they keep what they have.
    returned = returned if length else []
    while True:
        try:
            return _scan_writing(call, operands, length, written, returned, reverse, unroll, remat, bar)
        except NewCell as met:
            # A cell that is carried already was refused by a trace around this one.
            if not met.written or any(cell is met.cell for cell in written):
                raise
            written = [*written, met.cell]
        except _IsCarried as met:
            returned = [cell for cell in returned if cell is not met.cell]


def element(operands: Any, length: int, t: int) -> Any:
    """That of one turn; zeros where there is none."""
    if length == 0:
        return jax.tree_util.tree_map(lambda a: jnp.zeros(a.shape[1:], a.dtype), operands)
    return jax.tree_util.tree_map(lambda a: a[t], operands)


def _of_one_turn(turn: Callable[[], Any]) -> tuple[list[Variable], list[Variable]]:
    """The cells that a turn writes; and of them those that it does not read before, and that it leaves with what it returns."""
    returned: list[Variable] = []

    def traced() -> list:
        frame.starts_here()
        out = TakenApart(turn())
        returned[:] = [
            cell for cell, value in frame.values.items() if cell not in frame.starts_with and out.place_of(value) is not None
        ]
        return out.arrays()

    with Frame({}, discovering=True, opened_in=present_trace()) as frame:
        jax.eval_shape(traced)
    return list(frame.written), returned


def _scan_writing(
    call: Callable,
    operands: Any,
    length: int,
    written: list[Variable],
    returned: list[Variable],
    reverse: bool,
    unroll: int,
    remat: bool,
    bar: Bar | None,
) -> Any:
    # What a cell holds after the last turn is then the last of what the turns have returned: nothing has to be carried.
    before = {cell: cell.value for cell in written}
    carried = [cell for cell in written if not any(cell is other for other in returned)]
    places: list[int] = []

    def turn(values: list, x: Any) -> tuple[list, Any]:
        with Frame(dict(zip(carried, values, strict=True)), writable=set(written), repeats=True) as frame:
            out = TakenApart(call(x))
            new = [frame.values[cell] for cell in carried]
            places[:] = [_place(frame, cell, out, before[cell]) for cell in returned]
        for cell, old, value in zip(carried, values, new, strict=True):
            check_size("for_loop", cell, tuple(old.shape), tuple(value.shape))
        return new, out.rebuilt()

    body = jax.checkpoint(turn) if remat else turn
    loop = bar.scan if bar and length else jax.lax.scan
    last, out = loop(body, [before[cell] for cell in carried], operands, length=length, reverse=reverse, unroll=unroll)
    for cell, value in zip(carried, last, strict=True):
        cell.value = value
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
