"""Weights from inputs and targets as they come."""

from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp

from ._methods import Methods
from ._numbers import number


@runtime_checkable
class OnlineMethod(Protocol):
    """What an online method offers."""

    def start(self, num_in: int, dtype: Any) -> Any:
        """What it keeps, a tree of arrays, before the first step."""
        ...

    def step(self, kept: Any, weights: jax.Array, x: jax.Array, target: jax.Array) -> tuple[Any, jax.Array]:
        """What it keeps, and the (num_in, num_out) weights, after inputs (B, num_in) and targets (B, num_out)."""
        ...


class RLS:
    r"""Recursive least squares, :math:`P_0 = I / \alpha`.

    After any number of samples the weights are those of ridge regression with the coefficient :math:`\alpha`, the penalty on
    what has changed since the beginning. The trials of a batch are taken one after another, so the order of data does not matter.

    Parameters
    ----------
    alpha : float
        Above 0.

    Raises
    ------
    ValueRefused
        For another number.

    References
    ----------
    .. [1] Sussillo and Abbott, Generating coherent patterns of activity from chaotic neural networks, Neuron 63, 2009: FORCE.
    """

    def __init__(self, alpha: float = 1.0):
        self.alpha = number(alpha, "RLS(alpha=...)", "Try 1.0, or less.", above=True)

    def start(self, num_in: int, dtype: Any) -> jax.Array:
        """The (num_in, num_in) inverse of the correlations."""
        return jnp.eye(num_in, dtype=dtype) / jnp.asarray(self.alpha, dtype)

    def step(self, kept: jax.Array, weights: jax.Array, x: jax.Array, target: jax.Array) -> tuple[jax.Array, jax.Array]:
        """One update for each trial."""

        def one(carry: tuple[jax.Array, jax.Array], sample: tuple[jax.Array, jax.Array]) -> tuple[Any, None]:
            (P, W), (x, target) = carry, sample
            k = P @ x
            c = 1.0 / (1.0 + x @ k)
            return (P - c * jnp.outer(k, k), W - c * jnp.outer(k, x @ W - target)), None

        (P, W), _ = jax.lax.scan(one, (kept, weights), (x, target))
        return P, W


class LMS:
    r"""Least mean squares, :math:`W \leftarrow W - \alpha\, x^T (y - target)`; the trials of a batch are added.

    Parameters
    ----------
    alpha : float
        The rate, above 0.

    Raises
    ------
    ValueRefused
        For another number.
    """

    def __init__(self, alpha: float = 0.1):
        self.alpha = number(alpha, "LMS(alpha=...)", "Try 0.1, or less.", above=True)

    def start(self, num_in: int, dtype: Any) -> tuple:
        """Nothing."""
        return ()

    def step(self, kept: tuple, weights: jax.Array, x: jax.Array, target: jax.Array) -> tuple[tuple, jax.Array]:
        """One update."""
        return kept, weights - jnp.asarray(self.alpha, weights.dtype) * (x.T @ (x @ weights - target))


_METHODS = Methods(
    "register_online_method",
    expected="an object with the methods start and step",
    example="'rls', or {'name': 'rls', 'alpha': 0.1}",
    is_one=lambda method: isinstance(method, OnlineMethod),
    is_maker=lambda method: isinstance(method, type) and issubclass(method, OnlineMethod),
    maker="a class with the methods start(num_in, dtype) and step(kept, weights, x, target)",
    rls=RLS,
    force=RLS,
    lms=LMS,
)


def get_supported_online_methods() -> tuple[str, ...]:
    """Names that ``fit_method`` may have."""
    return _METHODS.names()


def register_online_method(name: str, method: type[OnlineMethod]) -> None:
    """Give a method a name.

    Parameters
    ----------
    name : str
        That is free.
    method : class
        Of objects with ``start(num_in, dtype)`` and ``step(kept, weights, x, target)``, see :class:`RLS`.

    Raises
    ------
    ValueRefused
        For a name that is taken.
    KindError
        For a class without these methods.
    """
    _METHODS.register(name, method)


online_method = _METHODS.made
