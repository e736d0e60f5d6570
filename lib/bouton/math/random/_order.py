"""An order of places, drawn as JAX draws it."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

# As far as JAX sorts once, and two of the numbers that it sorts by seldom agree in the bits that are left beside a place.
_FEW = 512


def order(key: jax.Array, n: int) -> jax.Array:
    """``jax.random.permutation(key, n)``, the same numbers.

    Parameters
    ----------
    key : key
        Of either kind.
    n : int
        How many places.

    Returns
    -------
    (n,) int array
    """
    if 1 < n <= _FEW and jax.default_backend() == "cpu":
        return _few(key, n=n)
    return _many(key, n=n)


@partial(jax.jit, static_argnames=("n",), inline=True)
def _many(key: jax.Array, *, n: int) -> jax.Array:
    return jax.random.permutation(key, n)


# XLA sorts numbers alone ten times as fast on a processor as numbers with their places. So a place stands in the last bits of the
# number drawn for it, unless two numbers differ in those bits alone.
@partial(jax.jit, static_argnames=("n",), inline=True)
def _few(key: jax.Array, *, n: int) -> jax.Array:
    bits = (n - 1).bit_length()
    places = jnp.arange(n)
    drawn = jax.random.bits(jax.random.split(key)[1], (n,), jnp.uint32)
    mixed = lax.sort(drawn >> bits << bits | places.astype(jnp.uint32), is_stable=False)
    upper = mixed >> bits
    return lax.cond(
        (upper[1:] == upper[:-1]).any(),
        lambda: lax.sort_key_val(drawn, places)[1],
        lambda: (mixed & (2**bits - 1)).astype(places.dtype),
    )
