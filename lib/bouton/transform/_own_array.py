"""Data from the host become arrays of their own, in the quickest way."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer


def own_array(value: Any, dtype: Any = None) -> jax.Array:
    """``value`` as a strongly typed array that shares no memory with it: NumPy data must not change under a cell."""
    if isinstance(value, jax.Array):
        return jnp.asarray(value, value.dtype if dtype is None else dtype)
    try:
        host = np.array(value)
        if host.dtype == object:
            # Older JAX takes None for NaN.
            raise TypeError(f"{type(value).__name__} is no array of numbers")
    except jax.errors.TracerArrayConversionError:
        array = jnp.array(value, dtype)  # a list with traced values
        return jnp.asarray(array, array.dtype)
    # Converted here and with the dtype given, JAX takes the memory over as it is and compiles nothing.
    dtype = jax.dtypes.canonicalize_dtype(host.dtype if dtype is None else dtype)
    host = host.astype(dtype, copy=False)
    if (host.shape, dtype) in _QUICK:
        moved = _moved(host)
        if not isinstance(moved, Tracer):  # as it is inside a trace
            return moved
    return jnp.asarray(host, dtype)


# From the host to the device. A compiled identity does it with a fraction of the Python that jax.numpy.asarray goes through:
# between two runs, when that code has left the processor's cache, the difference is most of the cost of a slider's move.
_moved = jax.jit(lambda array: array)
_QUICK: set[tuple[tuple[int, ...], Any]] = set()
_LITTLE = 4096  # elements; of more, the copy is what costs


def own_number(number: np.floating) -> jax.Array | None:
    """A NumPy number as an array of its dtype, where that is quick."""
    if ((), number.dtype) not in _QUICK:
        return None
    moved = _moved(number)
    return None if isinstance(moved, Tracer) or moved.dtype != number.dtype else moved


def assign_quickly(array: Any) -> None:
    """From now on host data of this shape and dtype reach the device in the quickest way. It compiles a program once."""
    if array.size <= _LITTLE and isinstance(array, jax.Array) and not isinstance(array, Tracer):
        # Each time: JAX may have been told to forget its programs, or to work under other settings.
        _moved(np.asarray(array))
        _QUICK.add((array.shape, array.dtype))
