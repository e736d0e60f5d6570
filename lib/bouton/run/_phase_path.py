"""Where a point went in a plane, in few points."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PhasePath:
    """Where a unit has been in a plane of two states, oldest first.

    Attributes
    ----------
    x, y : (k,) float32 array
        The two states.
    steps : (k,) array of int
        Steps done when it was there; they need not be evenly spaced.
    """

    x: np.ndarray
    y: np.ndarray
    steps: np.ndarray


def stretch(
    first: int, last: int, dt: float, seconds: float | None = None, time: tuple[float, float] | None = None
) -> tuple[int, int]:
    """Which of the steps from ``first`` to before ``last`` are those of the last seconds, or of those between two times."""
    if time is None:
        return (first if seconds is None else max(first, last - max(round(seconds / dt), 1))), last
    # Of what is shown in part, too: the time of a step is that after it.
    begin, end = (min(max(edge, first), last) for edge in (math.floor(time[0] / dt + 1e-6), math.ceil(time[1] / dt - 1e-6)))
    return begin, end


def outline(x: np.ndarray, y: np.ndarray, most: int, first: int = 0) -> np.ndarray:
    """Indices of about ``most`` points of a path, in order: of each stretch those that are extreme in x or y, and the last.

    Stretches begin at fixed multiples of their length, counted from ``first``, so that the line keeps still as time goes on.
    """
    count = len(x)
    if count <= most:
        return np.arange(count)
    length = -(-count // max(most // 4, 1))
    skipped = min(-first % length, count)
    whole = (count - skipped) // length
    ends = [0, *(skipped + length * np.arange(whole + 1)), count]
    chosen = [count - 1]
    for values in (x, y):
        rows = values[skipped : ends[-2]].reshape(whole, length)
        for fold in (np.argmin, np.argmax):
            chosen += (ends[1:-2] + fold(rows, axis=1)).tolist()
            # What is too short for a stretch at either end.
            chosen += [begin + int(fold(values[begin:end])) for begin, end in (ends[:2], ends[-2:]) if begin < end]
    return np.unique(chosen)
