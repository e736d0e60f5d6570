"""Spikes from membrane potentials, with a gradient."""

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

WINDOW = 0.5


@jax.custom_jvp
def spike_counts(vmem: jax.Array, threshold: jax.Array, most: jax.Array) -> jax.Array:
    r"""How often a potential has crossed threshold within one step.

    :math:`s = \lfloor v/\theta \rfloor` where :math:`v \ge \theta`, else 0; at most ``most``. The derivative is that of the
    piecewise linear :math:`v/\theta` from a window of 0.5 below threshold upwards, and 0 below it.

    Parameters
    ----------
    vmem, threshold, most : arrays that broadcast together

    Returns
    -------
    array
        Counts, as floats.
    """
    # Put so that NaN gives NaN, not silence.
    counts = jnp.where(vmem < threshold, 0, jnp.floor(vmem / threshold))
    return jnp.minimum(counts, most)


def _spike_counts_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    vmem, threshold, most = primals
    v_dot, threshold_dot, _ = tangents
    spikes = spike_counts(vmem, threshold, most)
    slope = jnp.zeros_like(spikes)
    # A zero that is left out is a series less to keep for the backward pass.
    if not isinstance(v_dot, SymbolicZero):
        slope = slope + v_dot / threshold
    if not isinstance(threshold_dot, SymbolicZero):
        slope = slope - threshold_dot * vmem / threshold**2
    return spikes, jnp.where(vmem >= threshold - WINDOW, slope, 0)


spike_counts.defjvp(_spike_counts_jvp, symbolic_zeros=True)
