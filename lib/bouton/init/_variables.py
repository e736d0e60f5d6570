"""Variables with an axis for a batch, or without."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from ..errors import KindError, ShapeError, ValueRefused
from ..math import BatchingMode, Mode
from ..transform import Variable, default_float
from ..transform._numbers import is_whole
from ._checks import Shape, as_shape
from ._parameter import called


def variable(
    init: ArrayLike | Variable | Callable[[Shape], Any],
    batch_or_mode: int | Mode | None = None,
    size: int | tuple[int, ...] = (),
    batch_axis: int = 0,
) -> Variable:
    """A new Variable of shape ``size``, or with another axis for the trials of a batch.

    Parameters
    ----------
    init : number, array, Initializer or another function of a shape
        The first value. A function is called with the whole shape; a number stands everywhere; an array of shape ``size`` is
        the same for each trial.
    batch_or_mode : int or Mode, optional
        Trials in the batch, or the mode that says it. Default, and with ``NonBatchingMode``: no axis for them.
    size : int or tuple of int
        Shape without the batch.
    batch_axis : int
        Where the axis for the batch is put.

    Raises
    ------
    ShapeError
        For an array of another shape than ``size``, or a function that returns another than it was asked for.
    ValueRefused
        For a batch of fewer than one trial, or a ``batch_axis`` that cannot be.
    KindError
        For another ``init`` or ``batch_or_mode``.
    """
    shape, batch = as_shape("variable", size), _trials(batch_or_mode)
    whole = shape
    if batch is not None:
        if not 0 <= batch_axis <= len(shape):
            raise ValueRefused(
                where="variable(batch_axis)",
                expected=f"0 to {len(shape)}, for size {shape}",
                got=f"{batch_axis}",
                fix="Users look for the batch in axis 0.",
            )
        whole = (*shape[:batch_axis], batch, *shape[batch_axis:])
    axis = None if batch is None else batch_axis
    if isinstance(init, int | float):
        return Variable(jnp.full(whole, init, default_float()), batch_axis=axis)
    if callable(init):
        return Variable(called(init, whole), batch_axis=axis)
    if not isinstance(init, jax.Array | np.ndarray | np.generic | Variable):
        raise KindError(
            where="variable",
            expected="a number, an array or a function of the shape",
            got=f"{type(init).__name__}",
            fix="Write for instance bp.init.ZeroInit().",
        )
    array = Variable(init).value
    if array.shape == ():
        array = jnp.full(shape, array)
    if array.shape != shape:
        raise ShapeError(
            where="variable",
            expected=f"an array of the size {shape}",
            got=f"shape {array.shape}",
            fix="Give the value of one trial; it is repeated for the batch.",
        )
    if axis is not None:
        array = jnp.broadcast_to(jnp.expand_dims(array, axis), whole)
    return Variable(array, batch_axis=axis)


def variable_(
    init: ArrayLike | Variable | Callable[[Shape], Any],
    size: int | tuple[int, ...] = (),
    batch_size_or_mode: int | Mode | None = None,
) -> Variable:
    """The same as :func:`variable`, with ``size`` before the batch, whose axis comes first."""
    return variable(init, batch_size_or_mode, size)


def _trials(batch_or_mode: Any) -> int | None:
    if isinstance(batch_or_mode, Mode):
        return batch_or_mode.batch_size if isinstance(batch_or_mode, BatchingMode) else None
    if batch_or_mode is None:
        return None
    if not is_whole(batch_or_mode):
        raise KindError(
            where="variable(batch_or_mode)",
            expected="a number of trials, a mode or None",
            got=f"{batch_or_mode!r}",
            fix="Write for instance 32, or bm.TrainingMode(32).",
        )
    if batch_or_mode < 1:
        raise ValueRefused(
            where="variable(batch_or_mode)", expected="1 trial or more", got=f"{batch_or_mode}", fix="None stands for no batch."
        )
    return int(batch_or_mode)
