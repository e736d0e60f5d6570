"""The network of Vogels and Abbott 2005, benchmark 1 of Brette et al. 2007, by hand in bare JAX.

One group of neurons, the excitatory ones first; a spike delivers one row of fixed width, padded with a neuron that does not
exist. Both conductances stand in one array, excitatory first, so that one addition delivers any spike.
"""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

DT = 0.1
TAU, TAU_E, TAU_I, REFRACTORY = 20.0, 5.0, 10.0, 5.0
REST, RESET, THRESHOLD, E_E, E_I = -60.0, -60.0, -50.0, 0.0, -80.0
W_E, W_I = 0.6, 6.7  # in units of the leak conductance


def rows(pre: np.ndarray, post: np.ndarray, num: int) -> np.ndarray:
    """The targets of each neuron, in an array that is as wide as the most have: ``(num, width)``; ``2 num`` stands for none."""
    order = np.argsort(pre, kind="stable")
    pre, post = pre[order], post[order]
    fan_out = np.bincount(pre, minlength=num)
    found = np.full((num, fan_out.max()), 2 * num, np.int32)
    found[pre, np.arange(pre.size) - np.repeat(np.cumsum(fan_out) - fan_out, fan_out)] = post
    return found


def by_hand(pre: np.ndarray, post: np.ndarray, excitatory: int, num: int, way: Callable) -> Callable:
    """A run: ``(V, g, since, fired), steps, recorded -> the same after it, and the spikes of each step where asked``.

    ``g`` are both conductances in units of the leak conductance, ``since`` counts down the steps that are refractory.

    Parameters
    ----------
    pre, post : (synapses,) arrays of int
        The neurons that each joins.
    excitatory, num : int
        How many are excitatory, and how many there are.
    way : callable
        Of ``_spikes``: from spikes to what is received.
    """
    kind = np.arange(num) >= excitatory
    targets = rows(pre, post, num)
    targets = jnp.asarray(np.where(targets < num, targets + num * kind[:, None], targets).astype(np.int32))
    weight = jnp.asarray(np.where(targets < 2 * num, np.where(kind, W_I, W_E)[:, None], 0.0).astype(np.float32))
    targets = jnp.minimum(targets, 2 * num - 1)
    decay = jnp.concatenate([jnp.full(num, np.exp(-DT / tau), jnp.float32) for tau in (TAU_E, TAU_I)])
    relax = jnp.float32(np.exp(-DT / TAU))

    @functools.partial(jax.jit, static_argnames=("steps", "recorded"))
    def run(targets: jax.Array, weight: jax.Array, state: tuple, steps: int, recorded: bool = False) -> tuple:
        def step(state: tuple, _: None) -> tuple:
            V, g, since, fired = state
            g = way(fired, targets, weight, g * decay)
            end = REST + g[:num] * (E_E - V) + g[num:] * (E_I - V)
            free = since <= 0
            new = jnp.where(free, end + (V - end) * relax, V)
            fired = free & (new >= THRESHOLD)
            since = jnp.where(fired, round(REFRACTORY / DT), since - 1)
            return (jnp.where(fired, RESET, new), g, since, fired), fired if recorded else None

        return lax.scan(step, state, length=steps)

    return functools.partial(run, targets, weight)
