"""Losses for numbers."""

from typing import Any

import jax
import jax.numpy as jnp

from ..errors import ValueRefused
from ..transform._operators import plain
from ._leaves import elementwise


def mean_squared_error(predicts: Any, targets: Any, axis: Any = None, reduction: str = "mean") -> jax.Array:
    r"""Mean of the squares of the differences, :math:`(p - t)^2`.

    Parameters
    ----------
    predicts, targets : array, or trees alike
        Of one shape; the targets may be one number. Whole numbers are taken as floats. The losses of the leaves of a tree are
        added.
    axis : int or tuple of int, optional
        What to reduce; by default all axes.
    reduction : {'mean', 'sum', 'none'}

    Returns
    -------
    array
        ``()``; without the axes of ``axis`` where it is given; the shape of the predictions with ``'none'``.

    Raises
    ------
    ShapeError
        Shapes that differ, also where they would broadcast.
    KindError
        Trees that differ; what is no real number.
    UnsupportedError
        Another reduction.
    ValueRefused
        An axis without a reduction, or one that the predictions do not have; empty trees.
    """
    return elementwise("mean_squared_error", predicts, targets, reduction, lambda p, t: (p - t) ** 2, axis)


def mean_absolute_error(predicts: Any, targets: Any, axis: Any = None, reduction: str = "mean") -> jax.Array:
    """Mean of the absolute differences; arguments, result and errors as for :func:`mean_squared_error`."""
    return elementwise("mean_absolute_error", predicts, targets, reduction, lambda p, t: jnp.abs(p - t), axis)


def mean_squared_log_error(predicts: Any, targets: Any, axis: Any = None, reduction: str = "mean") -> jax.Array:
    r"""Mean of :math:`(\ln(1 + p) - \ln(1 + t))^2`; the rest as for :func:`mean_squared_error`.

    For numbers above -1: of others the result is NaN.
    """
    return elementwise("mean_squared_log_error", predicts, targets, reduction, _squared_log, axis)


def _squared_log(p: jax.Array, t: jax.Array) -> jax.Array:
    return (jnp.log1p(p) - jnp.log1p(t)) ** 2


def l2_loss(predicts: Any, targets: Any, reduction: str = "none") -> jax.Array:
    """Half the square of each difference; the rest as for :func:`mean_squared_error`."""
    return elementwise("l2_loss", predicts, targets, reduction, lambda p, t: 0.5 * (p - t) ** 2)


def l1_loss(predicts: Any, targets: Any, reduction: str = "none") -> jax.Array:
    """Each absolute difference; the rest as for :func:`mean_squared_error`."""
    return elementwise("l1_loss", predicts, targets, reduction, lambda p, t: jnp.abs(p - t))


def huber_loss(predicts: Any, targets: Any, delta: float = 1.0, reduction: str = "none") -> jax.Array:
    r"""Half the square of a difference up to ``delta``, and a straight line beyond: :math:`\delta\,(|p - t| - \delta / 2)`.

    Parameters
    ----------
    predicts, targets, reduction
        As for :func:`mean_squared_error`.
    delta : float
        Above 0.

    Raises
    ------
    ValueRefused
        A ``delta`` of 0 or less, or NaN.
    """
    delta = plain(delta)
    if not isinstance(delta, jax.Array) and not delta > 0:
        raise ValueRefused(
            where="huber_loss(delta=...)", expected="a number above 0", got=f"{delta}", fix="A usual value is 1.0."
        )

    def of(p: jax.Array, t: jax.Array) -> jax.Array:
        difference, bend = jnp.abs(p - t), jnp.asarray(delta).astype(p.dtype)
        inside = jnp.minimum(difference, bend)
        return 0.5 * inside**2 + bend * (difference - inside)

    return elementwise("huber_loss", predicts, targets, reduction, of)


def log_cosh_loss(predicts: Any, targets: Any, reduction: str = "none") -> jax.Array:
    r"""Each :math:`\ln\cosh(p - t)`: about half the square of a small difference, and a great one less :math:`\ln 2`.

    The rest as for :func:`mean_squared_error`. Differences of any size give a finite loss.
    """
    return elementwise("log_cosh_loss", predicts, targets, reduction, _log_cosh)


def _log_cosh(p: jax.Array, t: jax.Array) -> jax.Array:
    # ln cosh d = ln(e^d + e^-d) - ln 2, which no d makes infinite.
    return jnp.logaddexp(p - t, t - p) - jnp.log(2.0).astype(p.dtype)
