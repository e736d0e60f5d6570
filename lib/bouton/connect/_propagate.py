"""From spikes to what the postsynaptic neurons receive."""

import functools
import math
from collections.abc import Callable
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.custom_batching import custom_vmap
from jax.custom_derivatives import SymbolicZero

from ..errors import KindError, ShapeError, ValueRefused
from ._checks import numbers, probability
from ._events import events
from ._every import by_matrix, every, one_by_one
from ._plan import Method, Plan
from ._synapses import Synapses

# Of so few weights, or for so large a batch, one looks at the weights themselves: in a loop that does not change them, once.
_FEW, _OFTEN = 2**14, 8


def propagate(spikes: Any, synapses: Synapses, weight: Any = 1.0, *, method: Method = "auto", active: float = 0.01) -> jax.Array:
    """What each postsynaptic neuron receives from the spikes of a step.

    The product ``spikes @ W``, where ``W`` is the matrix of all weights, without the matrix: the sum of the weights of the
    synapses whose presynaptic neuron spikes. Its derivatives, forward and backward, by weights and by spikes, are those of the
    product with the matrix. It works compiled, differentiated and mapped, over spikes and over weights.

    Parameters
    ----------
    spikes : (..., pre) array of bool or numbers
        A neuron spikes where this is not 0; a number scales what it delivers. Leading axes are a batch.
    synapses : Synapses
        From a connector: ``conn(pre, post).synapses``.
    weight : number, (synapses,) array, or (pre, post) array
        One for all synapses, or one for each in the order of ``synapses``; a matrix where all pairs are joined.
    method : {'auto', 'events', 'all', 'dense'}
        How. ``'events'`` works off the synapses of the neurons that spike, ``'all'`` all synapses, ``'dense'`` makes the matrix.
        The numbers are the same up to the order of the sum. ``'auto'`` takes the fastest on a CPU, as measured, by the sizes, the
        batch and ``active``; elsewhere ``'dense'`` for dense synapses and ``'all'`` for others. What is differentiated takes the
        derivatives by ``'all'`` or ``'dense'``.
    active : float
        The share of the presynaptic neurons that spike in a step, roughly; for ``'auto'`` only. Neurons that send rates instead
        of spikes have 1.

    Returns
    -------
    (..., post) array
        Of the dtype to which spikes and weight promote; without any number, counts in int32. Halves are summed in float32.

    Raises
    ------
    ShapeError
        Spikes or weights that do not fit the synapses.
    ValueRefused
        An unknown method.
    KindError
        No :class:`Synapses`, or no numbers.

    Notes
    -----
    A synapse whose neuron does not spike delivers nothing, even if its weight is infinite or NaN.

    Examples
    --------
    >>> from bouton.connect import IJConn
    >>> synapses = IJConn([0, 0, 2], [1, 2, 2])(3, 3).synapses
    >>> propagate(jnp.array([True, False, True]), synapses, jnp.array([1.0, 2.0, 3.0]))
    Array([0., 1., 5.], dtype=float32)
    """
    if not isinstance(synapses, Synapses):
        raise KindError(
            where="propagate(synapses)",
            expected="Synapses",
            got=type(synapses).__name__,
            fix="Take them from a connector that knows its sizes: conn(pre_size, post_size).synapses.",
        )
    if method not in get_args(Method):
        raise ValueRefused(
            where="propagate(method)",
            expected=f"one of {get_args(Method)}",
            got=f"{method!r}",
            fix="Leave it out for the fastest.",
        )
    spikes, weight = _bare(spikes, "propagate(spikes)"), _bare(weight, "propagate(weight)")
    with jax.numpy_dtype_promotion("standard"):
        dtype = jnp.result_type(spikes, weight)
    dtype = jnp.dtype(jnp.int32) if dtype == jnp.bool_ else dtype
    spikes, weight = jnp.asarray(spikes), jnp.asarray(weight)
    if spikes.ndim == 0 or spikes.shape[-1] != synapses.pre_size:
        raise ShapeError(
            where="propagate(spikes)",
            expected=f"shape (..., {synapses.pre_size})",
            got=f"{spikes.shape}",
            fix="Give one value for each presynaptic neuron on the last axis.",
        )
    weight = _in_order(weight, synapses)
    if 0 in (synapses.size, math.prod(spikes.shape)):
        return jnp.zeros((*spikes.shape[:-1], synapses.post_size), dtype)
    # Halves are too coarse to count in.
    wide = jnp.dtype(jnp.float32) if dtype in (jnp.float16, jnp.bfloat16) else dtype
    spikes = spikes if spikes.dtype == jnp.bool_ else spikes.astype(wide)
    plan = Plan.of(synapses, method, probability(active, "propagate(active)"))
    ids = (jnp.asarray(x) for x in (synapses.pre_ids, synapses.post_ids, synapses.starts))
    return _product(plan)(spikes, weight.astype(wide), *ids).astype(dtype)


def _bare(x: Any, where: str) -> Any:
    """A cell's value; a list as an array; a number as it is, since it promotes otherwise than an array."""
    as_jax = getattr(x, "__jax_array__", None)
    if as_jax is not None and not isinstance(x, jax.Array):
        return as_jax()
    return x if isinstance(x, jax.Array | int | float | complex) else numbers(x, where)


def _in_order(weight: jax.Array, synapses: Synapses) -> jax.Array:
    """``(1,)`` or ``(synapses,)``."""
    if weight.ndim == 0:
        return weight.reshape(1)
    if weight.shape == (synapses.size,):
        return weight
    if synapses.complete and weight.shape == (synapses.pre_size, synapses.post_size):
        return weight.reshape(-1)
    matrix = f" or {(synapses.pre_size, synapses.post_size)}" if synapses.complete else ""
    raise ShapeError(
        where="propagate(weight)",
        expected=f"shape () or {(synapses.size,)}{matrix}",
        got=f"{weight.shape}",
        fix="Give one weight for all, or one for each synapse in the order of the presynaptic neurons.",
    )


@functools.lru_cache(maxsize=1024)
def _product(plan: Plan) -> Callable[..., jax.Array]:
    """The product with its rules, as a function of spikes, weight, pre_ids, post_ids and starts."""
    # Compiled here, too: what is called outside of a compiled function would compile its loops at each call.
    mapped = custom_vmap(jax.jit(functools.partial(_computed, plan)))
    mapped.def_vmap(functools.partial(_over_an_axis, mapped))
    product = jax.custom_jvp(mapped)
    product.defjvp(functools.partial(_derivative, plan, product), symbolic_zeros=True)
    return product


def _computed(plan: Plan, spikes: jax.Array, weight: jax.Array, *ids: jax.Array) -> jax.Array:
    pre_ids, post_ids, starts = ids
    method = plan.choose(math.prod(spikes.shape[:-1]))
    if method == "events":
        return events(plan, spikes, weight, post_ids, starts)
    values = spikes.astype(weight.dtype)
    if method == "all":
        return every(plan, values, weight, pre_ids, post_ids, silent=True)
    out = by_matrix(plan, values, weight, pre_ids, post_ids)
    if not jnp.issubdtype(out.dtype, jnp.inexact):
        return out
    # In a matrix product 0 times infinity is NaN, and a silent neuron would be heard.
    quick = plan.complete and (weight.size <= _FEW or out.size >= _OFTEN * plan.post)
    sound = jnp.all(jnp.isfinite(weight if quick else out))
    return lax.cond(sound, lambda: out, lambda: one_by_one(plan, values, weight, pre_ids, post_ids))


def _over_an_axis(
    mapped: Callable, size: int, in_batched: list[bool], spikes: jax.Array, weight: jax.Array, *ids: jax.Array
) -> tuple[jax.Array, bool]:
    """A mapped axis becomes an axis of the batch."""
    spikes_too, weight_too, *ids_too = in_batched
    if any(ids_too):
        given = [
            x if batched else jnp.broadcast_to(x, (size, *x.shape))
            for x, batched in zip((spikes, weight, *ids), in_batched, strict=True)
        ]
        return lax.map(lambda one: mapped(*one), tuple(given)), True
    if not spikes_too:
        spikes = jnp.broadcast_to(spikes, (size, *spikes.shape))
    if weight_too:
        weight = weight.reshape(size, *(1,) * (spikes.ndim - weight.ndim), *weight.shape[1:])
    return mapped(spikes, weight, *ids), True


def _derivative(plan: Plan, product: Callable, primals: tuple, tangents: tuple) -> tuple[jax.Array, Any]:
    spikes, weight, *ids = primals
    pre_ids, post_ids, _ = ids
    out = product(*primals)
    if not jnp.issubdtype(out.dtype, jnp.inexact):
        return out, np.zeros(out.shape, jax.dtypes.float0)
    batch = math.prod(spikes.shape[:-1])
    dense = plan.method == "dense" or (plan.method == "auto" and plan.matrix_is_small(batch) and (plan.complete or batch > 1))
    linear = by_matrix if dense else functools.partial(every, silent=False)
    change = jnp.zeros_like(out)
    if not isinstance(tangents[0], SymbolicZero):
        change = change + linear(plan, tangents[0], weight, pre_ids, post_ids)
    if not isinstance(tangents[1], SymbolicZero):
        change = change + linear(plan, spikes.astype(out.dtype), tangents[1], pre_ids, post_ids)
    return out, change
