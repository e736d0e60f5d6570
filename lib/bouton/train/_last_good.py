"""Variables that can be taken back."""

from typing import Any

from ..core import Object
from ..transform import Variable


class LastGood:
    """Remembers Variables of the time before each batch, until it is known whether the batch went well.

    Parameters
    ----------
    *objects : Object
        Whose Variables.
    """

    def __init__(self, *objects: Object):
        cells = [cell for obj in objects for cell in obj.vars("relative").unique().values()]
        self._cells: list[Variable] = [*{id(cell): cell for cell in cells}.values()]
        self._before: list[Any] = []
        self._good: list[Any] | None = None

    def begin(self) -> None:
        """A batch is about to begin."""
        self._before = [cell.value for cell in self._cells]

    def went_well(self) -> None:
        """With the Variables of its beginning, the batch had a finite loss."""
        self._good = self._before

    def take_back(self) -> None:
        """Give the Variables the values with which a batch last went well, or else those of the beginning of this batch."""
        for cell, value in zip(self._cells, self._before if self._good is None else self._good, strict=True):
            cell.value = value
