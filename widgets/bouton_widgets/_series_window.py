"""The part of time series that can be seen: which times, on how many pixels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._series_panels import Panel

Columns = dict[str, Any]
NO_IMAGE: Columns = {"x": [], "y": [], "dw": [], "dh": [], "image": []}


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
    # What is all at one time has a stop just behind that.
    least = 1e-12 * max(abs(start), abs(stop), 1.0)
    return Window(start, stop if stop - start > least else start + 1.0, columns)


def part(panel: Panel, window: Window) -> tuple[NDArray, NDArray]:
    """Times and samples in the window, with a neighbour on either side; what is not finite is NaN."""
    times = panel.series.times
    first = max(0, int(np.searchsorted(times, window.start, "left")) - 1)
    last = int(np.searchsorted(times, window.stop, "right")) + 1
    samples = np.asarray(panel.series.samples[first:last], np.float64)
    return times[first:last], np.where(np.isfinite(samples), samples, np.nan)


def image(start: float, stop: float, values: NDArray, low: float = -0.5, rows: int | None = None) -> Columns:
    return {
        "x": [start],
        "y": [low],
        "dw": [stop - start],
        "dh": [float(len(values) if rows is None else rows)],
        "image": [np.ascontiguousarray(values)],
    }


def clock(times: NDArray, window: Window) -> list[str]:
    """Times as text, as fine as the window tells them apart."""
    step = (window.stop - window.start) / window.columns
    decimals = min(12, max(0, int(np.ceil(-np.log10(step))) + 1))
    return [f"{t:.{decimals}f} s".replace("-", "−") for t in times]
