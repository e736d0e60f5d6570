"""A submodule that goes on from its own state within one call of its parent: of a batch it has kept one element only."""

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from ..errors import UnsupportedError
from ..transform import Variable
from ..transform._frame import STACK

if TYPE_CHECKING:
    from ._call import Call

Held = list[tuple[Variable, jax.Array]]


def refuse_to_go_on(call: "Call", batch: int, before: Held, carried: set[Any]) -> None:
    """Refuse a call with a batch that began with a state which an earlier one, or an earlier turn of a loop, has left.

    Parameters
    ----------
    call : Call
        Of the submodule.
    batch : int
        Size of the batch.
    before : list of (Variable, array)
        The cells that the call may move, with the values that it found.
    carried : set of Variable
        Those that a loop has brought along, from :func:`carried_here` before the call.
    """
    outer = call.place_in
    if outer is None or batch == 1 or call.module._functional:
        return
    states = [(cell, value) for cell, value in before if jnp.issubdtype(value.dtype, jnp.inexact)]
    left = outer.left.get(id(call.module), {})
    if any(left.get(cell) is value or cell in carried for cell, value in states):
        raise UnsupportedError(
            where=f"{outer.module.class_name}.evolve, its submodule {call.place!r}",
            expected="one call with the whole series, or a batch of one",
            got=f"a batch of {batch} that goes on from the state of the call or turn before, of which only element 0 is kept",
            fix="Call the submodule once with all time steps; where its input depends on its output, give the model one series "
            "at a time.",
        )


def note_left(call: "Call", before: Held) -> None:
    """Note what a call has left in the cells."""
    if call.place_in is not None and call.batch > 1:
        call.place_in.left[id(call.module)] = {cell: cell.value for cell, _ in before}


def carried_here(call: "Call") -> set[Any]:
    """Cells that a loop around this point, inside the outer call, hands from turn to turn, and that this turn has not set yet."""
    found: set[Any] = set()
    frame = STACK.top
    while call.place_in is not None and frame is not None and frame is not call.place_in.frame:
        if frame.repeats:
            found |= set(frame.values) - set(frame.written)
        frame = frame.outer
    return found
