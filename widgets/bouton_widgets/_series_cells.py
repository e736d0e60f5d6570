"""Continuous series as an image: the mean of each channel in each column of pixels."""

import numpy as np

from ._series_panels import Panel
from ._series_window import NO_IMAGE, Columns, Window, image, part


def cells(panel: Panel, window: Window) -> tuple[Columns, bool]:
    """The mean of every channel in every column; where no sample stands, the value in the middle."""
    series, (times, samples) = panel.series, part(panel, window)
    start, stop = max(window.start, series.t_start), min(window.stop, series.t_stop)
    share = (stop - start) / (window.stop - window.start)
    if not samples.size or share <= 0:
        return dict(NO_IMAGE), True
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
    return image(start, stop, shown), not many.size and len(times) == len(series)
