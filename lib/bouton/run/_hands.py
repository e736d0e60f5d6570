"""Which simulation moves a model."""

import weakref
from collections.abc import Iterable
from typing import Any

from ..transform import DEFAULT

# What each moves, by identity: the module, and its cells, which are those of another module around the same system.
_MOVED: "weakref.WeakKeyDictionary[Any, frozenset[int]]" = weakref.WeakKeyDictionary()


def take_over(things: Iterable[object], simulation: Any) -> list[Any]:
    """Let ``simulation`` move a module and its cells, and close those that did so before: in a notebook, cells are run again.

    The default source of random numbers belongs to all. Returns the simulations that were closed.
    """
    moved = frozenset(id(thing) for thing in things if thing is not DEFAULT.cell)
    older = [one for one, others in tuple(_MOVED.items()) if moved & others and one is not simulation]
    _MOVED[simulation] = moved
    for one in older:
        del _MOVED[one]
        one._give_way()
    return older
