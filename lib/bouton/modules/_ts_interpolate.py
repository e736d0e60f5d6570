"""Values between samples: hold the previous, take the next or the nearest, or draw a line."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ._ts_clock import SNAP

Floats = NDArray[np.float64]


def interpolate(times: Floats, samples: NDArray, t: Floats, kind: str, slack: Floats) -> NDArray:
    """Give the value of sampled channels at the times ``t``.

    Parameters
    ----------
    times : (T,) array, s
        Sorted, at least one. Where a time stands twice the series jumps there.
    samples : (T, C) array
    t : array of any shape, s
        Before the first sample that one holds, after the last sample the last.
    kind : str
        A key of :data:`KINDS`.
    slack : array of the shape of ``t``, s
        Rounding error of ``t``: so near to a sample, or within a millionth of the gap but a nanosecond at most, ``t`` counts as
        on the sample where the value jumps there.

    Returns
    -------
    array, shape of ``t`` and one axis of C channels
    """
    if len(times) == 1:
        return np.broadcast_to(samples[0], (*t.shape, samples.shape[1])).copy()
    t = np.clip(t, times[0], times[-1])
    if kind in ("previous", "next"):
        t = _onto_samples(times, t, slack)
    return KINDS[kind](times, samples, t)


def _right_of(times: Floats, t: Floats) -> NDArray[np.intp]:
    """Find the first sample after ``t``; where there is none, of the last."""
    return np.clip(np.searchsorted(times, t, side="right"), 1, len(times) - 1)


def _onto_samples(times: Floats, t: Floats, slack: Floats) -> Floats:
    """Move ``t`` onto the sample before or after it where only rounding is between them."""
    right = _right_of(times, t)
    before, after = times[right - 1], times[right]
    # A gap may be long, and a millionth of it longer than a time step.
    near = slack + np.minimum(SNAP * (after - before), 1e-9)
    t = np.where(t - before <= near, before, t)
    return np.where(after - t <= near, after, t)


def _previous(times: Floats, samples: NDArray, t: Floats) -> NDArray:
    right = _right_of(times, t)
    return samples[np.where(t == times[right], right, right - 1)]


def _next(times: Floats, samples: NDArray, t: Floats) -> NDArray:
    return samples[np.searchsorted(times, t, side="left")]


def _nearest(times: Floats, samples: NDArray, t: Floats) -> NDArray:
    right = _right_of(times, t)
    middle = (times[right - 1] + times[right]) / 2
    return samples[np.where((t > middle) | (t == times[right]), right, right - 1)]


def _linear(times: Floats, samples: NDArray, t: Floats) -> NDArray:
    right = _right_of(times, t)
    before, gap = times[right - 1], times[right] - times[right - 1]
    # A jump at the last time leaves a gap of 0; there the later sample holds.
    share = np.where(gap > 0, (t - before) / np.where(gap > 0, gap, 1.0), 1.0)
    share = share.astype(np.finfo(samples.dtype).dtype)[..., np.newaxis]
    low, high = samples[right - 1], samples[right]
    with np.errstate(invalid="ignore"):
        inner = low * (1 - share) + high * share
    # Both ends come out exactly, also where the other sample is infinite or NaN.
    return np.where(share == 0, low, np.where(share == 1, high, inner))


KINDS: dict[str, Callable[[Floats, NDArray, Floats], NDArray]] = {
    "previous": _previous,
    "next": _next,
    "nearest": _nearest,
    "linear": _linear,
}
"""Interpolation by name. ``nearest`` takes the earlier sample halfway."""
