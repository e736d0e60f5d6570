"""Least squares over products of inputs."""

from itertools import chain, combinations_with_replacement
from typing import Any

import jax
import jax.numpy as jnp

from ..run._given import count


class PolynomialRegression:
    """Least squares over the inputs and their products; of all solutions the smallest.

    A Dense layer forms no products, so a trainer can use a degree of 1 alone; :class:`bouton.layers.NVAR` in front of the layer
    forms them, and any other method then fits their weights.

    Parameters
    ----------
    degree : int
        Largest number of factors.

    Raises
    ------
    ValueRefused
        For a degree below 1.
    """

    def __init__(self, degree: int = 2):
        self.degree = count(degree, "PolynomialRegression(degree=...)", of="")

    def features(self, inputs: jax.Array) -> jax.Array:
        """(samples, num_features) products of (samples, num_in) inputs: of one factor, of two, and so on."""
        n = inputs.shape[-1]
        chosen = chain(*(combinations_with_replacement(range(n), degree) for degree in range(1, self.degree + 1)))
        return jnp.stack([jnp.prod(inputs[..., jnp.array(factors)], axis=-1) for factors in chosen], axis=-1)

    def __call__(self, targets: jax.Array, inputs: jax.Array, outputs: Any = None) -> jax.Array:
        """(num_features, num_out) weights from (samples, num_out) targets and (samples, num_in) inputs."""
        return jnp.linalg.lstsq(self.features(inputs), targets.astype(inputs.dtype))[0]
