"""Variables that can be taken back."""

from typing import Any

from ..core import Object
from ..transform import Variable
from ..transform._variable import values_of


class LastGood:
    """Remembers Variables of the time before the last batch that went well.

    Parameters
    ----------
    *objects : Object
        Whose Variables.
    """

    def __init__(self, *objects: Object):
        cells = [cell for obj in objects for cell in obj.vars("relative").unique().values()]
        self._cells: list[Variable] = [*{id(cell): cell for cell in cells}.values()]
        self._good: list[Any] | None = None

    def values(self) -> list[Any]:
        """Those at the beginning of a batch."""
        return values_of(self._cells)

    def went_well(self, before: list[Any]) -> None:
        """With these at its beginning, a batch had a finite loss."""
        self._good = before

    def take_back(self, before: list[Any]) -> None:
        """Give the Variables the values with which a batch last went well, or else those of the beginning of this batch."""
        for cell, value in zip(self._cells, before if self._good is None else self._good, strict=True):
            cell.value = value
