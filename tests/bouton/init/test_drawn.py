import numpy as np
import pytest
from scipy import stats

from bouton import init
from bouton.errors import KindError, ValueRefused

DISTRIBUTIONS = [
    (init.Normal(0.5, 2.0, seed=1), stats.norm(2.0, 0.5)),
    (init.Uniform(-1.0, 3.0, seed=1), stats.uniform(-1.0, 4.0)),
    (init.TruncatedNormal(0.5, 2.0, -1.0, 2.5, seed=1), stats.truncnorm(-1.0, 2.5, 2.0, 0.5)),
    (init.Gamma(2.0, 3.0, seed=1), stats.gamma(2.0, scale=3.0)),
    (init.Exponential(2.0, seed=1), stats.expon(scale=2.0)),
]


@pytest.mark.parametrize(("initializer", "distribution"), DISTRIBUTIONS)
def test_what_is_drawn_has_the_distribution(initializer, distribution):
    drawn = np.asarray(initializer((100, 200)), np.float64).ravel()
    assert stats.kstest(drawn, distribution.cdf).pvalue > 1e-3


def test_the_first_argument_of_normal_is_the_standard_deviation():
    drawn = init.Normal(0.01, seed=0)(100_000)
    np.testing.assert_allclose([drawn.mean(), drawn.std()], [0.0, 0.01], atol=2e-4)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: init.Normal(-1.0), r"Normal\(scale\): expected 0 or more, got -1\.0\. Choose another one\."),
        (lambda: init.Normal(float("nan")), r"Normal\(scale\): expected 0 or more, got nan\."),
        (lambda: init.TruncatedNormal(-1.0), r"TruncatedNormal\(scale\): expected 0 or more"),
        (
            lambda: init.TruncatedNormal(lower=5.0, upper=6.0),
            r"TruncatedNormal\(lower\): expected a number of at most 4, got 5\.0",
        ),
        (lambda: init.TruncatedNormal(lower=-6.0, upper=-5.0), r"TruncatedNormal\(upper\): expected a number of at least -4"),
        (
            lambda: init.TruncatedNormal(lower=1.0, upper=1.0),
            r"TruncatedNormal\(lower, upper\): expected the first below the second, got 1\.0 and 1\.0\. Exchange them",
        ),
        (lambda: init.Uniform(1.0, 0.0), r"Uniform\(min_val, max_val\): expected the first below the second, got 1\.0 and 0\.0"),
        (lambda: init.Gamma(0.0), r"Gamma\(shape\): expected a number above 0, got 0\.0"),
        (lambda: init.Gamma(1.0, -1.0), r"Gamma\(scale\): expected 0 or more"),
        (lambda: init.Exponential(-1.0), r"Exponential\(scale\): expected 0 or more"),
    ],
)
def test_a_parameter_outside_its_range_is_refused(make, words):
    with pytest.raises(ValueRefused, match=words):
        make()


def test_a_dtype_that_is_not_floating_is_refused():
    with pytest.raises(KindError, match="expected a floating dtype, got int32"):
        init.Normal()(3, np.int32)
