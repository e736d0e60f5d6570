"""Weights of probabilities, by the slopes that are zero where the sum is least."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
from bouton.errors import ValueRefused

RNG = np.random.default_rng(4)
A = np.concatenate([np.ones((80, 1)), RNG.normal(size=(80, 3))], 1)
Y = (RNG.random((80, 2)) < 1 / (1 + np.exp(-A @ RNG.normal(size=(4, 2))))).astype(float)


def fitted(y, **options):
    return np.asarray(bp.train.LogisticRegression(**options)(jnp.asarray(y, jnp.float32), jnp.asarray(A, jnp.float32)), float)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 50.0])
def test_slopes_are_zero(alpha):
    W = fitted(Y, alpha=alpha)
    slopes = A.T @ (1 / (1 + np.exp(-A @ W)) - Y) + alpha * W
    assert_allclose(slopes / len(A), np.zeros((4, 2)), atol=2e-6)


def test_a_constant_alone_gives_the_odds():
    ones = jnp.ones((40, 1))
    W = bp.train.LogisticRegression(0.0)(jnp.asarray(np.arange(40)[:, None] < 10, jnp.float32), ones)
    assert_allclose(W, [[np.log(10 / 30)]], rtol=1e-5)


def test_classes_that_can_be_told_apart_stay_finite_and_apart():
    apart = (A[:, 1:2] > 0).astype(float)
    assert ((A @ fitted(apart, alpha=1e-3) > 0) == (apart > 0)).all()


def test_too_few_steps_are_told():
    with pytest.warns(UserWarning, match=r"LogisticRegression: expected slopes of at most 1e-06, got .* after 1 steps"):
        fitted(Y, max_iter=1)


def test_targets_are_probabilities():
    with pytest.raises(ValueRefused, match=r"LogisticRegression, targets: expected numbers from 0 to 1, got -1 to 1\. Give a 1"):
        fitted(2 * Y - 1)
    with pytest.raises(ValueRefused, match=r"LogisticRegression\(alpha=\.\.\.\): expected a number of 0 or more, got nan"):
        bp.train.LogisticRegression(float("nan"))
