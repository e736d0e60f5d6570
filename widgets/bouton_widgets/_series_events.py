"""Events as marks, or as a bitmap where they are too many."""

import numpy as np
from numpy.typing import NDArray

from ._series_panels import Panel
from ._series_window import NO_IMAGE, Columns, Window, clock, image

MARKS = 5000
"""So many events are drawn one by one; more become a bitmap."""
LEVELS = 8
"""Shades of a bitmap: 1, 2, 4, ... events."""


def events(panel: Panel, window: Window) -> tuple[dict[str, Columns], bool]:
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
        marks = {"x": times, "y": channels.astype(np.float64), "size": np.full(len(times), size), "time": clock(times, window)}
        return {"marks": marks, "cells": NO_IMAGE | {"count": []}}, len(times) == len(series)
    counts = _counts(times, channels - (low + 0.5), rows, min(rows, panel.height), window)
    levels = np.where(counts > 0, 1 + np.minimum(LEVELS - 1, np.log2(np.maximum(counts, 1)).astype(np.uint8)), 0).astype(np.uint8)
    cells = image(window.start, window.stop, levels, low, rows) | {"count": [counts]}
    return {"marks": {"x": [], "y": [], "size": [], "time": []}, "cells": cells}, False


def _counts(times: NDArray, rank: NDArray, rows: int, tall: int, window: Window) -> NDArray:
    """Number of events in each pixel, (tall, columns)."""
    row = (rank * (tall / rows)).astype(np.int64)
    column = ((times - window.start) / (window.stop - window.start) * window.columns).astype(np.int64)
    place = np.minimum(row, tall - 1) * window.columns + np.minimum(column, window.columns - 1)
    counts = np.bincount(place, minlength=tall * window.columns).reshape(tall, window.columns)
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))
