"""Continuous series as lines: samples as they are, or the extremes of each column of pixels where they are too many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._series_panels import LINES, Panel
from ._series_window import Columns, Window, clock, part
from ._summary import number


def lines(panel: Panel, window: Window) -> tuple[dict[str, Columns], bool]:
    """Give the lines of all channels and what is told where one points, and whether they are exact."""
    times, samples = part(panel, window)
    if len(times) <= 2 * window.columns:
        exact = len(times) == len(panel.series)
        x, y = _drawn_out(panel, times, samples)
        times, samples = _to_the_ends(panel.series, times, samples)
        reading = _reading(panel, window, times, samples, samples)
    else:
        begin, middle, index = _columns(times, window)
        low, high = np.fmin.reduceat(samples, index, axis=0), np.fmax.reduceat(samples, index, axis=0)
        # From one column to the next the line stays up or down.
        down = (np.arange(len(index)) % 2 == 1)[:, np.newaxis]
        x, y = np.repeat(middle, 2), np.stack([np.where(down, high, low), np.where(down, low, high)], axis=1)
        y = y.reshape(-1, samples.shape[1])
        times = begin if panel.series.interp_kind == "previous" else middle
        reading, exact = _reading(panel, window, times, low, high), False
    if panel.form == "offset":
        y = _in_rows(y, panel.span)
    return {"reading": reading} | {f"line{k}": {"x": x, "y": y[:, k]} for k in range(y.shape[1])}, exact


def _in_rows(y: NDArray, span: tuple[float, float]) -> NDArray:
    """Channel k about k, all on one scale."""
    low, high = span
    return np.arange(y.shape[1]) + 0.9 * (y - (low + high) / 2) / ((high - low) or 1.0)


def _columns(times: NDArray, window: Window) -> tuple[NDArray, NDArray, NDArray]:
    """Begin and middle of the columns that hold samples, and where in ``times`` each begins."""
    edges = window.edges
    at = np.append(np.searchsorted(times, edges[:-1], "left"), len(times))
    held = np.flatnonzero(np.diff(at) > 0)
    return edges[held], (edges[held] + edges[held + 1]) / 2, at[held]


def _drawn_out(panel: Panel, times: NDArray, samples: NDArray) -> tuple[NDArray, NDArray]:
    """The course of the series through these samples, to the ends of its range."""
    times, samples = _to_the_ends(panel.series, times, samples)
    kind = panel.series.interp_kind
    if kind == "linear" or len(times) < 2:
        return times, samples
    if kind == "previous":
        return np.repeat(times, 2)[1:], np.repeat(samples, 2, axis=0)[:-1]
    if kind == "next":
        return np.repeat(times, 2)[:-1], np.repeat(samples, 2, axis=0)[1:]
    middle = _halfway(panel.series, times)
    return np.concatenate([times[:1], np.repeat(middle, 2), times[-1:]]), np.repeat(samples, 2, axis=0)


def _halfway(series: Any, times: NDArray) -> NDArray:
    """Times between these; over the ends of a period to its neighbours' samples."""
    middle = (times[:-1] + times[1:]) / 2
    over = (series.times[-1] - series.duration + series.times[0]) / 2
    if series.periodic and times[0] < series.times[0]:
        middle[0] = max(over, series.t_start)
    if series.periodic and times[-1] > series.times[-1]:
        middle[-1] = min(over + series.duration, series.t_stop)
    return middle


def _to_the_ends(series: Any, times: NDArray, samples: NDArray) -> tuple[NDArray, NDArray]:
    """With the values at the ends of the range, where these samples are the first or the last."""
    if len(times) and times[0] == series.times[0] and series.t_start < times[0]:
        times, samples = np.append(series.t_start, times), np.concatenate([_value(series, series.t_start), samples])
    if len(times) and times[-1] == series.times[-1] and series.t_stop > times[-1]:
        last = samples[-1:] if series.interp_kind == "previous" else _value(series, series.t_stop)
        times, samples = np.append(times, series.t_stop), np.concatenate([samples, last])
    return times, samples


def _value(series: Any, t: float) -> NDArray:
    value = np.asarray(series([t]), np.float64)
    return np.where(np.isfinite(value), value, np.nan)


def _reading(panel: Panel, window: Window, times: NDArray, low: NDArray, high: NDArray) -> Columns:
    """What is told at each time: values, or from where to where they go in a column of pixels; of few channels only."""
    if panel.form != "lines" or panel.series.num_channels > LINES:
        return {"x": [], "y": [], "time": []}
    unit = f" {panel.unit}" if panel.unit else ""
    values = {f"v{k}": [_told(a, b) + unit for a, b in zip(low[:, k], high[:, k], strict=True)] for k in range(low.shape[1])}
    # A little to the left, so that pointing at a time right on the pixel finds what begins there, and that alone.
    x = times - 1e-6 * (window.stop - window.start) / window.columns
    return {"x": x, "y": np.full(len(times), 0.5), "time": clock(times, window), **values}


def _told(low: float, high: float) -> str:
    if np.isnan(low):
        return "not finite"
    return number(low, 5) if low == high else f"{number(low, 4)} to {number(high, 4)}"
