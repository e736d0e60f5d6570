"""Gaussian noise inside a step, from a key that moves with the state."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import SimulationParameter, State
from ..core._wrappers import Wrapper
from ..errors import KindError
from ..transform import DEFAULT
from ._declare import declare_number
from ._module import Module


class NoiseLevel(SimulationParameter):
    """Standard deviation of noise: as long as it is 0, nothing is drawn and nothing compiled for it."""

    zero_is_off = True


class Key(Wrapper):
    """A key that no inspection lists as a state, because a plain module moves it by itself."""

    kind = "random"


class FirstKey(Key):
    """The key that a functional module begins with: an array of its tree, so that each goes back to its own."""

    initial_in = "first_key"


class MovingKey(State):
    """The key of a functional module, which a call hands back."""

    initial_in = "first_key"


def declare_noise(module: Module, noise_std: Any) -> None:
    """Register ``module.noise_std``."""
    declare_number(module, "noise_std", noise_std, NoiseLevel, bounds=(0.0, None), softbounds=(0.0, 1.0))


def declare_key(module: Module, rng_key: Any) -> None:
    """Register ``module.rng_key``: a state of a functional module, which hands it back; the own business of a plain one.

    Parameters
    ----------
    module : Module
    rng_key : key, int or None
        A JAX key, a seed, or ``None`` for a fresh key from bouton's own random state.

    Raises
    ------
    KindError
        For what is no key and no seed.
    """
    if rng_key is None:
        rng_key = DEFAULT.split()
    elif isinstance(rng_key, int | np.integer):
        rng_key = jax.random.PRNGKey(int(rng_key))
    elif isinstance(rng_key, jax.Array) and jnp.issubdtype(rng_key.dtype, jax.dtypes.prng_key):
        rng_key = jax.random.key_data(rng_key)
    elif np.ndim(rng_key) != 1 or getattr(rng_key, "dtype", None) != np.uint32:
        raise KindError(
            where="rng_key",
            expected="a JAX key, or an int for a seed",
            got=f"{type(rng_key).__name__}" + (f" of shape {rng_key.shape}" if hasattr(rng_key, "shape") else ""),
            fix="Write for instance rng_key=0, or rng_key=jax.random.key(0).",
        )
    module.rng_key = (MovingKey if module._functional else Key)(rng_key)
    if module._functional:
        module.first_key = FirstKey(rng_key)


def draw(s: dict, shape: tuple[int, ...], dtype: Any) -> tuple[jax.Array, jax.Array]:
    """The key for the next step, and normal numbers for this one."""
    kept, used = jax.random.split(s["rng_key"])
    return kept, jax.random.normal(used, shape, dtype)
