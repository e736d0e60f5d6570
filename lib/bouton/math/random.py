"""bouton's random state: one key that advances with every draw, in compiled code as well."""

import jax

from ..transform import DEFAULT


def seed(seed: int) -> None:
    """Make every draw after this reproducible. NumPy's global state is left alone.

    Parameters
    ----------
    seed : int
        Same seed, same numbers.
    """
    DEFAULT.seed(seed)


def split_key() -> jax.Array:
    """A fresh key for a function of :mod:`jax.random`.

    Returns
    -------
    (2,) uint32 array
    """
    return DEFAULT.split()
