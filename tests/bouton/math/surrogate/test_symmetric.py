"""The values of every surrogate, symmetric or not, beside the formulas in 64 bits."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError

SQRT_2PI = math.sqrt(2 * math.pi)


def gauss(x, mean, sigma):
    return np.exp(-(((x - mean) / sigma) ** 2) / 2) / (sigma * SQRT_2PI)


def logistic_slope(x, alpha):
    s = 1 / (1 + np.exp(-alpha * x))
    return alpha * s * (1 - s)


# name → parameters other than the usual ones, and the derivative; without parameters the usual ones of the specification.
FORMULAS = {
    "inv_square_grad": ({"alpha": 7.0}, lambda x, alpha=100.0: 1 / (alpha * abs(x) + 1) ** 2),
    "sigmoid": ({"alpha": 2.0}, lambda x, alpha=4.0: logistic_slope(x, alpha)),
    "relu_grad": ({"alpha": 0.7, "width": 2.0}, lambda x, alpha=0.3, width=1.0: alpha * np.maximum(width - abs(x), 0)),
    "gaussian_grad": ({"sigma": 0.8, "alpha": 2.0}, lambda x, sigma=0.5, alpha=0.5: alpha * gauss(x, 0, sigma)),
    "multi_gaussian_grad": (
        {"h": 0.3, "s": 3.0, "sigma": 0.7, "scale": 1.5},
        lambda x, h=0.15, s=6.0, sigma=0.5, scale=0.5: (
            scale * ((1 + h) * gauss(x, 0, sigma) - h * gauss(x, sigma, s * sigma) - h * gauss(x, -sigma, s * sigma))
        ),
    ),
    "piecewise_linear": ({"width": 2.5}, lambda x, width=1.0: np.where(abs(x) < width / 2, 1 / width, 0)),
    "piecewise_quadratic": ({"alpha": 0.4}, lambda x, alpha=1.0: np.maximum(alpha - alpha**2 * abs(x), 0)),
    "arctan": ({"alpha": 3.0}, lambda x, alpha=1.0: alpha / 2 / (1 + (np.pi / 2 * alpha * x) ** 2)),
    "slayer_grad": ({"alpha": 3.0}, lambda x, alpha=1.0: np.exp(-alpha * abs(x))),
    "soft_sign": ({"alpha": 3.0}, lambda x, alpha=1.0: alpha / 2 / (1 + alpha * abs(x)) ** 2),
    "erf": ({"alpha": 0.5}, lambda x, alpha=1.0: alpha / math.sqrt(math.pi) * np.exp(-((alpha * x) ** 2))),
    "nonzero_sign_log": ({"alpha": 3.0}, lambda x, alpha=1.0: alpha / (1 + alpha * abs(x))),
    "log_tailed_relu": (
        {"alpha": 0.2},
        lambda x, alpha=0.0: np.where(x <= 0, alpha, np.where(x <= 1, 1, 1 / np.where(x == 0, 1, x))),
    ),
    "leaky_relu": ({"alpha": 0.3, "beta": 0.8}, lambda x, alpha=0.1, beta=1.0: np.where(x < 0, alpha, beta)),
    "s2nn": (
        {"alpha": 2.0, "beta": 0.5},
        lambda x, alpha=4.0, beta=1.0: np.where(x < 0, logistic_slope(x, alpha), beta / (abs(x) + 1)),
    ),
}
XS = np.asarray([-5.0, -1.2, -0.6, -0.3, -0.01, 0.0, 0.02, 0.3, 0.6, 1.2, 5.0])
every = pytest.mark.parametrize("name", FORMULAS)


def surrogate(name):
    return getattr(bm.surrogate, name)


def slope(spike, x):
    """The derivative, by going backward."""
    out, back = jax.vjp(spike, x)
    return back(jnp.ones_like(out))[0]


@every
@pytest.mark.parametrize("chosen", [False, True])
def test_forward_is_a_step_and_backward_the_published_formula(name, chosen):
    parameters, formula = FORMULAS[name]
    parameters = parameters if chosen else {}
    x = jnp.asarray(XS, jnp.float32)

    def spike(x):
        return surrogate(name)(x, **parameters)

    assert_array_equal(spike(x), (XS >= 0).astype(np.float32))
    expected = formula(np.asarray(x, np.float64), **parameters)
    assert_allclose(slope(spike, x), expected, rtol=2e-5, atol=1e-7)
    out, forward = jax.jvp(spike, (x,), (jnp.full_like(x, 2.0),))
    assert_array_equal(out, spike(x))
    assert_allclose(forward, 2 * expected, rtol=2e-5, atol=2e-7)


@every
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_the_dtype_is_kept_and_nan_stays_nan(name, dtype):
    x = jnp.asarray([-1.0, -0.0, 0.0, 1.0, jnp.nan, jnp.inf, -jnp.inf], dtype)
    out = surrogate(name)(x)
    assert out.dtype == dtype
    assert_array_equal(out.astype(np.float32), [0, 1, 1, 1, np.nan, 1, 0])
    derivative = slope(surrogate(name), x)
    assert derivative.dtype == dtype
    assert np.isfinite(np.asarray(derivative, np.float32)[[0, 1, 2, 3, 5, 6]]).all()


@every
def test_in_64_bits_it_computes_with_64(name):
    with bm.environment(x64=True):
        x = jnp.asarray(XS)
        assert slope(surrogate(name), x).dtype == np.float64
        assert_allclose(slope(surrogate(name), x), FORMULAS[name][1](XS), rtol=1e-12, atol=1e-15)


EXTREMES = [0.0, -0.0, 1e-45, -1e-45, 1e-38, -1e-38, 6e-8, 1.0, -1.0, 6e4, -6e4, 3e38, -3e38, math.inf, -math.inf]


@every
@pytest.mark.parametrize("size", [0.0, 1e-300, 1e-30, 1e-3, 1.0, 1e4, 1e6, 1e30, 3e38, 1e300])
def test_extreme_inputs_and_parameters_give_finite_values_and_derivatives(name, size):
    parameters = dict.fromkeys(FORMULAS[name][0], size)

    def spike(x):
        return surrogate(name)(x, **parameters)

    for dtype in ("float16", "bfloat16", "float32"):
        x = jnp.asarray(np.asarray(EXTREMES, np.float32)).astype(dtype)
        back = np.asarray(slope(spike, x), np.float32)
        assert np.isfinite(back).all(), (dtype, x[~np.isfinite(back)])
        assert np.isin(np.asarray(spike(x), np.float32), [0, 1]).all()
        assert np.isfinite(np.asarray(jax.jvp(spike, (x,), (jnp.ones_like(x),))[1], np.float32)).all()


@every
@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(width=32, allow_nan=False, allow_subnormal=False), min_size=8, max_size=8))
def test_any_input_gives_a_step_and_finite_first_and_second_derivatives(name, values):
    x = jnp.asarray(np.asarray(values, np.float32))
    out, first = FIRST[name](x)
    assert_array_equal(out, (np.asarray(values) >= 0).astype(np.float32))
    assert np.isfinite(first).all()
    assert np.isfinite(SECOND[name](x)).all()


def _first(name):
    return jax.jit(lambda x: (surrogate(name)(x), slope(surrogate(name), x)))


FIRST = {name: _first(name) for name in FORMULAS}
SECOND = {name: jax.jit(jax.vmap(jax.grad(jax.grad(surrogate(name))))) for name in FORMULAS}


def test_a_second_derivative_is_that_of_the_formula():
    x = jnp.asarray([-0.4, 0.3])
    expected = [-2 * 100 * np.sign(v) / (100 * abs(v) + 1) ** 3 for v in (-0.4, 0.3)]
    assert_allclose(jax.vmap(jax.grad(jax.grad(bm.surrogate.inv_square_grad)))(x), expected, rtol=1e-5)


def test_parameters_may_be_arrays_traced_ones_or_variables_and_get_no_gradient():
    x = jnp.asarray([0.1, -0.2])
    alpha = jnp.asarray([[10.0, 20.0], [30.0, 40.0]])
    expected = 1 / (np.asarray(alpha) * np.abs(x) + 1) ** 2
    assert bm.surrogate.inv_square_grad(x, alpha).shape == (2, 2)
    assert_allclose(slope(lambda y: bm.surrogate.inv_square_grad(y, alpha), jnp.broadcast_to(x, (2, 2))), expected, rtol=1e-5)
    held = bm.Variable(alpha)
    assert_allclose(slope(lambda y: bm.surrogate.inv_square_grad(y, held), jnp.broadcast_to(x, (2, 2))), expected, rtol=1e-5)
    by_alpha = jax.jit(jax.grad(lambda a: bm.surrogate.inv_square_grad(x, a).sum()))(alpha)
    assert_array_equal(by_alpha, np.zeros((2, 2)))


@every
def test_it_works_mapped_compiled_and_of_variables(name):
    spike = surrogate(name)
    v = bm.Variable(jnp.asarray(XS, jnp.float32))
    steps = (XS >= 0).astype(np.float32)
    assert_array_equal(spike(v), steps)
    assert_array_equal(jax.vmap(spike)(v.value), steps)
    assert_array_equal(bm.jit(lambda: spike(v))(), steps)
    expected = FORMULAS[name][1](XS)
    assert_allclose(bm.grad(lambda: spike(v).sum(), v)(), expected, rtol=1e-4, atol=1e-6)
    assert_allclose(bm.jit(bm.grad(lambda: spike(v).sum(), v))(), expected, rtol=1e-4, atol=1e-6)
    assert_array_equal(bm.for_loop(spike, v.value), steps)


def test_a_gradient_goes_through_a_loop_of_spikes():
    w = bm.TrainVar(jnp.asarray(0.5))

    def loss():
        return bm.for_loop(lambda x: bm.surrogate.relu_grad(w * x - 1.0), jnp.asarray([1.0, 2.0, 3.0])).sum()

    # At -0.5, 0 and 0.5 the slopes are 0.15, 0.3 and 0.15.
    assert_allclose(bm.grad(loss, w)(), 0.15 * 1 + 0.3 * 2 + 0.15 * 3, rtol=1e-6)


@pytest.mark.parametrize(
    "x, got", [(jnp.arange(3), "int32"), (jnp.asarray(True), "bool"), (jnp.ones(2, jnp.complex64), "complex64")]
)
def test_what_has_no_derivative_is_refused(x, got):
    with pytest.raises(KindError, match=rf"bouton\.math\.surrogate\.arctan: expected floating numbers, got {got}\. Convert them"):
        bm.surrogate.arctan(x)


def test_the_curves_that_are_densities_have_an_area_of_one():
    x = jnp.linspace(-200.0, 200.0, 400_001)
    for name in ("sigmoid", "arctan", "soft_sign", "erf", "piecewise_linear", "piecewise_quadratic"):
        area = float(slope(surrogate(name), x).sum()) * 0.001
        assert area == pytest.approx(1.0, abs=6e-3), name
