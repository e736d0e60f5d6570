"""Which simulation moves a model."""

import weakref
from collections.abc import Iterable
from typing import Protocol, TypeVar

from ..transform import DEFAULT


class Closes(Protocol):
    """A simulation."""

    def close(self) -> None:
        """End it."""


_Simulation = TypeVar("_Simulation", bound=Closes)
# What each moves, by identity: the module, and its cells, which are those of another module around the same system.
_MOVED: "weakref.WeakKeyDictionary[Closes, frozenset[int]]" = weakref.WeakKeyDictionary()


def take_over(things: Iterable[object], simulation: _Simulation) -> list[_Simulation]:
    """Let ``simulation`` move a module and its cells, and close those that did so before: in a notebook, cells are run again.

    The default source of random numbers belongs to all.
    """
    moved = frozenset(id(thing) for thing in things if thing is not DEFAULT.cell)
    older = [one for one, others in tuple(_MOVED.items()) if moved & others and one is not simulation]
    _MOVED[simulation] = moved
    for one in older:
        del _MOVED[one]
        one.close()
    return older  # type: ignore[return-value]
