"""Gradients by cells and by arguments."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import KindError
from ._deprecated import found_by_tracing
from ._derivative import Derivative


@found_by_tracing
def grad(
    func: Callable | None = None,
    grad_vars: Any = None,
    argnums: int | Sequence[int] | None = None,
    has_aux: bool | None = None,
    return_value: bool = False,
    holomorphic: bool = False,
    allow_int: bool = False,
) -> Callable:
    """Gradient of a scalar function by Variables, by arguments, or by both.

    Parameters
    ----------
    func : callable
        Returns a scalar of shape ``()``, or with ``has_aux`` a pair ``(scalar, aux)``. What it writes to Variables is kept, once.
    grad_vars : Variable, list, tuple or dict, optional
        Any Variables; the gradients come back in the same structure.
    argnums : int or tuple of int, optional
        Arguments to differentiate by. With neither ``grad_vars`` nor ``argnums`` the first argument.
    has_aux, return_value : bool
        Return ``aux`` and the value as well.
    holomorphic, allow_int : bool
        As in :func:`jax.grad`.

    Returns
    -------
    callable
        A call returns ``G``, ``(G, value)``, ``(G, aux)`` or ``(G, value, aux)``, where ``G`` holds the gradients by
        ``grad_vars``, by ``argnums``, or the pair ``(by grad_vars, by argnums)``.

    Raises
    ------
    KindError
        When the result is no scalar, or ``grad_vars`` holds something that is no Variable.
    ValueRefused
        In a call without the argument to differentiate by.
    """
    if func is None:
        return lambda f: grad(f, grad_vars, argnums, has_aux, return_value, holomorphic, allow_int)
    options = {"holomorphic": holomorphic, "allow_int": allow_int}
    return Derivative("grad", jax.grad, scalar=True, options=options).by(func, grad_vars, argnums, has_aux, return_value)


@found_by_tracing
def vector_grad(
    func: Callable | None = None,
    grad_vars: Any = None,
    argnums: int | Sequence[int] | None = None,
    return_value: bool = False,
    has_aux: bool | None = None,
) -> Callable:
    """Gradient of a function that returns arrays: of the sum of all that they hold.

    Every element of the result counts with a weight of one, so for an element-wise function this is its derivative at each
    element.

    Parameters
    ----------
    func : callable
        Returns an array of any shape, or a pytree of arrays; with ``has_aux`` a pair ``(arrays, aux)``.
    grad_vars, argnums, return_value, has_aux
        As in :func:`grad`.

    Returns
    -------
    callable
        A call returns what that of :func:`grad` does.

    Raises
    ------
    KindError
        When the result, or what to differentiate by, holds no floating numbers; and as in :func:`grad`.
    ValueRefused
        As in :func:`grad`.

    Examples
    --------
    >>> vector_grad(lambda x: x**2)(jnp.arange(3.0)).tolist()
    [0.0, 2.0, 4.0]
    """
    if func is None:
        return lambda f: vector_grad(f, grad_vars, argnums, return_value, has_aux)
    return Derivative("vector_grad", _with_ones).by(func, grad_vars, argnums, has_aux, return_value)


def _with_ones(pure: Callable, **_: Any) -> Callable:
    def gradient(*start: Any) -> tuple[Any, Any]:
        _check_floating(start, "numbers with a fraction to differentiate by")
        value, pull_back, aux = jax.vjp(pure, *start, has_aux=True)
        _check_floating(value, "a function that returns numbers with a fraction")
        return pull_back(jax.tree_util.tree_map(jnp.ones_like, value)), aux

    return gradient


def _check_floating(values: Any, expected: str) -> None:
    for value in jax.tree_util.tree_leaves(values):
        if not jnp.issubdtype(jnp.result_type(value), jnp.inexact):
            raise KindError(
                where="vector_grad",
                expected=expected,
                got=f"dtype {jnp.result_type(value)}",
                fix="Convert them with .astype('float32').",
            )
