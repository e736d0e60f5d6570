"""What of a series is drawn between two times: samples as they are, or what stands for them where they are too many."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._series_panels import LINES, Panel
from ._summary import number

Columns = dict[str, Any]
MARKS = 5000
"""So many events are drawn one by one; more become a bitmap."""
LEVELS = 8
"""Shades of a bitmap: 1, 2, 4, ... events."""
_NO_IMAGE: Columns = {"x": [], "y": [], "dw": [], "dh": [], "image": []}


@dataclass(frozen=True)
class Window:
    """Times from ``start`` to ``stop`` in s, drawn on so many columns of pixels; rows of events from ``low`` to ``high``."""

    start: float
    stop: float
    columns: int
    low: float = -np.inf
    high: float = np.inf

    @property
    def edges(self) -> NDArray:
        """Of the columns, s."""
        return np.linspace(self.start, self.stop, self.columns + 1)


def whole(panels: list[Panel], columns: int = 1000) -> Window:
    """The window that shows all."""
    start, stop = min(panel.series.t_start for panel in panels), max(panel.series.t_stop for panel in panels)
    return Window(start, stop if stop > start else start + 1.0, columns)


def columns_of(panel: Panel, window: Window) -> tuple[dict[str, Columns], bool]:
    """Give columns by name of their source, and whether they are all there is: nothing would be gained by looking closer."""
    if panel.form == "events":
        return _events(panel, window)
    if panel.form == "heatmap":
        cells, exact = _cells(panel, window)
        return {"cells": cells}, exact
    x, y, exact = _lines(panel, window)
    if panel.form == "offset":
        low, high = panel.span
        y = np.arange(y.shape[1]) + 0.9 * (y - (low + high) / 2) / ((high - low) or 1.0)
        sources, fine = {"cells": _cells(panel, window)[0]}, exact
    else:
        sources, fine = {"reading": _reading(panel, window)}, exact
    return sources | {f"line{k}": {"x": x, "y": y[:, k]} for k in range(y.shape[1])}, fine


def _part(panel: Panel, window: Window) -> tuple[NDArray, NDArray]:
    """Times and samples in the window, with a neighbour on either side; what is not finite is NaN."""
    times = panel.series.times
    first = max(0, int(np.searchsorted(times, window.start, "left")) - 1)
    last = int(np.searchsorted(times, window.stop, "right")) + 1
    samples = np.asarray(panel.series.samples[first:last], np.float64)
    return times[first:last], np.where(np.isfinite(samples), samples, np.nan)


def _lines(panel: Panel, window: Window) -> tuple[NDArray, NDArray, bool]:
    """Points of the lines, (P,) and (P, C), and whether they are exact."""
    times, samples = _part(panel, window)
    if len(times) <= 2 * window.columns:
        return *_drawn_out(panel, times, samples), len(times) == len(panel.series)
    _, middle, index = _columns(times, window)
    low, high = np.fmin.reduceat(samples, index, axis=0), np.fmax.reduceat(samples, index, axis=0)
    # From one column to the next the line stays up or down.
    down = (np.arange(len(index)) % 2 == 1)[:, np.newaxis]
    y = np.stack([np.where(down, high, low), np.where(down, low, high)], axis=1).reshape(-1, samples.shape[1])
    return np.repeat(middle, 2), y, False


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


def _reading(panel: Panel, window: Window) -> Columns:
    """What is told at each time: values, or from where to where they go in a column of pixels."""
    times, samples = _part(panel, window)
    if len(times) <= 2 * window.columns:
        times, samples = _to_the_ends(panel.series, times, samples)
        low = high = samples
    else:
        begin, middle, index = _columns(times, window)
        low, high = np.fmin.reduceat(samples, index, axis=0), np.fmax.reduceat(samples, index, axis=0)
        times = begin if panel.series.interp_kind == "previous" else middle
    told = _clock(times, window)
    unit = f" {panel.unit}" if panel.unit else ""
    values = {f"v{k}": [_told(a, b) + unit for a, b in zip(low[:, k], high[:, k], strict=True)] for k in range(low.shape[1])}
    # A little to the left, so that pointing at a time right on the pixel finds what begins there, and that alone.
    x = times - 1e-6 * (window.stop - window.start) / window.columns
    return {"x": x, "y": np.full(len(times), 0.5), "time": told, **(values if low.shape[1] <= LINES else {})}


def _clock(times: NDArray, window: Window) -> list[str]:
    """Times as text, as fine as the window tells them apart."""
    step = (window.stop - window.start) / window.columns
    decimals = min(12, max(0, int(np.ceil(-np.log10(step))) + 1))
    return [f"{t:.{decimals}f} s".replace("-", "−") for t in times]


def _told(low: float, high: float) -> str:
    if np.isnan(low):
        return "not finite"
    return number(low, 5) if low == high else f"{number(low, 4)} to {number(high, 4)}"


def _cells(panel: Panel, window: Window) -> tuple[Columns, bool]:
    """The mean of every channel in every column; where no sample stands, the value in the middle."""
    series, (times, samples) = panel.series, _part(panel, window)
    start, stop = max(window.start, series.t_start), min(window.stop, series.t_stop)
    share = (stop - start) / (window.stop - window.start)
    if not samples.size or share <= 0:
        return dict(_NO_IMAGE), True
    count = max(1, round(window.columns * share))
    edges = np.linspace(start, stop, count + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    values = np.asarray(series(middle, fill_value=np.nan), np.float64)
    at = np.searchsorted(times, edges)
    many = np.flatnonzero(np.diff(at) > 1)
    if many.size:
        # Sums from the begin of one such column to that of the next, less what stands in between.
        bounds = np.ravel(np.column_stack([at[many], at[many + 1]]))
        padded = np.concatenate([samples, np.zeros((1, samples.shape[1]))])
        sums = np.add.reduceat(padded, bounds, axis=0)[::2]
        values[many] = sums / (at[many + 1] - at[many])[:, np.newaxis]
    shown = np.where(np.isfinite(values), values, np.nan).T.astype(np.float32)
    return _image(start, stop, shown), not many.size and len(times) == len(series)


def _image(start: float, stop: float, values: NDArray, low: float = -0.5, rows: int | None = None) -> Columns:
    return {
        "x": [start],
        "y": [low],
        "dw": [stop - start],
        "dh": [float(len(values) if rows is None else rows)],
        "image": [np.ascontiguousarray(values)],
    }


def _events(panel: Panel, window: Window) -> tuple[dict[str, Columns], bool]:
    series = panel.series
    first, last = np.searchsorted(series.times, [window.start, window.stop])
    times, channels = series.times[first:last], series.channels[first:last]
    low = float(np.floor(max(window.low, -0.5) + 0.5) - 0.5)
    rows = max(1, int(np.ceil(min(window.high, series.num_channels - 0.5) - low)))
    if rows < series.num_channels:
        inside = (channels > low) & (channels < low + rows)
        times, channels = times[inside], channels[inside]
    if len(times) <= MARKS:
        size = min(15.0, max(3.0, 0.72 * panel.height / rows))
        marks = {"x": times, "y": channels.astype(np.float64), "size": np.full(len(times), size), "time": _clock(times, window)}
        return {"marks": marks, "cells": _NO_IMAGE | {"count": []}}, len(times) == len(series)
    counts = _counts(times, channels - (low + 0.5), rows, min(rows, panel.height), window)
    levels = np.where(counts > 0, 1 + np.minimum(LEVELS - 1, np.log2(np.maximum(counts, 1)).astype(np.uint8)), 0).astype(np.uint8)
    cells = _image(window.start, window.stop, levels, low, rows) | {"count": [counts]}
    return {"marks": {"x": [], "y": [], "size": [], "time": []}, "cells": cells}, False


def _counts(times: NDArray, rank: NDArray, rows: int, tall: int, window: Window) -> NDArray:
    """Number of events in each pixel, (tall, columns)."""
    row = (rank * (tall / rows)).astype(np.int64)
    column = ((times - window.start) / (window.stop - window.start) * window.columns).astype(np.int64)
    place = np.minimum(row, tall - 1) * window.columns + np.minimum(column, window.columns - 1)
    counts = np.bincount(place, minlength=tall * window.columns).reshape(tall, window.columns)
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))
