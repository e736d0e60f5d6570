"""The last seconds of a live simulation as data that stay: to look at closer, to compare with, to export."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core._names import nearest
from ..errors import UnknownPathError, ValueRefused
from ._columns import Columns
from ._drive import Drive
from ._labelled import Labels, as_dataset
from ._live_frame import Frame, drawn
from ._ring import Held
from ._settings import checked_count
from ._signals import OUTPUT, Signal
from ._snapshot import Snapshot

if TYPE_CHECKING:
    import xarray

_WHERE = "Recording"
# Longer than so many windows nobody looks.
_MOST_WINDOWS = 100


@dataclass(frozen=True)
class Course:
    """How the simulation came through the steps of a recording.

    Attributes
    ----------
    inputs : Drive
        What drove it.
    snapshots : tuple of Snapshot
        Where it stood at some of the steps, oldest first; the last is that of the end. Of a model that moves much there are no
        others.
    choices : dict of str to object
        What the model had been set to at the end besides numbers, by path: activation functions, names of integrators.
    """

    inputs: Drive
    snapshots: tuple[Snapshot, ...]
    choices: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Recording:
    """What a live simulation kept of its signals at a moment; ``simulation.recording()`` makes one.

    Attributes
    ----------
    signals : tuple of Signal
        What is in it.
    values : dict of str to (steps, units) array
        The values that were kept, float32, or uint8 for events.
    first : int
        Steps done before the first of these.
    window : int
        Steps that the simulation keeps; there are fewer here when it had not done so many.
    dt : float, s
        Time step.
    change : int
        Number of the last change of a parameter that these contain.
    units : dict of str to (n,) array of int
        Of signals that are restricted to some units: which of those that were kept.
    course : Course or None
        What drove the simulation, and where it stood meanwhile.
    """

    signals: tuple[Signal, ...]
    values: dict[str, np.ndarray]
    first: int
    window: int
    dt: float
    change: int
    units: dict[str, np.ndarray] = field(default_factory=dict)
    course: Course | None = None

    @property
    def end(self) -> Snapshot | None:
        """Values of all cells after the last step."""
        return None if self.course is None else self.course.snapshots[-1]

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(next(iter(self.values.values()), ()))

    @property
    def time(self) -> np.ndarray:
        """Simulated time after each step, ``(steps,)``, s."""
        return (self.first + np.arange(1, self.steps + 1)) * self.dt

    @property
    def nbytes(self) -> int:
        """Memory that the values take, in bytes; what snapshots hold they share with the model, as long as it is not changed."""
        return sum(values.nbytes for values in self.values.values())

    def restricted(
        self, paths: str | Sequence[str] | None = None, units: Mapping[str, Sequence[int] | np.ndarray] | None = None
    ) -> "Recording":
        """Some of the signals, and of some of these only some units.

        Parameters
        ----------
        paths : str or sequence of str, optional
            Signals, in this order. Default: all.
        units : mapping of str to sequence of int, optional
            By signal: which of the units that are kept.

        Raises
        ------
        UnknownPathError
            For a signal that was not recorded.
        """
        paths = (paths,) if isinstance(paths, str) else paths
        signals = self.signals if paths is None else tuple(self._signal(path) for path in paths)
        values, found, chosen = dict(self.values), [], dict(self.units)
        for signal in signals:
            which = (units or {}).get(signal.path)
            if which is not None:
                values[signal.path] = values[signal.path][:, np.asarray(which, int)]
                chosen[signal.path] = chosen.get(signal.path, np.arange(signal.units))[np.asarray(which, int)]
                signal = replace(signal, units=len(which))
            found.append(signal)
        return replace(self, signals=tuple(found), values={s.path: values[s.path] for s in found}, units=chosen)

    def held(self, path: str) -> Held:
        """A signal as the views read it."""
        return Held(self.values[self._signal(path).path], self.first)

    def columns(self, most: int, time: Sequence[float] | None = None) -> Columns:
        """At most about ``most`` columns over the time that is kept, or that between two times.

        Raises
        ------
        ValueRefused
            For times that are none.
        """
        most = checked_count(most, f"{_WHERE}(columns=...)")
        if time is None:
            return Columns.covering(self.window, self.first + self.steps, most)
        ends = np.asarray(time, float)
        if ends.shape != (2,) or not np.all(np.isfinite(ends)) or not ends[0] < ends[1]:
            raise ValueRefused(
                where=f"{_WHERE}(time=...)",
                expected="an earlier and a later time, s",
                got=f"{time!r}",
                fix="Write for instance (0.5, 1.5), or leave it out.",
            )
        if (ends[1] - ends[0]) / self.dt > _MOST_WINDOWS * max(self.window, self.steps):
            raise ValueRefused(
                where=f"{_WHERE}(time=...)",
                expected="times about those of the recording, "
                f"{self.first * self.dt:g} s to {(self.first + self.steps) * self.dt:g} s",
                got=f"{time!r}",
                fix="Write for instance (0.5, 1.5), or leave it out.",
            )
        # A time that is a whole number of steps but for rounding.
        first, last = (float(np.round(end / self.dt, 6)) for end in ends)
        return Columns.between(first, last, most)

    def frame(
        self,
        paths: str | Sequence[str] | None = None,
        columns: int = 700,
        units: int | Sequence[int] = 8,
        rows: int = 256,
        time: Sequence[float] | None = None,
    ) -> Frame:
        """The signals as a picture needs them, of all the time or of that between two times; as `LiveSimulation.frame`.

        Raises
        ------
        UnknownPathError, ValueRefused
            For a signal that is not here, and times that are none.
        """
        paths = (paths,) if isinstance(paths, str) else paths
        chosen = self.signals if paths is None else [self._signal(path) for path in paths]
        shown = self.columns(columns, time)
        traces, events = drawn({s.path: self.held(s.path) for s in chosen}, chosen, shown, units, rows)
        edge = shown.steps * self.dt
        last = self.first + self.steps
        return Frame((shown.begin * edge, shown.end * edge), last * self.dt, last, self.change, "kept", 0.0, traces, events)

    def nearest(self, time: float) -> int:
        """Index of the step whose time is nearest; the first or the last for a time outside.

        Raises
        ------
        ValueRefused
            For what is no time, and when there are no steps.
        """
        if not math.isfinite(time) or not self.steps:
            raise ValueRefused(
                where=f"{_WHERE}.nearest",
                expected="a time in seconds, and steps",
                got=f"{time!r}, {self.steps} steps",
                fix="Record a simulation that has been run.",
            )
        return min(max(round(time / self.dt) - self.first - 1, 0), self.steps - 1)

    def to_xarray(self) -> "xarray.Dataset":
        """The values with named axes, coordinates and units, named as those of a `Record`.

        The time is in seconds, after each step. What is recorded of one part shares an axis, ``hidden`` for ``'hidden.vmem'``,
        ``neuron`` for what belongs to the model itself. A signal that is thinned out has an axis of its own,
        ``hidden.vmem_index``, with the numbers of its units.

        Raises
        ------
        EnvironmentProblem
            When xarray is not installed.
        """
        arrays = {
            signal.path: (self.values[signal.path], _labels(signal, self.units.get(signal.path))) for signal in self.signals
        }
        return as_dataset(arrays, self.time, "s", "Recording.to_xarray")

    def _signal(self, path: str) -> Signal:
        known = {signal.path: signal for signal in self.signals}
        if path not in known:
            raise UnknownPathError(
                where=f"{_WHERE}(paths=...)", expected="a signal that was recorded", got=f"{path!r}", fix=nearest(path, known)
            )
        return known[path]

    def __repr__(self) -> str:
        held = ", ".join(f"{signal.path}: {signal.units} units" for signal in self.signals)
        return f"Recording({held}; {self.steps} steps to {(self.first + self.steps) * self.dt:.10g} s)"


def _labels(signal: Signal, units: np.ndarray | None) -> Labels:
    part = signal.every > 1 or units is not None
    numbers = signal.every * (np.arange(signal.units) if units is None else units)
    owner = OUTPUT if signal.path == OUTPUT else signal.path.rpartition(".")[0] or "neuron"
    # An axis must not have the name of an array.
    axes = f"{signal.path}_index" if part else "output_unit" if owner == OUTPUT else owner
    return Labels(("time",), axes, numbers if part else None, signal.unit)
