"""A model that runs on a thread of its own while its parameters are turned."""

from collections.abc import Callable, Sequence
from typing import Any

from ..core import Entry
from ..errors import UnknownPathError, ValueRefused
from ..modules import FromStep, Module
from ._drive import Drive
from ._engine import Engine
from ._hands import take_over
from ._pace import Pace
from ._settings import checked_count, checked_model, checked_speed, one_time_step, steps_kept, usual_chunk
from ._snapshot import Snapshot
from ._transport import Transport


class LiveSimulation(Transport):
    """A model that runs chunk by chunk on a worker thread.

    A chunk of steps is compiled once; parameters are arguments of it, so a change reaches the next chunk and compiles nothing. Of
    a model whose chunk takes long, shorter ones are computed while it runs, and compiled once, too.
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
    A model, and a system behind several modules, has one simulation: a newer one closes the older. Methods may be called from any
    thread. The thread is there while it runs; it ends with :meth:`pause` and :meth:`close`, and when nothing refers to the
    simulation any more.

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
        drive = Drive(inputs, model.size_in)
        speed = checked_speed(speed)
        chunk = usual_chunk(speed, dt) if chunk is None else checked_count(chunk, "LiveSimulation.chunk")
        kept = max(steps_kept(window, dt), chunk)
        engine = Engine(model, record, chunk, kept, checked_count(max_units, "LiveSimulation.max_units"))
        super().__init__(engine, Pace(speed, dt, chunk), drive)
        older = take_over((model, *engine.moving), self)
        if isinstance(model, FromStep) and any(one.model is not model for one in older):
            done: Any = model.i
            if int(done) == 0:
                # It had begun anew while another simulation of the same system still ran.
                engine.reset()

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
        self._refuse_closed("inputs")
        drive = inputs if isinstance(inputs, Drive) else Drive(inputs, self.model.size_in)
        drive.refuse_other_size(self.model.size_in)
        with self._turns:
            self._drive = drive
            # What drove it before is not known any more.
            self._engine.anchors.clear()
            self._count_change()
        self._news()

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
                # No steps lead from the states before to those after.
                self._engine.anchors.clear()
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
