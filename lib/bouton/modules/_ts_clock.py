"""Clocks of whole steps: step times, and the step of a time, that survive the rounding of ``k * dt``.

In float64 the time of step *k* may come as ``k * dt``, as ``k / 1000``, as ``t_start + k * dt`` or from a running
sum, and the results differ in their last digits. Every edge in this file is therefore a little soft: a time nearer to
an edge than a millionth of the step, or than a few float64 roundings, counts as on it.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ShapeError, ValueRefused
from ._ts_checks import checked_numbers

SNAP = 1e-6
"""Part of a step within which a time counts as on its edge."""


def rounding(*times: ArrayLike) -> NDArray[np.float64]:
    """Bound what a few float64 operations on ``times`` can lose, in seconds and in the broadcast shape of ``times``."""
    return np.asarray(sum(4.0 * np.spacing(np.abs(np.asarray(t, np.float64))) for t in times))


def checked_times(times: ArrayLike, where: str) -> NDArray[np.float64]:
    """Return ``times`` (any shape, seconds) as float64; refuse what is no real number, NaN and infinities."""
    array = checked_numbers(times, where, "iuf", "times in seconds, as numbers").astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueRefused(
            where=where,
            expected="finite times in seconds",
            got=f"{array.flat[bad[0]]} at index {bad[0]}",
            fix="Remove the entries that are NaN or infinite, for instance with times[numpy.isfinite(times)].",
        )
    return array


def checked_time(time: Any, where: str) -> float:
    """Return one finite time in seconds as a Python float."""
    array = checked_times(time, where)
    if array.ndim != 0:
        raise ShapeError(
            where=where,
            expected="one time, shape ()",
            got=f"shape {array.shape}",
            fix="Pass a single number of seconds.",
        )
    return float(array)


def checked_dt(dt: Any, where: str) -> float:
    """Return the length of a step in seconds as a Python float; refuse zero and below."""
    seconds = checked_time(dt, where)
    if seconds <= 0:
        raise ValueRefused(
            where=where,
            expected="a positive step",
            got=f"{seconds} s",
            fix="Pass the step in seconds, for instance dt=1e-3.",
        )
    return _as_meant(seconds)


def _as_meant(seconds: float) -> float:
    """Undo a decimal number's detour over float32, in which a model may keep it: 0.00100000004749745 is 0.001."""
    with np.errstate(over="ignore", under="ignore"):
        narrow = np.float32(seconds)
    # A number of few bits, such as 1 / 1024, is in float32 by intent.
    detoured = float(narrow) == seconds and not (math.frexp(seconds)[0] * 2**16).is_integer()
    return float(str(narrow)) if detoured else seconds


def check_resolution(dt: float, t_start: float, t_stop: float, where: str) -> None:
    """Refuse a step so short beside the times that float64 cannot tell its edges apart."""
    widest = max(abs(t_start), abs(t_stop))
    least = float(64 * np.spacing(widest))
    if dt < least:
        raise ValueRefused(
            where=where,
            expected=f"a step that float64 resolves near {widest:g} s, at least {least:.1g} s",
            got=f"{dt:g} s",
            fix="Count the time from a nearer origin, or take a longer step.",
        )


def step_times(count: int, dt: float, t_start: float, where: str) -> NDArray[np.float64]:
    """Return the times ``t_start + k * dt`` of the steps ``k`` in ``0 ... count - 1``, shape (count,), seconds."""
    check_resolution(dt, t_start, t_start + count * dt, where)
    return t_start + np.arange(count, dtype=np.float64) * dt


def step_index(times: ArrayLike, dt: float, t_start: float) -> NDArray[np.int64]:
    """Find the step in which each of ``times`` lies, counted from ``t_start``; same shape as ``times``.

    Step *k* holds the times from ``t_start + k * dt`` up to, not including, the next edge.
    """
    position = (np.asarray(times) - t_start) / dt
    edge = np.rint(position)
    on_edge = np.abs(position - edge) <= SNAP + rounding(times, t_start) / dt
    return np.where(on_edge, edge, np.floor(position)).astype(np.int64)


def step_count(t_start: float, t_stop: float, dt: float) -> int:
    """Count the steps of ``dt`` that reach from ``t_start`` to ``t_stop``; a step begun counts."""
    return -int(step_index(t_start, dt, t_stop))
