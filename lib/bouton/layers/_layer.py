"""What all layers have in common: modes, sizes, and what they take for an input."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from ..check import is_subclass
from ..dynamics import DynamicalSystemNS
from ..errors import KindError, ShapeError, ValueRefused
from ..math import BatchingMode, Mode, NonBatchingMode, TrainingMode
from ..transform import Variable, default_float
from ..transform._numbers import as_whole


class Layer(DynamicalSystemNS):
    """Base of layers: ``layer(x)``, or ``x >> layer``, is one step.

    Parameters
    ----------
    name : str, optional
        Unique among live objects.
    mode : Mode, optional
        Whether there is a batch, and whether weights are trained. Default: that of the environment.

    Raises
    ------
    UnsupportedError
        For a mode that the layer does not support.
    """

    # A layer without states has nothing to reset, and says nothing.
    _is_reset = False
    _modes: ClassVar[tuple[type[Mode], ...]] = (TrainingMode, BatchingMode, NonBatchingMode)

    def __init__(self, name: str | None = None, mode: Mode | None = None):
        super().__init__(name, mode)
        is_subclass(self.mode, self._modes, type(self).__name__)

    @property
    def _has_batch(self) -> bool:
        return isinstance(self.mode, BatchingMode)


def whole(where: str, value: Any, least: int = 1) -> int:
    """A whole number that is not below ``least``."""
    try:
        number = as_whole(value)
    except TypeError as error:
        raise KindError(where=where, expected="a whole number", got=f"{value!r}", fix="Write for instance 100.") from error
    if number < least:
        raise ValueRefused(where=where, expected=f"{least} or more", got=f"{number}", fix="Choose a larger number.")
    return number


def fraction(where: str, value: Any) -> float:
    """A number from 0 to 1."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise KindError(where=where, expected="a number", got=f"{type(value).__name__}", fix="Choose one from 0 to 1.") from error
    if not 0 <= number <= 1:
        raise ValueRefused(where=where, expected="a number from 0 to 1", got=f"{value}", fix="Choose another one.")
    return number


def as_array(x: Any, where: str) -> jax.Array:
    """The numbers in ``x``; NumPy's have 64 bits without having been asked for."""
    x = x.value if isinstance(x, Variable) else x
    if isinstance(x, jax.Array):
        return x
    try:
        array = np.asarray(x)
    except ValueError:
        array = None  # lists of different lengths
    if array is None or array.dtype.kind not in "biufcV":
        raise KindError(
            where=f"{where}(x)",
            expected="an array of numbers",
            got="lists of different lengths" if array is None else type(x).__name__,
            fix="Pass numbers.",
        )
    return jnp.asarray(array, default_float() if array.dtype == np.float64 else None)


def as_float(x: Any, dtype: Any, where: str) -> jax.Array:
    """``x`` in floats of at least that dtype: spikes, as truth values or whole numbers, count as 0 and 1."""
    array = as_array(x, where)
    if array.dtype == dtype:
        return array
    with jax.numpy_dtype_promotion("standard"):
        return array.astype(jnp.promote_types(array.dtype, dtype))


def with_features(x: Any, number: int, dtype: Any, where: str) -> jax.Array:
    """``x`` in floats, which has that number of features on its last axis."""
    array = as_float(x, dtype, where)
    if array.ndim == 0 or array.shape[-1] != number:
        raise ShapeError(
            where=f"{where}(x)",
            expected=f"shape (..., {number})",
            got=f"{array.shape}",
            fix=f"Give {number} features on the last axis.",
        )
    return array


def filled(weights: Any, shape: tuple[int, ...]) -> jax.Array:
    """The weights as a whole array: one number stands for all of them."""
    array = weights.value if isinstance(weights, Variable) else weights
    return array if array.shape == shape else jnp.broadcast_to(array.reshape(()), shape)
