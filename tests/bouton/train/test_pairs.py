"""Readouts that are fitted to several batches, beside NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from readout_models import Memory, readout_inputs

import bouton as bp
from bouton.errors import KindError, ShapeError, ValueRefused

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(5, 20, 2)).astype(np.float32), RNG.normal(size=(5, 20, 2)).astype(np.float32)
BATCHES = [(X[:2], Y[:2]), (X[2:], Y[2:])]


def weights_of(model):
    return np.concatenate([np.asarray(model.o.b.value)[None], np.asarray(model.o.W.value)])


@pytest.mark.parametrize(
    "data",
    [BATCHES, tuple(BATCHES), [*BATCHES[:1], (X[2:4], Y[2:4]), (X[4:], Y[4:])], iter(BATCHES), lambda: iter(BATCHES)],
    ids=["list", "tuple", "three", "iterator", "function"],
)
def test_ridge_fits_to_all_batches_together(data):
    model = Memory()
    before = weights_of(model)
    outs = bp.RidgeTrainer(model, alpha=0.5).fit(data)
    A = readout_inputs(X, True).reshape(100, 5)
    expected = np.linalg.solve(A.T @ A + 0.5 * np.eye(5), A.T @ Y.reshape(100, 2))
    assert_allclose(weights_of(model), expected, rtol=1e-3, atol=1e-4)
    # Each with the weights of before, from the beginning.
    assert_allclose(np.concatenate(outs).reshape(100, 2), A @ before, rtol=1e-4, atol=1e-5)


def test_a_washout_is_that_of_each_batch():
    model = Memory()
    bp.RidgeTrainer(model, alpha=0.5).fit(BATCHES, washout=5)
    A = readout_inputs(X, True)[:, 5:].reshape(75, 5)
    expected = np.linalg.solve(A.T @ A + 0.5 * np.eye(5), A.T @ Y[:, 5:].reshape(75, 2))
    assert_allclose(weights_of(model), expected, rtol=1e-3, atol=1e-4)


def test_recursive_least_squares_go_on_from_batch_to_batch():
    model = Memory()
    W0 = weights_of(model).astype(np.float64)
    outs = bp.ForceTrainer(model, alpha=1.0).fit(BATCHES)
    A = readout_inputs(X, True).reshape(100, 5)
    expected = W0 + np.linalg.solve(A.T @ A + np.eye(5), A.T @ (Y.reshape(100, 2) - A @ W0))
    assert_allclose(weights_of(model), expected, rtol=1e-3, atol=1e-4)
    assert [out.shape for out in outs] == [(2, 20, 2), (3, 20, 2)]


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        ([(X[:2], Y[:2]), (X[2:, :9], Y[2:, :9])], ShapeError, "as many steps as the first has, 20, got 9"),
        ([], ValueRefused, r"at least one pair \(X, Y\), got none"),
        ([(X, Y), X, Y], KindError, r"batch 1: expected a pair \(X, Y\), got ndarray"),
        (X, KindError, r"expected a pair \[X, Y\], got ndarray\. .* a list of such pairs"),
        ({"x": X, "y": Y}, KindError, r"expected a pair \[X, Y\], got dict"),
    ],
)
def test_data_of_another_form_are_refused_and_nothing_is_lost(data, error, words):
    model = Memory()
    before = weights_of(model)
    with pytest.raises(error, match=rf"RidgeTrainer\.fit.*{words}"):
        bp.RidgeTrainer(model).fit(data)
    np.testing.assert_array_equal(weights_of(model), before)
