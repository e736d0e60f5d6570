"""How active the parts of a live simulation are: now, and over the time that is kept."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..core import Entry
from ..core._names import nearest
from ..errors import UnknownPathError
from ._columns import Columns, Scroll
from ._drive import Drive
from ._live import LiveSimulation
from ._of_simulation import checked_simulation
from ._recording import Course, Recording
from ._settings import checked_count
from ._signals import Signal

_WHERE = "Activity"
INPUT = "input"

# Units of a signal that are looked at; steps of the input; looks that are kept of what is not recorded.
_MOST_UNITS, _MOST_STEPS, _MOST_LOOKS = 512, 256, 400
# Part of the time kept over which the present activity is a mean.
_NOW = 1 / 32


@dataclass(frozen=True)
class ActivitySource:
    """From what the activity of a part is told.

    Attributes
    ----------
    path : str
        Of a signal or a state; ``'input'`` is what drives the model.
    measure : {'rate', 'size'}
        Events of a unit in a second, or the mean of the absolute values.
    unit : str
        Hz for rates, of others as the model says; may be empty.
    recorded : bool
        Whether every step counts. Of what the simulation does not record, only steps at which somebody looks are known.
    """

    path: str
    measure: str
    unit: str
    recorded: bool


@dataclass(frozen=True)
class ActivityCourses:
    """How active some parts are.

    Attributes
    ----------
    time : (float, float), s
        Simulated time at the beginning of the first bin and at the end of the last.
    now : dict of str to float
        By path: over the last of 32 parts of the time kept; of a state that is not recorded at the last look, or if it holds
        events over all looks within the time kept. NaN where nothing is known.
    courses : dict of str to (bins,) array
        Over the time kept; NaN where nothing is known.
    change : int
        Number of the last change of a parameter that these contain.
    """

    time: tuple[float, float]
    now: dict[str, float]
    courses: dict[str, np.ndarray]
    change: int


class Activity:
    """How active parts of a live simulation are; a call tells.

    What is recorded is told from the record. A state that is not recorded is looked at whenever a call is made, which neither
    compiles nor records anything.

    Parameters
    ----------
    simulation : LiveSimulation
    paths : sequence of str
        Signals that it records, states of the model, or ``'input'``.

    Attributes
    ----------
    sources : dict of str to ActivitySource
        What each path tells.

    Raises
    ------
    KindError, UnknownPathError
        For what is no simulation, and a path that is none of these.

    Notes
    -----
    At most 512 units of each are looked at, spread evenly. An input that is a function is not asked again, and unknown.

    Examples
    --------
    >>> import bouton as bp
    >>> with bp.run.LiveSimulation(bp.modules.LIF(50, bias=0.06, noise_std=0.0), record="spikes", window=1.0) as sim:
    ...     sim.step(1000)
    ...     found = bp.run.Activity(sim, ["spikes", "input"])(bins=4)
    >>> found.courses["spikes"].round().tolist(), found.now["input"]
    ([28.0, 28.0, 32.0, 28.0], 0.0)
    """

    def __init__(self, simulation: LiveSimulation, paths: Sequence[str]):
        checked_simulation(simulation, _WHERE)
        self._simulation = simulation
        self._signals = {signal.path: signal for signal in simulation.signals}
        self._states = {entry.path: entry for entry in simulation.model.entries() if _is_state(entry)}
        self.sources = {path: self._source(path) for path in dict.fromkeys(paths)}
        self._scrolls: dict[str, Scroll] = {}
        self._shape = (0, 0)
        self._looks: dict[str, deque[tuple[int, float]]] = {
            path: deque(maxlen=_MOST_LOOKS) for path, source in self.sources.items() if not source.recorded
        }
        self._looked, self._clearings = -1, 0

    def __call__(self, bins: int = 32) -> ActivityCourses:
        """How active they are, over about the last ``window`` seconds of the simulation, in at most so many bins."""
        bins = checked_count(bins, f"{_WHERE}(bins=...)")
        simulation = self._simulation
        with simulation._turns:
            engine, change = simulation._engine, simulation._shown_change
            shown = Columns.covering(engine.window, engine.steps, bins)
            self._look(engine.steps)
            recorded = [path for path, source in self.sources.items() if source.recorded]
            self._prepare(shown, recorded)
            courses = {path: self._scrolls[path].at(shown)[0].astype(float) for path in recorded}
            now = {path: self._present(path) for path in recorded}
            full = max(engine.steps // shown.steps - shown.begin, 0)
        for course in courses.values():
            # Of a bin that has only begun the mean would jump about.
            course[full:] = np.nan
        for path, looks in self._looks.items():
            courses[path], now[path] = self._of_looks(path, looks, shown)
        width = shown.steps * simulation.dt
        return ActivityCourses(
            (shown.begin * width, shown.end * width),
            {path: now[path] for path in self.sources},
            {path: courses[path] for path in self.sources},
            change,
        )

    def of(self, recording: Recording, bins: int = 32, time: Sequence[float] | None = None) -> ActivityCourses:
        """The same of a recording, over its time or that between two times; of states that it does not contain a few looks.

        Raises
        ------
        ValueRefused
            For no bins, and times that are none.
        """
        shown = recording.columns(checked_count(bins, f"{_WHERE}.of(bins=...)"), time)
        known = {signal.path for signal in recording.signals if signal.path in self._signals}
        courses = {path: np.full(shown.count, np.nan) for path in self.sources}
        now = dict.fromkeys(self.sources, math.nan)
        for path in known & courses.keys():
            held, fold = recording.held(path), self._fold(path)
            courses[path] = Scroll(held, _some(self._signals[path]), fold, np.float32(np.nan)).at(shown)[0].astype(float)
            last = recording.values[path][-max(round(recording.window * _NOW), 1) :, _some(self._signals[path])]
            now[path] = float(fold(last[None])[0, 0]) if last.size else math.nan
        if recording.course is not None:
            for path in self._looks:
                courses[path], now[path] = self._of_looks(path, self._then(path, recording.course), shown)
        width = shown.steps * recording.dt
        return ActivityCourses((shown.begin * width, shown.end * width), now, courses, recording.change)

    # -- what is recorded -----------------------------------------------------

    def _prepare(self, shown: Columns, recorded: list[str]) -> None:
        if (shown.steps, shown.count) == self._shape:
            return
        self._shape = (shown.steps, shown.count)
        for path in recorded:
            ring, fold = self._simulation._engine.rings[path], self._fold(path)
            self._scrolls[path] = Scroll(ring, _some(self._signals[path]), fold, np.float32(np.nan))

    def _fold(self, path: str) -> Callable[[np.ndarray], np.ndarray]:
        """One row ``(1, columns)`` of values ``(columns, steps, units)``."""
        scale = 1 / self._simulation.dt if self.sources[path].measure == "rate" else 1.0

        def folded(blocks: np.ndarray) -> np.ndarray:
            return np.abs(blocks.astype(np.float32)).mean(axis=(1, 2), dtype=np.float32)[None] * np.float32(scale)

        return lambda blocks: folded(blocks) if blocks.size else np.full((1, len(blocks)), np.nan, np.float32)

    def _present(self, path: str) -> float:
        ring = self._simulation._engine.rings[path]
        steps = np.arange(max(ring.first, ring.next - self._span()), ring.next)
        values = ring.rows(steps, _some(self._signals[path]))
        return float(self._fold(path)(values[None])[0, 0]) if values.size else math.nan

    def _span(self) -> int:
        return max(round(self._simulation._engine.window * _NOW), 1)

    # -- what is not ----------------------------------------------------------

    def _look(self, step: int) -> None:
        """Note the states as they are; called when nothing moves."""
        clearings = sum(ring.clearings for ring in self._simulation._engine.rings.values())
        if clearings != self._clearings or step < self._looked:
            # It has jumped.
            self._clearings = clearings
            for looks in self._looks.values():
                looks.clear()
        if step == self._looked or not step:
            self._looked = step
            return
        self._looked = step
        for path, looks in self._looks.items():
            value = self._driven(self._simulation.inputs, step) if path == INPUT else self._states[path].value
            looks.extend(self._seen(path, step, value))

    def _then(self, path: str, course: Course) -> deque[tuple[int, float]]:
        """What the snapshots of a recording show."""
        if path == INPUT:
            step = course.snapshots[-1].steps
            return deque(self._seen(path, step, self._driven(course.inputs, step)))
        return deque(look for one in course.snapshots for look in self._seen(path, one.steps, one.values.get(path)))

    def _seen(self, path: str, step: int, value: Any) -> list[tuple[int, float]]:
        """One look, if there is anything to be seen."""
        if value is None or not step or not value.size:
            return []
        values = np.asarray(value).reshape(-1)[:: -(-value.size // _MOST_UNITS) or 1].astype(float)
        scale = 1 / self._simulation.dt if self.sources[path].measure == "rate" else 1.0
        return [(step, scale * float(np.abs(values).mean()))]

    def _driven(self, drive: Drive, step: int) -> np.ndarray | None:
        steps = min(self._span(), step, max(_MOST_STEPS // max(drive.size_in, 1), 1))
        return drive(step - steps, steps) if drive.repeats else None

    def _of_looks(self, path: str, looks: deque[tuple[int, float]], shown: Columns) -> tuple[np.ndarray, float]:
        course = np.full(shown.count, np.nan)
        # After step k the first k columns of one step each are full.
        held = [((step - 1) // shown.steps - shown.begin, value) for step, value in looks]
        inside = [(column, value) for column, value in held if 0 <= column < shown.count]
        for column in {column for column, _ in inside}:
            course[column] = np.mean([value for other, value in inside if other == column])
        if not inside:
            return course, math.nan
        rate = self.sources[path].measure == "rate"
        return course, float(np.mean([value for _, value in inside])) if rate else inside[-1][1]

    # -------------------------------------------------------------------------

    def _source(self, path: str) -> ActivitySource:
        signal = self._signals.get(path)
        if signal is not None:
            rate = signal.kind == "events"
            return ActivitySource(path, "rate" if rate else "size", "Hz" if rate else signal.unit or "", True)
        if path == INPUT:
            return ActivitySource(path, "size", "", False)
        entry = self._states.get(path)
        if entry is None:
            raise UnknownPathError(
                where=f"{_WHERE}(paths)",
                expected="a signal that is recorded, a state, or 'input'",
                got=f"{path!r}",
                fix=nearest(str(path), {**self._signals, **self._states}),
            )
        rate = entry.name in ("spike", "spikes")
        return ActivitySource(path, "rate" if rate else "size", "Hz" if rate else entry.unit or "", False)


def _is_state(entry: Entry) -> bool:
    if entry.kind != "state" or entry.cell is None or not entry.cell.value.size:
        return False
    dtype: Any = entry.cell.value.dtype
    return any(jnp.issubdtype(dtype, real) for real in (jnp.floating, jnp.integer, jnp.bool_))


def _some(signal: Signal) -> np.ndarray:
    return np.arange(0, signal.units, -(-signal.units // _MOST_UNITS) or 1)
