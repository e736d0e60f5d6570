"""Cells that are written to outside of any trace, and put back when the code raises."""

from typing import TYPE_CHECKING

import jax

from ._frame import STACK

if TYPE_CHECKING:
    from ._variable import Variable


class Journal:
    """Keeps what cells held before code wrote to them outside of any trace, and puts it back when the code raises."""

    __slots__ = ("_before", "_outer")

    def __init__(self) -> None:
        self._before: dict[Variable, jax.Array] = {}
        self._outer: Journal | None = None

    def __enter__(self) -> "Journal":
        self._outer, STACK.journal = STACK.journal, self
        return self

    def __exit__(self, error: type | None, *_: object) -> None:
        STACK.journal = self._outer
        if error is not None:
            self.put_back()
        elif self._outer is not None:
            for cell, value in self._before.items():
                self._outer.note(cell, value)

    def put_back(self) -> None:
        """Give the cells what they held before."""
        for cell, value in self._before.items():
            cell._value = value

    def note(self, cell: "Variable", value: jax.Array) -> None:
        """``cell`` held ``value`` before it was written to."""
        self._before.setdefault(cell, value)
