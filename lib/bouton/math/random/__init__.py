"""bouton's random state: a key that advances with every draw, in compiled code as well; NumPy's global state is left alone."""

from ._default import DEFAULT as DEFAULT
from ._default import bernoulli as bernoulli
from ._default import beta as beta
from ._default import binomial as binomial
from ._default import categorical as categorical
from ._default import chisquare as chisquare
from ._default import choice as choice
from ._default import default_rng as default_rng
from ._default import dirichlet as dirichlet
from ._default import exponential as exponential
from ._default import f as f
from ._default import gamma as gamma
from ._default import geometric as geometric
from ._default import gumbel as gumbel
from ._default import laplace as laplace
from ._default import logistic as logistic
from ._default import lognormal as lognormal
from ._default import multivariate_normal as multivariate_normal
from ._default import negative_binomial as negative_binomial
from ._default import normal as normal
from ._default import orthogonal as orthogonal
from ._default import pareto as pareto
from ._default import permutation as permutation
from ._default import poisson as poisson
from ._default import power as power
from ._default import rand as rand
from ._default import randint as randint
from ._default import randn as randn
from ._default import random as random
from ._default import rayleigh as rayleigh
from ._default import seed as seed
from ._default import shuffle as shuffle
from ._default import split_key as split_key
from ._default import split_keys as split_keys
from ._default import standard_cauchy as standard_cauchy
from ._default import standard_exponential as standard_exponential
from ._default import standard_gamma as standard_gamma
from ._default import standard_normal as standard_normal
from ._default import standard_t as standard_t
from ._default import triangular as triangular
from ._default import truncated_normal as truncated_normal
from ._default import uniform as uniform
from ._default import wald as wald
from ._default import weibull as weibull
from ._state import RandomState as RandomState

# Without it help() shows none of them.
__all__ = [
    "DEFAULT",
    "RandomState",
    "bernoulli",
    "beta",
    "binomial",
    "categorical",
    "chisquare",
    "choice",
    "default_rng",
    "dirichlet",
    "exponential",
    "f",
    "gamma",
    "geometric",
    "gumbel",
    "laplace",
    "logistic",
    "lognormal",
    "multivariate_normal",
    "negative_binomial",
    "normal",
    "orthogonal",
    "pareto",
    "permutation",
    "poisson",
    "power",
    "rand",
    "randint",
    "randn",
    "random",
    "rayleigh",
    "seed",
    "shuffle",
    "split_key",
    "split_keys",
    "standard_cauchy",
    "standard_exponential",
    "standard_gamma",
    "standard_normal",
    "standard_t",
    "triangular",
    "truncated_normal",
    "uniform",
    "wald",
    "weibull",
]
