import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import Linear, LinearJax
from bouton.parameters import Constant

RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=(2, 7, 3))
WEIGHT, BIAS = RNG.normal(size=(3, 4)), RNG.normal(size=4)


@pytest.fixture(params=[Linear, LinearJax], ids=["plain", "functional"])
def cls(request):
    return request.param


@pytest.mark.parametrize("bias", [None, BIAS, 0.5])
def test_the_output_is_that_of_the_equation(cls, bias):
    module = cls((3, 4), weight=WEIGHT, bias=bias, has_bias=bias is not None)
    out, state, record = module(SERIES, record=True)
    assert_allclose(out, models.batched(models.linear, SERIES, WEIGHT, bias), rtol=1e-5, atol=1e-6)
    assert (state, record) == ({}, {})


def test_compiled_and_eager_runs_agree():
    module = Linear((3, 4), weight=WEIGHT)
    expected = models.batched(models.linear, SERIES, WEIGHT)
    assert_allclose(bm.jit(lambda x: module(x)[0])(SERIES), expected, rtol=1e-5, atol=1e-6)
    assert_allclose(bm.for_loop(lambda x: module(x)[0][0], np.float32(SERIES)), expected, rtol=1e-5, atol=1e-6)


def test_one_channel_is_given_to_every_input(cls):
    out = cls((3, 2), weight=np.ones((3, 2)))(np.ones((5, 1)))[0]
    assert_array_equal(out, np.full((1, 5, 2), 3))


def test_gradients_are_those_of_the_closed_form(cls):
    module = LinearJax((3, 4), weight=WEIGHT, bias=BIAS, has_bias=True)
    gradient = jax.grad(lambda p: module.set_attributes(p)(SERIES)[0].sum())(module.parameters())
    assert_allclose(gradient["weight"], np.repeat(SERIES.sum((0, 1))[:, None], 4, axis=1), rtol=1e-4)
    assert_allclose(gradient["bias"], np.full(4, 14), rtol=1e-6)


def test_there_is_no_bias_by_default_and_zeros_with_has_bias(cls):
    assert list(cls((3, 4)).parameters()) == ["weight"]
    module = cls((3, 4), has_bias=True)
    assert list(module.parameters("weights")) == ["weight"]
    assert list(module.parameters("biases")) == ["bias"]
    assert_array_equal(module.bias, np.zeros(4))


def test_weights_are_drawn_anew_at_a_reset_and_given_ones_come_back(cls):
    drawn = cls((3, 4))
    before = np.asarray(drawn.weight)
    again = drawn.reset_parameters()
    assert not np.array_equal(again.weight, before)
    given = cls((3, 4), weight=WEIGHT).set_attributes({"weight": np.zeros((3, 4))})
    assert_allclose(given.reset_parameters().weight, WEIGHT, rtol=1e-6)


def test_initial_functions_get_the_shape(cls):
    module = cls((3, 4), has_bias=True, weight_init_func=lambda s: np.full(s, 2.0), bias_init_func=lambda s: jnp.full(s, 3.0))
    assert_array_equal(module.weight, np.full((3, 4), 2))
    assert_array_equal(module.bias, np.full(4, 3))


def test_a_constant_weight_is_no_parameter(cls):
    module = cls((3, 4), weight=Constant(WEIGHT))
    assert module.parameters() == {}
    assert list(module.simulation_parameters("weights")) == ["weight"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"shape": 3},
            ShapeError,
            r"\(shape=\.\.\.\): expected two entries, \(inputs, outputs\), got \(3,\)\. Write for instance",
        ),
        ({"shape": (3, 4, 5)}, ShapeError, r"expected two entries, \(inputs, outputs\), got \(3, 4, 5\)"),
        ({"bias": np.ones(4)}, ValueRefused, r"\.bias: expected no bias, since has_bias is False, got one\. Pass has_bias=True"),
        ({"weight": np.ones((4, 4))}, ShapeError, r"\.weight: expected shape \(3, 4\), got \(4, 4\)"),
        ({"bias": np.ones(3), "has_bias": True}, ShapeError, r"\.bias: expected shape \(4,\) or \(\), got \(3,\)"),
        (
            {"weight": np.ones((4, 3))},
            ShapeError,
            r"\.weight: expected shape \(3, 4\), got \(4, 3\)\. Give data of a permitted shape\.$",
        ),
        ({"weight": "kaiming"}, KindError, r"\.weight: expected a number or an array, got str"),
        (
            {"weight_init_func": "kaiming"},
            ValueRefused,
            r"\.weight: expected a function of the shape, got str\. Pass for instance",
        ),
    ],
)
def test_bad_arguments_are_refused(cls, arguments, error, words):
    with pytest.raises(error, match=words):
        cls(**{"shape": (3, 4), **arguments})


@pytest.mark.parametrize("dtype", [np.float16, jnp.bfloat16])
def test_coarse_weights_do_not_make_the_series_coarse(cls, dtype):
    module = cls((3, 4), weight=jnp.ones((3, 4), dtype))
    # In half precision 2049 would be 2048.
    assert_array_equal(module(np.full((1, 3), 683, np.float32))[0], np.full((1, 1, 4), 2049))
