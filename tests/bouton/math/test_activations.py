import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, UnknownPathError

XS = np.asarray([-7.0, -2.0, -0.4, 0.0, 0.3, 2.5, 8.0])


def logistic(x):
    return 1 / (1 + np.exp(-x))


def shares(x):
    return np.exp(x) / np.exp(x).sum()


FORMULAS = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "prelu": lambda x: np.where(x > 0, x, 0.25 * x),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "celu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(x) - 1)),
    "gelu": lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    "sigmoid": logistic,
    "log_sigmoid": lambda x: -np.log1p(np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "soft_sign": lambda x: x / (1 + abs(x)),
    "silu": lambda x: x * logistic(x),
    "swish": lambda x: x * logistic(x),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "tanh": np.tanh,
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_sigmoid": lambda x: np.clip(x + 3, 0, 6) / 6,
    "hard_silu": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "hard_shrink": lambda x: np.where(abs(x) > 0.5, x, 0),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "softmax": shares,
    "log_softmax": lambda x: np.log(shares(x)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_an_activation_is_its_formula_for_arrays_and_variables_in_and_out_of_compiled_code(name):
    expected = FORMULAS[name](XS)
    function = getattr(bm, name)
    v = bm.Variable(jnp.asarray(XS, jnp.float32))
    for out in (function(v.value), function(v), bm.jit(lambda: function(v))(), bm.activation(name)(v)):
        assert isinstance(out, jax.Array)
        assert out.dtype == np.float32
        assert_allclose(out, expected, rtol=3e-5, atol=3e-6)


def test_parameters_change_the_curve():
    x = jnp.asarray([-2.0, -0.4, 1.0])
    assert_allclose(bm.leaky_relu(x, 0.5), [-1.0, -0.2, 1.0])
    assert_allclose(bm.prelu(x, bm.TrainVar(jnp.asarray([0.1, 0.5, 9.0]))), [-0.2, -0.2, 1.0], rtol=1e-6)
    assert_allclose(bm.elu(x, 2.0), [2 * math.expm1(-2.0), 2 * math.expm1(-0.4), 1.0], rtol=1e-6)
    assert_allclose(bm.celu(x, 2.0), [2 * math.expm1(-1.0), 2 * math.expm1(-0.2), 1.0], rtol=1e-6)
    assert_allclose(
        bm.gelu(x, approximate=False), [v / 2 * (1 + math.erf(v / math.sqrt(2))) for v in (-2.0, -0.4, 1.0)], rtol=1e-5
    )
    assert_allclose(bm.hard_shrink(x, 1.0), [-2.0, 0.0, 0.0])
    assert_allclose(bm.soft_shrink(x, 0.3), [-1.7, -0.1, 0.7], rtol=1e-5)


def test_what_goes_along_an_axis():
    x = jnp.asarray([[1.0, 2.0], [3.0, 5.0]])
    assert_allclose(bm.softmax(x, axis=0).sum(axis=0), [1.0, 1.0], rtol=1e-6)
    assert_allclose(bm.log_softmax(bm.Variable(x), axis=0), jnp.log(bm.softmax(x, axis=0)), rtol=1e-5)
    assert_allclose(bm.glu(bm.Variable(x)), x[:, :1] * logistic(np.asarray(x[:, 1:])), rtol=1e-6)
    assert_allclose(bm.glu(x, axis=0), x[:1] * logistic(np.asarray(x[1:])), rtol=1e-6)


def test_one_hot_has_the_precision_of_the_environment():
    labels = bm.Variable(jnp.asarray([2, 0]))
    assert_array_equal(bm.one_hot(labels, 3), [[0, 0, 1], [1, 0, 0]])
    assert bm.one_hot(labels, 3).dtype == np.float32
    assert bm.one_hot(labels, 3, dtype=jnp.int32).dtype == np.int32
    assert_array_equal(bm.one_hot(labels, 3, axis=0), [[0, 1], [0, 0], [1, 0]])
    with bm.environment(float_="float16"):
        assert bm.one_hot(labels, 3).dtype == np.float16


def test_nan_comes_through_the_shrinking_ones():
    assert np.isnan(bm.hard_shrink(jnp.nan))
    assert np.isnan(bm.soft_shrink(jnp.nan))


def test_a_gradient_goes_through_an_activation_of_a_variable():
    w = bm.TrainVar(jnp.asarray([-1.0, 0.5]))
    assert_allclose(bm.grad(lambda: bm.relu(w).sum(), w)(), [0.0, 1.0])
    assert_allclose(bm.grad(lambda: bm.tanh(w).sum(), w)(), 1 - np.tanh([-1.0, 0.5]) ** 2, rtol=1e-6)


def test_an_activation_is_found_by_name_or_is_a_function():
    assert bm.activation("relu") is bm.relu
    assert bm.activation("swish") is bm.silu
    assert bm.activation(jnp.sin) is jnp.sin
    assert_array_equal(bm.activation("identity")(bm.Variable(jnp.ones(2))), np.ones(2))
    assert_array_equal(bm.activation("linear")(jnp.ones(2)), np.ones(2))


def test_a_function_of_numpy_is_refused_with_the_one_that_is_compiled():
    with pytest.raises(KindError, match=r"expected a function of JAX, .*got numpy\.tanh\. Write bm\.tanh, from bouton\.math\."):
        bm.activation(np.tanh)


def test_an_unknown_name_is_refused_with_the_known_ones_and_the_nearest():
    with pytest.raises(UnknownPathError, match=r"activation: expected one of celu, .*tanh, got 'ReLUU'\. Did you mean 'relu'\?"):
        bm.activation("ReLUU")
    with pytest.raises(UnknownPathError, match=r"got 'zzz'\. Known here: "):
        bm.activation("zzz")
    with pytest.raises(KindError, match=r"activation: expected a name or a function, got int\. Write for instance"):
        bm.activation(3)
