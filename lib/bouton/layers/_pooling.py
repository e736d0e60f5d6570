"""Windows that go over space, and give one number each."""

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..errors import ValueRefused
from ..math import Mode
from ..transform import default_float
from ._layer import Layer, as_array, as_float
from ._spatial import Padding, padding_of, per_axis, refuse_empty, refuse_rank


def _lowest(dtype: Any) -> np.ndarray:
    """What no number of the dtype is below."""
    if jnp.issubdtype(dtype, jnp.floating):
        return np.asarray(-np.inf, dtype)
    return np.asarray(False) if dtype == np.bool_ else np.asarray(np.iinfo(dtype).min, dtype)


def _highest(dtype: Any) -> np.ndarray:
    """What no number of the dtype is above."""
    if jnp.issubdtype(dtype, jnp.floating):
        return np.asarray(np.inf, dtype)
    return np.asarray(True) if dtype == np.bool_ else np.asarray(np.iinfo(dtype).max, dtype)


class _Pool(Layer):
    """Over windows of space, channels last.

    Parameters
    ----------
    kernel_size : int or tuple of int
        Size of the window, for all axes of space or for each.
    stride : int or tuple of int, optional
        Steps of the window. Default: its size, so that windows do not overlap.
    padding : 'SAME', 'VALID', int, or sequence of int or of pairs of int
        ``'VALID'`` for whole windows only, ``'SAME'`` so that stride 1 keeps the size, or how many elements before and after each
        axis, less than the window. What is added does not count.
    mode : Mode, optional
        Whether the first axis is the batch. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        For a size, a padding or an input that does not fit.
    """

    # None: as many as the sizes that are given, or as the input has.
    _axes: ClassVar[int | None] = None
    # What joins two numbers, and the number that changes nothing.
    _join: ClassVar[Callable[..., jax.Array]] = staticmethod(lax.max)
    _begin: ClassVar[Callable[..., np.ndarray]] = staticmethod(_lowest)

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None = None,
        padding: Padding = "VALID",
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        axes = self._axes or (len(kernel_size) if isinstance(kernel_size, Sequence) else 1)
        self._settings(axes)

    def update(self, x: Any) -> jax.Array:
        """One number for each window: (batch, *windows, channels) of (batch, *space, channels), or both without the batch."""
        array = self._taken(x)
        axes = self._space(array.ndim)
        size, stride, padding = self._settings(axes)
        if not isinstance(padding, str):
            padding = [(0, 0)] * (array.ndim - axes - 1) + padding + [(0, 0)]
        around = (1,) * (array.ndim - axes - 1)
        out = self._reduced(array, (*around, *size, 1), (*around, *stride, 1), padding)
        return refuse_empty(type(self).__name__, out, array.shape[-axes - 1 : -1])

    def _taken(self, x: Any) -> jax.Array:
        return as_array(x, type(self).__name__)

    def _reduced(self, x: jax.Array, window: tuple, strides: tuple, padding: Any) -> jax.Array:
        return lax.reduce_window(x, self._begin(x.dtype), self._join, window, strides, padding)

    def _settings(self, axes: int) -> tuple[tuple[int, ...], tuple[int, ...], Any]:
        where = type(self).__name__
        size = per_axis(f"{where}.kernel_size", self.kernel_size, axes)
        stride = size if self.stride is None else per_axis(f"{where}.stride", self.stride, axes)
        padding = padding_of(f"{where}.padding", self.padding, axes)
        if not isinstance(padding, str) and any(max(pair) >= n for pair, n in zip(padding, size, strict=True)):
            raise ValueRefused(
                where=f"{where}.padding",
                expected=f"less than the window, {size}, on each side",
                got=f"{self.padding}",
                fix="A window of padding alone has no number to give.",
            )
        return size, stride, padding

    def _space(self, ndim: int) -> int:
        """How many axes the window covers."""
        around = 2 if self._has_batch else 1
        sized = len(self.kernel_size) if isinstance(self.kernel_size, Sequence) else None
        axes = self._axes or sized or ndim - around
        refuse_rank(type(self).__name__, ndim, max(axes, 1), self._has_batch)
        return axes

    def _described(self) -> dict[str, Any]:
        return {"kernel_size": self.kernel_size}


class MaxPool(_Pool):
    __doc__ = f"The largest number in each window. {_Pool.__doc__}"


class MinPool(_Pool):
    __doc__ = f"The smallest number in each window. {_Pool.__doc__}"
    _begin = staticmethod(_highest)
    _join = staticmethod(lax.min)


class AvgPool(_Pool):
    __doc__ = f"The mean of each window. {_Pool.__doc__}"

    def _taken(self, x: Any) -> jax.Array:
        return as_float(x, default_float(), type(self).__name__)

    def _reduced(self, x: jax.Array, window: tuple, strides: tuple, padding: Any) -> jax.Array:
        zero = np.zeros((), x.dtype)
        total = lax.reduce_window(x, zero, lax.add, window, strides, padding)
        if padding == "VALID":
            return total / math.prod(window)
        return total / lax.reduce_window(jnp.ones_like(x), zero, lax.add, window, strides, padding)


class MaxPool1d(MaxPool):
    __doc__ = f"Over one axis of space. {MaxPool.__doc__}"
    _axes = 1


class MaxPool2d(MaxPool):
    __doc__ = f"Over two axes of space. {MaxPool.__doc__}"
    _axes = 2


class MaxPool3d(MaxPool):
    __doc__ = f"Over three axes of space. {MaxPool.__doc__}"
    _axes = 3


class AvgPool1d(AvgPool):
    __doc__ = f"Over one axis of space. {AvgPool.__doc__}"
    _axes = 1


class AvgPool2d(AvgPool):
    __doc__ = f"Over two axes of space. {AvgPool.__doc__}"
    _axes = 2


class AvgPool3d(AvgPool):
    __doc__ = f"Over three axes of space. {AvgPool.__doc__}"
    _axes = 3
