"""What a phase plane can be asked for, checked where it enters."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..core._names import nearest
from ..errors import KindError, UnknownPathError, ValueRefused
from ..transform import Variable
from ._live import LiveSimulation
from ._recording import Course, Recording

WHERE = "PhasePlane"


def state_cell(simulation: LiveSimulation, path: str, name: str) -> Variable:
    """The cell of a state of floats."""
    known = {e.path: e.cell for e in simulation.model.entries() if e.kind == "state" and e.cell is not None}
    floats = [p for p, cell in known.items() if jnp.issubdtype(cell.dtype, jnp.floating)]
    if path not in known:
        raise UnknownPathError(
            where=f"{WHERE}({name}=...)", expected="the path of a state", got=f"{path!r}", fix=nearest(path, floats)
        )
    if path not in floats:
        raise KindError(
            where=f"{WHERE}({name}={path!r})",
            expected="a state of floats",
            got=f"{known[path].dtype}",
            fix=f"Choose one of {', '.join(floats)}.",
        )
    return known[path]


def place_kept(simulation: LiveSimulation, path: str, unit: int) -> int:
    """Where the ring of a signal has a unit."""
    signal = next((s for s in simulation.signals if s.path == path), None)
    if signal is None or unit % signal.every:
        raise UnknownPathError(
            where=f"{WHERE}.path",
            expected=f"unit {unit} of {path} recorded",
            got="a simulation that does not record it" if signal is None else f"one that keeps every {signal.every}th unit",
            fix=f"Make the simulation with record=[{path!r}, ...]."
            if signal is None
            else f"Choose unit {unit - unit % signal.every}, or give LiveSimulation(max_units=...) more.",
        )
    return unit // signal.every


def place_in(recording: Recording, path: str, unit: int) -> int:
    """Which column of a recording is a unit."""
    signal = next((s for s in recording.signals if s.path == path), None)
    chosen = np.arange(0) if signal is None else signal.every * recording.units.get(path, np.arange(signal.units))
    (found,) = np.nonzero(chosen == unit)
    if not len(found):
        raise UnknownPathError(
            where=f"{WHERE}.path(of=...)",
            expected=f"a recording with unit {unit} of {path}",
            got="one without that state" if signal is None else f"one of {len(chosen)} other units",
            fix="Record the state of this unit, or choose another unit.",
        )
    return int(found[0])


def known_course(recording: Recording, simulation: LiveSimulation) -> Course:
    """How the simulation came to the end of a recording, where that is of this model and it is still set to the same choices."""
    course, engine = recording.course, simulation._engine
    then = {} if course is None else {path: value.shape for path, value in course.snapshots[-1].values.items()}
    now = {path: value.shape for path, value in engine.look().values.items()}
    if course is None or then != now or recording.dt != simulation.dt:
        raise ValueRefused(
            where=f"{WHERE}.field(of=...)",
            expected="a recording of this simulation, which knows where it stood at the end",
            got="one that does not" if course is None else "one of another model or time step",
            fix="Make it with simulation.recording().",
        )
    for path, value in engine.choices().items():
        if path in course.choices and course.choices[path] is not value and course.choices[path] != value:
            raise ValueRefused(
                where=f"{WHERE}.field(of=...)",
                expected=f"a recording with {path} as it is, {_said(value)}",
                got=f"one with {_said(course.choices[path])}",
                fix="Set it back to see the field of that run.",
            )
    return course


def _said(choice: Any) -> str:
    return str(getattr(choice, "__name__", choice))


def checked_range(given: Sequence[float], name: str, where: str, example: str = "(-80.0, 40.0)") -> tuple[float, float]:
    """Two numbers, the smaller first."""
    ends = np.asarray(given, float)
    if ends.shape != (2,) or not np.all(np.isfinite(ends)) or not ends[0] < ends[1]:
        raise ValueRefused(
            where=f"{where}({name}=...)",
            expected="a smaller and a larger number",
            got=f"{given!r}",
            fix=f"Write for instance {example}.",
        )
    return float(ends[0]), float(ends[1])
