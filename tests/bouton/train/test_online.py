"""Readouts step by step, beside NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from readout_models import Memory, readout_inputs

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, NoImplementationError, RunningError, ShapeError, UnknownPathError, ValueRefused

RNG = np.random.default_rng(2)
X, Y = RNG.normal(size=(3, 12, 2)).astype(np.float32), RNG.normal(size=(3, 12, 2)).astype(np.float32)


def weights_of(model):
    return np.concatenate([np.asarray(model.o.b.value)[None], np.asarray(model.o.W.value)])


@pytest.mark.parametrize("alpha", [0.1, 1.0])
def test_recursive_least_squares_are_ridge_regression_from_where_the_weights_began(alpha):
    model = Memory()
    W0 = weights_of(model).astype(np.float64)
    bp.ForceTrainer(model, alpha=alpha).fit([X, Y])
    A, y = readout_inputs(X, True).reshape(36, 5), Y.reshape(36, 2)
    expected = W0 + np.linalg.solve(A.T @ A + alpha * np.eye(5), A.T @ (y - A @ W0))
    assert_allclose(weights_of(model), expected, rtol=1e-3, atol=1e-4)


def test_two_halves_teach_as_much_as_the_whole_and_outputs_have_the_weights_of_before():
    whole, halves = Memory(), Memory()
    halves.o.W.value = whole.o.W.value
    W0 = weights_of(whole)
    out = bp.OnlineTrainer(whole).fit([X, Y])
    trainer = bp.OnlineTrainer(halves, "force")
    trainer.fit([X[:, :5], Y[:, :5]])
    trainer.fit([X[:, 5:], Y[:, 5:]], reset_state=False)
    assert_allclose(weights_of(halves), weights_of(whole), rtol=1e-3, atol=1e-4)
    assert_allclose(out[:, 0], readout_inputs(X, True)[:, 0] @ W0, rtol=1e-4, atol=1e-5)


def test_least_mean_squares_add_the_trials():
    model = Memory()
    W = weights_of(model).astype(np.float64)
    bp.OnlineTrainer(model, {"name": "lms", "alpha": 0.01}).fit([X, Y])
    A = readout_inputs(X, True)
    for k in range(12):
        W = W - 0.01 * A[:, k].T @ (A[:, k] @ W - Y[:, k])
    assert_allclose(weights_of(model), W, rtol=1e-4, atol=1e-5)


def test_a_readout_without_bias_and_prediction():
    model = Memory(bias=False)
    trainer = bp.OnlineTrainer(model, bp.train.LMS, monitors=["before"])
    trainer.fit([X, Y])
    expected = readout_inputs(X, False) @ np.asarray(model.o.W.value)
    assert_allclose(trainer.predict(X, reset_state=True), expected, rtol=1e-4, atol=1e-5)
    assert_allclose(trainer.mon.before, X)


def test_weights_that_are_not_finite_are_told_and_taken_back():
    model, broken = Memory(), X.copy()
    broken[1, 4] = np.nan
    trainer, other, start = bp.OnlineTrainer(model), Memory(), jnp.asarray(weights_of(model))
    trainer.fit([X, Y])
    before = weights_of(model)
    with pytest.raises(RunningError, match=r"OnlineTrainer\.fit, o: expected finite weights, .* not, after step 4 of 12"):
        trainer.fit([broken, Y])
    assert_array_equal(weights_of(model), before)
    # What the method keeps is as it was, too: all good data are remembered.
    other.o.W.value, other.o.b.value = start[1:], start[0]
    bp.OnlineTrainer(other).fit([np.concatenate([X, X]), np.concatenate([Y, 2 * Y])])
    trainer.fit([X, 2 * Y])
    assert_allclose(weights_of(model), weights_of(other), rtol=1e-3, atol=1e-4)


def test_what_a_method_of_ones_own_returns_is_looked_at():
    class Odd(bp.train.LMS):
        def step(self, kept, weights, x, target):
            return self.found(kept, weights)

    for found, error, words in [
        (lambda kept, weights: weights, KindError, r"Odd\.step: expected a pair of what it keeps, .* and weights, got"),
        (lambda kept, weights: ((kept, kept), weights), KindError, r"expected a pair of what it keeps, in the same structure"),
        (lambda kept, weights: (kept, weights[1:]), ShapeError, r"Odd\.step: expected weights \(5, 2\), got \(4, 2\)"),
    ]:
        method = Odd()
        method.found = found
        with pytest.raises(error, match=words):
            bp.OnlineTrainer(Memory(), method).fit([X, Y])


def test_methods_can_be_registered_once():
    class Still(bp.train.LMS):
        def step(self, kept, weights, x, target):
            return kept, jnp.zeros_like(weights)

    bp.train.register_online_method("still_of_a_test", Still)
    assert "still_of_a_test" in bp.train.get_supported_online_methods()
    model = Memory()
    bp.OnlineTrainer(model, "still_of_a_test").fit([X, Y])
    assert not weights_of(model).any()
    with pytest.raises(ValueRefused, match=r"register_online_method: expected a name that is free, got 'still_of_a_test'"):
        bp.train.register_online_method("still_of_a_test", Still)
    with pytest.raises(KindError, match=r"expected a class with the methods start\(num_in, dtype\) and step"):
        bp.train.register_online_method("other", dict)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: bp.ForceTrainer(Memory(), alpha=0.0), ValueRefused, r"RLS\(alpha=\.\.\.\): expected a number above 0, got 0\.0"),
        (lambda: bp.OnlineTrainer(Memory(), "rsl"), UnknownPathError, r"got 'rsl'\. Did you mean 'rls'\?"),
        (lambda: bp.OnlineTrainer(Memory(), 3), KindError, r"or an object with the methods start and step, got int"),
        (lambda: bp.OnlineTrainer(bp.layers.Dense(2, 2)), ValueRefused, r"expected a model with a Dense layer in training mode"),
        (
            lambda: bp.OnlineTrainer(Memory(other=bp.layers.RNNCell(2, 2, mode=bm.training_mode))),
            NoImplementationError,
            r"got RNNCell in TrainingMode",
        ),
        (lambda: bp.OnlineTrainer(Memory()).fit(X), KindError, r"OnlineTrainer\.fit: expected a pair \[X, Y\]"),
        (
            lambda: bp.OnlineTrainer(Memory()).fit([X, Y[:, 1:]]),
            ShapeError,
            r"targets of o: expected shape \(3, 12, 2\), from the inputs .*, got \(3, 11, 2\)",
        ),
        (
            lambda: bp.OnlineTrainer(Memory()).fit([X, Y[..., 1:]]),
            ShapeError,
            r"targets of o: expected shape \(3, 12, 2\), .*, got \(3, 12, 1\)",
        ),
    ],
)
def test_what_cannot_be_learned_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()
