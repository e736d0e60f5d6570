"""Normalisation by the mean and variance of a batch."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ..dynamics import share
from ..dynamics._declare import parameter, weight
from ..errors import ShapeError, ValueRefused
from ..init import OneInit, ZeroInit
from ..init._checks import positive
from ..math import BatchingMode, Mode, TrainingMode
from ..transform import Variable
from ._layer import Layer, filled, fraction, whole, with_features

_ONE, _ZERO = OneInit(), ZeroInit()


class _BatchNorm(Layer):
    """Brings each feature to mean 0 and variance 1 over the batch, then scales and shifts it by what is trained [1]_.

    While training (shared argument ``fit``) mean and variance are those of the batch, and the running ones follow:
    ``running = momentum * running + (1 - momentum) * batch``. Otherwise, and where nobody says that training is under way, the
    running ones are used. Variances are means of squares, not divided by n - 1.

    Parameters
    ----------
    num_features : int
        Length of the last axis.
    axis : int or sequence of int, optional
        Axes that mean and variance are taken over. Default: all but the last. Where some are left out, the running statistics are
        the means over these.
    epsilon : float
        Added to the variance, above 0.
    momentum : float
        Of the running statistics, from 0 to 1.
    affine : bool
        Whether there are ``scale`` and ``bias``.
    bias_initializer, scale_initializer : (num_features,) array, Initializer, function of the shape, or number
        What these begin with.
    mode : Mode, optional
        A BatchingMode or TrainingMode; in the latter scale and bias are TrainVars. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    State
    -----
    running_mean, running_var : (num_features,)
        The running statistics. ``reset_state`` leaves them alone: they are learnt.

    Raises
    ------
    UnsupportedError
        In NonBatchingMode.
    KindError, ValueRefused, ShapeError
        For numbers, axes or an input that do not fit.

    References
    ----------
    .. [1] Ioffe and Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate shift, ICML
       2015.
    """

    _modes = (TrainingMode, BatchingMode)
    _ranks: ClassVar[tuple[int, ...]]

    def __init__(
        self,
        num_features: int,
        axis: int | Sequence[int] | None = None,
        epsilon: float = 1e-5,
        momentum: float = 0.99,
        affine: bool = True,
        bias_initializer: Any = _ZERO,
        scale_initializer: Any = _ONE,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        self.num_features = whole(f"{where}.num_features", num_features)
        parameter(self, "epsilon", positive(f"{where}.epsilon", epsilon), bounds=(0.0, None), strict=True)
        parameter(self, "momentum", fraction(f"{where}.momentum", momentum), bounds=(0.0, 1.0))
        self.axis = _axes_of(f"{where}.axis", axis, max(self._ranks))
        self.affine = bool(affine)
        size = (self.num_features,)
        if affine:
            weight(self, "bias", bias_initializer, size, family="biases")
            weight(self, "scale", scale_initializer, size, family="scales")
        self.running_mean = Variable(jnp.zeros(size))
        self.running_var = Variable(jnp.ones(size))

    def update(self, x: Any) -> jax.Array:
        """``x`` of shape (batch, ..., num_features), normalised."""
        array = with_features(x, self.num_features, self.running_mean.dtype, type(self).__name__)
        if array.ndim not in self._ranks:
            raise ShapeError(
                where=f"{type(self).__name__}(x)",
                expected=f"{' or '.join(map(str, self._ranks))} axes, the batch first and the features last",
                got=f"shape {array.shape}",
                fix="Add the axis that is missing, or use the layer for another number of axes.",
            )
        fit, known = share.load("fit", False), (self.running_mean.value, self.running_var.value)
        mean, variance = known
        if isinstance(fit, jax.Array) or fit:
            mean, variance = self._statistics(array, fit)
            self._follow(mean, variance, fit)
        if isinstance(fit, jax.Array):
            mean, variance = jnp.where(fit, mean, known[0]), jnp.where(fit, variance, known[1])
        out = (array - mean) * jax.lax.rsqrt(variance + jnp.asarray(self.epsilon, array.dtype))
        if not self.affine:
            return out
        size = (self.num_features,)
        return out * filled(self.scale, size) + filled(self.bias, size)

    def _statistics(self, x: jax.Array, fit: Any) -> tuple[jax.Array, jax.Array]:
        axes = tuple(a for a in (range(x.ndim - 1) if self.axis is None else self.axis) if a < x.ndim - 1)
        # What is traced may turn out False.
        if not isinstance(fit, jax.Array) and math.prod(x.shape[a] for a in axes) < 2:
            raise ShapeError(
                where=f"{type(self).__name__}(x)",
                expected="two or more values of each feature while training",
                got=f"shape {x.shape}, normalised over axes {axes}",
                fix="Less its mean, a single value is 0 whatever it was: give a larger batch, or more axes.",
            )
        return x.mean(axes, keepdims=True), x.var(axes, keepdims=True)

    def _follow(self, mean: jax.Array, variance: jax.Array, fit: Any) -> None:
        rest = tuple(range(mean.ndim - 1))
        momentum = jnp.asarray(self.momentum, mean.dtype)
        for running, batch in ((self.running_mean, mean), (self.running_var, variance)):
            now = momentum * running.value + (1 - momentum) * jax.lax.stop_gradient(batch.mean(rest))
            running.value = jnp.where(fit, now, running.value) if isinstance(fit, jax.Array) else now

    def _described(self) -> dict[str, Any]:
        return {"num_features": self.num_features}


def _axes_of(where: str, axis: Any, rank: int) -> tuple[int, ...] | None:
    if axis is None:
        return None
    given = tuple(axis) if isinstance(axis, Sequence) else (axis,)
    axes = tuple(whole(where, a, 0) for a in given)
    if not axes or max(axes) > rank - 2 or len({*axes}) < len(axes):
        raise ValueRefused(
            where=where,
            expected=f"axes from 0 to {rank - 2}, each once",
            got=f"{axis}",
            fix="The last axis counts the features; leave axis out for all others.",
        )
    return axes


class BatchNorm1d(_BatchNorm):
    __doc__ = f"For (batch, features) and (batch, space, features). {_BatchNorm.__doc__}"
    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    __doc__ = f"For (batch, height, width, features). {_BatchNorm.__doc__}"
    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    __doc__ = f"For (batch, height, width, depth, features). {_BatchNorm.__doc__}"
    _ranks = (5,)


# The other spelling that the seeds use.
BatchNorm1D, BatchNorm2D, BatchNorm3D = BatchNorm1d, BatchNorm2d, BatchNorm3d
