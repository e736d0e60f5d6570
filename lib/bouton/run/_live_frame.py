"""What a view draws: signals decimated to what its pixels can show."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ._columns import Columns
from ._engine import Engine
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


def picture(engine: Engine, signals: Sequence[Signal], columns: int, units: int | Sequence[int], rows: int) -> Picture:
    """The last steps of some signals, as so many pixel columns show them."""
    shown = Columns.covering(engine.window, engine.steps, max(int(columns), 1))
    rings = engine.rings
    chosen = {s.path: _chosen(units, s) for s in signals if s.kind == "trace"}
    traces = {path: Trace(*shown.traces(rings[path], which), which) for path, which in chosen.items()}
    events = {s.path: shown.raster(rings[s.path], max(int(rows), 1)) for s in signals if s.kind == "events"}
    return Picture(shown.begin * shown.steps, shown.end * shown.steps, traces, events)


def _chosen(units: int | Sequence[int], signal: Signal) -> np.ndarray:
    """Indices of the units shown: so many spread evenly, or those named that there are."""
    if np.ndim(units):
        named = np.asarray(units, int)
        return named[(named >= 0) & (named < signal.units)]
    shown = min(max(int(np.asarray(units)), 0), signal.units)
    return np.arange(shown) * signal.units // max(shown, 1)
