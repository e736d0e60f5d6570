"""Silencing while training."""

import copy

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ValueRefused
from bouton.layers import Dropout

X = np.full(4000, 2.0, np.float32)


def test_nothing_is_silenced_unless_training_is_under_way():
    assert_array_equal(Dropout(0.2)(X), X)
    assert_array_equal(Dropout(0.2)({"fit": False}, X), X)
    assert_array_equal(Dropout(0.2, mode=bm.training_mode)(X), X)


def test_the_probability_is_that_to_keep_and_the_mean_stays():
    with bp.share.restored({"fit": True}):
        out = np.asarray(Dropout(0.2, seed=1)(X))
    assert set(out.tolist()) == {0.0, 10.0}
    # Binomial: standard deviation of the share is sqrt(0.2 * 0.8 / 4000) = 0.0063.
    assert_allclose((out > 0).mean(), 0.2, atol=0.025)


@pytest.mark.parametrize(("prob", "wanted"), [(0, np.zeros(4000)), (1, X)])
def test_none_or_all_may_be_kept(prob, wanted):
    with bp.share.restored({"fit": True}):
        layer = Dropout(prob)
        assert_array_equal(layer(X), wanted)
        grad = bm.grad(lambda x: layer(x).sum())(jnp.ones(3))
    assert_array_equal(grad, [prob] * 3)


def test_another_probability_counts_and_compiles_nothing():
    layer = Dropout(0.2, seed=1)
    step = bm.jit(layer)
    with bp.share.restored({"fit": True}):
        assert set(np.asarray(step(X)).tolist()) == {0.0, 10.0}
        layer.prob = 0.5
        out = np.asarray(step(X))
        layer.prob = 0.0
        nothing = step(X)
    assert step.compilations == 1
    assert set(out.tolist()) == {0.0, 4.0}
    # Binomial: standard deviation of the share is sqrt(0.25 / 4000) = 0.008.
    assert_allclose((out > 0).mean(), 0.5, atol=0.03)
    assert_array_equal(nothing, 0)
    with pytest.raises(ValueRefused, match=r"Dropout\.prob: expected between 0\.0 and 1\.0, got 3\.0"):
        layer.prob = 3.0
    assert repr(Dropout(0.25, name="quarter")) == "Dropout(name=quarter, prob=0.25, mode=NonBatchingMode)"


def test_compiled_code_sees_whether_training_is_under_way():
    layer = Dropout(0.5, seed=3)
    twin = copy.deepcopy(layer)
    step = bm.jit(layer)
    assert_array_equal(step(X), X)
    with bp.share.restored({"fit": True}):
        assert_array_equal(step(X), twin(X))
        assert not np.array_equal(step(X), X)
    assert_array_equal(step(X), X)


def test_a_compiled_function_may_be_told_so_at_each_call():
    layer = Dropout(0.5, seed=3)
    twin = copy.deepcopy(layer)
    step = bm.jit(layer)
    with bp.share.restored({}):
        silenced = twin({"fit": True}, X)
    assert_array_equal(step({"fit": True}, X), silenced)
    assert_array_equal(step({"fit": False}, X), X)
    assert step.compilations == 1
    assert bp.share.load("fit", None) is None


def test_same_seed_same_numbers_and_each_call_others():
    one, other = Dropout(0.5, seed=7), Dropout(0.5, seed=7)
    with bp.share.restored({"fit": True}):
        first = np.asarray(one(X))
        assert_array_equal(other(X), first)
        assert not np.array_equal(one(X), first)


def test_a_reset_leaves_the_random_numbers_alone():
    layer = bp.Sequential(Dropout(0.5, seed=7))
    with bp.share.restored({"fit": True}):
        first = np.asarray(layer(X))
        layer.reset_state()
        assert not np.array_equal(layer(X), first)


def test_gradients_pass_what_is_kept():
    layer = Dropout(0.25, seed=2)
    with bp.share.restored({"fit": True}):
        out = np.asarray(copy.deepcopy(layer)(np.ones(50)))
        grad = bm.grad(lambda x: layer(x).sum())(jnp.ones(50))
    assert_array_equal(grad, out)
    assert set(out.tolist()) == {0.0, 4.0}


def test_every_mapped_element_is_silenced_by_itself():
    with bp.share.restored({"fit": True}):
        out = np.asarray(bm.vmap(Dropout(0.5, seed=1))(jnp.ones((2, 50))))
    assert not np.array_equal(out[0], out[1])


@pytest.mark.parametrize("prob", [-0.1, 1.5, float("nan")])
def test_what_is_no_probability_is_refused(prob):
    with pytest.raises(ValueRefused, match=r"Dropout\.prob: expected a number from 0 to 1, got .*Choose another one\."):
        Dropout(prob)


def test_what_is_no_number_is_refused():
    with pytest.raises(KindError, match=r"Dropout\.prob: expected a number, got NoneType\. Choose one from 0 to 1\."):
        Dropout(None)
