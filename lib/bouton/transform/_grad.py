"""Gradients by cells and by arguments."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import KindError, ValueRefused
from ._frame import Frame
from ._operators import plain
from ._purify import TakenApart, is_discovering, unwrap
from ._variable import Variable


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
    options = {
        "grad_vars": grad_vars,
        "argnums": argnums,
        "has_aux": has_aux,
        "return_value": return_value,
        "holomorphic": holomorphic,
        "allow_int": allow_int,
    }
    if func is None:
        return lambda f: grad(f, **options)
    cells, structure = jax.tree_util.tree_flatten(grad_vars, is_leaf=lambda x: isinstance(x, Variable))
    _check_cells(cells)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        by_args = () if argnums is None and cells else 0 if argnums is None else argnums
        nums = (by_args,) if isinstance(by_args, int) else tuple(by_args)
        _check_numbers(nums, len(args))
        args = tuple(map(plain, args))
        for cell in cells:
            cell.differentiate()
        if is_discovering():
            value, aux = _scalar(func, has_aux, args, kwargs)
            by_cells, by_nums = _zeros([c.value for c in cells]), _zeros([args[n] for n in nums])
        else:
            value, aux, by_cells, by_nums = _differentiate(
                func, cells, nums, has_aux, args, kwargs, holomorphic=holomorphic, allow_int=allow_int
            )
        of_args = by_nums[0] if isinstance(by_args, int) else tuple(by_nums)
        of_cells = jax.tree_util.tree_unflatten(structure, by_cells)
        found = of_args if grad_vars is None else of_cells if argnums is None else (of_cells, of_args)
        if not has_aux:
            return (found, value) if return_value else found
        return (found, value, aux) if return_value else (found, aux)

    return functools.wraps(func)(gradient) if hasattr(func, "__name__") else gradient


def _differentiate(
    func: Callable,
    cells: list[Variable],
    nums: tuple[int, ...],
    has_aux: bool | None,
    args: tuple,
    kwargs: dict,
    **options: Any,
) -> tuple[Any, Any, list, list]:
    written: list[Variable] = []
    # A Variable that is listed twice, as tied weights are, is one variable.
    distinct = list(dict.fromkeys(cells))

    def pure(cell_values: list, arg_values: list) -> tuple[Any, tuple]:
        merged = list(args)
        for n, value in zip(nums, arg_values, strict=True):
            merged[n] = value
        with Frame(dict(zip(distinct, cell_values, strict=True))) as frame:
            value, aux = _scalar(func, has_aux, merged, kwargs)
            aux = TakenApart(aux)
            written[:] = frame.written
            new = [frame.values[cell] for cell in written]
        return value, (aux.rebuilt(), new)

    start = [c.value for c in distinct], [args[n] for n in nums]
    both = jax.value_and_grad(pure, argnums=(0, 1), has_aux=True, **options)
    (value, (aux, new)), (by_cells, by_nums) = both(*start)
    for cell, x in zip(written, new, strict=True):
        cell.value = x
    of_cell = dict(zip(distinct, by_cells, strict=True))
    return value, aux, [of_cell[cell] for cell in cells], by_nums


def _scalar(func: Callable, has_aux: bool | None, args: Sequence, kwargs: dict) -> tuple[Any, Any]:
    """Call ``func``; its scalar and its aux."""
    out = unwrap(func(*args, **kwargs))
    if has_aux and not (isinstance(out, tuple) and len(out) == 2):
        raise KindError(
            where="grad(has_aux=True)",
            expected="a function that returns (scalar, aux)",
            got=f"{type(out).__name__}",
            fix="Return a pair, or leave has_aux out.",
        )
    value, aux = out if has_aux else (out, None)
    shape = jnp.shape(value) if isinstance(value, jax.Array | float | int) else None
    if shape != ():
        raise KindError(
            where="grad",
            expected="a function that returns a scalar of shape ()",
            got=f"shape {shape}" if shape is not None else f"{type(value).__name__}",
            fix="Reduce the result with .sum() or .mean(), and pass has_aux=True for anything returned beside it.",
        )
    return value, aux


def _check_numbers(nums: Sequence[int], count: int) -> None:
    """Refuse numbers of arguments that the call does not have."""
    for n in nums:
        if not -count <= n < count:
            raise ValueRefused(
                where="grad",
                expected=f"positional argument {n} to differentiate by",
                got=f"a call with {count} of them",
                fix="Pass it by position, choose others with argnums, or say which Variables with grad_vars.",
            )


def _zeros(values: list) -> list:
    return [jax.tree_util.tree_map(jnp.zeros_like, v) for v in values]


def _check_cells(cells: list) -> None:
    for cell in cells:
        if not isinstance(cell, Variable):
            raise KindError(
                where="grad(grad_vars=...)",
                expected="Variables, in a list, tuple or dict",
                got=f"{type(cell).__name__}",
                fix="Pass the Variable itself; a registered parameter's is model.cell('path').",
            )
