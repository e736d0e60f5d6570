import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import bouton.math as bm
from bouton.errors import ValueRefused

pytestmark = pytest.mark.long

N = 20_000

DISTRIBUTIONS = {
    "exponential": (lambda r: r.exponential(2.0, N), stats.expon(scale=2.0)),
    "standard_exponential": (lambda r: r.standard_exponential(N), stats.expon()),
    "gamma": (lambda r: r.gamma(2.5, 3.0, N), stats.gamma(2.5, scale=3.0)),
    "standard_gamma": (lambda r: r.standard_gamma(0.7, N), stats.gamma(0.7)),
    "chisquare": (lambda r: r.chisquare(3.0, N), stats.chi2(3.0)),
    "f": (lambda r: r.f(4.0, 7.0, N), stats.f(4.0, 7.0)),
    "beta": (lambda r: r.beta(2.0, 5.0, N), stats.beta(2.0, 5.0)),
    "lognormal": (lambda r: r.lognormal(0.5, 0.3, N), stats.lognorm(0.3, scale=np.exp(0.5))),
    "rayleigh": (lambda r: r.rayleigh(2.0, N), stats.rayleigh(scale=2.0)),
    "weibull": (lambda r: r.weibull(1.5, N), stats.weibull_min(1.5)),
    "pareto": (lambda r: r.pareto(3.0, N), stats.lomax(3.0)),
    "power": (lambda r: r.power(3.0, N), stats.powerlaw(3.0)),
    "wald": (lambda r: r.wald(2.0, 3.0, N), stats.invgauss(2.0 / 3.0, scale=3.0)),
    "wald far out": (lambda r: r.wald(1e4, 1.0, N), stats.invgauss(1e4, scale=1.0)),
    "wald close by": (lambda r: r.wald(1.0, 1e3, N), stats.invgauss(1e-3, scale=1e3)),
}

# Name, arguments that are refused, the parameter, what it has to be.
REFUSED = [
    ("exponential", (-1.0,), "scale", "0 or more"),
    ("gamma", (0.0,), "shape", "above 0"),
    ("gamma", (1.0, -1.0), "scale", "0 or more"),
    ("standard_gamma", (-1.0,), "shape", "above 0"),
    ("chisquare", (0.0,), "df", "above 0"),
    ("f", (0.0, 1.0), "dfnum", "above 0"),
    ("f", (1.0, 0.0), "dfden", "above 0"),
    ("beta", (0.0, 1.0), "a", "above 0"),
    ("beta", (1.0, 0.0), "b", "above 0"),
    ("lognormal", (0.0, -1.0), "sigma", "0 or more"),
    ("rayleigh", (-1.0,), "scale", "0 or more"),
    ("weibull", (0.0,), "a", "above 0"),
    ("pareto", (0.0,), "a", "above 0"),
    ("power", (0.0,), "a", "above 0"),
    ("wald", (0.0, 1.0), "mean", "above 0"),
    ("wald", (1.0, 0.0), "scale", "above 0"),
]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_what_is_drawn_has_the_distribution(name):
    draw, distribution = DISTRIBUTIONS[name]
    drawn = draw(bm.random.RandomState(2))
    assert drawn.shape == (N,)
    assert drawn.dtype == jnp.float32
    assert stats.kstest(np.asarray(drawn, np.float64), distribution.cdf).pvalue > 1e-3


def test_the_scale_of_an_exponential_is_its_mean():
    assert_allclose(bm.random.RandomState(0).exponential(2.0, 100_000).mean(), 2.0, rtol=0.02)


def test_parameters_broadcast():
    assert bm.random.gamma([1.0, 2.0], [[1.0], [2.0], [3.0]]).shape == (3, 2)
    assert bm.random.beta(jnp.ones(3), 1.0, size=(4, 3)).shape == (4, 3)


@pytest.mark.parametrize(("name", "arguments", "parameter", "expected"), REFUSED)
def test_a_parameter_outside_its_range_is_refused(name, arguments, parameter, expected):
    with pytest.raises(ValueRefused, match=rf"random\.{name}\({parameter}\): expected {expected}, got {min(arguments):g}\."):
        getattr(bm.random, name)(*arguments)
