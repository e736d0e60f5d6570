"""How the pure functions behind the draws are compiled."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp


def sample(draw: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
    """``draw``, compiled: one call of a program, where jax.random and the arithmetic after it would make several.

    Inside other compiled code it dissolves. Numbers of fewer than 32 bits are drawn with 32 and then rounded: from the 128
    uniform numbers that bfloat16 has, other distributions would come out wrong.
    """

    @functools.partial(jax.jit, static_argnames=("shape", "dtype"), inline=True)
    @functools.wraps(draw)
    def drawn(key: Any, *parameters: Any, shape: tuple[int, ...], dtype: Any) -> jax.Array:
        working = at_least_32_bits(dtype)
        found = draw(key, *parameters, shape=shape, dtype=working)
        return found.astype(dtype) if found.dtype == working else found

    return drawn


def cast(dtype: Any, *parameters: Any) -> list[Any]:
    """The parameters as arrays of that dtype."""
    return [jnp.asarray(p).astype(dtype) for p in parameters]


def at_least_32_bits(dtype: Any) -> Any:
    """The dtype to compute in, for a floating one; a dtype of whole numbers stays."""
    return jnp.float32 if jnp.issubdtype(dtype, jnp.floating) and jnp.finfo(dtype).bits < 32 else dtype
