"""The product over every synapse, in plain JAX: what is differentiated, and what is fastest where many neurons spike."""

import jax
import jax.numpy as jnp
from jax import lax

from ._plan import Plan

# Products of so many pairs of neurons, over the batch, fit into the memory, should they be there all at once.
_PAIRS = 2**22


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
    if batch and weight.ndim == 1:
        # The batch last: whole rows are gathered and scattered, which is many times faster than element by element.
        columns = values.reshape(-1, plan.pre).T
        x = _at_synapses(plan, columns, weight[:, None], pre_ids, silent)
        return _received(plan, x, post_ids).T.reshape(*batch, plan.post)
    weight = weight.reshape(*(1,) * (values.ndim - weight.ndim), *weight.shape)
    x = _at_synapses(plan, jnp.moveaxis(values, -1, 0), jnp.moveaxis(weight, -1, 0), pre_ids, silent)
    return jnp.moveaxis(_received(plan, x, post_ids), 0, -1)


def one_by_one(plan: Plan, values: jax.Array, weight: jax.Array, pre_ids: jax.Array, post_ids: jax.Array) -> jax.Array:
    """:func:`every` with silent synapses: of all pairs at once where these are few, else for one element after the other.

    For the whole batch at once memory might not do.
    """
    batch = values.shape[:-1]
    if plan.complete and weight.shape == (plan.synapses,) and values.size * plan.post <= _PAIRS:
        # What is hardly ever needed and always compiled: this is the shortest program.
        return _scaled(values[..., None], weight.reshape(plan.pre, plan.post), silent=True).sum(-2)
    if not batch:
        return every(plan, values, weight, pre_ids, post_ids, silent=True)
    each = weight.reshape(-1, weight.shape[-1])
    which = jnp.arange(each.shape[0], dtype=jnp.int32).reshape(weight.shape[:-1])
    elements = values.reshape(-1, plan.pre), jnp.broadcast_to(which, batch).reshape(-1)
    found = lax.map(lambda one: every(plan, one[0], each[one[1]], pre_ids, post_ids, silent=True), elements)
    return found.reshape(*batch, plan.post)


def _at_synapses(plan: Plan, values: jax.Array, weight: jax.Array, pre_ids: jax.Array, silent: bool) -> jax.Array:
    """What each synapse delivers: ``(synapses, *batch)`` from ``(pre, *batch)`` and ``(1 or synapses, *ones or batch)``."""
    if not plan.fixed:
        return _scaled(values[pre_ids], weight, silent)
    rows = weight[:, None] if weight.shape[0] == 1 else weight.reshape(plan.pre, plan.most, *weight.shape[1:])
    x = _scaled(values[:, None], rows, silent)
    return jnp.broadcast_to(x, (plan.pre, plan.most, *values.shape[1:])).reshape(plan.synapses, *values.shape[1:])


def _received(plan: Plan, x: jax.Array, post_ids: jax.Array) -> jax.Array:
    """The sum for each postsynaptic neuron: ``(post, *batch)``."""
    return jnp.zeros((plan.post, *x.shape[1:]), x.dtype).at[post_ids].add(x, mode="promise_in_bounds")


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
