"""Initial weights, drawn from bouton's random state."""

import jax
from jax.nn import initializers

from ..transform import DEFAULT


def unit_eigs(shape: tuple[int, int]) -> jax.Array:
    """Normal weights with standard deviation ``1/sqrt(rows)``: the eigenvalues of a large square matrix fill the unit circle."""
    return initializers.variance_scaling(1.0, "fan_in", "normal")(DEFAULT.split(), shape)


def kaiming(shape: tuple[int, int]) -> jax.Array:
    """Uniform weights in ``±sqrt(6/rows)`` (He et al., ICCV 2015)."""
    return initializers.variance_scaling(2.0, "fan_in", "uniform")(DEFAULT.split(), shape)


def xavier(shape: tuple[int, int]) -> jax.Array:
    """Uniform weights in ``±sqrt(6/(rows + columns))`` (Glorot and Bengio, AISTATS 2010)."""
    return initializers.variance_scaling(1.0, "fan_avg", "uniform")(DEFAULT.split(), shape)
