"""Where an axis ends and where its numbers stand."""

import math
from collections.abc import Sequence


def nice_step(span: float, count: int) -> float:
    """1, 2 or 5 times a power of ten: the smallest step that cuts a span into at most so many pieces.

    >>> nice_step(10.0, 4), nice_step(0.3, 4)
    (5.0, 0.1)
    """
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    return power * next(lead for lead in (1, 2, 5, 10) if raw / power <= lead * (1 + 1e-9))


def ticks(low: float, high: float, count: int) -> list[float]:
    """Numbers at nice steps, about so many at most, and two at least: one alone would not tell the scale.

    >>> ticks(0.0, 20.0, 5), ticks(-0.3, 0.4, 2)
    ([0.0, 5.0, 10.0, 15.0, 20.0], [-0.2, 0.0, 0.2, 0.4])
    """
    step = nice_step(high - low, count)
    found = [k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    return ticks(low, high, count + 1) if len(found) < 2 and high > low and count < 10 else found


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten, with 2 and 5 times these where they are few; nice steps within less than that.

    >>> log_ticks(0.08, 3.0)
    [0.1, 0.2, 0.5, 1.0, 2.0]
    """
    decades = math.log10(high / low)
    leads = (1, 2, 5) if decades < 3 else (1,)
    every = max(1, math.ceil(decades / 8))
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [lead * 10.0**k for k in exponents if k % every == 0 for lead in leads]
    found = [value for value in found if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
    return found if len(found) > 2 else ticks(low, high, 4)


def span_of(values: Sequence[float], log: bool) -> tuple[float, float]:
    """Ends of an axis with a little room about the values, which does not reach below 0, or above 1, where these do not."""
    if not values:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = min(values), max(values)
    if log:
        room = max((high / low) ** 0.06, 1.05)
        return low / room, high * room
    room = 0.06 * (high - low or abs(high) or 1.0)
    # An axis that nearly reaches 0 begins there.
    start = 0.0 if 0 <= low < 0.4 * high else low - room
    return start if low < 0 else max(0.0, start), min(high + room, 1.0) if low >= 0 and 0.5 < high <= 1 else high + room
