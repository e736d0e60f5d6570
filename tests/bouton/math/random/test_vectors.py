import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton.math as bm
from bouton.errors import ShapeError, ValueRefused

pytestmark = pytest.mark.long

COV = np.array([[2.0, 0.6], [0.6, 1.0]])


@pytest.mark.parametrize("method", ["cholesky", "svd"])
def test_normal_vectors_have_the_mean_and_the_covariance(method):
    drawn = np.asarray(bm.random.RandomState(0).multivariate_normal([1.0, -2.0], COV, 100_000, method=method))
    assert drawn.shape == (100_000, 2)
    assert_allclose(drawn.mean(0), [1.0, -2.0], atol=0.02)
    assert_allclose(np.cov(drawn.T), COV, atol=0.03)


def test_elements_may_depend_on_each_other_altogether():
    drawn = bm.random.multivariate_normal([0.0, 0.0], np.ones((2, 2)), 10, method="svd")
    assert_allclose(drawn[:, 0], drawn[:, 1], atol=1e-3)


def test_means_and_covariances_may_be_many():
    assert bm.random.multivariate_normal(np.zeros((3, 2)), COV).shape == (3, 2)
    assert bm.random.multivariate_normal(np.zeros(2), np.stack([COV] * 4), (5, 4)).shape == (5, 4, 2)


def test_vectors_of_probabilities_sum_to_one_and_have_their_mean():
    alpha = np.array([1.0, 2.0, 5.0])
    drawn = np.asarray(bm.random.RandomState(0).dirichlet(alpha, 50_000))
    assert_allclose(drawn.sum(1), 1.0, rtol=1e-5)
    assert_allclose(drawn.mean(0), alpha / 8, atol=0.005)
    assert_allclose(drawn.var(0), alpha / 8 * (1 - alpha / 8) / 9, rtol=0.05)
    assert bm.random.dirichlet(np.ones((4, 3))).shape == (4, 3)


def test_orthogonal_matrices_keep_lengths_and_turn_both_ways():
    drawn = np.asarray(bm.random.RandomState(0).orthogonal(4, 200), np.float64)
    assert_allclose(drawn @ np.swapaxes(drawn, 1, 2), np.broadcast_to(np.eye(4), (200, 4, 4)), atol=1e-5)
    # As likely as their negatives, so no element has a mean.
    assert_allclose(drawn.mean(0), 0.0, atol=0.15)
    assert 60 < (np.linalg.det(drawn) > 0).sum() < 140
    assert bm.random.orthogonal(3).shape == (3, 3)


@pytest.mark.parametrize(
    ("cov", "words"),
    [
        ([[1.0, 0.5], [0.0, 1.0]], r"cov\): expected a symmetric matrix, got one that is not\. Take"),
        ([[1.0, 2.0], [2.0, 1.0]], r"cov\): expected no eigenvalue below 0, got -1\. No numbers have such"),
        ([[1.0, 1.0], [1.0, 1.0]], r"cov\): expected eigenvalues above 0, got .*Pass method='svd', which works with 0 as well\."),
    ],
)
def test_what_is_no_covariance_is_refused(cov, words):
    with pytest.raises(ValueRefused, match=words):
        bm.random.multivariate_normal([0.0, 0.0], cov)


def test_other_arguments_that_cannot_be_are_refused():
    with pytest.raises(ValueRefused, match=r"multivariate_normal\(method\): expected 'cholesky' or 'svd', got 'qr'\. Choose one"):
        bm.random.multivariate_normal([0.0, 0.0], COV, method="qr")
    with pytest.raises(ShapeError, match=r"cov of shape \(\.\.\., n, n\), got \(3,\) and \(2, 2\)\. Give the covariance"):
        bm.random.multivariate_normal(np.zeros(3), COV)
    with pytest.raises(ShapeError, match=r"multivariate_normal: expected a mean of shape"):
        bm.random.multivariate_normal(0.0, COV)
    with pytest.raises(
        ShapeError, match=r"multivariate_normal\(size\): expected a shape that \(3,\) broadcasts to, got \(2,\)\."
    ):
        bm.random.multivariate_normal(np.zeros((3, 2)), COV, 2)
    with pytest.raises(ShapeError, match=r"dirichlet\(alpha\): expected shape \(\.\.\., n\), got \(\)\. Give one concentration"):
        bm.random.dirichlet(1.0)
    with pytest.raises(ValueRefused, match=r"dirichlet\(alpha\): expected all above 0, got 0\."):
        bm.random.dirichlet([1.0, 0.0])
    with pytest.raises(ValueRefused, match=r"orthogonal\(n\): expected sizes of 0 or more, got \(-1,\)\."):
        bm.random.orthogonal(-1)
    assert bm.jit(lambda c: bm.random.multivariate_normal(jnp.zeros(2), c))(jnp.eye(2)).shape == (2,)


def test_half_precision_is_that_of_the_result_alone():
    assert bm.random.orthogonal(3, dtype=jnp.float16).dtype == jnp.float16
    assert bm.random.multivariate_normal([0.0, 0.0], COV, dtype=jnp.bfloat16).dtype == jnp.bfloat16
