"""The state that everybody shares, and its methods as functions."""

import jax
from jax.typing import ArrayLike

from ...core import Object
from ...core._slot import SlotFacts
from ...transform import DEFAULT as SHARED
from ._arguments import RAW
from ._keyed import Key, KeySlot
from ._state import RandomState


class SharedState(RandomState):
    """The one state that bouton's modules, initialisers and functions draw from.

    Copies of a model go on sharing it, and resetting a model leaves it as it is: ``seed`` starts it again.
    """

    def __init__(self):
        Object.__init__(self, "DEFAULT")
        # Around the cell as it is, which holds no key before the first draw.
        facts = SlotFacts(Key(shape=list(RAW), init_func=_present), "random", None, has_cell=True, is_off=False, literal=None)
        self._slots["key"] = KeySlot.build(facts, SHARED.cell)

    def __reduce__(self) -> str:
        return "DEFAULT"


def _present(_: tuple[int, ...]) -> jax.Array:
    return SHARED.cell.value


DEFAULT = SharedState()


def default_rng(seed: int | ArrayLike | RandomState | None = None) -> RandomState:
    """A state to draw from.

    Parameters
    ----------
    seed : int, key or RandomState, optional
        A new state for a seed or a key; a state is returned as it is. Default: ``DEFAULT``, so that one seed for all governs it.
    """
    if isinstance(seed, RandomState):
        return seed
    return DEFAULT if seed is None else RandomState(seed)


seed = DEFAULT.seed
split_key = DEFAULT.split_key
split_keys = DEFAULT.split_keys
rand = DEFAULT.rand
randn = DEFAULT.randn
random = DEFAULT.random
uniform = DEFAULT.uniform
normal = DEFAULT.normal
standard_normal = DEFAULT.standard_normal
truncated_normal = DEFAULT.truncated_normal
laplace = DEFAULT.laplace
logistic = DEFAULT.logistic
gumbel = DEFAULT.gumbel
standard_cauchy = DEFAULT.standard_cauchy
standard_t = DEFAULT.standard_t
triangular = DEFAULT.triangular
exponential = DEFAULT.exponential
standard_exponential = DEFAULT.standard_exponential
gamma = DEFAULT.gamma
standard_gamma = DEFAULT.standard_gamma
chisquare = DEFAULT.chisquare
f = DEFAULT.f
beta = DEFAULT.beta
lognormal = DEFAULT.lognormal
rayleigh = DEFAULT.rayleigh
weibull = DEFAULT.weibull
pareto = DEFAULT.pareto
power = DEFAULT.power
wald = DEFAULT.wald
bernoulli = DEFAULT.bernoulli
randint = DEFAULT.randint
binomial = DEFAULT.binomial
poisson = DEFAULT.poisson
geometric = DEFAULT.geometric
negative_binomial = DEFAULT.negative_binomial
categorical = DEFAULT.categorical
permutation = DEFAULT.permutation
shuffle = DEFAULT.shuffle
choice = DEFAULT.choice
multivariate_normal = DEFAULT.multivariate_normal
dirichlet = DEFAULT.dirichlet
orthogonal = DEFAULT.orthogonal
