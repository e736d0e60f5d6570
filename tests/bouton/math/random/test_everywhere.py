import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

pytestmark = pytest.mark.long

N = 20_000

DISTRIBUTIONS = {
    "rand": (lambda r: r.rand(N), stats.uniform()),
    "randn": (lambda r: r.randn(N), stats.norm()),
    "random": (lambda r: r.random(N), stats.uniform()),
    "uniform": (lambda r: r.uniform(-2.0, 3.0, N), stats.uniform(-2.0, 5.0)),
    "normal": (lambda r: r.normal(2.0, 0.5, N), stats.norm(2.0, 0.5)),
    "standard_normal": (lambda r: r.standard_normal(N), stats.norm()),
    "truncated_normal": (lambda r: r.truncated_normal(0.0, 3.0, N, loc=1.0, scale=2.0), stats.truncnorm(-0.5, 1.0, 1.0, 2.0)),
    "laplace": (lambda r: r.laplace(1.0, 2.0, N), stats.laplace(1.0, 2.0)),
    "logistic": (lambda r: r.logistic(1.0, 2.0, N), stats.logistic(1.0, 2.0)),
    "gumbel": (lambda r: r.gumbel(1.0, 2.0, N), stats.gumbel_r(1.0, 2.0)),
    "standard_cauchy": (lambda r: r.standard_cauchy(N), stats.cauchy()),
    "standard_t": (lambda r: r.standard_t(3.0, N), stats.t(3.0)),
    "triangular": (lambda r: r.triangular(-1.0, 0.0, 3.0, N), stats.triang(0.25, -1.0, 4.0)),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_what_is_drawn_has_the_distribution(name):
    draw, distribution = DISTRIBUTIONS[name]
    drawn = draw(bm.random.RandomState(1))
    assert drawn.shape == (N,)
    assert drawn.dtype == jnp.float32
    assert stats.kstest(np.asarray(drawn, np.float64), distribution.cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", ["rand", "randn"])
def test_rand_and_randn_take_the_dimensions_one_by_one(name):
    assert getattr(bm.random, name)(2, 3).shape == (2, 3)
    assert getattr(bm.random, name)().shape == ()


def test_normal_numbers_are_those_of_jax_from_the_same_key():
    key = jax.random.PRNGKey(4)
    assert_allclose(bm.random.normal(1.0, 2.0, (3, 4), key=key), 1.0 + 2.0 * jax.random.normal(key, (3, 4)), rtol=1e-6)


def test_parameters_that_are_arrays_broadcast():
    rng = bm.random.RandomState(0)
    drawn = rng.normal(np.array([[0.0], [100.0]]), jnp.array([0.0, 1.0, 2.0]))
    assert drawn.shape == (2, 3)
    assert_array_equal(drawn[:, 0], [0.0, 100.0])
    assert rng.normal([0.0, 50.0], 1.0, size=(4, 2)).mean(0)[1] > 40
    assert rng.uniform(bm.Variable(jnp.array([5.0, 6.0])), 7).shape == (2,)
    assert rng.laplace([1.0, jnp.asarray(2.0)], 0).tolist() == [1.0, 2.0]


def test_an_interval_without_length_gives_its_end():
    assert_array_equal(bm.random.uniform(2.0, 2.0, 3), [2.0, 2.0, 2.0])


def test_numbers_of_a_truncated_normal_are_within_the_bounds():
    drawn = np.asarray(bm.random.RandomState(0).truncated_normal(-0.1, 0.2, 1000, loc=0.5, scale=0.3))
    assert drawn.min() >= np.float32(-0.1)
    assert drawn.max() <= np.float32(0.2)


def test_a_dtype_can_be_asked_for():
    assert bm.random.normal(size=3, dtype=jnp.float16).dtype == jnp.float16
    assert bm.random.uniform(0, 1, 3, dtype="bfloat16").dtype == jnp.bfloat16


HALF = {
    "normal": stats.norm(),
    "laplace": stats.laplace(),
    "logistic": stats.logistic(),
    "gumbel": stats.gumbel_r(),
    "exponential": stats.expon(),
    "rayleigh": stats.rayleigh(),
}


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", HALF)
def test_numbers_of_half_precision_have_the_distribution(name, dtype):
    drawn = np.asarray(getattr(bm.random.RandomState(0), name)(size=100_000, dtype=dtype))
    assert drawn.dtype == dtype
    assert_allclose(
        [drawn.astype(float).mean(), drawn.astype(float).var()], [HALF[name].mean(), HALF[name].var()], atol=0.01, rtol=0.03
    )


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_rounding_never_gives_the_end_of_an_interval(dtype):
    drawn = np.asarray(bm.random.RandomState(0).uniform(1.0, 3.0, 100_000, dtype=dtype)).astype(float)
    assert drawn.min() >= 1.0
    assert drawn.max() < 3.0
    assert_allclose(drawn.mean(), 2.0, atol=0.01)
    assert_array_equal(bm.random.uniform(2.0, 2.0, 3, dtype=dtype), [2.0, 2.0, 2.0])


def test_an_interval_that_the_dtype_cannot_hold_is_refused():
    with pytest.raises(
        ValueRefused, match=r"uniform\(low, high\): expected numbers that float32 holds, up to 3\.40282e\+38, got greater"
    ):
        bm.random.uniform(-3e38, 3e38)
    with pytest.raises(ValueRefused, match="numbers that float16 holds, up to 65504"):
        bm.random.uniform([0.0, 0.0], 1e5, dtype="float16")
    with pytest.raises(ValueRefused, match="greater ones"):
        bm.random.uniform(-np.inf, 0.0)


def test_after_the_size_of_a_truncated_normal_comes_its_scale():
    drawn = np.asarray(bm.random.RandomState(0).truncated_normal(-1.0, 2.0, N, 3.0), np.float64)
    assert stats.kstest(drawn, stats.truncnorm(-1 / 3, 2 / 3, scale=3.0).cdf).pvalue > 1e-3


def test_gradients_reach_the_parameters():
    key = jax.random.PRNGKey(0)
    standard = float(jax.random.normal(key))
    by_loc, by_scale = bm.grad(lambda m, s: bm.random.normal(m, s, key=key), argnums=(0, 1))(1.0, 2.0)
    assert_allclose([by_loc, by_scale], [1.0, standard], rtol=1e-6)


@pytest.mark.parametrize("name", ["normal", "laplace", "logistic", "gumbel"])
def test_a_negative_scale_is_refused(name):
    with pytest.raises(ValueRefused, match=rf"random\.{name}\(scale\): expected 0 or more, got -1\. Choose a value inside\."):
        getattr(bm.random, name)(0.0, -1.0)
    with pytest.raises(ValueRefused, match=rf"random\.{name}\(scale\): expected all 0 or more, got -3\."):
        getattr(bm.random, name)(0.0, [1.0, -3.0])


def test_nan_is_no_scale():
    with pytest.raises(ValueRefused, match="got nan"):
        bm.random.normal(0.0, float("nan"))


def test_a_traced_scale_is_taken_as_it_is():
    assert jnp.isfinite(bm.jit(lambda s: bm.random.normal(0.0, s))(-1.0))


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(ValueRefused, match=r"uniform\(low, high\): expected low not above high, got low 1\.0 and high 0\.0\."):
        bm.random.uniform(1.0, 0.0)
    with pytest.raises(ValueRefused, match=r"truncated_normal\(lower, upper\): expected lower below upper, got"):
        bm.random.truncated_normal(1.0, 1.0)
    with pytest.raises(ValueRefused, match=r"triangular\(left, mode\): expected left not above mode"):
        bm.random.triangular(1.0, 0.0, 2.0)
    with pytest.raises(ValueRefused, match=r"triangular\(mode, right\): expected mode not above right"):
        bm.random.triangular(0.0, 3.0, 2.0)
    with pytest.raises(ValueRefused, match=r"triangular\(left, right\): expected left below right"):
        bm.random.triangular(0.0, 0.0, 0.0)


def test_bounds_far_from_the_mean_are_refused():
    with pytest.raises(ValueRefused, match=r"within 4 standard deviations of loc, got 10\.0 and 11\.0\. What is beyond"):
        bm.random.truncated_normal(10.0, 11.0)
    with pytest.raises(ValueRefused, match="within 4 standard deviations"):
        bm.random.truncated_normal(-11.0, [-10.0, 1.0])


def test_a_scale_of_zero_has_no_truncated_normal():
    with pytest.raises(ValueRefused, match=r"truncated_normal\(scale\): expected above 0, got 0\."):
        bm.random.truncated_normal(-1.0, 1.0, scale=0.0)


def test_degrees_of_freedom_are_above_zero():
    with pytest.raises(ValueRefused, match=r"standard_t\(df\): expected above 0, got 0\."):
        bm.random.standard_t(0.0)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(KindError, match=r"normal\(dtype\): expected a floating dtype, got int64\. Convert what is drawn"):
        bm.random.normal(dtype=int)
    with pytest.raises(KindError, match=r"normal\(loc\): expected a number or an array of numbers, got str\."):
        bm.random.normal("0")
    with pytest.raises(KindError, match=r"random\.rand\(dims\): expected an int or a tuple of ints, got \(\(2, 3\),\)\."):
        bm.random.rand((2, 3))
    with pytest.raises(KindError, match=r"random\.randn\(dims\)"):
        bm.random.randn(2.5)
    with pytest.raises(ShapeError, match=r"random\.normal: expected parameters that broadcast, got \(2,\) and \(3,\)\."):
        bm.random.normal([0.0, 0.0], [1.0, 1.0, 1.0])
