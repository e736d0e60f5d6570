"""What a phase plane can be asked for, checked where it enters."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from ..core._names import nearest
from ..errors import KindError, UnknownPathError, ValueRefused
from ..transform import Variable
from ._live import LiveSimulation

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


def checked_range(given: Sequence[float], name: str) -> tuple[float, float]:
    """Two numbers, the smaller first."""
    ends = np.asarray(given, float)
    if ends.shape != (2,) or not np.all(np.isfinite(ends)) or not ends[0] < ends[1]:
        raise ValueRefused(
            where=f"{WHERE}.field({name}=...)",
            expected="a smaller and a larger number",
            got=f"{given!r}",
            fix="Write for instance (-80.0, 40.0).",
        )
    return float(ends[0]), float(ends[1])
