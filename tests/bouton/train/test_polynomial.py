"""Least squares over products of inputs."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
from bouton.errors import ValueRefused

A = np.random.default_rng(5).normal(size=(30, 2)).astype(np.float32)


def test_features_are_the_products_in_order():
    x, y = jnp.asarray([2.0]), jnp.asarray([3.0])
    features = bp.train.PolynomialRegression(3).features(jnp.stack([x, y], -1))
    assert_array_equal(features, [[2, 3, 4, 6, 9, 8, 12, 18, 27]])


def test_a_polynomial_is_found_again():
    x, y = A.T
    targets = np.stack([2 * x - x * y, 0.5 * y**2], 1)
    W = bp.train.PolynomialRegression()(jnp.asarray(targets), jnp.asarray(A))
    assert_allclose(W, np.array([[2, 0], [0, 0], [0, 0], [-1, 0], [0, 0.5]]), atol=1e-5)


def test_a_degree_is_a_whole_number():
    with pytest.raises(ValueRefused, match=r"PolynomialRegression\(degree=\.\.\.\): expected a whole number, 1 or more"):
        bp.train.PolynomialRegression(1.5)
