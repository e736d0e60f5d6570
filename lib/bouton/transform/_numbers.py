"""What counts as a number, and which numbers may go among which. Who asks refuses the rest in words of its own."""

import numbers
import operator
from typing import Any

import jax.numpy as jnp
import numpy as np


def is_whole(x: object) -> bool:
    """Whether ``x`` is a whole number of Python's or NumPy's; a truth value is none."""
    return isinstance(x, int | np.integer) and not isinstance(x, bool)


def is_real(x: object) -> bool:
    """Whether ``x`` is a number of Python's or NumPy's, whole or not; a truth value is none."""
    return isinstance(x, numbers.Real) and not isinstance(x, bool)


def as_whole(x: Any) -> int:
    """``x`` as an int, also out of an array or a Variable that holds one whole number; ``TypeError`` for anything else."""
    if isinstance(x, bool | np.bool_):
        raise TypeError("a truth value is no number")
    return operator.index(x)


def as_sizes(given: Any) -> tuple[int, ...]:
    """A whole number, or a tuple or list of them, as a tuple of ints; ``TypeError`` for anything else."""
    return tuple(map(as_whole, given if isinstance(given, tuple | list) else (given,)))


def rank(dtype: Any) -> int:
    """Place of ``dtype`` among bool, integers, floats and complex numbers: what is lower may go among what is higher."""
    kinds = (jnp.bool_, jnp.integer, jnp.floating, jnp.complexfloating)
    # Keys are of none of these.
    return next((k for k, kind in enumerate(kinds) if jnp.issubdtype(dtype, kind)), len(kinds))


def fits_in(number: complex, dtype: Any) -> bool:
    """Whether a Python number can stand in an array of ``dtype``."""
    casting = "same_kind" if jnp.issubdtype(dtype, jnp.inexact) else "safe"
    return np.can_cast(np.min_scalar_type(number), dtype, casting)
