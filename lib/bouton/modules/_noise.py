"""Gaussian noise inside a step, from a key that moves with the state."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core import SimulationParameter, State
from ..core._wrappers import Wrapper
from ..transform import DEFAULT


class NoiseLevel(SimulationParameter):
    """Standard deviation of noise: as long as it is 0, nothing is drawn and nothing compiled for it."""

    zero_is_off = True


class Key(Wrapper):
    """A key that no inspection lists as a state, because a plain module moves it by itself."""

    kind = "random"


def noise_level(noise_std: Any) -> NoiseLevel:
    """The attribute ``noise_std`` of a module."""
    return NoiseLevel(noise_std, cast_fn=_number, bounds=(0.0, None), softbounds=(0.0, 1.0))


def key(rng_key: Any, functional: bool) -> Wrapper:
    """The attribute ``rng_key``: a state of a functional module, which hands it back; the own business of a plain one.

    Parameters
    ----------
    rng_key : key, int or None
        A JAX key, a seed, or ``None`` for a fresh key from bouton's own random state.
    functional : bool
        Whether the module is functional.
    """
    if rng_key is None:
        rng_key = DEFAULT.split()
    elif isinstance(rng_key, int):
        rng_key = jax.random.PRNGKey(rng_key)
    elif jnp.issubdtype(rng_key.dtype, jax.dtypes.prng_key):
        rng_key = jax.random.key_data(rng_key)
    return (State if functional else Key)(rng_key)


def draw(s: dict, shape: tuple[int, ...], dtype: Any) -> tuple[jax.Array, jax.Array]:
    """The key for the next step, and normal numbers for this one."""
    kept, used = jax.random.split(s["rng_key"])
    return kept, jax.random.normal(used, shape, dtype)


def _number(x: Any) -> Any:
    return float(x) if isinstance(x, int | float) else x
