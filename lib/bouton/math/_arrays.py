"""Array functions that differ from those of :mod:`jax.numpy`: new arrays have the environment's precision, Variables pass."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..transform import FLOAT, INT, Variable, default_float, default_int


def zeros(shape: Any, dtype: Any = None, **options: Any) -> jax.Array:
    """:func:`jax.numpy.zeros`; without ``dtype`` of the environment's ``float_``."""
    return jnp.zeros(shape, _floating(dtype), **options)


def ones(shape: Any, dtype: Any = None, **options: Any) -> jax.Array:
    """:func:`jax.numpy.ones`; without ``dtype`` of the environment's ``float_``."""
    return jnp.ones(shape, _floating(dtype), **options)


def empty(shape: Any, dtype: Any = None, **options: Any) -> jax.Array:
    """:func:`jax.numpy.empty`, which is zeros; without ``dtype`` of the environment's ``float_``."""
    return jnp.empty(shape, _floating(dtype), **options)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None, **options: Any) -> jax.Array:
    """:func:`jax.numpy.eye`; without ``dtype`` of the environment's ``float_``."""
    return jnp.eye(N, M, k, _floating(dtype), **options)


def identity(n: int, dtype: Any = None) -> jax.Array:
    """:func:`jax.numpy.identity`; without ``dtype`` of the environment's ``float_``."""
    return jnp.identity(n, _floating(dtype))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """:func:`jax.numpy.tri`; without ``dtype`` of the environment's ``float_``."""
    return jnp.tri(N, M, k, _floating(dtype))


def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> jax.Array:
    """:func:`jax.numpy.full`; a Python number without ``dtype`` is of the environment's ``float_`` or ``int_``."""
    return jnp.full(shape, _plain(fill_value), _of_numbers(dtype, fill_value), **options)


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None, **options: Any) -> jax.Array:
    """:func:`jax.numpy.arange`; Python numbers without ``dtype`` are of the environment's ``float_`` or ``int_``."""
    return jnp.arange(start, stop, step, _of_numbers(dtype, start, stop, step), **options)


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """:func:`jax.numpy.linspace`; between Python numbers without ``dtype`` of the environment's ``float_``."""
    dtype = _floating(dtype) if _are_numbers(start, stop) else dtype
    return jnp.linspace(_plain(start), _plain(stop), num, endpoint, retstep, dtype, axis)


def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> jax.Array:
    """:func:`jax.numpy.logspace`; between Python numbers without ``dtype`` of the environment's ``float_``."""
    dtype = _floating(dtype) if _are_numbers(start, stop, base) else dtype
    return jnp.logspace(_plain(start), _plain(stop), num, endpoint, _plain(base), dtype, axis)


def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> jax.Array:
    """:func:`jax.numpy.geomspace`; between Python numbers without ``dtype`` of the environment's ``float_``."""
    dtype = _floating(dtype) if _are_numbers(start, stop) else dtype
    return jnp.geomspace(_plain(start), _plain(stop), num, endpoint, dtype, axis)


def broadcast_to(array: Any, shape: Any) -> jax.Array:
    """:func:`jax.numpy.broadcast_to`, also of a Variable in every JAX."""
    return jnp.broadcast_to(_plain(array), shape)


def bincount(x: Any, weights: Any = None, minlength: int = 0, *, length: int | None = None) -> jax.Array:
    """:func:`jax.numpy.bincount`, also with Variables for weights in every JAX."""
    return jnp.bincount(_plain(x), _plain(weights), minlength, length=length)


def as_jax(x: Any, dtype: Any = None) -> jax.Array:
    """``x``, for instance a Variable, as a JAX array."""
    return jnp.asarray(_plain(x), dtype)


def as_numpy(x: Any) -> np.ndarray:
    """``x``, for instance a Variable, as a NumPy array of its own."""
    return np.array(_plain(x))


def _plain(x: Any) -> Any:
    return x.value if isinstance(x, Variable) else x


def _floating(dtype: Any) -> Any:
    return default_float() if dtype is None else dtype


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, bool | int | float) for value in values)


def _of_numbers(dtype: Any, *values: Any) -> Any:
    """``dtype``, or that of the environment for these numbers."""
    values = tuple(value for value in values if value is not None)
    # Where nobody has set one JAX decides: what it makes of a number may be weakly typed.
    if dtype is not None or not _are_numbers(*values) or any(isinstance(value, bool) for value in values):
        return dtype
    if any(isinstance(value, float) for value in values):
        return None if FLOAT.get() is None else default_float()
    return None if INT.get() is None else default_int()
