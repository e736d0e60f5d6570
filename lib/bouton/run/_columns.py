"""The last steps of a signal, folded into the pixel columns that show them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._ring import Held, Ring


@dataclass(frozen=True)
class Columns:
    """Pixel columns at fixed multiples of a number of steps: as time goes on, a picture scrolls and does not flicker.

    Parameters
    ----------
    begin, end : int
        First column, and that after the last, counted from time 0.
    steps : int
        Steps in a column.
    """

    begin: int
    end: int
    steps: int

    @classmethod
    def covering(cls, window: int, now: int, most: int) -> "Columns":
        """At most ``most`` columns that end with the one of step ``now``; all of them lie within the last ``window`` steps."""
        steps = -(-window // most)
        # Rounded down: of a column that the window cuts, the smallest value would change as the window moves on.
        count = window // steps
        end = max(-(-now // steps), count)
        return cls(end - count, end, steps)

    @classmethod
    def between(cls, first: float, last: float, most: int) -> "Columns":
        """At most about ``most`` columns that contain the steps from ``first`` to ``last``, which need not be whole."""
        steps = max(math.ceil((last - first) / most), 1)
        begin = math.floor(first / steps)
        return cls(begin, max(math.ceil(last / steps), begin + 1), steps)

    @property
    def count(self) -> int:
        """Number of columns."""
        return self.end - self.begin

    def blocks(self, ring: Ring | Held, units: np.ndarray | None, since: int) -> tuple[np.ndarray, slice]:
        """Values ``(columns, steps, units)`` of the columns from ``since`` on that are held, and their places in the picture."""
        first, last = max(ring.first, since * self.steps), min(ring.next, self.end * self.steps)
        if last <= first:
            return ring.rows(np.zeros(0, int), units)[:, None], slice(0, 0)
        begin, end = first // self.steps, -(-last // self.steps)
        # Where a column is not held in full, a step of it stands in for those that are missing.
        steps = np.clip(np.arange(begin * self.steps, end * self.steps), first, last - 1)
        rows = ring.rows(steps, units)
        return rows.reshape(end - begin, self.steps, rows.shape[1]), slice(begin - self.begin, end - self.begin)


class Scroll:
    """A picture of one signal, kept from frame to frame: it moves on, and only steps that are new are folded.

    Parameters
    ----------
    ring : Ring or Held
        The signal.
    units : (k,) array of int, or None
        Which of its units; ``None`` for all.
    fold : callable
        From values ``(columns, steps, units)`` to pixels ``(rows, columns)``.
    blank : pixel
        What stands where nothing is held.
    """

    def __init__(self, ring: Ring | Held, units: np.ndarray | None, fold: Callable[[np.ndarray], np.ndarray], blank: np.generic):
        self._ring, self._units, self._fold, self._blank = ring, units, fold, blank
        self._image: np.ndarray | None = None
        self._begin = self._next = self._clearings = 0

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return 0 if self._image is None else self._image.nbytes

    def at(self, columns: Columns) -> np.ndarray:
        """The picture ``(rows, columns)``, a copy; of the same number of columns and steps in each, each time."""
        moved = columns.begin - self._begin
        since = columns.begin
        if self._clearings != self._ring.clearings or moved >= columns.count:
            self._image = None
        elif self._image is not None:
            self._image[:, : columns.count - moved] = self._image[:, moved:]
            self._image[:, columns.count - moved :] = self._blank
            # The column of the step that came next had not been complete.
            since = max(since, self._next // columns.steps)
        blocks, where = columns.blocks(self._ring, self._units, since)
        pixels = self._fold(blocks)
        if self._image is None:
            self._image = np.full((len(pixels), columns.count), self._blank)
        self._image[:, where] = pixels
        self._begin, self._next, self._clearings = columns.begin, self._ring.next, self._ring.clearings
        return self._image.copy()


def extremes(blocks: np.ndarray) -> np.ndarray:
    """Smallest values of each unit, then largest, ``(2 units, columns)``."""
    return np.concatenate([blocks.min(axis=1).T, blocks.max(axis=1).T])


def raster(blocks: np.ndarray, most: int) -> np.ndarray:
    """Most events of a unit in a step of each column, ``(rows, columns)``: at most ``most`` rows, neighbours share one."""
    units = blocks.shape[2]
    count = min(most, units)
    first = np.arange(count) * units // count
    last = np.append(first[1:], units) - 1
    folded = blocks.max(axis=1)
    shared = folded[:, first]
    # Neighbours one after the other, all rows at once: many times faster than one row after the other.
    for k in range(1, int((last - first).max(initial=0)) + 1):
        np.maximum(shared, folded[:, np.minimum(first + k, last)], out=shared)
    return shared.T
