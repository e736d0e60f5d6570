"""Which simulation moves a model."""

import weakref
from typing import Protocol

from ..modules import Module


class Closes(Protocol):
    """A simulation."""

    def close(self) -> None:
        """End it."""


_MOVED_BY: "weakref.WeakKeyDictionary[Module, weakref.ref[Closes]]" = weakref.WeakKeyDictionary()


def take_over(model: Module, simulation: Closes) -> None:
    """Let ``simulation`` move ``model``, and close the one that did so before: in a notebook, cells are run again."""
    before = _MOVED_BY.get(model)
    _MOVED_BY[model] = weakref.ref(simulation)
    older = None if before is None else before()
    if older is not None:
        older.close()
