"""A model that runs on a thread of its own while its parameters are turned."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Self

from ..core import Entry
from ..errors import RunningError, UnknownPathError, ValueRefused
from ..modules import Module
from ._drive import Drive
from ._engine import Engine
from ._foreign import Foreign, Stopped
from ._hands import take_over
from ._look import Look
from ._pace import Pace
from ._settings import checked_count, checked_model, checked_speed, one_time_step, steps_kept, usual_chunk
from ._snapshot import Snapshot
from ._worker import Worker


class LiveSimulation(Look):
    """A model that runs chunk by chunk on a worker thread.

    A chunk of steps is compiled once; parameters are arguments of it, so a change reaches the next chunk and compiles nothing.
    The last seconds of the signals asked for stand in memory that never grows; :meth:`frame` gives them as a picture needs them.

    Parameters
    ----------
    model : Module
        The model. It is moved in place; of a functional module a copy, found as ``model`` here.
    inputs : (T, Nin) array, callable, number or None
        A series repeated for ever, ``f(first_step, steps) -> (steps, Nin)``, a constant drive, or none.
    record : str or list of str, optional
        Paths or patterns of signals: ``'hidden.vmem'``, ``'hidden.*'``, ``'output'``. Default: events, a state of the first two
        parts that have one, and the output where it is not one of these.
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
    A model has one simulation: a newer one closes the older. Methods may be called from any thread. The thread is there while it
    runs; it ends with :meth:`pause` and :meth:`close`, and when nothing refers to the simulation any more.

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
        record: str | Sequence[str] | None = None,
        chunk: int | None = None,
        window: float = 2.0,
        speed: float | None = 1.0,
        max_units: int = 4096,
    ):
        model = checked_model(model)
        dt = one_time_step(model)
        self._drive = Drive(inputs, model.size_in)
        speed = checked_speed(speed)
        chunk = usual_chunk(speed, dt) if chunk is None else checked_count(chunk, "LiveSimulation.chunk")
        kept = max(steps_kept(window, dt), chunk)
        engine = Engine(model, record, chunk, kept, checked_count(max_units, "LiveSimulation.max_units"))
        super().__init__(engine, Pace(speed, dt, chunk))
        self._counting = threading.Lock()
        self._worker = Worker(self._turn)
        take_over(model, self)

    @property
    def speed(self) -> float | None:
        """Simulated seconds in a second that are asked for; ``None`` is as fast as it goes. Assign to change it."""
        return self._pace.speed

    @speed.setter
    def speed(self, speed: float | None) -> None:
        checked = checked_speed(speed)
        with self._turns:
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
        drive.refuse_other_size(self.model.size_in)
        with self._turns:
            self._drive = drive
        self._news()

    # -- transport ------------------------------------------------------------

    def start(self) -> None:
        """Run until paused; goes on from where it is, also after a failure.

        Raises
        ------
        RunningError
            When the simulation is closed, or a part of the model has been replaced since it was made. All methods that move or
            change something do the same, but for ``pause`` and ``close``.
        """
        with self._turns:
            self._refuse_closed("start")
            if self._status == "running":
                return
            self._engine.refuse_other_parts()
            self._status, self._error = "running", None
            self._pace.restart(self.time)
            self._worker.start()
        self._worker.wake()
        self._tell()

    def pause(self) -> None:
        """Stop after the chunk that is being computed; nothing moves once this returns."""
        with self._turns:
            if self._status != "running":
                return
            self._status = "paused"
        self._worker.wake()
        self._tell()

    def step(self, n: int = 1) -> None:
        """Advance by ``n`` steps now, in the calling thread; less when another thread starts or closes the simulation.

        Raises
        ------
        RunningError
            When the simulation is running or closed, or it fails on the way.
        """
        n = checked_count(n, "LiveSimulation.step(n=...)")
        with self._turns:
            self._refuse_closed("step")
            if self._status == "running":
                raise RunningError(
                    where="LiveSimulation.step", expected="a simulation at rest", got="a running one", fix="Call pause() first."
                )
            self._engine.refuse_other_parts()
            self._status, self._error = "paused", None
        trouble = None
        while n and trouble is None:
            done = self.chunk if n >= self.chunk else 1
            # Others may look between chunks.
            with self._turns:
                if self._status != "paused":
                    return
                trouble = self._advance(done)
            n -= done
            trouble = self._tell() or trouble
        if trouble is not None:
            raise RunningError(
                where="LiveSimulation.step",
                expected="a model that can be advanced",
                got=f"a failure: {(self._error or str(trouble)).removesuffix('.')}",
                fix="Change what drives it there, or call reset().",
            ) from trouble.__cause__

    def reset(self) -> None:
        """Back to time 0 and to the initial states; parameters stay as they are. Goes on running if it was."""
        with self._turns:
            self._refuse_closed("reset")
            self._engine.reset()
            self._drive = self._drive.anew(0)
            self._pace.restart(0.0)
            self._status, self._error = "running" if self._status == "running" else "ready", None
        self._worker.wake()
        self._tell()

    def close(self) -> None:
        """End the thread; nothing can be run after this."""
        with self._turns:
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
        self._engine.refuse_other_parts()
        entry = self._entry(path)
        if entry.name == "dt":
            raise ValueRefused(
                where=path,
                expected="the time step that the simulation was made with",
                got=f"{value!r}",
                fix="Set dt on the model and make a new LiveSimulation.",
            )
        if self._engine.moves(entry):
            with self._turns:
                entry.set(value)
        else:
            # Chunks only read it: no need to wait for the one that is being computed.
            entry.set(value)
        change = self._count_change()
        self._news()
        return change

    def _entry(self, path: str) -> Entry:
        try:
            return self.model.entry(path)
        except UnknownPathError as error:
            raise UnknownPathError(where="LiveSimulation.set", expected=error.expected, got=error.got, fix=error.fix) from None

    def snapshot(self) -> Snapshot:
        """Values of all cells, and the time."""
        with self._turns:
            return self._engine.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot; the pictures start anew from there. Goes on running if it was.

        Raises
        ------
        KindError, ValueRefused
            For what is no snapshot, one of another model, and one with another time step.
        """
        with self._turns:
            self._refuse_closed("restore")
            self._engine.restore(snapshot)
            self._drive = self._drive.anew(self.steps)
            self._pace.restart(self.time)
            self._status, self._error = "running" if self._status == "running" else "paused", None
            self._count_change()
        self._worker.wake()
        self._tell()

    # -- inside ---------------------------------------------------------------

    def _turn_drive(self, turned: Callable[[Drive, int], Drive]) -> int:
        """Have the next step driven by ``turned(drive, step)``; the number of this change."""
        self._refuse_closed("inputs")
        with self._turns:
            self._drive = turned(self._drive, self.steps)
        change = self._count_change()
        self._news()
        return change

    def _news(self) -> None:
        """Have a change computed at once, or when nothing runs, looked at."""
        self._worker.wake()
        if self._status not in ("running", "closed"):
            self._tell()

    def _count_change(self) -> int:
        with self._counting:
            self._change += 1
            return self._change

    def _turn(self) -> float:
        """Compute a chunk if one is due; see :class:`Worker`."""
        with self._turns:
            if self._status != "running":
                # A thread for those that run; start() makes another.
                return -1.0
            steps, wait = self._pace.next(self.time, self._change != self._shown_change)
            if wait > 0:
                return wait
            self._advance(steps)
        self._tell()
        return 0.0

    def _advance(self, steps: int) -> Stopped | None:
        change = self._change
        trouble = None
        try:
            with Foreign("the input function"):
                inputs = self._drive(self.steps, steps)
            self._engine.run(inputs)
        except Stopped as stop:
            trouble = stop
            self._fail(stop)
        self._shown_change = change
        self._pace.measure(self.time)
        return trouble

    def _tell(self) -> Stopped | None:
        trouble = self._watchers.tell()
        if trouble is not None:
            with self._turns:
                self._fail(trouble)
            # Those that are left have not heard of this.
            self._watchers.tell()
        return trouble

    def _fail(self, stop: Stopped) -> None:
        # Ten digits: a time as exact as the clock, without the rounding of the last.
        self._error = f"At {self.time:.10g} s: {stop}."
        if self._status != "closed":
            self._status = "failed"

    def _refuse_closed(self, what: str) -> None:
        if self._status == "closed":
            raise RunningError(
                where=f"LiveSimulation.{what}", expected="an open simulation", got="a closed one", fix="Make a new one."
            )
