"""A loop for as long as a condition holds."""

import functools
from collections.abc import Callable
from typing import Any

import jax

from ..errors import KindError, ShapeError, ValueRefused
from ._deprecated import found_by_tracing
from ._frame import STACK, Frame, NewCell
from ._jit import Jitted
from ._kept import kept
from ._outcome import Kind, Outcome, as_array, as_condition, as_kind, check_size, in_words, seen
from ._purify import TakenApart, is_discovering, unwrap
from ._rebound import watched
from ._spread import check_spread
from ._variable import Variable


@found_by_tracing
def while_loop(body_fun: Callable, cond_fun: Callable, operands: Any) -> tuple:
    """Run ``body_fun`` again and again, for as long as ``cond_fun`` holds, in one compiled loop.

    Parameters
    ----------
    body_fun : callable
        Takes the operands, and returns the next ones: a tuple of the same structure, shapes and dtypes. One operand may come
        without a tuple, and nothing has to be returned where there is none. Variables that it writes persist from one turn to
        the next.
    cond_fun : callable
        Takes the operands, and returns a scalar bool. It may read Variables, and write none.
    operands : array, or tuple, list or other pytree of arrays
        A tuple or list is spread over the arguments.

    Returns
    -------
    tuple
        The last operands, also where there is only one.

    Raises
    ------
    KindError, ShapeError
        When the body returns operands of another structure, dtype or shape, or the condition is no scalar bool.
    ValueRefused
        When the condition writes to a Variable.
    MathError
        When the body changes the batch size of a Variable.

    Notes
    -----
    Compiled once for each pair of functions and each shape of operands. As with :func:`jit`, what is neither a Variable nor an
    operand is a constant. JAX cannot go backwards through a loop whose number of turns it does not know: for a gradient use
    :func:`for_loop`, or :func:`jacfwd`.

    Examples
    --------
    >>> while_loop(lambda n, x: (n + 1, x * 0.5), lambda n, x: x > 1.0, (0, 20.0))
    (Array(5, dtype=int32, weak_type=True), Array(0.625, dtype=float32, weak_type=True))
    """
    operands = unwrap(tuple(operands) if isinstance(operands, tuple | list) else (operands,))
    operands = jax.tree_util.tree_map(lambda x: as_array(x, "while_loop(operands=...)"), operands)
    if STACK.top is not None:
        return _loop(body_fun, cond_fun, operands)
    return kept([body_fun, cond_fun], "while_loop", _compiled)(operands)


def _compiled(body: Callable[[], Callable], condition: Callable[[], Callable]) -> Jitted:
    return Jitted(lambda operands: _loop(body(), condition(), operands))


def _loop(body: Callable, condition: Callable, operands: tuple) -> tuple:
    """The loop, inside a trace."""
    check_spread("while_loop, body_fun", body, operands)
    check_spread("while_loop, cond_fun", condition, operands)
    body, condition = watched(body), watched(condition)
    operands, outcome = _settled(body, operands)
    written = list(outcome.written)
    for cell in written:
        check_size("while_loop", cell, tuple(cell.value.shape), tuple(outcome.written[cell].shape))
    if is_discovering():
        for cell in written:
            cell.value = outcome.written[cell]
        _asked(condition, operands, {})
        return operands
    while True:
        try:
            return _carried(body, condition, operands, written)
        except NewCell as met:
            # A cell that is carried already was refused by a trace around this one.
            if not met.written or any(cell is met.cell for cell in written):
                raise
            written = [*written, met.cell]


def _carried(body: Callable, condition: Callable, operands: tuple, written: list[Variable]) -> tuple:
    kinds = [Kind.of(x) for x in jax.tree_util.tree_leaves(operands)]

    def holds(carry: tuple[list, tuple]) -> jax.Array:
        return _asked(condition, carry[1], dict(zip(written, carry[0], strict=True)))

    def turn(carry: tuple[list, tuple]) -> tuple[list, tuple]:
        values, operands = carry
        with Frame(dict(zip(written, values, strict=True)), writable=set(written), repeats=True) as frame:
            out = TakenApart(_as_tuple(body(*operands), operands))
            new = [frame.values[cell] for cell in written]
        leaves, structure = jax.tree_util.tree_flatten(out.rebuilt())
        leaves = [as_kind(leaf, kind, "while_loop") for leaf, kind in zip(leaves, kinds, strict=True)]
        return new, jax.tree_util.tree_unflatten(structure, leaves)

    last, out = jax.lax.while_loop(holds, turn, ([cell.value for cell in written], operands))
    for cell, value in zip(written, last, strict=True):
        cell.value = value
    return out


def _asked(condition: Callable, operands: tuple, values: dict) -> jax.Array:
    where = "while_loop, cond_fun"
    try:
        with Frame(values, writable=set(), discovering=is_discovering()):
            return as_condition(condition(*operands), where)
    except NewCell as met:
        if not met.written:
            raise
        raise ValueRefused(
            where=where,
            expected="a condition that only reads Variables",
            got=f"one that writes to, or draws from, a {type(met.cell).__name__} of shape {tuple(met.cell.value.shape)}",
            fix="Do it in body_fun, and let the condition read the result.",
        ) from None


def _settled(body: Callable, operands: tuple) -> tuple[tuple, Outcome]:
    """The operands with the dtypes that they keep, and what one turn does."""
    while True:
        outcome = seen(functools.partial(_turn, body, operands), "while_loop, body_fun")
        paths, structure = jax.tree_util.tree_flatten_with_path(operands)
        if outcome.structure != structure:
            raise KindError(
                where="while_loop, body_fun",
                expected=f"the next operands, {in_words(structure)}",
                got=f"{in_words(outcome.structure)}",
                fix="Return a tuple with one element for each operand.",
            )
        leaves = [x for _, x in paths]
        for k, ((path, old), new) in enumerate(zip(paths, outcome.kinds, strict=True)):
            kind = Kind.of(old).common(new)
            if kind is None or (kind.dtype != old.dtype and not Kind.of(old).weak_type):
                raise (ShapeError if new.shape != old.shape else KindError)(
                    where=f"while_loop, operand {path[0].idx}{jax.tree_util.keystr(path[1:])}",
                    expected=f"{Kind.of(old)} from body_fun, as it was before",
                    got=f"{new}",
                    fix="Return the same shape and dtype, or pass the operand with those it will have.",
                )
            leaves[k] = as_kind(old, kind, "while_loop")
        settled = jax.tree_util.tree_unflatten(structure, leaves)
        if [Kind.of(x) for x in leaves] == [Kind.of(x) for _, x in paths]:
            return settled, outcome
        operands = settled


def _turn(body: Callable, operands: tuple) -> Any:
    return _as_tuple(body(*operands), operands)


def _as_tuple(out: Any, operands: tuple) -> Any:
    """What the body has returned as the tuple that stands for the operands."""
    out = unwrap(out)
    if not operands and out is None:
        return ()
    structure = jax.tree_util.tree_structure
    if len(operands) == 1 and (not isinstance(out, tuple | list) or structure(out) == structure(operands[0])):
        return (out,)
    return tuple(out) if isinstance(out, list) else out
