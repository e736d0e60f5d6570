"""What a whole series is: inputs for each step, or how long it takes."""

import math
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import ShapeError, ValueRefused
from ..transform import Variable
from ..transform._numbers import is_real


def laid_out(inputs: tuple, dt: Any, batch_first: bool) -> tuple[tuple, int]:
    """The inputs with time first, and the number of steps.

    Raises
    ------
    ShapeError
        For inputs without an axis of time, or of different lengths.
    ValueRefused
        For a duration of less than a step, or none.
    """
    if len(inputs) == 1 and is_real(inputs[0]):
        return (), _steps(float(inputs[0]), dt)
    fix = "Give an array with a value for each step, or a duration in ms."
    length = common_length(inputs, batch_first, "LoopOverTime", "inputs", fix)
    return time_first(jax.tree_util.tree_map(jnp.asarray, inputs, is_leaf=is_cell), batch_first), length


def time_first(inputs: tuple, batch_first: bool) -> tuple:
    """Arrays over time with time as the first axis."""
    return jax.tree_util.tree_map(lambda x: x.swapaxes(0, 1), inputs) if batch_first else inputs


def common_length(inputs: tuple, batch_first: bool, where: str, what: str, fix: str, least: int = 0) -> int:
    """The number of steps, at least ``least``, that all inputs have.

    Raises
    ------
    ShapeError
        For inputs without an axis of time, or of different lengths; ``what`` names them.
    """
    shapes = [np.shape(x) for x in jax.tree_util.tree_leaves(inputs, is_leaf=is_cell)]
    axis = int(batch_first)
    lengths = {shape[axis] if len(shape) > axis else -1 for shape in shapes}
    if len(lengths) != 1 or min(lengths) < least:
        raise ShapeError(
            where=where,
            expected=f"{what} {'(B, T, ...)' if batch_first else '(T, ...)'} of one length",
            got=f"shapes {', '.join(map(str, shapes))}" if shapes else "none",
            fix=fix,
        )
    return lengths.pop()


def is_cell(x: Any) -> bool:
    return isinstance(x, Variable)


def _steps(duration: float, dt: Any) -> int:
    length = round(duration / dt) if math.isfinite(duration) else 0
    if length < 1:
        raise ValueRefused(
            where="LoopOverTime",
            expected=f"a duration of at least a step, {dt:g} ms",
            got=f"{duration} ms",
            fix="Give a longer duration, or inputs." if math.isfinite(duration) else "Give a number of ms.",
        )
    warn_between(duration, dt, length, "LoopOverTime", stacklevel=6)
    return length


def warn_between(duration: float, dt: Any, steps: int, where: str, stacklevel: int) -> None:
    """Warn where a duration, in ms, is no multiple of a step and is rounded."""
    # A number of JAX's precision is taken for what it was meant to be.
    if not math.isclose(duration / dt, steps, rel_tol=1e-6):
        warnings.warn(
            f"{where}: expected a multiple of a step, {dt:g} ms, got {duration:g} ms. "
            f"It runs for {steps} steps, {steps * dt:g} ms: give such a duration, or another dt.",
            stacklevel=stacklevel,
        )
