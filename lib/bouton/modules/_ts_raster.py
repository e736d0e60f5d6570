"""Rasters: numbers of events per step and channel."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ShapeError, ValueRefused
from ._ts_checks import checked_numbers


def laid_out(step: NDArray[np.int64], channel: NDArray[np.int64], shape: tuple[int, int], add_events: bool) -> NDArray:
    """Lay events into a raster.

    Parameters
    ----------
    step, channel : (E,) array of int
        Row and column of each event. Those whose row is not in the raster are left out.
    shape : (T, C)
    add_events : bool
        Whether events in one place add up.

    Returns
    -------
    (T, C) array of bool, or of int64 with ``add_events``
    """
    inside = (step >= 0) & (step < shape[0])
    step, channel = step[inside], channel[inside]
    if add_events:
        return np.bincount(step * shape[1] + channel, minlength=math.prod(shape)).reshape(shape)
    raster = np.zeros(shape, bool)
    raster[step, channel] = True
    return raster


def checked_counts(raster: ArrayLike, where: str) -> NDArray[np.int64]:
    """Return numbers of events as an int64 array (T, C); refuse what is negative or no whole number."""
    array = checked_numbers(raster, where, "biuf", "numbers of events per step and channel")
    if array.ndim not in (1, 2):
        raise ShapeError(
            where=where,
            expected="shape (T, C), or (T,) for one channel",
            got=f"shape {array.shape}",
            fix="Choose one element of a batch first, for instance output[0].",
        )
    with np.errstate(invalid="ignore"):
        counts = array.astype(np.int64)
    wrong = np.argwhere((counts != array) | (counts < 0))
    if wrong.size:
        raise ValueRefused(
            where=where,
            expected="whole numbers of events, 0 or more",
            got=f"{array[tuple(wrong[0])]} at index {tuple(wrong[0].tolist())}",
            fix="Threshold it first, for instance raster > 0.5; a signal that is not made of events is a TSContinuous.",
        )
    return counts.reshape(len(counts), math.prod(counts.shape[1:]))
