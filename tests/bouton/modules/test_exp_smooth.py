import math

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.signal import lfilter

import bouton.math as bm
from bouton.errors import ShapeError, ValueRefused
from bouton.modules import ExpSmooth, ExpSmoothJax

SERIES = np.random.default_rng(0).normal(size=(2, 30, 3))
TAUS = np.array([0.001, 0.01, 0.2])


def smoothed(series, taus, dt=1e-3):
    """As a filter of first order."""
    out = np.zeros_like(series)
    for k, tau in enumerate(taus):
        a = math.exp(-dt / tau)
        out[..., k] = lfilter([1 - a], [1, -a], series[..., k], axis=1)
    return out


@pytest.mark.parametrize("cls", [ExpSmooth, ExpSmoothJax])
def test_it_is_a_filter_of_first_order(cls):
    expected = smoothed(SERIES, TAUS)
    module = cls(3, tau=TAUS)
    out, state, record = module(SERIES, record=True)
    assert_allclose(out, expected, rtol=1e-4, atol=1e-6)
    assert_array_equal(record["x"], out)
    assert_allclose(state["x"], expected[0, -1], rtol=1e-4, atol=1e-6)
    assert_allclose(module.x, expected[0, -1] if cls is ExpSmooth else np.zeros(3), rtol=1e-4, atol=1e-6)


def test_eager_compiled_and_looped_runs_agree_and_the_next_call_goes_on():
    expected = smoothed(SERIES[:1], TAUS)[0]
    parts, compiled, looped = (ExpSmooth(3, tau=TAUS) for _ in range(3))
    assert_allclose(np.concatenate([parts(SERIES[0, :11])[0][0], parts(SERIES[0, 11:])[0][0]]), expected, rtol=1e-4, atol=1e-6)
    assert_allclose(bm.jit(lambda x: compiled(x)[0])(SERIES[0])[0], expected, rtol=1e-4, atol=1e-6)
    assert_allclose(bm.for_loop(lambda x: looped(x[None])[0][0, 0], SERIES[0]), expected, rtol=1e-4, atol=1e-6)


def test_a_constant_passes_unchanged_and_a_time_constant_of_zero_changes_nothing():
    assert_allclose(ExpSmooth(2, tau=0.01)(np.full((200, 2), 3.0))[0][0, -1], 3, rtol=1e-6)
    assert_array_equal(ExpSmooth(3, tau=0.0)(SERIES)[0], np.float32(SERIES))


def test_the_derivative_by_the_time_constant_is_that_of_the_closed_form():
    # After k steps of 1 the output is 1 - exp(-k dt / tau), whose derivative is -exp(-k dt / tau) k dt / tau^2.
    module, tau, k = ExpSmoothJax(1), 0.01, 7
    slope = jax.grad(lambda p: module.set_attributes({"tau": p})(np.ones((k, 1)))[0][0, -1, 0])(np.float32([tau]))
    assert_allclose(slope, -math.exp(-k * 1e-3 / tau) * k * 1e-3 / tau**2, rtol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"shape": (2, 3)}, ShapeError, r"ExpSmooth\(shape=\.\.\.\): expected one dimension, N, got \(2, 3\)"),
        ({"tau": -1.0}, ValueRefused, r"ExpSmooth\.tau: expected at least 0 s, got -1"),
        ({"dt": 0.0}, ValueRefused, r"ExpSmooth\.dt: expected above 0 s and finite, got 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        ExpSmooth(**{"shape": 3, **arguments})
