"""What every derivative has in common: cells and arguments to differentiate by, one run of the function, and what comes back."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ValueRefused
from ._frame import Frame, started_again
from ._purify import TakenApart, is_discovering, unwrap
from ._rebound import watched
from ._trace import present_trace
from ._transformed import Transformed
from ._variable import Variable


@dataclass(frozen=True)
class Derivative:
    """One kind of derivative of a function of Variables and arguments.

    Parameters
    ----------
    name : str
        For messages.
    of : callable
        One of JAX: ``of(pure, argnums=(0, 1), has_aux=True, **options)`` gives a function that returns derivative and aux.
    order : int
        0 when the derivative has the shape of what it is taken by, 1 when the axes of the value come before it, 2 when they
        are followed by the axes of two things.
    scalar : bool
        Whether only a scalar can be differentiated.
    forward : bool
        Whether the dtype is that of the value.
    options : dict
        For ``of``.
    """

    name: str
    of: Callable
    order: int = 0
    scalar: bool = False
    forward: bool = False
    options: dict = field(default_factory=dict)

    def by(
        self,
        func: Callable,
        grad_vars: Any,
        argnums: int | Sequence[int] | None,
        has_aux: bool | None,
        return_value: bool,
    ) -> Callable:
        """The function that takes the derivative of ``func``."""
        cells, structure = jax.tree_util.tree_flatten(grad_vars, is_leaf=lambda x: isinstance(x, Variable))
        _check_cells(self.name, cells)
        if grad_vars is not None and not cells and argnums is None:
            raise ValueRefused(
                where=f"{self.name}(grad_vars=...)",
                expected="at least one Variable",
                got=f"an empty {type(grad_vars).__name__}",
                fix="train_vars() lists those made by bm.TrainVar; vars() lists all.",
            )
        by_args = () if argnums is None and cells else 0 if argnums is None else argnums
        nums = (by_args,) if isinstance(by_args, int) else tuple(by_args)

        def arranged(pair: tuple[list, list], args: Sequence, inner: Callable) -> Any:
            of_cell = dict(zip(dict.fromkeys(cells), pair[0], strict=True))
            of_cells = jax.tree_util.tree_unflatten(structure, [inner(of_cell[cell]) for cell in cells])
            of_nums = [
                jax.tree_util.tree_map(lambda _, d: inner(d), args[n], found) for n, found in zip(nums, pair[1], strict=True)
            ]
            of_args = of_nums[0] if isinstance(by_args, int) else tuple(of_nums)
            return of_args if grad_vars is None else of_cells if argnums is None else (of_cells, of_args)

        def derivative(*args: Any, **kwargs: Any) -> Any:
            _check_numbers(self.name, nums, len(args))
            args, kwargs = unwrap((args, kwargs))
            for cell in cells:
                cell.differentiate()
            # A Variable that is listed twice, as tied weights are, is one variable.
            distinct = list(dict.fromkeys(cells))
            value, aux, found = started_again(lambda: self._taken(func, distinct, nums, has_aux, args, kwargs))

            def in_order(pair: tuple[list, list], order: int = max(self.order, 1)) -> Any:
                return arranged(pair, args, (lambda d: in_order(d, order - 1)) if order > 1 else lambda d: d)

            result = jax.tree_util.tree_map(lambda _, pair: in_order(pair), value, found) if self.order else in_order(found)
            if not has_aux:
                return (result, value) if return_value else result
            return (result, value, aux) if return_value else (result, aux)

        return Transformed(derivative, func, (Derivative.by, (self, func, grad_vars, argnums, has_aux, return_value)))

    def _taken(
        self, func: Callable, cells: list[Variable], nums: tuple[int, ...], has_aux: bool | None, args: tuple, kwargs: dict
    ) -> tuple[Any, Any, Any]:
        """Value, aux, and for each leaf of the value the derivatives by the cells and by the arguments, two lists."""
        start = [cell.value for cell in cells], [args[n] for n in nums]
        if is_discovering():
            value, aux = self._value(func, has_aux, args, kwargs)
            return value, aux, self._blank(value, start)
        written: list[Variable] = []
        opened_in = present_trace()

        def pure(cell_values: list, arg_values: list) -> tuple[Any, tuple]:
            merged = list(args)
            for n, value in zip(nums, arg_values, strict=True):
                merged[n] = value
            with Frame(dict(zip(cells, cell_values, strict=True)), opened_in=opened_in) as frame:
                value, aux = self._value(func, has_aux, merged, kwargs)
                aux = TakenApart(aux)
                written[:] = frame.written
                new = [frame.values[cell] for cell in written]
            return value, (value, aux.rebuilt(), new)

        found, (value, aux, new) = self.of(pure, argnums=(0, 1), has_aux=True, **self.options)(*start)
        for cell, x in zip(written, new, strict=True):
            cell.value = x
        return value, aux, found

    def _value(self, func: Callable, has_aux: bool | None, args: Sequence, kwargs: dict) -> tuple[Any, Any]:
        """Call ``func``; its value and its aux."""
        out = unwrap(watched(func)(*args, **kwargs))
        if has_aux and not (isinstance(out, tuple) and len(out) == 2):
            raise KindError(
                where=f"{self.name}(has_aux=True)",
                expected=f"a function that returns ({'scalar' if self.scalar else 'value'}, aux)",
                got=f"{type(out).__name__}",
                fix="Return a pair, or leave has_aux out.",
            )
        value, aux = out if has_aux else (out, None)
        if self.scalar:
            _check_scalar(self.name, value)
        else:
            value = jax.tree_util.tree_map(functools.partial(_array, self.name), value)
        return value, aux

    def _blank(self, value: Any, start: tuple[list, list]) -> Any:
        """Zeros of the right shapes, where nothing but shapes is asked for."""

        def zeros(shape: tuple[int, ...], dtype: Any, order: int) -> Any:
            def by(x: Any) -> Any:
                if order > 1:
                    return zeros(shape + jnp.shape(x), jnp.result_type(x), order - 1)
                if not self.order and not jnp.issubdtype(jnp.result_type(x), jnp.inexact):
                    return np.zeros(jnp.shape(x), jax.dtypes.float0)
                return jnp.zeros(shape + jnp.shape(x), jnp.result_type(x) if dtype is None else dtype)

            return jax.tree_util.tree_map(by, start)

        if not self.order:
            return zeros((), None, 1)
        return jax.tree_util.tree_map(lambda y: zeros(y.shape, y.dtype if self.forward else None, self.order), value)


def _check_scalar(name: str, value: Any) -> None:
    shape = jnp.shape(value) if isinstance(value, jax.Array | float | int) else None
    if shape != ():
        raise KindError(
            where=name,
            expected="a function that returns a scalar of shape ()",
            got=f"shape {shape}" if shape is not None else f"{type(value).__name__}",
            fix="Reduce the result with .sum() or .mean(), and pass has_aux=True for anything returned beside it.",
        )


def _array(name: str, value: Any) -> jax.Array:
    if isinstance(value, jax.Array | np.ndarray | np.number | float | int | complex):
        return jnp.asarray(value)
    raise KindError(
        where=name,
        expected="a function that returns arrays",
        got=f"{type(value).__name__}",
        fix="Return arrays, and pass has_aux=True for anything returned beside them.",
    )


def _check_numbers(name: str, nums: Sequence[int], count: int) -> None:
    """Refuse numbers of arguments that the call does not have."""
    for n in nums:
        if not -count <= n < count:
            raise ValueRefused(
                where=name,
                expected=f"positional argument {n} to differentiate by",
                got=f"a call with {count} of them",
                fix="Pass it by position, choose others with argnums, or say which Variables with grad_vars.",
            )


def _check_cells(name: str, cells: list) -> None:
    for cell in cells:
        if not isinstance(cell, Variable):
            raise KindError(
                where=f"{name}(grad_vars=...)",
                expected="Variables, in a list, tuple or dict",
                got=f"{type(cell).__name__}",
                fix="Pass model.train_vars() or model.vars(), or the Variable itself; a parameter's is model.cell('path').",
            )
