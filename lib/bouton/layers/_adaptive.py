"""Windows of space whose number is given, not their size."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ..errors import ShapeError
from ..math import Mode
from ..transform import default_float
from ._layer import Layer, as_array, as_float
from ._spatial import per_axis, refuse_rank


class _Adaptive(Layer):
    """Over a given number of windows of space, channels last.

    Of n windows along an axis of length L, window i reaches from ``floor(i * L / n)`` to ``ceil((i + 1) * L / n)``: they cover
    the axis, and overlap where L is no multiple of n.

    Parameters
    ----------
    target_shape : int or tuple of int
        Number of windows, for all axes of space or for each.
    mode : Mode, optional
        Whether the first axis is the batch. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        For a number of windows or an input that does not fit.
    """

    _axes: ClassVar[int]
    _reduce: ClassVar[Callable[..., jax.Array]]

    def __init__(self, target_shape: int | tuple[int, ...], mode: Mode | None = None, name: str | None = None):
        super().__init__(name, mode)
        self.target_shape = per_axis(f"{type(self).__name__}.target_shape", target_shape, self._axes)

    def update(self, x: Any) -> jax.Array:
        """One number for each window: (batch, *target_shape, channels), or without the batch."""
        array = self._taken(x)
        first = 1 if self._has_batch else 0
        refuse_rank(type(self).__name__, array.ndim, self._axes, self._has_batch)
        if 0 in array.shape[first:-1]:
            raise ShapeError(
                where=f"{type(self).__name__}(x)",
                expected="at least one element along each axis of space",
                got=f"shape {array.shape}",
                fix="Windows of nothing have no number to give.",
            )
        # A window is a box, so that axes can be taken one after the other.
        for axis, windows in enumerate(self.target_shape, first):
            array = self._along(array, axis, windows)
        return array

    def _along(self, x: jax.Array, axis: int, windows: int) -> jax.Array:
        length = x.shape[axis]
        cuts = [(i * length // windows, -(-(i + 1) * length // windows)) for i in range(windows)]
        parts = [jax.lax.slice_in_dim(x, start, end, axis=axis) for start, end in cuts]
        return jnp.concatenate([type(self)._reduce(part, axis=axis, keepdims=True) for part in parts], axis=axis)

    def _taken(self, x: Any) -> jax.Array:
        return as_array(x, type(self).__name__)

    def _described(self) -> dict[str, Any]:
        return {"target_shape": self.target_shape}


class _AdaptiveMax(_Adaptive):
    _reduce = staticmethod(jnp.max)


class _AdaptiveAvg(_Adaptive):
    _reduce = staticmethod(jnp.mean)

    def _taken(self, x: Any) -> jax.Array:
        return as_float(x, default_float(), type(self).__name__)


class AdaptiveMaxPool1d(_AdaptiveMax):
    __doc__ = f"The largest number of each window. {_Adaptive.__doc__}"
    _axes = 1


class AdaptiveMaxPool2d(_AdaptiveMax):
    __doc__ = f"The largest number of each window. {_Adaptive.__doc__}"
    _axes = 2


class AdaptiveMaxPool3d(_AdaptiveMax):
    __doc__ = f"The largest number of each window. {_Adaptive.__doc__}"
    _axes = 3


class AdaptiveAvgPool1d(_AdaptiveAvg):
    __doc__ = f"The mean of each window. {_Adaptive.__doc__}"
    _axes = 1


class AdaptiveAvgPool2d(_AdaptiveAvg):
    __doc__ = f"The mean of each window. {_Adaptive.__doc__}"
    _axes = 2


class AdaptiveAvgPool3d(_AdaptiveAvg):
    __doc__ = f"The mean of each window. {_Adaptive.__doc__}"
    _axes = 3
