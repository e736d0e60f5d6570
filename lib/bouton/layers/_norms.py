"""Normalisation of each element of a batch by itself."""

import math
from typing import Any

import jax
import jax.numpy as jnp

from ..dynamics._declare import parameter, weight
from ..errors import ShapeError, ValueRefused
from ..init import OneInit, ZeroInit
from ..init._checks import positive
from ..math import Mode
from ..transform import default_float
from ._layer import Layer, as_float, filled, whole, with_features

_ONE, _ZERO = OneInit(), ZeroInit()


class LayerNorm(Layer):
    """Brings the last axes to mean 0 and variance 1, then scales and shifts each element by what is trained [1]_.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        Shape of the last axes.
    epsilon : float
        Added to the variance, above 0.
    bias_initializer, scale_initializer : array of that shape, Initializer, function of the shape, or number
        What ``bias`` and ``scale`` begin with.
    elementwise_affine : bool
        Whether there are these.
    mode : Mode, optional
        In a training mode they are TrainVars. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        For numbers or an input that do not fit.

    References
    ----------
    .. [1] Ba, Kiros and Hinton, Layer normalization, arXiv 1607.06450, 2016.
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        epsilon: float = 1e-5,
        bias_initializer: Any = _ZERO,
        scale_initializer: Any = _ONE,
        elementwise_affine: bool = True,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        given = normalized_shape if isinstance(normalized_shape, tuple | list) and normalized_shape else (normalized_shape,)
        self.normalized_shape = tuple(whole(f"{where}.normalized_shape", n) for n in given)
        parameter(self, "epsilon", positive(f"{where}.epsilon", epsilon), bounds=(0.0, None), strict=True)
        self.elementwise_affine = bool(elementwise_affine)
        if self.elementwise_affine:
            weight(self, "bias", bias_initializer, self.normalized_shape, family="biases")
            weight(self, "scale", scale_initializer, self.normalized_shape, family="scales")

    def update(self, x: Any) -> jax.Array:
        """``x`` of shape (..., *normalized_shape), normalised."""
        array = as_float(x, default_float(), type(self).__name__)
        n = len(self.normalized_shape)
        if array.shape[-n:] != self.normalized_shape:
            raise ShapeError(
                where=f"{type(self).__name__}(x)",
                expected=f"last axes of shape {self.normalized_shape}",
                got=f"shape {array.shape}",
                fix="Give normalized_shape as the input has it.",
            )
        out = _normalised(array, tuple(range(array.ndim - n, array.ndim)), self.epsilon)
        if not self.elementwise_affine:
            return out
        return out * filled(self.scale, self.normalized_shape) + filled(self.bias, self.normalized_shape)

    def _described(self) -> dict[str, Any]:
        return {"normalized_shape": self.normalized_shape}


class GroupNorm(Layer):
    """Brings groups of channels to mean 0 and variance 1 over space, then scales and shifts each channel [1]_.

    Parameters
    ----------
    num_groups : int
        Number of groups, which divides ``num_channels``.
    num_channels : int
        Length of the last axis.
    epsilon : float
        Added to the variance, above 0.
    affine : bool
        Whether there are ``scale`` and ``bias``.
    bias_initializer, scale_initializer : (num_channels,) array, Initializer, function of the shape, or number
        What these begin with.
    mode : Mode, optional
        In a mode that has a batch the first axis is the batch, and each of its elements is normalised by itself; in a training
        mode scale and bias are TrainVars. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        For numbers or an input that do not fit.

    References
    ----------
    .. [1] Wu and He, Group normalization, ECCV 2018.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        epsilon: float = 1e-5,
        affine: bool = True,
        bias_initializer: Any = _ZERO,
        scale_initializer: Any = _ONE,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        self.num_groups = whole(f"{where}.num_groups", num_groups)
        self.num_channels = whole(f"{where}.num_channels", num_channels)
        if self.num_channels % self.num_groups:
            raise ValueRefused(
                where=f"{where}.num_channels",
                expected=f"a multiple of num_groups, {self.num_groups}",
                got=f"{self.num_channels}",
                fix="Channels are shared out equally among the groups.",
            )
        parameter(self, "epsilon", positive(f"{where}.epsilon", epsilon), bounds=(0.0, None), strict=True)
        self.affine = bool(affine)
        if self.affine:
            weight(self, "bias", bias_initializer, (self.num_channels,), family="biases")
            weight(self, "scale", scale_initializer, (self.num_channels,), family="scales")

    def update(self, x: Any) -> jax.Array:
        """``x`` of shape (batch, *space, num_channels), or without the batch, normalised."""
        array = with_features(x, self.num_channels, default_float(), type(self).__name__)
        first = 1 if self._has_batch else 0
        if array.ndim <= first:
            raise ShapeError(
                where=f"{type(self).__name__}(x)",
                expected="the batch, any axes of space, and channels",
                got=f"shape {array.shape}",
                fix="Add an axis for the batch, or build the layer in NonBatchingMode.",
            )
        grouped = array.reshape(*array.shape[:-1], self.num_groups, -1)
        axes = (*range(first, array.ndim - 1), array.ndim)
        if math.prod(grouped.shape[a] for a in axes) < 2:
            raise ShapeError(
                where=f"{type(self).__name__}(x)",
                expected="two or more values in each group",
                got=f"shape {array.shape}",
                fix="Less its mean, a single value is 0 whatever it was: take fewer groups, or an input with space.",
            )
        out = _normalised(grouped, axes, self.epsilon).reshape(array.shape)
        if not self.affine:
            return out
        size = (self.num_channels,)
        return out * filled(self.scale, size) + filled(self.bias, size)

    def _described(self) -> dict[str, Any]:
        return {"num_groups": self.num_groups, "num_channels": self.num_channels}


class InstanceNorm(GroupNorm):
    """Brings each channel to mean 0 and variance 1 over space, then scales and shifts it: a group for each channel [1]_.

    Parameters
    ----------
    num_channels : int
        Length of the last axis.
    epsilon, affine, bias_initializer, scale_initializer, mode, name
        As for :class:`GroupNorm`.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        For numbers or an input that do not fit.

    References
    ----------
    .. [1] Ulyanov, Vedaldi and Lempitsky, Instance normalization: the missing ingredient for fast stylization, arXiv 1607.08022,
       2016.
    """

    def __init__(
        self,
        num_channels: int,
        epsilon: float = 1e-5,
        affine: bool = True,
        bias_initializer: Any = _ZERO,
        scale_initializer: Any = _ONE,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(num_channels, num_channels, epsilon, affine, bias_initializer, scale_initializer, mode, name)


def _normalised(x: jax.Array, axes: tuple[int, ...], epsilon: Any) -> jax.Array:
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + jnp.asarray(epsilon, x.dtype))
