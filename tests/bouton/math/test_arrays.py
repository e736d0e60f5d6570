import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm

FLOATING = {
    "zeros": ((2, 3), np.zeros((2, 3))),
    "ones": (3, np.ones(3)),
    "empty": (3, np.zeros(3)),
    "eye": (3, np.eye(3)),
    "identity": (2, np.eye(2)),
    "tri": (3, np.tri(3)),
}
BETWEEN = {"linspace": np.linspace, "logspace": np.logspace, "geomspace": np.geomspace}


@pytest.mark.parametrize("name", FLOATING)
def test_new_arrays_have_the_precision_of_the_environment_unless_they_are_told_another(name):
    argument, expected = FLOATING[name]
    make = getattr(bm, name)
    assert_array_equal(make(argument), expected)
    assert make(argument).dtype == np.float32
    assert make(argument, dtype=jnp.int32).dtype == np.int32
    with bm.environment(float_="float16"):
        assert make(argument).dtype == np.float16
        assert make(argument, dtype=jnp.float32).dtype == np.float32
    with bm.environment(x64=True):
        assert make(argument).dtype == np.float64


@pytest.mark.parametrize("name", BETWEEN)
def test_numbers_between_numbers_have_the_precision_of_the_environment(name):
    make, expected = getattr(bm, name), BETWEEN[name](1, 3.0, 5)
    assert_allclose(make(1, 3.0, 5), expected, rtol=1e-5)
    with bm.environment(float_="float16"):
        assert make(1, 3.0, 5).dtype == np.float16
        assert make(1, 3.0, 5, dtype=jnp.float32).dtype == np.float32
        assert make(jnp.asarray(1.0), jnp.asarray(3.0), 5).dtype == np.float32


def test_the_other_arguments_of_the_functions_are_those_of_numpy():
    assert_array_equal(bm.eye(2, 3, 1), np.eye(2, 3, 1))
    assert_array_equal(bm.tri(2, 3, 1), np.tri(2, 3, 1))
    assert_allclose(bm.linspace(0, 1, 4, endpoint=False), np.linspace(0, 1, 4, endpoint=False))
    numbers, step = bm.linspace(0, 1, 5, retstep=True)
    assert (numbers.shape, float(step)) == ((5,), 0.25)
    assert_allclose(bm.logspace(0, 3, 4, base=2.0), [1.0, 2.0, 4.0, 8.0], rtol=1e-6)
    assert bm.linspace(jnp.zeros(2), jnp.ones(2), 5, axis=1).shape == (2, 5)
    assert_array_equal(bm.zeros(2, device=None), np.zeros(2))


@pytest.mark.parametrize(
    "make, values, plain, precise",
    [
        (lambda dtype=None: bm.arange(3, dtype=dtype), [0, 1, 2], np.int32, np.int16),
        (lambda dtype=None: bm.arange(1, 3, dtype=dtype), [1, 2], np.int32, np.int16),
        (lambda dtype=None: bm.arange(0, 1, 0.5, dtype=dtype), [0, 0.5], np.float32, np.float16),
        (lambda dtype=None: bm.full(2, 3, dtype), [3, 3], np.int32, np.int16),
        (lambda dtype=None: bm.full(2, 0.5, dtype), [0.5, 0.5], np.float32, np.float16),
    ],
)
def test_python_numbers_become_numbers_of_the_environment(make, values, plain, precise):
    assert_array_equal(make(), np.asarray(values))
    assert make().dtype == plain
    with bm.environment(float_="float16", int_="int16"):
        assert make().dtype == precise
        assert_array_equal(make(), np.asarray(values))
        assert make(np.float32).dtype == np.float32


def test_arrays_and_truth_values_keep_their_dtype():
    with bm.environment(float_="float16", int_="int16"):
        assert bm.full(2, True).dtype == np.bool_
        assert bm.full(2, jnp.asarray(1.0)).dtype == np.float32
        assert bm.full(2, bm.Variable(jnp.asarray(3))).dtype == np.int32
        assert bm.arange(np.float32(3)).dtype == np.float32
        assert bm.asarray([1.0]).dtype == np.float32
        assert bm.ones_like(jnp.ones(2)).dtype == np.float32


def test_compiled_code_makes_arrays_of_the_environment_it_is_called_in():
    f = bm.jit(lambda: bm.ones(2))
    assert f().dtype == np.float32
    with bm.environment(float_="float16"):
        assert f().dtype == np.float16
    assert f().dtype == np.float32
    assert f.compilations == 2


def test_without_a_setting_new_arrays_are_exactly_those_of_jax():
    assert bm.full(2, 0.5).weak_type == jnp.full(2, 0.5).weak_type
    assert bm.arange(3).weak_type == jnp.arange(3).weak_type


@pytest.mark.parametrize("x", [bm.Variable(jnp.ones(2)), jnp.ones(2), np.ones(2, np.float32), [1.0, 1.0]], ids=repr)
def test_anything_becomes_an_array_of_jax_or_of_numpy(x):
    assert type(bm.as_jax(x)) is type(jnp.ones(2))
    assert_array_equal(bm.as_jax(x), np.ones(2))
    assert bm.as_jax(x, jnp.float16).dtype == np.float16
    assert type(bm.as_numpy(x)) is np.ndarray
    assert_array_equal(bm.as_numpy(x), np.ones(2))


def test_a_numpy_array_made_of_a_variable_is_a_copy():
    v = bm.Variable(jnp.ones(2))
    taken = bm.as_numpy(v)
    taken[0] = 5.0
    assert_array_equal(v, np.ones(2))
