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
    "randint": (lambda r: r.randint(2, 9, N), stats.randint(2, 9)),
    "binomial": (lambda r: r.binomial(10, 0.3, N), stats.binom(10, 0.3)),
    "poisson": (lambda r: r.poisson(3.5, N), stats.poisson(3.5)),
    "geometric": (lambda r: r.geometric(0.3, N), stats.geom(0.3)),
    "negative_binomial": (lambda r: r.negative_binomial(4.0, 0.4, N), stats.nbinom(4.0, 0.4)),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_what_is_drawn_has_the_distribution(name):
    draw, distribution = DISTRIBUTIONS[name]
    drawn = draw(bm.random.RandomState(3))
    assert drawn.shape == (N,)
    assert drawn.dtype == jnp.int32
    # Values of a probability below 5/N are counted together with their neighbour, as the chi-square test wants.
    values = np.arange(int(distribution.ppf(5 / N)), int(distribution.ppf(1 - 5 / N)) + 1)
    expected = np.concatenate([[distribution.cdf(values[0])], distribution.pmf(values[1:-1]), [distribution.sf(values[-1] - 1)]])
    clipped = np.clip(np.asarray(drawn), values[0], values[-1])
    observed = np.array([(clipped == v).sum() for v in values])
    assert stats.chisquare(observed, expected * N).pvalue > 1e-3


def test_randint_with_one_bound_starts_at_zero():
    assert_array_equal(np.unique(bm.random.RandomState(0).randint(3, size=1000)), [0, 1, 2])


def test_every_value_of_a_small_dtype_can_be_drawn():
    drawn = bm.random.RandomState(0).randint(0, 256, 20_000, dtype=jnp.uint8)
    assert drawn.dtype == jnp.uint8
    assert len(np.unique(drawn)) == 256


def test_bounds_that_are_arrays_broadcast():
    drawn = bm.random.randint([0, 10], jnp.array([[1], [11]]) + jnp.array([0, 10]), size=(5, 2, 2))
    assert drawn.shape == (5, 2, 2)
    assert_array_equal(drawn[:, 0, 0], 0)


def test_a_bernoulli_number_is_true_as_often_as_p_says():
    drawn = bm.random.RandomState(0).bernoulli(0.3, 100_000)
    assert drawn.dtype == bool
    assert_allclose(drawn.mean(), 0.3, atol=0.006)
    assert bm.random.bernoulli([0.0, 1.0]).tolist() == [False, True]


def test_categories_come_as_often_as_their_logits_say():
    p = np.array([0.1, 0.2, 0.7])
    drawn = np.asarray(bm.random.RandomState(0).categorical(np.log(p), size=N))
    assert stats.chisquare([(drawn == k).sum() for k in range(3)], p * N).pvalue > 1e-3


def test_in_half_precision_chances_are_as_exact():
    rng = bm.random.RandomState(0)
    with bm.environment(float_="bfloat16"):
        assert_allclose(rng.bernoulli(1e-3, 1_000_000).astype("float32").mean(), 1e-3, rtol=0.15)
        drawn = np.asarray(rng.categorical(np.log([0.01, 0.09, 0.9]), size=100_000))
    assert_allclose(np.bincount(drawn) / 100_000, [0.01, 0.09, 0.9], rtol=0.15)


def test_logits_have_the_categories_along_the_axis():
    logits = jnp.where(jnp.eye(4, dtype=bool)[:, 1:], 0.0, -jnp.inf)  # column k: only k + 1
    assert bm.random.categorical(logits, axis=0).tolist() == [1, 2, 3]
    assert bm.random.categorical(logits, 0, (5, 3)).shape == (5, 3)


def test_no_trial_succeeds_never_and_a_sure_one_at_once():
    assert bm.random.geometric(1.0, 3).tolist() == [1, 1, 1]
    assert bm.random.negative_binomial(2.0, 1.0, 3).tolist() == [0, 0, 0]
    assert bm.random.binomial([0, 5], [0.5, 1.0]).tolist() == [0, 5]
    assert bm.random.poisson(0.0, 2).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("bernoulli", (1.5,), r"bernoulli\(p\): expected between 0 and 1, got 1\.5\."),
        ("bernoulli", ([0.5, -0.5],), r"bernoulli\(p\): expected all between 0 and 1, got -0\.5\."),
        ("binomial", (-1, 0.5), r"binomial\(n\): expected 0 or more, got -1\."),
        ("binomial", (1, 2.0), r"binomial\(p\): expected between 0 and 1, got 2\."),
        ("poisson", (-1.0,), r"poisson\(lam\): expected 0 or more, got -1\."),
        ("geometric", (0.0,), r"geometric\(p\): expected above 0 and at most 1, got 0\."),
        ("negative_binomial", (0.0, 0.5), r"negative_binomial\(n\): expected above 0, got 0\."),
        ("negative_binomial", (1.0, 0.0), r"negative_binomial\(p\): expected above 0 and at most 1, got 0\."),
        ("randint", (3, 3), r"randint\(low, high\): expected low below high, got low 3 and high 3\. The end is not included\."),
        ("randint", (0,), r"expected low below high, got low 0 and high 0\."),
        (
            "randint",
            (0, 2**40),
            r"randint\(high\): expected a whole number that int32 holds, got 1099511627776\. Choose a smaller",
        ),
        ("poisson", (3e9,), r"poisson\(lam\): expected numbers that int32 holds, up to 2\.14748e\+09, got greater ones\. Choose"),
        ("poisson", ([1.0, float("inf")],), r"poisson\(lam\): expected numbers that int32 holds"),
        ("binomial", (1e10, 0.5), r"binomial\(n\): expected numbers that int32 holds"),
        ("geometric", (1e-11,), r"geometric\(1 / p\): expected numbers that int32 holds"),
        ("negative_binomial", (10.0, 1e-12), r"negative_binomial\(n / p - n\): expected numbers that int32 holds"),
        ("categorical", ([0.0, 1.0], 1), r"categorical\(axis\): expected an axis of logits of shape \(2,\), got 1\."),
    ],
)
def test_a_parameter_outside_its_range_is_refused(name, arguments, words):
    with pytest.raises(ValueRefused, match=words):
        getattr(bm.random, name)(*arguments)


def test_bounds_that_the_dtype_does_not_hold_are_refused():
    with pytest.raises(ValueRefused, match=r"expected numbers that uint8 holds, got low 0 and high 257\. Choose another dtype\."):
        bm.random.randint(0, 257, dtype=jnp.uint8)
    with pytest.raises(ValueRefused, match=r"poisson\(lam\): expected numbers that int8 holds, up to 127, got greater ones"):
        bm.random.poisson(300.0, dtype=jnp.int8)


def test_the_wrong_kind_of_number_is_refused():
    with pytest.raises(KindError, match=r"randint\(high\): expected whole numbers, got float32\. Convert"):
        bm.random.randint(jnp.ones(2))
    with pytest.raises(KindError, match=r"randint\(low\): expected whole numbers, got float64\."):
        bm.random.randint(0.5, 2)
    with pytest.raises(KindError, match=r"poisson\(dtype\): expected an integer dtype, got float32\."):
        bm.random.poisson(1.0, dtype=jnp.float32)
    with pytest.raises(
        ShapeError, match=r"categorical\(size\): expected a shape that \(2,\) broadcasts to, got \(3,\)\. The leading"
    ):
        bm.random.categorical(jnp.zeros((2, 4)), size=3)
