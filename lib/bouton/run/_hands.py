"""Which simulation moves a model."""

import weakref
from collections.abc import Iterable
from typing import Protocol, TypeVar

from ..transform import DEFAULT, Variable


class Closes(Protocol):
    """A simulation."""

    def close(self) -> None:
        """End it."""


_Simulation = TypeVar("_Simulation", bound=Closes)
# The cells that each moves, by identity: two modules around one system move the same.
_MOVED: "weakref.WeakKeyDictionary[Closes, frozenset[int]]" = weakref.WeakKeyDictionary()


def take_over(cells: Iterable[Variable], simulation: _Simulation) -> list[_Simulation]:
    """Let ``simulation`` move the cells, and close those that did so before: in a notebook, cells are run again.

    The default source of random numbers belongs to all.
    """
    moved = frozenset(id(cell) for cell in cells if cell is not DEFAULT.cell)
    older = [one for one, others in tuple(_MOVED.items()) if moved & others and one is not simulation]
    _MOVED[simulation] = moved
    for one in older:
        del _MOVED[one]
        one.close()
    return older  # type: ignore[return-value]
