"""Checks on what a time series is made of: numbers, sorted times, a range that holds them, channels."""

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import KindError, ShapeError, ValueRefused


def frozen(array: NDArray) -> NDArray:
    """Return a read-only copy."""
    copy = np.array(array)
    copy.setflags(write=False)
    return copy


def checked_numbers(values: ArrayLike, where: str, kinds: str, expected: str) -> NDArray:
    """Return ``values`` as an array whose dtype is of one of the ``kinds``, as NumPy letters them."""
    try:
        array = np.asarray(values)
        # bfloat16 and its like, and empty lists, which say nothing of their kind.
        array = array.astype(np.float64) if array.dtype.kind == "V" or not array.size else array
    except (TypeError, ValueError):
        array = np.empty(0, object)
    if array.dtype.kind not in kinds and array.size + (array.dtype.kind == "O"):
        raise KindError(
            where=where,
            expected=expected,
            got=f"{values!r:.80}",
            fix="Pass a number, or an array or list of numbers whose rows are of one length.",
        )
    return array


def checked_count(count: Any, what: str, where: str, least: int = 0) -> int:
    """Return a number of ``what`` as a Python int; refuse fractions and what is below ``least``."""
    try:
        whole = operator.index(count)
    except TypeError:
        raise KindError(
            where=where,
            expected=f"a whole number of {what}",
            got=f"{count!r:.80}",
            fix="Pass an int, for instance int(n).",
        ) from None
    if whole < least:
        raise ValueRefused(where=where, expected=f"{least} {what} or more", got=str(whole), fix=f"Pass a number from {least} on.")
    return whole


def checked_channels(channels: Any, where: str, num_channels: int | None = None) -> NDArray[np.int64]:
    """Return channel numbers as ints in the shape they came in; refuse those below 0 or not below ``num_channels``."""
    array = checked_numbers(channels, where, "iu", "channel numbers, as whole numbers").astype(np.int64)
    outside = array[(array < 0) | (array >= (np.iinfo(np.int64).max if num_channels is None else num_channels))]
    if outside.size:
        raise ValueRefused(
            where=where,
            expected="channels from 0 on" + ("" if num_channels is None else f", below num_channels = {num_channels}"),
            got=str(outside.flat[0]),
            fix="Count channels from 0, and give num_channels when the last ones have no events.",
        )
    return array


def check_sorted(times: NDArray[np.float64], where: str) -> None:
    """Refuse times that are not one per row, or fall."""
    if times.ndim != 1:
        raise ShapeError(
            where=where,
            expected="one time per sample or event, shape (T,)",
            got=f"shape {times.shape}",
            fix="Pass a flat list of times.",
        )
    falls = np.flatnonzero(np.diff(times) < 0)
    if falls.size:
        at = int(falls[0])
        raise ValueRefused(
            where=where,
            expected="sorted times",
            got=f"{times[at]:g} s followed by {times[at + 1]:g} s at index {at + 1}",
            fix="Sort first: order = numpy.argsort(times, kind='stable'), then index times and values with it.",
        )


def check_range(times: NDArray[np.float64], t_start: float, t_stop: float, stop_is_open: bool, where: str) -> None:
    """Refuse a range that ends before it starts or does not hold the ``times``; the last may stand on a closed stop."""
    if t_stop < t_start:
        raise ValueRefused(
            where=f"{where}.t_stop",
            expected=f"a time at or after t_start = {t_start!r} s",
            got=f"{t_stop!r} s",
            fix="Give a later t_stop or an earlier t_start.",
        )
    if not times.size:
        return
    first, last = float(times[0]), float(times[-1])
    if first < t_start:
        raise ValueRefused(
            where=f"{where}.t_start",
            expected=f"a time at or before the first one, {first!r} s",
            got=f"{t_start!r} s",
            fix="Give an earlier t_start, or cut the series with clip(t_start=...).",
        )
    if last > t_stop or (stop_is_open and last == t_stop):
        raise ValueRefused(
            where=f"{where}.t_stop",
            expected=f"a time {'later than' if stop_is_open else 'at or after'} the last one, {last!r} s",
            got=f"{t_stop!r} s",
            fix="Give a later t_stop, or cut the series with clip(t_stop=...).",
        )
