"""The last steps of a signal, folded into the pixel columns that show them."""

from dataclasses import dataclass

import numpy as np

from ._ring import Ring


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

    @property
    def count(self) -> int:
        """Number of columns."""
        return self.end - self.begin

    def traces(self, ring: Ring, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest value of some units, each ``(units, columns)``; NaN where nothing is held."""
        lo = np.full((len(units), self.count), np.nan, np.float32)
        hi = lo.copy()
        rows, where = self._blocks(ring, units)
        lo[:, where], hi[:, where] = rows.min(axis=1).T, rows.max(axis=1).T
        return lo, hi

    def raster(self, ring: Ring, most: int) -> np.ndarray:
        """Most events of a unit in a step of each column, ``(rows, columns)``: at most ``most`` rows, neighbours share one."""
        count = min(most, ring.units)
        image = np.zeros((count, self.count), np.uint8)
        rows, where = self._blocks(ring, None)
        first = np.arange(count) * ring.units // count
        last = np.append(first[1:], ring.units) - 1
        folded = rows.max(axis=1)
        shared = folded[:, first]
        # Neighbours one after the other, all rows at once: many times faster than one row after the other.
        for k in range(1, int((last - first).max(initial=0)) + 1):
            np.maximum(shared, folded[:, np.minimum(first + k, last)], out=shared)
        image[:, where] = shared.T
        return image

    def _blocks(self, ring: Ring, units: np.ndarray | None) -> tuple[np.ndarray, slice]:
        """Values ``(columns held, steps, units)``, and which columns these are."""
        first, last = max(ring.first, self.begin * self.steps), min(ring.next, self.end * self.steps)
        if last <= first:
            return ring.rows(np.zeros(0, int), units)[:, None], slice(0, 0)
        begin, end = first // self.steps, -(-last // self.steps)
        # Where a column is not held in full, a step of it stands in for those that are missing.
        steps = np.clip(np.arange(begin * self.steps, end * self.steps), first, last - 1)
        rows = ring.rows(steps, units)
        return rows.reshape(end - begin, self.steps, rows.shape[1]), slice(begin - self.begin, end - self.begin)
