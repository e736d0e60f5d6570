"""What a view draws: signals decimated to what its pixels can show."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ._engine import Engine
from ._ring import Ring
from ._signals import Signal


@dataclass(frozen=True)
class Trace:
    """Smallest and largest value in each pixel column, of each unit shown.

    ``lo`` and ``hi`` have shape ``(units, columns)``, float32; NaN where nothing has been
    simulated. ``units`` are the indices shown.
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
class Columns:
    """Pixel columns at fixed multiples of a number of steps.

    Parameters
    ----------
    begin, end : int
        First column, and that after the last, counted from time 0.
    steps : int
        Steps in a column.
    """

    begin: int
    end: int
    steps: int

    @classmethod
    def covering(cls, window: int, now: int, most: int) -> "Columns":
        """At most ``most`` columns that cover ``window`` steps up to step ``now``."""
        steps = -(-window // most)
        count = -(-window // steps)
        end = max(-(-now // steps), count)
        return cls(end - count, end, steps)

    @property
    def count(self) -> int:
        """Number of columns."""
        return self.end - self.begin

    def fold(self, ring: Ring, units: np.ndarray | slice, ufunc: np.ufunc) -> tuple[np.ndarray, slice]:
        """Reduce a signal over the steps of each column: ``(columns held, units)``, and which columns these are."""
        first, last = max(ring.first, self.begin * self.steps), min(ring.next, self.end * self.steps)
        if last <= first:
            return np.zeros((0, 0)), slice(0, 0)
        rows = ring.rows(first, last, units)
        held = np.arange(first // self.steps, -(-last // self.steps))
        starts = np.maximum(held * self.steps, first) - first
        return ufunc.reduceat(rows, starts, axis=0), slice(held[0] - self.begin, held[-1] + 1 - self.begin)


@dataclass(frozen=True)
class Picture:
    """Decimated signals, and the steps at the left and right edge."""

    begin: int
    end: int
    traces: dict[str, Trace]
    events: dict[str, np.ndarray]


def picture(engine: Engine, signals: Sequence[Signal], columns: int, units: int | Sequence[int], rows: int) -> Picture:
    """The last steps of some signals, as so many pixel columns show them."""
    shown = Columns.covering(engine.window, engine.steps, max(int(columns), 1))
    rings = engine.rings
    traces = {s.path: _trace(rings[s.path], shown, _chosen(units, s)) for s in signals if s.kind == "trace"}
    events = {s.path: _raster(rings[s.path], shown, max(int(rows), 1)) for s in signals if s.kind == "events"}
    return Picture(shown.begin * shown.steps, shown.end * shown.steps, traces, events)


def _trace(ring: Ring, columns: Columns, units: np.ndarray) -> Trace:
    lo = np.full((len(units), columns.count), np.nan, np.float32)
    hi = lo.copy()
    for into, ufunc in ((lo, np.minimum), (hi, np.maximum)):
        folded, where = columns.fold(ring, units, ufunc)
        if folded.size:
            into[:, where] = folded.T
    return Trace(lo, hi, units)


def _raster(ring: Ring, columns: Columns, rows: int) -> np.ndarray:
    rows = min(rows, ring.units)
    image = np.zeros((rows, columns.count), np.uint8)
    folded, where = columns.fold(ring, slice(None), np.maximum)
    if folded.size:
        starts = np.arange(rows) * ring.units // rows
        image[:, where] = np.maximum.reduceat(folded, starts, axis=1).T
    return image


def _chosen(units: int | Sequence[int], signal: Signal) -> np.ndarray:
    """Indices of the units shown: so many spread evenly, or those named that there are."""
    if isinstance(units, int):
        shown = min(units, signal.units)
        return np.arange(shown) * signal.units // max(shown, 1)
    named = np.asarray(units, int)
    return named[(named >= 0) & (named < signal.units)]
