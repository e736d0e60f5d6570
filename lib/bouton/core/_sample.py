"""A bounded look into an array of any size."""

from typing import Any, NamedTuple

import jax
import numpy as np

MOST = 16_384
"""Elements read of one array."""


class Sample(NamedTuple):
    """What was read of an array.

    Attributes
    ----------
    values : ndarray
        As many axes as the array has; along an axis that is thinned out, one place in each of equal stretches.
    size : int
        Elements of the whole array.
    """

    values: np.ndarray
    size: int

    @property
    def whole(self) -> bool:
        """Whether every element was read."""
        return self.values.size == self.size


def sample(array: Any, most: int = MOST) -> Sample:
    """Read at most ``most`` elements of an array, in one go and without a copy of the rest.

    The places are the same each time. Within its stretch a place is drawn at random, apart for every axis, so that neither a
    pattern that repeats nor a diagonal is met more often than it should be.

    Parameters
    ----------
    array : array
        Concrete, of any shape, on any device.
    most : int
        Elements, at least 1.
    """
    if array.size <= most:
        return Sample(np.asarray(array), array.size)
    counts = _counts(array.shape, most)
    places = np.ix_(*(_places(n, counts[axis], axis) for axis, n in enumerate(array.shape)))
    if _is_on_host(array):
        return Sample(np.asarray(array)[places], array.size)
    # Gathered where the array is; also while something else is being traced.
    with jax.ensure_compile_time_eval():
        return Sample(np.asarray(array[places]), array.size)


def _is_on_host(array: Any) -> bool:
    """Whether NumPy can look at the array where it is."""
    if not isinstance(array, jax.Array):
        return True
    devices = array.devices()
    return len(devices) == 1 and next(iter(devices)).platform == "cpu"


def _counts(shape: tuple[int, ...], most: int) -> list[int]:
    """How many places along each axis; the longest give way first."""
    counts = [0] * len(shape)
    room = most
    by_length = sorted(range(len(shape)), key=lambda axis: shape[axis])
    for done, axis in enumerate(by_length):
        fair = int(room ** (1 / (len(shape) - done)) + 1e-9)
        counts[axis] = max(1, min(shape[axis], fair))
        room //= counts[axis]
    return counts


def _places(n: int, count: int, axis: int) -> np.ndarray:
    if count == n:
        return np.arange(n)
    within = np.random.default_rng(axis).random(count) * max(1, n // count)
    return (np.arange(count) * n) // count + within.astype(np.int64)
