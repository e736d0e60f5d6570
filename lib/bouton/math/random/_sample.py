"""How the pure functions behind the draws are compiled."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

# One call of a program, where jax.random and the arithmetic after it would make several; inside other compiled code it dissolves.
sample: Callable[..., Any] = partial(jax.jit, static_argnames=("shape", "dtype"), inline=True)


def cast(dtype: Any, *parameters: Any) -> list[Any]:
    """The parameters as arrays of that dtype."""
    return [jnp.asarray(p).astype(dtype) for p in parameters]


def at_least_32_bits(dtype: Any) -> Any:
    """The dtype to compute in: for fewer bits there is no linear algebra."""
    return jnp.float32 if jnp.finfo(dtype).bits < 32 else dtype
