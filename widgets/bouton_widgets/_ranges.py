"""The range of a slider: wide enough for the values in use, with room beyond them, and inside what the model takes."""

import math
from typing import NamedTuple

import numpy as np

import bouton as bp


class Range(NamedTuple):
    """The two ends of a slider in the entry's unit, and whether it is logarithmic (then both are above zero)."""

    low: float
    high: float
    log: bool


FACTORS = Range(0.1, 10.0, True)
"""Of the slider that scales an array whose elements differ."""

_ROOM = 0.25
"""How far a widened linear range goes beyond the value, as a share of the range."""

_TIMES = 4.0
"""How far a widened logarithmic range goes beyond the value, as a factor."""


def slider_range(entry: bp.Entry, *values: float) -> Range:
    """Choose the range of a slider.

    The entry's own range for a control comes first, then its hard bounds, then a range around the first value. It is widened to
    hold all values, and never leaves the hard bounds.

    Parameters
    ----------
    entry : bouton.Entry
        With ``softbounds``, ``bounds`` and ``scale``.
    *values : float
        In the entry's unit. Those that are not finite are passed over.

    Returns
    -------
    Range
        ``low < high``, unless the bounds leave room for one value only.
    """
    shown = [value for value in values if math.isfinite(value)]
    low, high = entry.bounds or (None, None)
    log = entry.scale == "log"
    if entry.softbounds is not None:
        low, high = entry.softbounds
    elif low is None or high is None:
        low, high = _around(shown[0] if shown else 0.0, log)
    found = Range(float(low), float(high), log and low > 0)
    for value in shown:
        found = widened(found, value)
    return _within(found, entry)


def hold(entry: bp.Entry, found: Range, value: float) -> Range:
    """Widen a range for a value, as far as the entry's bounds allow."""
    return _within(widened(found, value), entry)


def widened(found: Range, value: float) -> Range:
    """Widen a range so that a value is inside, with room beyond it; a range that holds the value stays as it is."""
    low, high, log = found
    if not math.isfinite(value) or low <= value <= high:
        return found
    if log and value > 0:
        return Range(_down(value / _TIMES), high, True) if value < low else Range(low, _up(value * _TIMES), True)
    if log:
        # A logarithm has no place for this one.
        low = 0.0
    if low <= value <= high:
        return Range(low, high, False)
    room = _ROOM * (max(high, value) - min(low, value))
    if value < low:
        return Range(max(_outwards(value - room, -1), 0.0 if value >= 0 else -math.inf), high, False)
    return Range(low, min(_outwards(value + room, 1), 0.0 if value <= 0 else math.inf), False)


def _within(found: Range, entry: bp.Entry) -> Range:
    lowest, highest = limits(entry)
    low, high = max(found.low, lowest), min(found.high, highest)
    if entry.dtype is not None and entry.dtype.kind in "iu":
        low, high = float(math.floor(low)), float(math.ceil(high))
    return Range(low, max(low, high), found.log and low > 0)


def limits(entry: bp.Entry) -> tuple[float, float]:
    """The least and the greatest number that the entry can take: its hard bounds, and what its dtype can hold."""
    low, high = entry.bounds or (None, None)
    dtype = entry.dtype
    least, most = (-math.inf, math.inf) if dtype is None or dtype.kind not in "iuf" else _holds(dtype)
    return (least if low is None else max(float(low), least), most if high is None else min(float(high), most))


def _holds(dtype: np.dtype) -> tuple[float, float]:
    facts = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    return float(facts.min), float(facts.max)


def _around(value: float, logarithmic: bool) -> tuple[float, float]:
    if value == 0:
        return -1.0, 1.0
    if logarithmic and value > 0:
        return _up(value) / 100, _up(value) * 10
    reach = _up(2 * abs(value))
    return (0.0, reach) if value > 0 else (-reach, 0.0)


def _outwards(x: float, way: int) -> float:
    """Go from zero, or towards it, to the next round number that is further in the direction of ``way``."""
    if x == 0:
        return 0.0
    further = _up if (x > 0) == (way > 0) else _down
    return math.copysign(further(abs(x)), x)


def _up(x: float) -> float:
    """Go up to the next 1, 2 or 5 times a power of ten."""
    return next(found for found in _round_numbers(x) if x <= found * (1 + 1e-9))


def _down(x: float) -> float:
    """Go down to the next 1, 2 or 5 times a power of ten."""
    return next(found for found in reversed(_round_numbers(x)) if x >= found * (1 - 1e-9))


def _round_numbers(x: float) -> list[float]:
    # Clipped to where powers of ten are still ordinary numbers.
    power = math.floor(math.log10(min(max(x, 1e-300), 1e300)))
    numbers = [float(f"{lead}e{power + step}") for step in (-1, 0, 1) for lead in (1, 2, 5)]
    return [min(x, 1e-300), *numbers, max(x, 1e301)]
