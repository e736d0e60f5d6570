"""One precision for arrays of several."""

from typing import Any

import jax
import jax.numpy as jnp


def common_dtype(*arrays: jax.Array) -> Any:
    """The least dtype that holds all of these arrays, which bouton chooses knowingly also where promotion is strict."""
    with jax.numpy_dtype_promotion("standard"):
        return jnp.result_type(*arrays)
