"""What a view draws: signals decimated to what its pixels can show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from ._columns import Columns, Scroll, extremes, raster
from ._engine import Engine
from ._ring import Held
from ._signals import Signal


@dataclass(frozen=True)
class Trace:
    """Smallest and largest value in each pixel column, of each unit shown.

    ``lo`` and ``hi`` have shape ``(units, columns)``, float32; NaN where nothing has been simulated. ``units`` are the indices
    shown, among those that are kept (:class:`Signal`).
    """

    lo: np.ndarray
    hi: np.ndarray
    units: np.ndarray


@dataclass(frozen=True)
class Frame:
    """One picture of a live simulation, as plain data.

    Attributes
    ----------
    time : (float, float), s
        Simulated time at the left and the right edge. Columns lie at fixed times, so a picture scrolls without flicker.
    now : float, s
        Simulated time reached, at or just left of the right edge.
    step : int
        Steps simulated.
    change : int
        Number of the last change of a parameter that these data contain.
    status : str
        Of the simulation.
    rate : float
        Simulated seconds in a second.
    traces : dict of str to Trace
        Signals with values.
    events : dict of str to (rows, columns) uint8 array
        Signals of events: the most events of a unit of the row in a step of the column.
    """

    time: tuple[float, float]
    now: float
    step: int
    change: int
    status: str
    rate: float
    traces: dict[str, Trace] = field(default_factory=dict)
    events: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """Decimated signals, and the steps at the left and right edge."""

    begin: int
    end: int
    traces: dict[str, Trace]
    events: dict[str, np.ndarray]


class Pictures:
    """Makes pictures of an engine's signals, each from the one before.

    Parameters
    ----------
    engine : Engine
        Whose signals.
    """

    # Of pictures that are kept to make the next from, in bytes.
    MOST_BYTES = 2**24

    def __init__(self, engine: Engine):
        self._engine = engine
        # In order of last use.
        self._scrolls: dict[tuple, Scroll] = {}

    def picture(self, signals: Sequence[Signal], columns: int, units: int | Sequence[int], rows: int) -> Picture:
        """The last steps of some signals, as so many pixel columns show them."""
        shown = Columns.covering(self._engine.window, self._engine.steps, max(int(columns), 1))
        traces = {s.path: self._trace(s, shown, _chosen(units, s)) for s in signals if s.kind == "trace"}
        events = {s.path: self._raster(s, shown, max(int(rows), 1)) for s in signals if s.kind == "events"}
        while sum(scroll.nbytes for scroll in self._scrolls.values()) > self.MOST_BYTES:
            self._scrolls.pop(next(iter(self._scrolls)))
        return Picture(shown.begin * shown.steps, shown.end * shown.steps, traces, events)

    def _trace(self, signal: Signal, columns: Columns, units: np.ndarray) -> Trace:
        image = self._image(signal, columns, units, tuple(units.tolist()), extremes, np.float32(np.nan))
        return Trace(image[: len(units)], image[len(units) :], units)

    def _raster(self, signal: Signal, columns: Columns, rows: int) -> np.ndarray:
        return self._image(signal, columns, None, rows, lambda blocks: raster(blocks, rows), np.uint8(0))

    def _image(
        self, signal: Signal, columns: Columns, units: np.ndarray | None, which: object, fold: Callable, blank: np.generic
    ) -> np.ndarray:
        key = (signal.path, which, columns.steps, columns.count)
        scroll = self._scrolls.pop(key, None) or Scroll(self._engine.rings[signal.path], units, fold, blank)
        self._scrolls[key] = scroll
        return scroll.at(columns)


def drawn(
    held: Mapping[str, Held], signals: Sequence[Signal], columns: Columns, units: int | Sequence[int], rows: int
) -> tuple[dict[str, Trace], dict[str, np.ndarray]]:
    """Traces and rasters of signals that stay as they are, in these columns."""
    traces: dict[str, Trace] = {}
    events: dict[str, np.ndarray] = {}
    rows = max(int(rows), 1)
    for signal in signals:
        if signal.kind == "trace":
            shown = _chosen(units, signal)
            image = Scroll(held[signal.path], shown, extremes, np.float32(np.nan)).at(columns)
            traces[signal.path] = Trace(image[: len(shown)], image[len(shown) :], shown)
        else:
            fold = partial(raster, most=rows)
            events[signal.path] = Scroll(held[signal.path], None, fold, np.uint8(0)).at(columns)
    return traces, events


def _chosen(units: int | Sequence[int], signal: Signal) -> np.ndarray:
    """Indices of the units shown: so many spread evenly, or those named that there are."""
    if np.ndim(units):
        named = np.asarray(units, int)
        return named[(named >= 0) & (named < signal.units)]
    shown = min(max(int(np.asarray(units)), 0), signal.units)
    return np.arange(shown) * signal.units // max(shown, 1)
