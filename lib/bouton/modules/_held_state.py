"""What the cells of a module hold, read in less time than the walk over its entries takes: every call does."""

from collections.abc import Mapping
from typing import Any

import jax

from ..core import Object
from ..transform import Variable


def moving(obj: Object, above: tuple = ()) -> list[tuple[Variable, jax.Array]]:
    """The cells that a call may move, with their values."""
    obj._kin.used()
    cells = [slot.cell for slot in obj._slots.values() if slot.kind in ("state", "random") and slot.cell is not None]
    found = [(cell, cell.value) for cell in cells]
    for child in obj._children.values():
        if not any(child is a for a in (*above, obj)):
            found += moving(child, (*above, obj))
    return found


def present_state(obj: Object, above: tuple = ()) -> dict:
    """The states as a nested dict, as ``state()`` gives them."""
    obj._kin.used()
    present = {name: slot.read() for name, slot in obj._slots.items() if slot.kind == "state"}
    for name, child in obj._children.items():
        if not any(child is a for a in (*above, obj)):
            present[name] = present_state(child, (*above, obj))
    return present


def is_written(obj: Object, state: Mapping[str, Any]) -> bool:
    """Whether a nested state is what the cells hold."""
    for name, value in state.items():
        if isinstance(value, dict) and name in obj._children:
            if not is_written(obj._children[name], value):
                return False
            continue
        slot = obj._slots.get(name)
        if slot is None or slot.cell is None or slot.cell.value is not value:
            return False
    return True
