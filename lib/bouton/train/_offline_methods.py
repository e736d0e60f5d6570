"""Weights from all inputs and targets at once: least squares, and methods by name."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ._logistic import LogisticRegression
from ._methods import Methods
from ._numbers import number
from ._penalised import ElasticNetRegression, LassoRegression
from ._polynomial import PolynomialRegression


class RidgeRegression:
    r"""Least squares with a penalty, :math:`W = (A^T A + \alpha I)^{-1} A^T Y`.

    Parameters
    ----------
    alpha : float
        Of the penalty, which also the bias bears.

    Raises
    ------
    ValueRefused
        For a number below 0.
    """

    def __init__(self, alpha: float = 1e-7):
        self.alpha = number(alpha, "RidgeRegression(alpha=...)", "Try a small number, 1e-6.")

    def __call__(self, targets: jax.Array, inputs: jax.Array, outputs: Any = None) -> jax.Array:
        """(num_in, num_out) weights from (samples, num_out) targets and (samples, num_in) inputs."""
        # By least squares of a longer system: its condition is the root of that of the normal equations.
        root = jnp.sqrt(jnp.asarray(self.alpha, inputs.dtype))
        more = root * jnp.eye(inputs.shape[1], dtype=inputs.dtype)
        nothing = jnp.zeros((inputs.shape[1], targets.shape[1]), inputs.dtype)
        q, r = jnp.linalg.qr(jnp.concatenate([inputs, more]))
        return jax.scipy.linalg.solve_triangular(r, q.T @ jnp.concatenate([targets.astype(inputs.dtype), nothing]))


class LinearRegression:
    """Least squares; of all solutions the smallest, by singular values."""

    def __call__(self, targets: jax.Array, inputs: jax.Array, outputs: Any = None) -> jax.Array:
        """(num_in, num_out) weights from (samples, num_out) targets and (samples, num_in) inputs."""
        return jnp.linalg.lstsq(inputs, targets.astype(inputs.dtype))[0]


_METHODS = Methods(
    "register_offline_method",
    expected="a function (targets, inputs, outputs)",
    example="'ridge', or {'name': 'ridge', 'alpha': 1e-4}",
    is_one=callable,
    is_maker=callable,
    maker="a class or a function",
    ridge=RidgeRegression,
    linear=LinearRegression,
    lstsq=LinearRegression,
    lasso=LassoRegression,
    elastic_net=ElasticNetRegression,
    logistic=LogisticRegression,
    polynomial=PolynomialRegression,
)


def get_supported_offline_methods() -> tuple[str, ...]:
    """Names that ``fit_method`` may have."""
    return _METHODS.names()


def register_offline_method(name: str, method: Callable) -> None:
    """Give a method a name.

    Parameters
    ----------
    name : str
        That is free.
    method : callable
        A class whose instances are called ``(targets, inputs, outputs)`` and return the weights, or such a function.

    Raises
    ------
    ValueRefused
        For a name that is taken.
    KindError
        For a method that cannot be called.
    """
    _METHODS.register(name, method)


offline_method = _METHODS.made
