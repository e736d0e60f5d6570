"""A model that runs on a thread of its own while its parameters are turned."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from ..errors import RunningError, UnknownPathError, ValueRefused
from ..modules import Module
from ._drive import Drive
from ._engine import Engine, Snapshot, Stopped
from ._live_frame import Frame, picture
from ._pace import Pace
from ._settings import checked_count, checked_model, checked_speed, one_time_step, steps_kept, usual_chunk
from ._signals import Signal
from ._worker import Worker


class LiveSimulation:
    """A model that runs chunk by chunk on a worker thread.

    A chunk of steps is compiled once; parameters are arguments of it, so a change reaches the next chunk and compiles nothing.
    The last seconds of the signals asked for stand in memory that never grows; :meth:`frame` gives them as a picture needs them.

    Parameters
    ----------
    model : Module
        The model. It is moved in place; of a functional module a copy, found as ``model`` here.
    inputs : (T, Nin) array, callable, number or None
        A series repeated for ever, ``f(first_step, steps) -> (steps, Nin)``, a constant drive, or none.
    record : str or list of str
        Paths or patterns of signals: ``'hidden.vmem'``, ``'hidden.*'``, ``'output'``.
    chunk : int, optional
        Steps computed at once. Default: 20 ms on the wall at the speed asked for, within 1 and 1000; 100 without a speed.
    window : float, s
        Simulated time that is kept.
    speed : float or None
        Simulated seconds in a second; ``None`` is as fast as it goes.
    max_units : int
        A signal with more units is thinned out to at most so many.

    Raises
    ------
    KindError, ShapeError, ValueRefused, UnknownPathError
        For a model that is none, inputs that do not fit it, settings out of range, and signals that it does not record.

    Notes
    -----
    Methods may be called from any thread. The thread ends with :meth:`close`, or when nothing refers to the simulation any more.

    Examples
    --------
    >>> import bouton as bp
    >>> with bp.run.LiveSimulation(bp.modules.LIF(8), inputs=0.1, record="vmem") as sim:
    ...     sim.step(40)
    ...     change = sim.set("threshold", [2.0] * 8)
    ...     sim.step(40)
    ...     sim.steps, change, sim.compilations
    (80, 1, 1)
    """

    def __init__(
        self,
        model: Module,
        inputs: Any = None,
        *,
        record: str | Sequence[str],
        chunk: int | None = None,
        window: float = 2.0,
        speed: float | None = 1.0,
        max_units: int = 4096,
    ):
        self.model = checked_model(model)
        self._dt = one_time_step(self.model)
        self._pace = Pace(checked_speed(speed))
        self._drive = Drive(inputs, self.model.size_in)
        chunk = usual_chunk(speed, self._dt) if chunk is None else checked_count(chunk, "chunk")
        kept = max(steps_kept(window, self._dt), chunk)
        self._engine = Engine(self.model, record, chunk, kept, checked_count(max_units, "max_units"))
        self._status = "ready"
        self._error: str | None = None
        self._change = self._shown_change = 0
        self._lock = threading.RLock()
        self._waiting = 0
        self._watchers: dict[object, Callable[[], object]] = {}
        self._worker = Worker(self._turn)

    # -- what it is doing -----------------------------------------------------

    @property
    def status(self) -> str:
        """``'ready'``, ``'running'``, ``'paused'``, ``'failed'`` or ``'closed'``."""
        return self._status

    @property
    def error(self) -> str | None:
        """Why it failed, in a sentence."""
        return self._error

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What is recorded."""
        return self._engine.signals

    @property
    def dt(self) -> float:
        """Time step, s."""
        return self._dt

    @property
    def steps(self) -> int:
        """Steps done."""
        return self._engine.steps

    @property
    def time(self) -> float:
        """Simulated time, s."""
        return self._engine.steps * self._dt

    @property
    def window(self) -> float:
        """Simulated time that is kept, s."""
        return self._engine.window * self._dt

    @property
    def chunk(self) -> int:
        """Steps computed at once."""
        return self._engine.chunk

    @property
    def rate(self) -> float:
        """Simulated seconds in a second, as measured."""
        return self._pace.rate if self._status == "running" else 0.0

    @property
    def compilations(self) -> int:
        """How often something was compiled: once for chunks, once more when single steps are first needed."""
        return self._engine.compilations

    @property
    def change(self) -> int:
        """Number of the last change by :meth:`set`."""
        return self._change

    @property
    def nbytes(self) -> int:
        """Memory that the signals take, in bytes; constant."""
        return sum(ring.nbytes for ring in self._engine.rings.values())

    @property
    def speed(self) -> float | None:
        """Simulated seconds in a second that are asked for; ``None`` is as fast as it goes. Assign to change it."""
        return self._pace.speed

    @speed.setter
    def speed(self, speed: float | None) -> None:
        checked = checked_speed(speed)
        with self._between_chunks():
            self._pace.speed = checked
            self._pace.restart(self.time)
        self._worker.wake()

    @property
    def inputs(self) -> Drive:
        """What drives the model. Assign a series, a function, a number or ``None`` to change it."""
        return self._drive

    @inputs.setter
    def inputs(self, inputs: Any) -> None:
        drive = inputs if isinstance(inputs, Drive) else Drive(inputs, self.model.size_in)
        with self._between_chunks():
            self._drive = drive
        self._worker.wake()

    # -- transport ------------------------------------------------------------

    def start(self) -> None:
        """Run until paused; goes on from where it is, also after a failure."""
        self._refuse_closed("start")
        with self._between_chunks():
            if self._status == "running":
                return
            self._status, self._error = "running", None
            self._pace.restart(self.time)
        self._worker.start()
        self._worker.wake()
        self._tell()

    def pause(self) -> None:
        """Stop after the chunk that is being computed; nothing moves once this returns."""
        with self._between_chunks():
            if self._status != "running":
                return
            self._status = "paused"
        self._tell()

    def step(self, n: int = 1) -> None:
        """Advance by ``n`` steps now, in the calling thread.

        Raises
        ------
        RunningError
            When the simulation is running or closed, or it fails on the way.
        """
        self._refuse_closed("step")
        n = checked_count(n, "step(n=...)")
        with self._between_chunks():
            if self._status == "running":
                raise RunningError(
                    where="LiveSimulation.step", expected="a simulation at rest", got="a running one", fix="Call pause() first."
                )
            self._status, self._error = "paused", None
            while n and self._status == "paused":
                done = self.chunk if n >= self.chunk else 1
                self._advance(done)
                n -= done
        self._tell()
        if self._error is not None:
            raise RunningError(
                where="LiveSimulation.step",
                expected="a model that can be advanced",
                got=f"a failure: {self._error}",
                fix="Change the parameter that drives it there, or call reset().",
            )

    def reset(self) -> None:
        """Back to time 0 and to the initial states; parameters stay as they are. Goes on running if it was."""
        self._refuse_closed("reset")
        with self._between_chunks():
            self._engine.reset()
            self._pace.restart(0.0)
            self._status = "running" if self._status == "running" else "ready"
            self._error = None
        self._worker.wake()
        self._tell()

    def close(self) -> None:
        """End the thread; nothing can be run after this."""
        with self._between_chunks():
            if self._status == "closed":
                return
            self._status = "closed"
        self._worker.wake()
        self._worker.join()
        self._tell()
        self._watchers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- turning things -------------------------------------------------------

    def set(self, path: str, value: Any) -> int:
        """Assign to the attribute at ``path``; the next chunk is computed with it, at once if running.

        Parameters
        ----------
        path : str
            As in ``model.entries()``.
        value : number, array, or what else the attribute holds
            A value that is refused raises here, and nothing changes.

        Returns
        -------
        int
            Number of this change. A frame whose ``change`` is as large contains it.

        Raises
        ------
        UnknownPathError, ShapeError, KindError, ValueRefused
            As for the assignment, and for the time step, which is fixed.
        """
        self._refuse_closed("set")
        entry = self.model.entry(path)
        if entry.name == "dt":
            raise ValueRefused(
                where=path,
                expected="the time step that the simulation was made with",
                got=f"{value!r}",
                fix="Set dt on the model and make a new LiveSimulation.",
            )
        if entry.kind in ("parameter", "simulation"):
            # Chunks only read these: no need to wait for the one that is being computed.
            entry.set(value)
        else:
            with self._between_chunks():
                entry.set(value)
        self._change += 1
        self._worker.wake()
        return self._change

    def snapshot(self) -> Snapshot:
        """Values of all cells, and the time."""
        with self._between_chunks():
            return self._engine.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot; the pictures start anew from there."""
        self._refuse_closed("restore")
        with self._between_chunks():
            self._engine.restore(snapshot)
            self._pace.restart(self.time)
            self._change += 1
        self._worker.wake()
        self._tell()

    # -- looking --------------------------------------------------------------

    def frame(
        self, paths: Sequence[str] | None = None, columns: int = 700, units: int | Sequence[int] = 8, rows: int = 256
    ) -> Frame:
        """The signals as a picture of ``columns`` pixels needs them.

        Parameters
        ----------
        paths : sequence of str, optional
            Signals to include. Default: all.
        columns : int
            Most pixel columns.
        units : int or sequence of int
            How many traces of each signal, spread evenly, or which units.
        rows : int
            Most pixel rows of a raster.

        Raises
        ------
        UnknownPathError
            For a signal that is not recorded.
        """
        chosen = self.signals if paths is None else [self._signal(path) for path in paths]
        with self._between_chunks():
            shown = picture(self._engine, chosen, columns, units, rows)
            step, status, change = self.steps, self._status, self._shown_change
        return Frame(
            time=(shown.begin * self._dt, shown.end * self._dt),
            now=step * self._dt,
            step=step,
            change=change,
            status=status,
            rate=self.rate,
            traces=shown.traces,
            events=shown.events,
        )

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call ``callback()`` after every chunk and every change of status, on the thread that made it.

        It must be quick. Returns a function that ends the subscription.
        """
        key = object()
        self._watchers[key] = callback

        def unsubscribe() -> None:
            self._watchers.pop(key, None)

        return unsubscribe

    def __repr__(self) -> str:
        return f"LiveSimulation({self.model.class_name}, {self.status} at {self.time:.3f} s)"

    # -- inside ---------------------------------------------------------------

    @contextmanager
    def _between_chunks(self) -> Iterator[None]:
        # The worker sees the count and lets others go first; a lock alone is not fair.
        self._waiting += 1
        try:
            with self._lock:
                yield
        finally:
            self._waiting -= 1

    def _turn(self) -> float | None:
        """Compute a chunk if one is due; see :class:`Worker`."""
        if self._waiting:
            return 0.0005
        with self._lock:
            if self._status != "running":
                return -1.0 if self._status == "closed" else None
            steps = self.chunk
            if self.speed is not None and steps * self._dt / self.speed > 0.1:
                # Slowed down so far that whole chunks would come in jerks.
                steps = 1
            wait = self._pace.due_in(self.time + steps * self._dt)
            # A change is shown at once, unless changes have run well ahead of the clock already.
            is_news = self._change != self._shown_change and wait < 3 * steps * self._dt / (self.speed or 1.0)
            if wait > 0 and not is_news:
                return wait
            self._advance(steps)
        self._tell()
        return 0.0

    def _advance(self, steps: int) -> None:
        change, start = self._change, self.time
        try:
            self._engine.run(self._drive(self.steps, steps))
        except Stopped as stop:
            self._status, self._error = "failed", f"At {self.time:.4g} s: {stop}."
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            # The user's input function.
            self._status, self._error = "failed", f"At {start:.4g} s the input function raised {type(error).__name__}: {error}"
        self._shown_change = change
        self._pace.measure(self.time)

    def _tell(self) -> None:
        for key, callback in list(self._watchers.items()):
            told = False
            try:
                callback()
                told = True
            finally:
                # On the way out of whatever the watcher raised: it must not be called again, nor leave a thread that is gone.
                if not told:
                    self._watchers.pop(key, None)
                    if self._status == "running":
                        self._status, self._error = "failed", "A function that watches the simulation raised."

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

    def _refuse_closed(self, what: str) -> None:
        if self._status == "closed":
            raise RunningError(
                where=f"LiveSimulation.{what}", expected="an open simulation", got="a closed one", fix="Make a new one."
            )
