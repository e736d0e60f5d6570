"""How long a run is, and what its inputs look like."""

import inspect
import math
from typing import Any

import jax
import numpy as np

from ..dynamics import DynamicalSystem
from ..errors import ShapeError, ValueRefused
from ..math._modes import BatchingMode
from ..transform import Variable
from ..transform._operators import plain


def number_of_steps(duration: Any, dt: float) -> int:
    """The nearest number of steps.

    Raises
    ------
    ValueRefused
        For what is no time, or less than a step.
    """
    if duration is None:
        raise ValueRefused(
            where="DSRunner.run", expected="a duration, or inputs over time", got="neither", fix="Write for instance run(100.0)."
        )
    number = isinstance(duration, int | float | np.number) and not isinstance(duration, bool) and math.isfinite(duration)
    steps = round(float(duration) / dt) if number else 0
    if steps < 1:
        raise ValueRefused(
            where="DSRunner.run(duration=...)",
            expected=f"a time of at least a step, {dt:g} ms",
            got=f"{duration!r:.60}",
            fix="Give the duration in ms; inputs over time are passed as run(inputs=...).",
        )
    return steps


def laid_out(inputs: Any, batch_first: bool) -> tuple[tuple, int]:
    """The inputs as arguments with time first, and the number of steps.

    Raises
    ------
    ShapeError
        For inputs without an axis of time, or of different lengths.
    """
    args = inputs if isinstance(inputs, tuple) else (np.asarray(inputs) if isinstance(inputs, list) else inputs,)
    args = jax.tree_util.tree_map(_array, args, is_leaf=lambda x: isinstance(x, Variable))
    shapes = [x.shape for x in jax.tree_util.tree_leaves(args)]
    axis = int(batch_first)
    lengths = sorted({shape[axis] for shape in shapes if len(shape) > axis})
    if len(lengths) != 1 or any(len(shape) <= axis for shape in shapes) or lengths == [0]:
        raise ShapeError(
            where="DSRunner.run(inputs=...)",
            expected=f"arrays {'(B, T, ...)' if batch_first else '(T, ...)'} of one length",
            got=f"shapes {', '.join(map(str, shapes))}" if shapes else "none",
            fix="Give an array with a value for each step; data_first_axis says whether time or the batch comes first.",
        )
    return jax.tree_util.tree_map(lambda x: x.swapaxes(0, 1) if batch_first else x, args), lengths[0]


def batch_size_of(xs: tuple) -> int | None:
    """Of inputs with time first."""
    shapes = [x.shape for x in jax.tree_util.tree_leaves(xs)]
    return shapes[0][1] if shapes and len(shapes[0]) > 1 else None


def reset_with(target: DynamicalSystem, batch_size: int | None) -> None:
    """Reset the system; one that has to be told the size of the batch is told that of its mode."""
    asked = inspect.signature(target.reset_state).parameters.values()
    must = any(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in asked)
    if batch_size is None and must and isinstance(target.mode, BatchingMode):
        batch_size = target.mode.batch_size
    if asked and (batch_size is not None or must):
        target.reset_state(batch_size)
    else:
        target.reset_state()


def _array(x: Any) -> Any:
    x = plain(x)
    # On the host until its turn comes; in the precision that the device will have.
    return x if isinstance(x, jax.Array) else np.asarray(x, jax.dtypes.canonicalize_dtype(np.asarray(x).dtype))
