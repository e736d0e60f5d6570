"""From where a fit sets out, and where to: the states before the first step, and the target."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from ..core import Object
from ..errors import KindError, ValueRefused
from ..modules import Module, TSContinuous
from ..transform import Variable, default_float, purify
from ._engine import MOST_BYTES
from ._foreign import Foreign, Stopped
from ._live import LiveSimulation
from ._read_outs import MeanOf
from ._recording import Recording
from ._sensitivity import check_signal
from ._settings import steps_kept
from ._signals import Recorder
from ._snapshot import Snapshot


def initial_states(model: Module, recorder: Recorder) -> dict[Variable, jax.Array]:
    """What all cells that move hold after a reset; the model stays as it is."""
    moving = _moving(model, recorder)
    before = {cell: cell.value for cell in moving}
    try:
        if model._functional:
            Object.reset_state(model)
        else:
            model.reset_state()
        return {cell: cell.value for cell in moving}
    finally:
        for cell, value in before.items():
            cell.value = value


def states_of(snapshot: Any, model: Module, recorder: Recorder) -> dict[Variable, jax.Array]:
    """What all cells that move held when a snapshot was taken.

    Raises
    ------
    KindError, ValueRefused
        For what is no snapshot, and for one of another model.
    """
    if not isinstance(snapshot, Snapshot):
        raise KindError(
            where="Fit(start=...)",
            expected="a snapshot, or None for the initial states",
            got=f"{type(snapshot).__name__}",
            fix="Pass what simulation.snapshot() has returned.",
        )
    moving = _moving(model, recorder)
    known = [(e.path, e.cell) for e in model.entries() if e.cell is not None and e.cell in moving]
    found = {cell: snapshot.values[path] for path, cell in known if path in snapshot.values}
    # Those that are not registered, as that of all random numbers, go by the order in which the model meets them.
    registered = {e.cell for e in model.entries()}
    hidden = {f"<cell {k}>": cell for k, cell in enumerate(recorder.written) if cell not in registered}
    found |= {cell: snapshot.values[name] for name, cell in hidden.items() if name in snapshot.values}
    missing = [path for path, cell in known if cell not in found]
    if missing or any(np.shape(value) != np.shape(cell.value) for cell, value in found.items()):
        raise ValueRefused(
            where="Fit(start=...)",
            expected="a snapshot of this model",
            got=f"one that differs in {missing[0] if missing else 'the shape of a state'}",
            fix="Pass what simulation.snapshot() has returned.",
        )
    return found


_AHEAD, _BACK = "look_ahead", "look_back"


def look_ahead(simulation: LiveSimulation, signal: str, seconds: float) -> tuple[np.ndarray, Snapshot]:
    """What a signal would be over the next seconds if nothing were changed; the simulation is not moved.

    Parameters
    ----------
    simulation : LiveSimulation
    signal : str
        Path, as in a record.
    seconds : float
        Simulated time, at least one step.

    Returns
    -------
    ((steps, units) array, Snapshot)
        The signal, and from where: target and start of a :class:`Fit`.

    Raises
    ------
    UnknownPathError
        When the model records no such signal.
    ValueRefused
        For what is no time, for so many steps and units that they would not fit into memory, and for an input function that
        does not go so far.
    """
    steps = steps_kept(seconds, simulation.dt, _AHEAD, "seconds")
    recorder = simulation._engine.recorder
    # Before anything of that length is made.
    _refuse_long(steps, max(1, simulation.model.size_in))
    _refuse_long(steps, check_signal(recorder, MeanOf(signal), steps, simulation.model.size_in, _AHEAD))
    pure = purify(
        lambda inputs: recorder.evolved(inputs, [signal])[signal], np.zeros((steps, simulation.model.size_in), default_float())
    )
    with simulation._turns:
        snapshot, drive = simulation.snapshot(), simulation.inputs
        cells = [cell.value for cell in pure.cells]
    try:
        with Foreign("the input function"):
            inputs = drive(snapshot.steps, steps)
    except Stopped as stop:
        raise ValueRefused(
            where=_AHEAD,
            expected="inputs for the steps that come",
            got=f"{stop}",
            fix="Ask for a shorter time, or drive it longer.",
        ) from stop
    found, _ = jax.jit(pure.pure)(cells, inputs)
    return np.asarray(found[0]).reshape(steps, -1), snapshot


def look_back(
    recording: Recording, signal: str, seconds: float | None = None
) -> tuple[np.ndarray, Snapshot, np.ndarray, np.ndarray]:
    """What a signal was in a recording, and from where it came about: a target that a model can come to again.

    Parameters
    ----------
    recording : Recording
        Of a live simulation.
    signal : str
        Path, as in the record.
    seconds : float, optional
        Simulated time, at most; the last of it that begins where the states of the model are known. Default: all that there is.

    Returns
    -------
    ((steps, units) array, Snapshot, (steps, Nin) array, (units,) array of int)
        The signal, from where, what drove the model, and which units these are: target, start, inputs and units of a
        :class:`Fit`.

    Raises
    ------
    UnknownPathError
        When it contains no such signal.
    ValueRefused
        For what is no time, where no states are known since what drives it was changed, and where a function drove the model,
        which need not give the same again.
    """
    found = recording.restricted(signal)
    last = recording.first + recording.steps
    steps = recording.steps if seconds is None else steps_kept(seconds, recording.dt, _BACK, "seconds")
    course = recording.course
    known = recording.first if course is None else max(recording.first, course.inputs.known_from)
    starts = [one for one in (course.snapshots if course else ()) if known <= one.steps < last]
    if not starts or course is None:
        raise ValueRefused(
            where=_BACK,
            expected="a run with a step at which the states of the model are known",
            got="one without",
            fix="Reset, run, and keep the run before its beginning leaves the window; or take what comes next.",
        )
    if not course.inputs.repeats:
        raise ValueRefused(
            where=_BACK,
            expected="inputs that can be asked for again",
            got="a function",
            fix="Drive the simulation with a series, or call Fit with the inputs.",
        )
    start = next((one for one in reversed(starts) if last - one.steps >= steps), starts[0])
    steps = min(steps, last - start.steps)
    begin = start.steps - recording.first
    (info,) = found.signals
    units = info.every * found.units.get(signal, np.arange(info.units))
    return found.values[signal][begin : begin + steps], start, course.inputs(start.steps, steps), units


def _refuse_long(steps: int, units: int) -> None:
    if steps * units > MOST_BYTES // 16:
        raise ValueRefused(
            where=_AHEAD,
            expected=f"at most {MOST_BYTES // 16} values",
            got=f"{steps} steps of {units}",
            fix="Ask for a shorter time.",
        )


def target_samples(target: Any, dt: float) -> Any:
    """A target as a value for each step; a time series is read at the steps."""
    if not isinstance(target, TSContinuous):
        return target
    steps = max(round((target.t_stop - target.t_start) / dt), 1)
    return target(target.t_start + dt * np.arange(steps))


def _moving(model: Module, recorder: Recorder) -> Mapping[Variable, None]:
    registered = [e.cell for e in model.entries() if e.kind in ("state", "random") and e.cell is not None]
    return dict.fromkeys([*registered, *recorder.written])
