"""Every input to every output."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.layers import Dense, Linear

W = np.arange(6.0, dtype=np.float32).reshape(2, 3)
B = np.array([1.0, -1.0, 0.5], np.float32)


@pytest.mark.parametrize("shape", [(2,), (5, 2), (4, 5, 2), (0, 2)])
def test_it_works_over_the_last_axis(shape):
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    assert_allclose(Dense(2, 3, W, B)(x), x @ W + B, rtol=1e-6)


def test_its_other_name_is_linear():
    assert Linear is Dense


def test_there_may_be_no_bias():
    dense = Dense(2, 3, W, None)
    assert dense.b is None
    assert_array_equal(dense(np.ones(2)), W.sum(0))
    assert Dense(2, 3, W, None, mode=bm.training_mode).b is None


@pytest.mark.parametrize(
    "given",
    [W, bp.init.Constant(2.0), lambda shape: jnp.ones(shape), 0.5, bm.TrainVar(jnp.asarray(W)), bm.Variable(jnp.ones(()))],
)
def test_weights_are_given_in_many_ways(given):
    dense = Dense(2, 3, given, 1.0)
    full = np.broadcast_to(np.asarray(given(shape=(2, 3)) if isinstance(given, bp.init.Initializer) else dense.W), (2, 3))
    assert_allclose(dense(np.array([1.0, 2.0])), np.array([1.0, 2.0]) @ full + 1, rtol=1e-6)


def test_the_standard_deviation_of_weights_is_that_of_their_initialiser():
    bm.random.seed(1)
    assert_allclose(np.std(Dense(60, 80, bp.init.Normal(0.01)).W), 0.01, rtol=0.05)
    # Glorot and Bengio: variance 2 / (fan_in + fan_out).
    assert_allclose(np.std(Dense(60, 80).W), np.sqrt(2 / 140), rtol=0.05)


@pytest.mark.parametrize("spikes", [np.array([True, False]), np.array([1, 0]), jnp.array([True, False]), [1, 0]])
def test_spikes_count_as_ones(spikes):
    out = Dense(2, 3, W, None)(spikes)
    assert out.dtype == jnp.float32
    assert_array_equal(out, W[0])


def test_gradients_are_those_of_the_formula():
    dense = Dense(2, 3, W, B, mode=bm.training_mode)
    x = np.array([[1.0, 2.0], [3.0, -1.0]], np.float32)
    grads = bm.grad(lambda: (dense(x) ** 2).sum() / 2, dense.train_vars("relative").unique())()
    out = x @ W + B
    assert_allclose(grads["W"], x.T @ out, rtol=1e-6)
    assert_allclose(grads["b"], out.sum(0), rtol=1e-6)


def test_its_repr_tells_sizes_and_mode():
    assert repr(Dense(128, 100, name="hidden_layer")) == "Dense(name=hidden_layer, num_in=128, num_out=100, mode=NonBatchingMode)"


def test_what_does_not_fit_is_refused():
    with pytest.raises(
        ShapeError, match=r"Dense\(x\): expected shape \(\.\.\., 2\), got \(3,\)\. Give 2 features on the last axis\."
    ):
        Dense(2, 3)(np.ones(3))
    with pytest.raises(ShapeError, match=r"got \(\)"):
        Dense(2, 3)(1.0)
    with pytest.raises(ValueRefused, match=r"Dense\.num_out: expected 1 or more, got 0\. Choose a larger number\."):
        Dense(2, 0)
    with pytest.raises(KindError, match=r"Dense\.num_in: expected a whole number, got 2\.5\. Write for instance 100\."):
        Dense(2.5, 1)
    with pytest.raises(KindError, match="got True"):
        Dense(True, 1)
    with pytest.raises(ShapeError, match=r"expected shape \(2, 3\) or one number, got \(3, 2\)"):
        Dense(2, 3, W.T)


def test_its_entries_are_weights_and_biases():
    families = {entry.name: (entry.family, entry.shape) for entry in Dense(2, 3).entries()}
    assert families == {"W": ("weights", (2, 3)), "b": ("biases", (3,))}
    assert isinstance(Dense(2, 3).W, jax.Array)
