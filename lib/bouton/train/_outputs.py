"""Losses and probabilities of whole outputs, as the idiom of functional modules has them."""

from typing import Any

import jax
import jax.numpy as jnp

from ..errors import ValueRefused
from ..losses import mean_squared_error
from ..losses._leaves import as_floats
from ..transform._operators import plain


def mse(output: Any, target: Any) -> jax.Array:
    """Mean of the squared differences.

    Parameters
    ----------
    output, target : arrays of one shape, or pytrees of such

    Raises
    ------
    ShapeError, KindError
        For shapes or structures that differ.

    Examples
    --------
    >>> float(mse(jnp.array([1.0, 3.0]), jnp.zeros(2)))
    5.0
    """
    return mean_squared_error(output, target)


def sse(output: Any, target: Any) -> jax.Array:
    """Sum of the squared differences.

    Parameters
    ----------
    output, target : arrays of one shape, or pytrees of such

    Raises
    ------
    ShapeError, KindError
        For shapes or structures that differ.

    Examples
    --------
    >>> float(sse(jnp.array([1.0, 3.0]), jnp.zeros(2)))
    10.0
    """
    return mean_squared_error(output, target, reduction="sum")


def softmax(x: Any, temperature: float = 1.0) -> jax.Array:
    """Probabilities over the last axis.

    Parameters
    ----------
    x : (..., N) array
    temperature : float
        Above 0: the lower, the more of all goes to the largest.

    Raises
    ------
    ValueRefused
        For a temperature of 0 or less, where it is known.

    Examples
    --------
    >>> [round(float(x), 3) for x in softmax(jnp.log(jnp.array([1.0, 3.0])))]
    [0.25, 0.75]
    """
    return jax.nn.softmax(_scaled("softmax", x, temperature))


def logsoftmax(x: Any, temperature: float = 1.0) -> jax.Array:
    """Logarithms of the probabilities over the last axis.

    Parameters
    ----------
    x : (..., N) array
    temperature : float
        Above 0.

    Raises
    ------
    ValueRefused
        For a temperature of 0 or less, where it is known.
    """
    return jax.nn.log_softmax(_scaled("logsoftmax", x, temperature))


def _scaled(where: str, x: Any, temperature: Any) -> jax.Array:
    if isinstance(temperature, int | float) and not temperature > 0:
        raise ValueRefused(
            where=f"{where}(temperature=...)", expected="a number above 0", got=f"{temperature}", fix="1 changes nothing."
        )
    array = as_floats(jnp.asarray(plain(x)))
    return array / jnp.asarray(temperature, array.dtype)
