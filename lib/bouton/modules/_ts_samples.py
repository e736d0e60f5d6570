"""Samples of a continuous series: what may become some, and what may be combined with them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ShapeError
from ._ts_checks import checked_count, checked_numbers

KEEP_BOTH_UNITS = (np.add, np.subtract)
"""Operations whose operands and result are in one unit."""


def operator(operation: np.ufunc, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """Make a binary operator method over the ``_combined(operation, other, swapped)`` of its class."""

    def apply(self: Any, other: Any) -> Any:
        return self._combined(operation, other, swapped)

    return apply


def as_operand(other: Any, shape: tuple[int, int], where: str) -> Any:
    """Give ``other`` as a number, or as an array (T, C) of the ``shape`` of the samples; None for what is neither."""
    if isinstance(other, (int, float, complex)):
        # Left as it is, a Python number does not widen float32 samples.
        return other
    array = np.asarray(other)
    if array.dtype.kind not in "biufc":
        return None
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ShapeError(
            where=where,
            expected=f"an operand that broadcasts to the samples, shape {shape}",
            got=f"shape {array.shape}",
            fix="Pass a number, one value per channel, or one row per sample.",
        ) from None


def checked_samples(samples: ArrayLike, count: int, num_channels: int | None, where: str) -> NDArray:
    """Return ``samples`` as a floating point or complex array (count, C)."""
    if num_channels is not None:
        num_channels = checked_count(num_channels, "channels", where)
    array = checked_numbers(samples, where, "biufc", "numbers, one row per time")
    array = array if array.dtype.kind in "fc" else array.astype(np.float64)
    if array.ndim == 1:
        # A flat empty list says nothing about the number of channels.
        array = array.reshape(len(array), 1 if len(array) or num_channels is None else num_channels)
    if array.ndim != 2 or len(array) != count:
        raise ShapeError(
            where=where,
            expected=f"one row for each of {count} times, shape ({count}, C) or ({count},)",
            got=f"shape {array.shape}",
            fix="Pass as many samples as times, time along the first axis.",
        )
    if num_channels is None or num_channels == array.shape[1]:
        return array
    if array.shape[1] != 1:
        raise ShapeError(
            where=where,
            expected=f"num_channels = {num_channels} columns, or one to repeat",
            got=f"shape {array.shape}",
            fix="Leave num_channels out, or pass samples of that many channels.",
        )
    return np.repeat(array, num_channels, axis=1)
