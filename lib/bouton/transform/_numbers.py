"""Which numbers may go among which."""

from typing import Any

import jax.numpy as jnp
import numpy as np


def rank(dtype: Any) -> int:
    """Place of ``dtype`` among bool, integers, floats and complex numbers: what is lower may go among what is higher."""
    kinds = (jnp.bool_, jnp.integer, jnp.floating, jnp.complexfloating)
    # Keys are of none of these.
    return next((k for k, kind in enumerate(kinds) if jnp.issubdtype(dtype, kind)), len(kinds))


def fits_in(number: complex, dtype: Any) -> bool:
    """Whether a Python number can stand in an array of ``dtype``."""
    casting = "same_kind" if jnp.issubdtype(dtype, jnp.inexact) else "safe"
    return np.can_cast(np.min_scalar_type(number), dtype, casting)
