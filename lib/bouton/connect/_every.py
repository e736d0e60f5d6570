"""The product over every synapse, in plain JAX: what is differentiated, and what is fastest where many neurons spike."""

import jax
import jax.numpy as jnp
from jax import lax

from ._plan import Plan


def every(
    plan: Plan, values: jax.Array, weight: jax.Array, pre_ids: jax.Array, post_ids: jax.Array, *, silent: bool
) -> jax.Array:
    """``values @ W`` as a sum over the synapses; linear in ``values`` and in ``weight``.

    Parameters
    ----------
    values : (*batch, pre)
        Of the dtype in which to sum.
    weight : (*some of batch, 1 or synapses)
        Of the same dtype.
    pre_ids, post_ids : arrays of int32
        As in :class:`Synapses`.
    silent : bool
        Whether a synapse delivers nothing where its neuron has the value 0, even a weight that is not finite.

    Returns
    -------
    (*batch, post)
    """
    batch = values.shape[:-1]
    if plan.fixed:
        rows = weight[..., None] if weight.shape[-1] == 1 else weight.reshape(*weight.shape[:-1], plan.pre, plan.most)
        x = _scaled(values[..., None], rows, silent)
        x = jnp.broadcast_to(x, (*batch, plan.pre, plan.most)).reshape(*batch, plan.synapses)
    else:
        x = _scaled(values[..., pre_ids], weight, silent)
    return jnp.zeros((*batch, plan.post), x.dtype).at[..., post_ids].add(x, mode="promise_in_bounds")


def _scaled(values: jax.Array, weight: jax.Array, silent: bool) -> jax.Array:
    x = values * weight
    return jnp.where(values != 0, x, jnp.zeros((), x.dtype)) if silent else x


def by_matrix(plan: Plan, values: jax.Array, weight: jax.Array, pre_ids: jax.Array, post_ids: jax.Array) -> jax.Array:
    """The same through the whole matrix, which takes memory for each pair of neurons."""
    if plan.complete and weight.shape[-1] == plan.synapses:
        matrix = weight.reshape(*weight.shape[:-1], plan.pre, plan.post)
    else:
        weight = jnp.broadcast_to(weight, (*weight.shape[:-1], plan.synapses))
        empty = jnp.zeros((*weight.shape[:-1], plan.pre, plan.post), weight.dtype)
        matrix = empty.at[..., pre_ids, post_ids].add(weight, mode="promise_in_bounds")
    exact = lax.Precision.HIGHEST
    if matrix.ndim == 2:
        return jnp.matmul(values, matrix, precision=exact)
    return jnp.matmul(values[..., None, :], matrix, precision=exact)[..., 0, :]
