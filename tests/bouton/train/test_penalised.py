"""Least squares with penalties, by the conditions that hold where the sum is least."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
from bouton.errors import ValueRefused

RNG = np.random.default_rng(3)
A = RNG.normal(size=(60, 6))
A[:, 3] = A[:, 2] + 0.2 * RNG.normal(size=60)
Y = A @ (RNG.normal(size=(6, 2)) * [[1], [0], [1], [0], [0], [1]]) + 0.1 * RNG.normal(size=(60, 2))


def fitted(method):
    return np.asarray(method(jnp.asarray(Y, jnp.float32), jnp.asarray(A, jnp.float32)), np.float64)


@pytest.mark.parametrize(
    ("method", "size", "squares"),
    [
        (bp.train.LassoRegression(0.2), 0.2, 0.0),
        (bp.train.ElasticNetRegression(0.4), 0.2, 0.2),
        (bp.train.ElasticNetRegression(0.4, l1_ratio=0.75), 0.3, 0.1),
    ],
)
def test_no_direction_leads_further_down(method, size, squares):
    W = fitted(method)
    slopes = A.T @ (A @ W - Y) / len(A) + squares * W
    chosen = W != 0
    assert 0 < chosen.sum() < chosen.size
    assert_allclose(slopes[chosen], -size * np.sign(W[chosen]), atol=2e-5)
    assert (np.abs(slopes[~chosen]) <= size + 2e-5).all()


def test_columns_at_right_angles_are_fitted_one_by_one():
    Q = np.linalg.qr(A)[0] * np.sqrt(60)
    plain = Q.T @ Y / 60
    W = bp.train.LassoRegression(0.3)(jnp.asarray(Y, jnp.float32), jnp.asarray(Q, jnp.float32))
    assert_allclose(W, np.sign(plain) * np.maximum(np.abs(plain) - 0.3, 0), atol=1e-5)


def test_without_a_penalty_it_is_least_squares_and_zeros_stay():
    assert_allclose(fitted(bp.train.LassoRegression(0.0)), np.linalg.lstsq(A, Y, rcond=None)[0], rtol=1e-3, atol=1e-4)
    assert_array_equal(bp.train.LassoRegression(0.0)(jnp.ones((4, 1)), jnp.zeros((4, 2))), np.zeros((2, 1)))


def test_a_strong_penalty_leaves_nothing():
    assert_array_equal(fitted(bp.train.LassoRegression(100.0)), np.zeros((6, 2)))


def test_too_few_rounds_are_told():
    with pytest.warns(UserWarning, match=r"LassoRegression: expected weights that change by at most 1e-06 .* after 1 rounds"):
        fitted(bp.train.LassoRegression(0.01, max_iter=1))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": -1.0}, r"ElasticNetRegression\(alpha=\.\.\.\): expected a number of 0 or more, got -1\.0"),
        ({"alpha": "much"}, r"expected a number of 0 or more, got 'much'"),
        ({"l1_ratio": 1.5}, r"l1_ratio=\.\.\.\): expected a number from 0 to 1, got 1\.5"),
        ({"max_iter": 0}, r"max_iter=\.\.\.\): expected a whole number, 1 or more, got 0"),
        ({"tol": 0.0}, r"tol=\.\.\.\): expected a number above 0, got 0\.0"),
    ],
)
def test_numbers_that_are_none_are_refused(options, words):
    with pytest.raises(ValueRefused, match=words):
        bp.train.ElasticNetRegression(**options)
