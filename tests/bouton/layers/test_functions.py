"""Functions as layers."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnknownPathError
from bouton.layers import Activation, Flatten, FunAsLayer, Identity

X = np.array([-1.0, 2.0], np.float32)


def test_identity_passes_on_what_comes():
    assert Identity()(X) is X


def test_activations_are_functions_or_names_with_keywords():
    assert_array_equal(Activation(jnp.abs)(X), [1.0, 2.0])
    assert_array_equal(Activation("relu")(X), [0.0, 2.0])
    assert_allclose(Activation(bm.leaky_relu, negative_slope=0.5)(X), [-0.5, 2.0])
    assert repr(Activation("relu", name="rectify")) == "Activation(name=rectify, activate_fun=relu, mode=NonBatchingMode)"


def test_an_activation_that_is_none_is_refused():
    with pytest.raises(UnknownPathError, match="'relu'"):
        Activation("rleu")
    with pytest.raises(KindError, match="expected a name or a function, got int"):
        Activation(3)


def test_flatten_keeps_the_batch_where_there_is_one():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert_array_equal(Flatten()(x), np.arange(24.0))
    assert_array_equal(Flatten(mode=bm.batching_mode)(x), np.arange(24.0).reshape(2, 12))
    assert Flatten(mode=bm.training_mode)(np.ones(3)).shape == (3, 1)
    assert Flatten(mode=bm.training_mode)(np.ones((0, 3, 4))).shape == (0, 12)
    assert Flatten()(1.0).shape == (1,)
    with pytest.raises(ShapeError, match=r"Flatten\(x\): expected an axis for the batch, got \(\)\. Give an array"):
        Flatten(mode=bm.batching_mode)(1.0)


def test_any_function_is_a_layer():
    def total(x, y=0.0):
        return x + y

    assert FunAsLayer(total)(1.0, y=2.0) == 3.0
    assert X >> FunAsLayer(np.sum) == 1.0
    assert repr(FunAsLayer(total, name="summing")) == "FunAsLayer(name=summing, fun=total, mode=NonBatchingMode)"
    with pytest.raises(KindError, match=r"FunAsLayer\.fun: expected a function, got float\. Pass for instance bm\.relu\."):
        FunAsLayer(1.0)
