"""A spiking network after Neftci, Mostafa and Zenke 2019, and a step of training it, by hand in bare JAX: for ``surrogate.py``.

An input of spikes, a layer of LIF neurons with synaptic currents, and a readout that leaks: 100, 4 and 2 units. In every step
currents decay and then jump; the readout hears the spikes of the step before.
"""

import jax
import jax.numpy as jnp
import optax

DT, TAU_MEM, TAU_OUT, TAU_SYN = 1.0, 10.0, 5.0, 10.0
RATE = 2e-3


@jax.custom_jvp
def spikes(distance: jax.Array) -> jax.Array:
    """1 above threshold, with the derivative 1 / (100 |x| + 1)^2."""
    return (distance >= 0).astype(distance.dtype)


@spikes.defjvp
def _spikes_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    (x,), (x_dot,) = primals, tangents
    return spikes(x), x_dot / (100.0 * jnp.abs(x) + 1.0) ** 2


def readout(weights: tuple, trains: jax.Array) -> jax.Array:
    """Potentials of the readout: ``(T, B, 2)`` from spikes ``(T, B, 100)``."""
    first, second = weights
    decays = [jnp.exp(jnp.float32(-DT / tau)) for tau in (TAU_SYN, TAU_MEM, TAU_OUT)]
    syn, mem, out = decays

    def step(state: tuple, spike: jax.Array) -> tuple[tuple, jax.Array]:
        i, v, j, u, fired = state
        i = i * syn + spike @ first
        j = j * syn + fired @ second
        v = i + (v - i) * mem
        u = j + (u - j) * out
        fired = spikes(v - 1.0)
        return (i, jnp.where(jax.lax.stop_gradient(fired) > 0, 0.0, v), j, u, fired), u

    batch, hidden = trains.shape[1], first.shape[1]
    small, large = jnp.zeros((batch, hidden)), jnp.zeros((batch, second.shape[1]))
    return jax.lax.scan(step, (small, small, large, large, small), trains)[1]


def loss(weights: tuple, trains: jax.Array, labels: jax.Array) -> jax.Array:
    """Cross entropy of the largest potentials."""
    highest = readout(weights, trains).max(0)
    return optax.softmax_cross_entropy_with_integer_labels(highest, labels).mean()
