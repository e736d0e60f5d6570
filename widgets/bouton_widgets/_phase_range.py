"""Which part of an axis is shown: room for what has been seen, which only grows, or what a hand has chosen."""

import math

import numpy as np


class Shown:
    """The ends of one axis.

    Parameters
    ----------
    given : (float, float), optional
        To begin with, and to come back to; otherwise it follows what is seen.
    """

    def __init__(self, given: tuple[float, float] | None = None):
        self._given = given
        self._ends = given
        self._follows = given is None

    def ends(self, seen: np.ndarray) -> tuple[float, float]:
        """Give the ends, with room for these values if nobody has chosen them."""
        seen = seen[np.isfinite(seen)]
        if not self._follows and self._ends is not None:
            return self._ends
        low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 0.0)
        if self._ends is not None:
            if self._ends[0] <= low and high <= self._ends[1]:
                return self._ends
            low, high = min(low, self._ends[0]), max(high, self._ends[1])
        least = 0.2 * max(abs(low), abs(high)) or 1.0
        room = max(0.15 * (high - low), (least - (high - low)) / 2)
        self._ends = (low - room, high + room)
        return self._ends

    def fit(self) -> None:
        """Begin anew: with what was given, or with what is seen next."""
        self._ends, self._follows = self._given, self._given is None

    def zoom(self, factor: float, about: float | None = None) -> None:
        """Show more, or with a factor below 1 less, about a place or the middle; it follows nothing from then on."""
        if self._ends is None or not math.isfinite(factor) or factor <= 0:
            return
        low, high = self._ends
        about = (low + high) / 2 if about is None or not low <= about <= high else about
        ends = about - factor * (about - low), about + factor * (high - about)
        # As far as single precision tells the places of a grid apart.
        if 1e-4 * max(abs(ends[0]), abs(ends[1])) < ends[1] - ends[0] < 1e30:
            self._ends, self._follows = ends, False
