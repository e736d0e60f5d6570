"""Weights from all inputs and targets at once."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import KindError, UnknownPathError, ValueRefused


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
        if not alpha >= 0:
            raise ValueRefused(
                where="RidgeRegression(alpha=...)", expected="0 or more", got=f"{alpha}", fix="Try a small number, 1e-6."
            )
        self.alpha = float(alpha)

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


_METHODS: dict[str, Any] = {"ridge": RidgeRegression, "linear": LinearRegression, "lstsq": LinearRegression}


def get_supported_offline_methods() -> tuple[str, ...]:
    """Names that ``fit_method`` may have."""
    return tuple(_METHODS)


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
    if name in _METHODS:
        raise ValueRefused(
            where="register_offline_method", expected="a name that is free", got=f"{name!r}", fix="Choose another name."
        )
    if not callable(method):
        raise KindError(
            where="register_offline_method", expected="a class or a function", got=type(method).__name__, fix="Pass it itself."
        )
    _METHODS[name] = method


def offline_method(given: Any, where: str) -> Callable:
    """The method that is meant by a name, a dict ``{'name': ..., **arguments}``, or a callable.

    Raises
    ------
    UnknownPathError, KindError
        For what is none.
    """
    if isinstance(given, Mapping):
        arguments = dict(given)
        name = arguments.pop("name", None)
    else:
        name, arguments = given, {}
    if isinstance(name, str):
        if name not in _METHODS:
            raise UnknownPathError(
                where=where,
                expected="the name of a method",
                got=f"{name!r}",
                fix=f"Known methods: {', '.join(map(repr, _METHODS))}.",
            )
        method = _METHODS[name]
        return method(**arguments) if isinstance(method, type) else method
    if not callable(given):
        raise KindError(
            where=where,
            expected="the name of a method, a dict with one, or a function (targets, inputs, outputs)",
            got=type(given).__name__,
            fix="Write for instance 'ridge', or {'name': 'ridge', 'alpha': 1e-4}.",
        )
    return given() if isinstance(given, type) else given
