"""LIF neurons by hand, in bare JAX: the yardstick of ``tweak.py`` and ``series.py``.

The equations, states and surrogate gradient of ``bouton.modules.LIF``, without noise and recurrence, written for one synapse a
neuron. Batch first on both sides.
"""

import jax
import jax.numpy as jnp

DT = 1e-3
WINDOW = 0.5


@jax.custom_jvp
def spikes(v: jax.Array, threshold: jax.Array) -> jax.Array:
    """How often a potential has crossed threshold."""
    return jnp.where(v >= threshold, jnp.floor(v / threshold), 0)


@spikes.defjvp
def _spikes_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    v, threshold = primals
    v_dot, threshold_dot = tangents
    slope = v_dot / threshold - threshold_dot * v / threshold**2
    return spikes(v, threshold), jnp.where(v >= threshold - WINDOW, slope, 0)


def step(p: dict, decays: tuple, state: tuple, current: jax.Array) -> tuple[tuple, jax.Array]:
    """One time step: ``(isyn, vmem)`` and the spikes."""
    isyn, vmem = state
    isyn = (isyn + current) * decays[0]
    vmem = vmem * decays[1] + isyn + p["bias"]
    fired = spikes(vmem, p["threshold"])
    return (isyn, vmem - fired * p["threshold"]), fired


def decays(p: dict) -> tuple[jax.Array, jax.Array]:
    """Of the synaptic current and of the membrane potential, a step."""
    return jnp.exp(-DT / p["tau_syn"]), jnp.exp(-DT / p["tau_mem"])


def series(p: dict, state: tuple, currents: jax.Array, recorded: bool = False) -> tuple:
    """A whole series.

    Parameters
    ----------
    p : dict
        ``tau_mem``, ``tau_syn``, ``bias`` and ``threshold``.
    state : tuple of (N,) arrays
        Current and potential that every element of the batch starts with.
    currents : (B, T, N) array
    recorded : bool
        Whether the potentials are returned as well.

    Returns
    -------
    spikes : (B, T, N) array
    state : tuple of (N,) arrays
        Those of the first element.
    vmem : (B, T, N) array or None
    """
    each = decays(p)

    def turn(state: tuple, current: jax.Array) -> tuple[tuple, tuple]:
        state, fired = step(p, each, state, current)
        return state, (fired, state[1] if recorded else None)

    batch = currents.shape[0]
    start = tuple(jnp.broadcast_to(s, (batch, *s.shape)) for s in state)
    last, (fired, vmem) = jax.lax.scan(turn, start, jnp.swapaxes(currents, 0, 1))
    vmem = jnp.swapaxes(vmem, 0, 1) if recorded else None
    return jnp.swapaxes(fired, 0, 1), tuple(s[0] for s in last), vmem
