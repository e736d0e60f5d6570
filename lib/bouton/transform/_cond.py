"""Choices: one of several branches, made at run time."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import KindError, MathError, ShapeError, ValueRefused
from ._deprecated import found_by_tracing
from ._frame import STACK, Frame, NewCell
from ._jit import Jitted
from ._kept import kept
from ._outcome import Kind, Outcome, as_array, as_condition, as_kind, in_words, seen
from ._purify import TakenApart, is_discovering, unwrap
from ._rebound import watched
from ._spread import check_spread
from ._variable import Variable


@found_by_tracing
def cond(pred: Any, true_fun: Any, false_fun: Any, operands: Any = ()) -> Any:
    """One of two branches, chosen at run time.

    Parameters
    ----------
    pred : scalar bool
        An array or a Python bool; either way both branches are traced.
    true_fun, false_fun : callable or value
        A function, method or callable object of the operands; anything else is the result itself. What the branch that is
        taken writes to Variables is kept; the other's writes do not happen.
    operands : array, or tuple, list or other pytree of arrays
        A tuple or list is spread over the arguments.

    Returns
    -------
    pytree
        What the branch has returned. Python numbers take the dtype of the other branch.

    Raises
    ------
    KindError, ShapeError
        When ``pred`` is no scalar bool, or the branches return different structures, dtypes or shapes.
    MathError
        When a Variable would have another shape after one branch than after the other.

    Notes
    -----
    Compiled once for each pair of functions and each shape of operands. As with :func:`jit`, what is neither a Variable nor an
    operand is a constant. Inside :func:`vmap`, where ``pred`` may differ between elements, both branches run and each element
    keeps what its own has done.

    Examples
    --------
    >>> float(cond(True, lambda x: x * 2.0, 0.0, 3.0))
    6.0
    """
    return _chosen("cond", ("true_fun", "false_fun"), [pred], [true_fun, false_fun], operands)


@found_by_tracing
def ifelse(conditions: Any, branches: Sequence, operands: Any = None) -> Any:
    """The branch of the first condition that is true, or the last branch.

    Parameters
    ----------
    conditions : scalar bool, or list or tuple of them
        In order; arrays or Python bools.
    branches : list or tuple of callables or values
        One more than there are conditions; as in :func:`cond`.
    operands : array, or tuple, list or other pytree of arrays, optional
        A tuple or list is spread over the arguments.

    Returns
    -------
    pytree
        What the branch has returned.

    Raises
    ------
    ValueRefused
        When the number of branches does not fit.
    KindError, ShapeError, MathError
        As in :func:`cond`.

    Examples
    --------
    >>> [int(ifelse([x > 10, x > 5], [lambda: 2, lambda: 1, 0])) for x in (12, 7, 3)]
    [2, 1, 0]
    """
    conditions = list(conditions) if isinstance(conditions, tuple | list) else [conditions]
    branches = list(branches)
    if not conditions or len(branches) != len(conditions) + 1:
        raise ValueRefused(
            where="ifelse",
            expected=f"{len(conditions) + 1} branches for {len(conditions)} conditions" if conditions else "a condition",
            got=f"{len(branches)} branches" if conditions else "none",
            fix="Give one branch for each condition, and a last one for when none is true.",
        )
    names = tuple(f"branches[{k}]" for k in range(len(branches)))
    return _chosen("ifelse", names, conditions, branches, () if operands is None else operands)


def _chosen(where: str, names: tuple[str, ...], conditions: list, branches: list, operands: Any) -> Any:
    operands = unwrap(tuple(operands) if isinstance(operands, tuple | list) else (operands,))
    operands = jax.tree_util.tree_map(lambda x: as_array(x, f"{where}(operands=...)"), operands)
    conditions = [as_condition(c, f"condition of {where}") for c in conditions]
    functions = [branch for branch in branches if callable(branch)]
    values = [_numbers(branch, f"{where}, {name}") for name, branch in zip(names, branches, strict=True) if not callable(branch)]
    pattern = tuple(callable(branch) for branch in branches)
    if STACK.top is not None:
        return _choice(where, names, conditions, _in_order(pattern, functions, values), operands)
    return kept(functions, (where, pattern), functools.partial(_compiled, where, names, pattern))(conditions, values, operands)


def _compiled(where: str, names: tuple[str, ...], pattern: tuple[bool, ...], *functions: Callable[[], Callable]) -> Jitted:
    def run(conditions: list, values: list, operands: tuple) -> Any:
        branches = _in_order(pattern, [function() for function in functions], values)
        return _choice(where, names, conditions, branches, operands)

    return Jitted(run)


def _in_order(pattern: tuple[bool, ...], functions: list, values: list) -> list[Callable]:
    """All branches as functions of the operands."""
    left, values_left = iter(functions), iter(values)
    return [next(left) if is_function else functools.partial(_value, next(values_left)) for is_function in pattern]


def _numbers(value: Any, where: str) -> Any:
    """A result that is given as it is; a Python number stays one."""
    return jax.tree_util.tree_map(
        lambda x: x if isinstance(x, bool | int | float | complex) else as_array(x, where), unwrap(value)
    )


def _value(value: Any, *_: Any) -> Any:
    return value


def _choice(where: str, names: tuple[str, ...], conditions: list, branches: list[Callable], operands: tuple) -> Any:
    """The choice, inside a trace."""
    for name, branch in zip(names, branches, strict=True):
        check_spread(f"{where}, {name}", branch, operands)
    branches = [watched(branch) for branch in branches]
    outcomes = [seen(lambda branch=branch: branch(*operands), where) for branch in branches]
    kinds = _common(where, names, outcomes)
    written = list(dict.fromkeys(cell for outcome in outcomes for cell in outcome.written))
    _check_shapes(where, names, written, outcomes)
    if is_discovering():
        for cell in written:
            cell.value = next(outcome.written[cell] for outcome in outcomes if cell in outcome.written)
        leaves = [as_kind(leaf, kind, where) for leaf, kind in zip(outcomes[0].leaves, kinds, strict=True)]
        return jax.tree_util.tree_unflatten(outcomes[0].structure, leaves)
    index = jnp.argmax(jnp.stack([*conditions, jnp.asarray(True)]))
    while True:
        try:
            return _switch(where, index, branches, operands, kinds, written)
        except NewCell as met:
            # A cell that is handed on already was refused by a trace around this one.
            if not met.written or any(cell is met.cell for cell in written):
                raise
            written = [*written, met.cell]


def _switch(
    where: str, index: jax.Array, branches: list[Callable], operands: tuple, kinds: list[Kind], written: list[Variable]
) -> Any:
    def traced(branch: Callable) -> Callable:
        def run(values: list, operands: tuple) -> tuple[Any, list]:
            with Frame(dict(zip(written, values, strict=True)), writable=set(written)) as frame:
                out = TakenApart(branch(*operands))
                new = [frame.values[cell] for cell in written]
            leaves, structure = jax.tree_util.tree_flatten(out.rebuilt())
            leaves = [as_kind(leaf, kind, where) for leaf, kind in zip(leaves, kinds, strict=True)]
            return jax.tree_util.tree_unflatten(structure, leaves), new

        return run

    out, new = jax.lax.switch(index, [traced(branch) for branch in branches], [cell.value for cell in written], operands)
    for cell, value in zip(written, new, strict=True):
        cell.value = value
    return out


def _common(where: str, names: tuple[str, ...], outcomes: list[Outcome]) -> list[Kind]:
    """The kinds of the results, which all branches can have."""
    first = outcomes[0]
    kinds = first.kinds
    for name, other in zip(names[1:], outcomes[1:], strict=True):
        if other.structure != first.structure:
            raise KindError(
                where=where,
                expected=f"branches that return the same structure, {names[0]} returns {in_words(first.structure)}",
                got=f"{in_words(other.structure)} from {name}",
                fix="Return the same tuples, lists or dicts in all branches; None fits only None.",
            )
        for k, (kind, found) in enumerate(zip(kinds, other.kinds, strict=True)):
            shared = kind.common(found)
            if shared is None:
                raise (ShapeError if kind.shape != found.shape else KindError)(
                    where=f"{where}, result {k}" if len(kinds) > 1 else where,
                    expected=f"branches that return the same shape and dtype, {names[0]} returns {kind}",
                    got=f"{found} from {name}",
                    fix="Make them alike with .astype(...) or jax.numpy.broadcast_to(...).",
                )
            kinds[k] = shared
    return kinds


def _check_shapes(where: str, names: tuple[str, ...], written: list[Variable], outcomes: list[Outcome]) -> None:
    for cell in written:
        shapes = [tuple(outcome.written.get(cell, cell.value).shape) for outcome in outcomes]
        for name, shape in zip(names, shapes, strict=True):
            if shape != shapes[0]:
                raise MathError(
                    where=f"{where}, {type(cell).__name__} of shape {tuple(cell.value.shape)}",
                    expected=f"the same shape after every branch, {shapes[0]} after {names[0]}",
                    got=f"{shape} after {name}",
                    fix="Change the size of the batch outside.",
                )
