"""All that can be seen of a live simulation, at any time and from any thread."""

from collections.abc import Callable, Sequence

import numpy as np

from ..errors import UnknownPathError
from ..modules import Module
from ._drive import Drive
from ._engine import Engine
from ._live_frame import Frame, Pictures
from ._pace import Pace
from ._recording import Course, Recording
from ._signals import Signal
from ._turns import Turns
from ._watchers import Watchers


class Look:
    """The half of a live simulation that changes nothing.

    Parameters
    ----------
    engine : Engine
        What runs.
    pace : Pace
        What it runs by.
    drive : Drive
        What drives it.
    """

    def __init__(self, engine: Engine, pace: Pace, drive: Drive):
        self._engine, self._pace, self._drive = engine, pace, drive
        self._pictures = Pictures(engine)
        self._status = "ready"
        self._error: str | None = None
        # The last change that was made, and the last that is in the signals.
        self._change = self._shown_change = 0
        self._turns = Turns()
        self._watchers = Watchers()

    @property
    def model(self) -> Module:
        """The model that runs."""
        return self._engine.model

    @property
    def status(self) -> str:
        """``'ready'``, ``'running'``, ``'paused'``, ``'failed'`` or ``'closed'``."""
        return self._status

    @property
    def error(self) -> str | None:
        """Why it failed, or that another simulation moves the model now, in a sentence."""
        return self._error

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What is recorded, in the order it was asked for."""
        return self._engine.signals

    @property
    def dt(self) -> float:
        """Time step, s."""
        return self._pace.dt

    @property
    def steps(self) -> int:
        """Steps done."""
        return self._engine.steps

    @property
    def time(self) -> float:
        """Simulated time, s."""
        return self._engine.steps * self.dt

    @property
    def window(self) -> float:
        """Simulated time that is kept, s."""
        return self._engine.window * self.dt

    @property
    def chunk(self) -> int:
        """Steps computed at once; less than asked for once chunks of so many have been seen to take long."""
        return self._pace.lengths.now

    @property
    def rate(self) -> float:
        """Simulated seconds in a second, as measured."""
        return self._pace.rate if self._status == "running" else 0.0

    @property
    def compilations(self) -> int:
        """How often something was compiled: once for chunks, once more when single steps or short chunks are first needed."""
        return self._engine.compilations

    @property
    def change(self) -> int:
        """Number of the last change."""
        return self._change

    @property
    def nbytes(self) -> int:
        """Memory that the signals take, in bytes; constant."""
        return sum(ring.nbytes for ring in self._engine.rings.values())

    def frame(
        self, paths: str | Sequence[str] | None = None, columns: int = 700, units: int | Sequence[int] = 8, rows: int = 256
    ) -> Frame:
        """The signals as a picture of ``columns`` pixels needs them.

        Parameters
        ----------
        paths : str or sequence of str, optional
            Signals to include. Default: all.
        columns : int
            Most pixel columns.
        units : int or sequence of int
            How many traces of each signal, spread evenly, or which of the units that are kept.
        rows : int
            Most pixel rows of a raster.

        Raises
        ------
        UnknownPathError
            For a signal that is not recorded.
        """
        paths = (paths,) if isinstance(paths, str) else paths
        chosen = self.signals if paths is None else [self._signal(path) for path in paths]
        with self._turns:
            shown = self._pictures.picture(chosen, columns, units, rows)
            step, status, change = self.steps, self._status, self._shown_change
        return Frame(
            time=(shown.begin * self.dt, shown.end * self.dt),
            now=step * self.dt,
            step=step,
            change=change,
            status=status,
            rate=self.rate,
            traces=shown.traces,
            events=shown.events,
        )

    def recording(self, paths: str | Sequence[str] | None = None) -> Recording:
        """The signals as they are kept now, as data that stay: a copy that takes as much memory.

        Parameters
        ----------
        paths : str or sequence of str, optional
            Signals to include. Default: all.

        Raises
        ------
        UnknownPathError
            For a signal that is not recorded.
        """
        paths = (paths,) if isinstance(paths, str) else paths
        chosen = self.signals if paths is None else tuple(self._signal(path) for path in paths)
        with self._turns:
            rings = {signal.path: self._engine.rings[signal.path] for signal in chosen}
            first, change = max((ring.first for ring in rings.values()), default=self.steps), self._shown_change
            values = {path: ring.rows(np.arange(first, ring.next)) for path, ring in rings.items()}
            snapshots = (*self._engine.anchors.since(first), self._engine.look())
            course = Course(self._drive, snapshots, self._engine.choices())
        return Recording(tuple(chosen), values, first, self._engine.window, self.dt, change, course=course)

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call ``callback()`` after every chunk, every change of status, and at rest every change, on the thread that made it.

        It must be quick; one that raises stops the simulation and is not called again. It may change the simulation, and is not
        called for that itself; the others are. Returns a function that ends the subscription.

        Raises
        ------
        KindError
            For what cannot be called.
        """
        return self._watchers.add(callback)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.model.class_name}, {self.status} at {self.time:.3f} s)"

    def _signal(self, path: str) -> Signal:
        for signal in self.signals:
            if signal.path == path:
                return signal
        raise UnknownPathError(
            where="LiveSimulation.frame(paths=...)",
            expected=f"one of the recorded signals, {', '.join(s.path for s in self.signals)}",
            got=f"{path!r}",
            fix="Add it to record= when the simulation is made.",
        )
