"""Bare JAX ways from spikes to what the postsynaptic neurons receive: ``method(spikes, targets, weight, sum)``.

``targets`` and ``weight`` have a row for each presynaptic neuron; what arrives is added to ``sum``.
"""

import jax
import jax.numpy as jnp
from jax import lax

BLOCK = 64


def blocks_of(spikes: jax.Array) -> jax.Array:
    """``(blocks, 64)``."""
    many = -(-spikes.size // BLOCK)
    return jnp.pad(spikes, (0, many * BLOCK - spikes.size)).reshape(many, BLOCK)


def one_by_one(spikes: jax.Array, targets: jax.Array, weight: jax.Array, total: jax.Array) -> jax.Array:
    """A row a turn; the next spike is found by the first block with one, and the first one in it."""
    blocks = blocks_of(spikes)

    def turn(carry: tuple) -> tuple:
        some, blocks, total = carry
        at = jnp.argmax(some)
        block = blocks[at]
        k = jnp.argmax(block)
        neuron = at * BLOCK + k
        block = block.at[k].set(False)
        total = total.at[targets[neuron]].add(weight[neuron])
        return some.at[at].set(block.any()), blocks.at[at].set(block), total

    return lax.while_loop(lambda carry: carry[0].any(), turn, (blocks.any(1), blocks, total))[2]


def buffered(spikes: jax.Array, targets: jax.Array, weight: jax.Array, total: jax.Array, *, capacity: int) -> jax.Array:
    """The spikes in a buffer by counting through the blocks, and one scatter; more of them go round again."""
    blocks = blocks_of(spikes)
    counts = blocks.sum(1, dtype=jnp.int32)
    so_far = jnp.cumsum(counts)

    def turn(carry: tuple) -> tuple:
        done, total = carry
        number = done + jnp.arange(capacity, dtype=jnp.int32)
        at = jnp.minimum(jnp.searchsorted(so_far, number, side="right").astype(jnp.int32), counts.size - 1)
        within = number - (so_far[at] - counts[at])
        k = jnp.sum(jnp.cumsum(blocks[at].astype(jnp.int32), 1) <= within[:, None], 1, dtype=jnp.int32)
        neuron = jnp.minimum(at * BLOCK + k, spikes.size - 1)
        row = jnp.where((number < so_far[-1])[:, None], weight[neuron], 0)
        return done + capacity, total.at[targets[neuron]].add(row)

    return lax.while_loop(lambda carry: carry[0] < so_far[-1], turn, (jnp.int32(0), total))[1]


def scattered(spikes: jax.Array, targets: jax.Array, weight: jax.Array, total: jax.Array) -> jax.Array:
    """All rows."""
    return total.at[targets].add(jnp.where(spikes[:, None], weight, 0))


def multiplied(spikes: jax.Array, _targets: jax.Array, weight: jax.Array, total: jax.Array) -> jax.Array:
    """All neurons are joined: a product with the matrix."""
    return total + spikes.astype(weight.dtype) @ weight
