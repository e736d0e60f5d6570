"""What is left after one step of an exponential decay."""

import jax
import jax.numpy as jnp


def decay(dt: jax.Array, tau: jax.Array) -> jax.Array:
    r""":math:`e^{-\mathrm{d}t/\tau}`, and 0 for a time constant of 0, which forgets everything at once.

    The derivative is finite everywhere.

    Parameters
    ----------
    dt : scalar, s
    tau : array, s
        At least 0.
    """
    # Below this the exponential is 0 in double precision too, and its derivative would be 0 times infinity.
    slow = tau * 750 > dt
    return jnp.where(slow, jnp.exp(-dt / jnp.where(slow, tau, 1)), 0)
