"""The step of the clock of a module."""

from typing import Any

import numpy as np

from ..core._nested import leaves
from ..errors import ValueRefused
from ._ts_clock import checked_dt


def known_steps(module: Any) -> list[float]:
    """Give the ``dt`` of the module, or where it has none those of its submodules, each once."""
    own = getattr(module, "dt", None)
    steps = [own] if own is not None else [step for _, step in leaves(module.attributes_named("dt"))]
    return sorted({checked_dt(step, f"{module.full_name}.dt") for step in steps})


def chosen_step(known: list[float], given: float | None, where: str) -> float:
    """Give the step that was given, or else the one that is known; they have to agree."""
    steps = [*([] if given is None else [checked_dt(given, where)]), *known]
    if not steps:
        raise ValueRefused(
            where=where,
            expected="the step of the clock, as the module has no dt of its own",
            got="none",
            fix="Pass it in seconds, for instance module.timed(dt=1e-3).",
        )
    if not np.allclose(steps, steps[0], rtol=1e-6, atol=0.0):
        raise ValueRefused(
            where=where,
            expected="one step for the clock and for all that has a dt in the module",
            got=", ".join(f"{step:g} s" for step in dict.fromkeys(steps)),
            fix="Set dt to the same value everywhere in the module, and leave it out here.",
        )
    return steps[0]


def refuse_other_step(module: Any, dt: float) -> None:
    """Refuse a module whose step has changed since its clock was made: the times would be wrong."""
    other = [step for step in known_steps(module) if not np.isclose(step, dt, rtol=1e-6, atol=0.0)]
    if other:
        raise ValueRefused(
            where=f"TimedModule of {module.full_name}, dt",
            expected=f"the step of the clock, {dt:g} s",
            got=f"a module with {other[0]:g} s",
            fix="Make another clock with module.timed(), which takes the new step.",
        )
