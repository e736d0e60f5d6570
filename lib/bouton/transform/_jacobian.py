"""Jacobians and Hessians by cells and by arguments."""

from collections.abc import Callable, Sequence
from typing import Any

import jax

from ._deprecated import found_by_tracing
from ._derivative import Derivative


@found_by_tracing
def jacrev(
    func: Callable | None = None,
    grad_vars: Any = None,
    argnums: int | Sequence[int] | None = None,
    has_aux: bool | None = None,
    return_value: bool = False,
    holomorphic: bool = False,
    allow_int: bool = False,
) -> Callable:
    """Jacobian by Variables, by arguments, or by both, one row at a time: for few results of many numbers.

    Parameters
    ----------
    func : callable
        Returns an array or a pytree of arrays; with ``has_aux`` a pair ``(arrays, aux)``. What it writes to Variables is kept,
        once.
    grad_vars, argnums, has_aux, return_value
        As in :func:`grad`.
    holomorphic, allow_int : bool
        As in :func:`jax.jacrev`.

    Returns
    -------
    callable
        A call returns what that of :func:`grad` does. In place of each array of the result stands ``G``, whose arrays have
        the shape of that array followed by the shape of the Variable or argument.

    Raises
    ------
    KindError
        When the result holds something that is no array, or ``grad_vars`` something that is no Variable.
    ValueRefused
        In a call without the argument to differentiate by.

    Examples
    --------
    >>> import bouton.math as bm
    >>> v = bm.Variable([1.0, 2.0])
    >>> jacrev(lambda x: x * v**2, grad_vars=v)(3.0).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    if func is None:
        return lambda f: jacrev(f, grad_vars, argnums, has_aux, return_value, holomorphic, allow_int)
    options = {"holomorphic": holomorphic, "allow_int": allow_int}
    return Derivative("jacrev", jax.jacrev, order=1, options=options).by(func, grad_vars, argnums, has_aux, return_value)


jacobian = jacrev


@found_by_tracing
def jacfwd(
    func: Callable | None = None,
    grad_vars: Any = None,
    argnums: int | Sequence[int] | None = None,
    has_aux: bool | None = None,
    return_value: bool = False,
    holomorphic: bool = False,
) -> Callable:
    """Jacobian by Variables, by arguments, or by both, one column at a time: for many results of few numbers.

    Parameters
    ----------
    func, grad_vars, argnums, has_aux, return_value
        As in :func:`jacrev`.
    holomorphic : bool
        As in :func:`jax.jacfwd`.

    Returns
    -------
    callable
        A call returns what that of :func:`jacrev` does.

    Raises
    ------
    KindError, ValueRefused
        As in :func:`jacrev`.
    """
    if func is None:
        return lambda f: jacfwd(f, grad_vars, argnums, has_aux, return_value, holomorphic)
    kind = Derivative("jacfwd", jax.jacfwd, order=1, forward=True, options={"holomorphic": holomorphic})
    return kind.by(func, grad_vars, argnums, has_aux, return_value)


@found_by_tracing
def hessian(
    func: Callable | None = None,
    grad_vars: Any = None,
    argnums: int | Sequence[int] | None = None,
    has_aux: bool | None = None,
    return_value: bool = False,
    holomorphic: bool = False,
) -> Callable:
    """Matrix of second derivatives by Variables, by arguments, or by both.

    Parameters
    ----------
    func, grad_vars, argnums, has_aux, return_value
        As in :func:`jacrev`.
    holomorphic : bool
        As in :func:`jax.hessian`.

    Returns
    -------
    callable
        A call returns what that of :func:`jacrev` does, with a whole ``G`` once more in place of each array of ``G``: for
        ``grad_vars={"a": a, "b": b}`` the dictionary ``{"a": {"a": ..., "b": ...}, "b": {"a": ..., "b": ...}}``.

    Raises
    ------
    KindError, ValueRefused
        As in :func:`jacrev`.
    """
    if func is None:
        return lambda f: hessian(f, grad_vars, argnums, has_aux, return_value, holomorphic)
    kind = Derivative("hessian", jax.hessian, order=2, options={"holomorphic": holomorphic})
    return kind.by(func, grad_vars, argnums, has_aux, return_value)
