"""What a live simulation can be asked for, checked where it enters."""

import math
from typing import Any

import numpy as np

from ..dynamics import DynamicalSystem
from ..errors import KindError, ValueRefused
from ..modules import Module
from ..transform._numbers import is_real

CHUNK_ON_THE_WALL = 0.02


def checked_model(model: Any) -> Module:
    """``model``, which must be a module; of a functional one a copy that may be moved in place."""
    if not isinstance(model, Module):
        raise KindError(
            where="LiveSimulation(model=...)",
            expected="a module",
            got=f"{type(model).__name__}",
            fix="A system of one step, or a graph, becomes one by bp.modules.FromStep(system, dt=1e-4), with dt in seconds."
            if isinstance(model, DynamicalSystem)
            else "Pass an instance of a bouton.modules.Module.",
        )
    return model.set_attributes({}) if model._functional else model


def one_time_step(model: Module) -> float:
    """The time step of all parts of the model, s."""
    # Printed and read again, 0.001 in single precision is 0.001.
    steps = {e.path: float(str(np.asarray(e.value))) for e in model.entries() if e.name == "dt"}
    if not steps:
        model._time_step()
    if len({np.float32(dt) for dt in steps.values()}) > 1:
        raise ValueRefused(
            where="LiveSimulation(model=...)",
            expected="one time step in all parts of the model",
            got=", ".join(f"{path} = {dt:g} s" for path, dt in steps.items()),
            fix="Give every module the same dt.",
        )
    dt = next(iter(steps.values()))
    if not dt > 0:
        raise ValueRefused(where=next(iter(steps)), expected="a time step above 0", got=f"{dt:g} s", fix="Set dt, in seconds.")
    return dt


def checked_speed(speed: Any) -> float | None:
    """Simulated seconds in a second, or ``None``."""
    if speed is None:
        return None
    if not is_real(speed) or not 0 < float(speed) < math.inf:
        raise ValueRefused(
            where="LiveSimulation.speed",
            expected="simulated seconds in a second, above 0, or None for as fast as it goes",
            got=f"{speed!r}",
            fix="Use pause() to stop.",
        )
    return float(speed)


def checked_count(n: Any, where: str) -> int:
    """A number of at least 1."""
    if isinstance(n, bool) or not hasattr(n, "__index__") or int(n) < 1:
        raise ValueRefused(where=where, expected="a whole number of at least 1", got=f"{n!r}", fix="Give a number of steps.")
    return int(n)


def steps_kept(window: Any, dt: float, of: str = "LiveSimulation", name: str = "window") -> int:
    """A window in seconds as steps; ``of`` and ``name`` say whose argument it is."""
    if not is_real(window) or not dt <= float(window) < math.inf:
        raise ValueRefused(
            where=f"{of}({name}=...)",
            expected=f"seconds of simulated time, at least one step of {dt:g} s",
            got=f"{window!r}",
            fix=f"Write for instance {name}=2.0.",
        )
    return round(float(window) / dt)


def usual_chunk(speed: float | None, dt: float) -> int:
    """Steps in about 20 ms on the wall: short enough for the hand, long enough to be worth a call."""
    return 100 if speed is None else min(max(round(CHUNK_ON_THE_WALL * speed / dt), 1), 1000)
