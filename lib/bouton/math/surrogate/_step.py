"""A step whose derivative is a substitute, finite for every input and parameter."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...errors import KindError
from ...transform import Variable


def step(derivative: Callable, x: Any, *parameters: Any) -> jax.Array:
    """1 where ``x >= 0``, 0 elsewhere and NaN where it is NaN; ``derivative(x, *parameters)`` is taken for the derivative.

    A number too small for the full precision of its dtype may count as 0: so do the processors that JAX compiles for.

    Parameters
    ----------
    derivative : callable
        Works in 32 bits or more.
    x : array of floating numbers
        The result has its dtype.
    *parameters : number or array
        Broadcast with ``x``. They get a gradient of zero.

    Raises
    ------
    KindError
        When ``x`` is no array of floating numbers.
    """
    x = jnp.asarray(_plain(x))
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise KindError(
            where=f"bouton.math.surrogate.{derivative.__name__.removeprefix('_')}",
            expected="floating numbers",
            got=f"{x.dtype}",
            fix="Convert them, for instance with .astype('float32').",
        )
    wide = _wide(x.dtype)
    parameters = tuple(_bounded(parameter, wide) for parameter in parameters)
    shape = jnp.broadcast_shapes(x.shape, *(parameter.shape for parameter in parameters))
    return _step(derivative, x if x.shape == shape else jnp.broadcast_to(x, shape), *parameters)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _step(_: Callable, x: jax.Array, *_parameters: jax.Array) -> jax.Array:
    return jnp.where(jnp.isnan(x), x, (x >= 0).astype(x.dtype))


@_step.defjvp
def _rule(derivative: Callable, primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    x, *parameters = primals
    slope = derivative(x.astype(_wide(x.dtype)), *parameters)
    return _step(derivative, *primals), tangents[0] * finite(slope, x.dtype).astype(x.dtype)


def finite(x: jax.Array, dtype: Any = None) -> jax.Array:
    """``x`` within what ``dtype`` can hold."""
    most = float(jnp.finfo(x.dtype if dtype is None else dtype).max)
    return jnp.clip(x, -most, most)


def scaled(x: jax.Array, by: Any, most: float | None = None) -> jax.Array:
    """``abs(x * by)``, at most ``most``."""
    largest = float(jnp.finfo(x.dtype).max)
    # Infinity times 0 is NaN.
    return jnp.minimum(jnp.minimum(jnp.abs(x), largest) * jnp.abs(by), largest / 4 if most is None else most)


def inverse(x: jax.Array) -> jax.Array:
    """``1 / x``, finite."""
    return finite(1 / x)


FAR = 1e4  # its exponential is 0, or beyond what can be held


def _wide(dtype: Any) -> Any:
    # Half precision overflows where the formulas are in use.
    return np.dtype(np.float32) if jnp.finfo(dtype).bits < 32 else dtype


def _bounded(parameter: Any, dtype: Any) -> jax.Array:
    parameter = _plain(parameter)
    if isinstance(parameter, int | float):
        most = float(jnp.finfo(dtype).max)
        parameter = np.clip(float(parameter), -most, most)
    return finite(jnp.asarray(parameter).astype(dtype))


def _plain(x: Any) -> Any:
    return x.value if isinstance(x, Variable) else x
