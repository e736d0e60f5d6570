import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

parameter = bp.init.parameter


def test_it_has_an_older_name():
    assert bp.init.init_param is parameter


def test_what_is_left_out_stays_out():
    assert parameter(None, 3) is None


@pytest.mark.parametrize("number", [2.5, 3, True, 1j])
def test_a_number_is_itself(number):
    assert parameter(number, (2, 3)) is number


def test_arrays_and_variables_are_used_as_they_are():
    array, cell = jnp.ones((2, 3)), bm.TrainVar(jnp.ones((2, 3)))
    assert parameter(array, (2, 3)) is array
    assert parameter(cell, (2, 3)) is cell


def test_numpy_arrays_become_arrays_that_nobody_else_can_change():
    data = np.arange(3.0, dtype=np.float32)
    weight = parameter(data, 3)
    data[0] = 100.0
    assert_array_equal(weight, [0.0, 1.0, 2.0])
    assert parameter(np.float32(2.0), 3) == 2.0


@pytest.mark.parametrize("one", [jnp.ones(()), np.ones((1, 1)), jnp.ones(1)])
def test_one_element_may_stand_for_all(one):
    assert parameter(one, (2, 3)).size == 1


def test_functions_are_called_with_the_shape():
    bm.random.seed(0)
    expected = bp.init.Normal(0.1)((2, 3))
    bm.random.seed(0)
    assert_array_equal(parameter(bp.init.Normal(0.1), (2, 3)), expected)
    assert_array_equal(parameter(jnp.zeros, 3), [0, 0, 0])
    assert_array_equal(parameter(lambda shape: np.ones(shape), 2), [1, 1])
    assert parameter(lambda _: 2.5, ()) == 2.5
    cell = bm.Variable(3)
    assert parameter(lambda _: cell, 3) is cell


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: parameter(None, 3, allow_none=False),
            ValueRefused,
            r"parameter: expected a value, got None\. Pass a number, an array or an Initializer\.",
        ),
        (
            lambda: parameter(1.0, 3, allow_scalar=False),
            ShapeError,
            r"parameter: expected shape \(3,\), got \(\)\. For one value everywhere pass numpy\.full\(\(3,\), value\)\.",
        ),
        (
            lambda: parameter(jnp.ones(1), 3, allow_scalar=False),
            ShapeError,
            r"parameter: expected shape \(3,\), got \(1,\)\. Pass one value for each element\.",
        ),
        (lambda: parameter(np.ones((3, 2)), (2, 3)), ShapeError, r"expected shape \(2, 3\) or one number, got \(3, 2\)\."),
        (lambda: parameter(bm.Variable(2), 3), ShapeError, r"expected shape \(3,\) or one number, got \(2,\)\."),
        (
            lambda: parameter("normal", 3),
            KindError,
            r"parameter: expected an array of numbers, got str\. Pass a number, an array",
        ),
        (lambda: parameter([1.0, 2.0], 2), KindError, r"parameter: expected an array of numbers, got list\."),
        (
            lambda: parameter(np.array(["a"]), 1),
            KindError,
            r"parameter: expected an array of numbers, got an array of <U1\. Pass",
        ),
        (
            lambda: parameter(bp.init.Normal, 3),
            KindError,
            r"parameter: expected an Initializer, got the class Normal\. Write Normal",
        ),
        (lambda: parameter(print, 3), KindError, r"print: expected an array of numbers, got NoneType\. Let it return an array"),
        (
            lambda: parameter(lambda shape: jnp.ones(2), 3),
            ShapeError,
            r"<lambda>: expected an array of shape \(3,\), got \(2,\)\. Let it return that shape\.",
        ),
        (lambda: parameter(1.0, 2.5), KindError, r"parameter\(shape\): expected an int or a tuple of ints, got 2\.5\."),
    ],
)
def test_what_cannot_be_a_weight_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()
