"""Time advances here: one compiled scan over a body that reads and writes cells."""

import types
import weakref
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import KindError, ShapeError
from ._frame import STACK, Frame, Journal, NewCell
from ._jit import Jitted
from ._purify import TakenApart, discover, is_discovering, unwrap
from ._variable import Variable

# id of a body's owner → the owner, weakly, and its compiled loops. By identity: two equal models are two.
_LOOPS: dict[int, tuple[weakref.ref, dict]] = {}


def for_loop(
    body_fun: Callable,
    operands: Any,
    reverse: bool = False,
    unroll: int = 1,
    remat: bool = False,
    jit: bool = True,
) -> Any:
    """Run ``body_fun`` over the leading axis of ``operands`` in one compiled scan.

    Parameters
    ----------
    body_fun : callable
        A function, bound method or callable object. Variables that it writes persist from one turn to the next.
    operands : array, or tuple, list or other pytree of arrays
        Equal leading sizes. A tuple or list is spread over the body's arguments.
    reverse : bool
        From the last element to the first.
    unroll : int
        Turns to lay out in one iteration of the compiled loop.
    remat : bool
        Recompute the body in the backward pass instead of keeping its intermediate values.
    jit : bool
        ``False`` runs turn by turn in Python, with the same results: for looking inside.

    Returns
    -------
    pytree
        What the body returned, stacked along a new leading axis.

    Raises
    ------
    KindError, ShapeError
        When there is nothing to loop over, or leading sizes differ.

    Notes
    -----
    The loop is compiled once for each body (function, or method of an object) and each shape of operands. As with :func:`jit`,
    what is neither a Variable nor an operand is a constant of the compiled loop.
    """
    spread = isinstance(operands, tuple | list)
    operands = jax.tree_util.tree_map(jnp.asarray, unwrap(operands))
    length = _length(operands)
    call = (lambda xs: body_fun(*xs)) if spread else body_fun
    if not jit:
        with Journal():
            return _turn_by_turn(call, operands, length, reverse)
    if is_discovering():
        out = unwrap(call(_element(operands, length, 0)))
        return jax.tree_util.tree_map(lambda y: jnp.broadcast_to(y, (length, *jnp.shape(y))), out)
    if STACK.top is not None:
        return _scan(call, operands, length, reverse, unroll, remat)
    return _compiled(body_fun, spread, reverse, unroll, remat)(operands)


def _compiled(body_fun: Callable, spread: bool, reverse: bool, unroll: int, remat: bool) -> Callable:
    is_method = isinstance(body_fun, types.MethodType)
    loops = _loops_of(body_fun.__self__ if is_method else body_fun)
    key = (body_fun.__func__ if is_method else None, spread, reverse, unroll, remat)
    if key not in loops:
        # The loop must not keep its owner alive, or the table would never forget it.
        body = _weak(body_fun)

        def run(operands: Any) -> Any:
            fn = body()
            call = (lambda xs: fn(*xs)) if spread else fn
            return _scan(call, operands, _length(operands), reverse, unroll, remat)

        loops[key] = Jitted(run)
    return loops[key]


def _loops_of(owner: Any) -> dict:
    """The compiled loops of a function or object, kept for as long as it lives."""
    ident = id(owner)
    ref, loops = _LOOPS.get(ident, (None, {}))
    if ref is not None and ref() is owner:
        return loops
    try:
        _LOOPS[ident] = weakref.ref(owner, lambda gone: _forget(ident, gone)), (fresh := {})
    except TypeError:
        # No weak references to it: compiled for this call only.
        return {}
    return fresh


def _forget(ident: int, gone: weakref.ref) -> None:
    if _LOOPS.get(ident, (None,))[0] is gone:
        del _LOOPS[ident]


def _weak(fn: Callable) -> Callable[[], Any]:
    try:
        return weakref.WeakMethod(fn) if isinstance(fn, types.MethodType) else weakref.ref(fn)
    except TypeError:
        return lambda: fn


def _scan(call: Callable, operands: Any, length: int, reverse: bool, unroll: int, remat: bool) -> Any:
    """The scan, inside a trace."""
    _, written = discover(lambda: call(_element(operands, length, 0)))
    while True:
        try:
            return _scan_writing(call, operands, length, written, reverse, unroll, remat)
        except NewCell as met:
            # A cell that is carried already was refused by a trace around this one.
            if not met.written or any(cell is met.cell for cell in written):
                raise
            written = [*written, met.cell]


def _scan_writing(
    call: Callable, operands: Any, length: int, written: list[Variable], reverse: bool, unroll: int, remat: bool
) -> Any:
    def turn(values: list, x: Any) -> tuple[list, Any]:
        with Frame(dict(zip(written, values, strict=True)), writable=set(written), repeats=True) as frame:
            out = TakenApart(call(x))
            new = [frame.values[cell] for cell in written]
        return new, out.rebuilt()

    body = jax.checkpoint(turn) if remat else turn
    last, out = jax.lax.scan(body, [c.value for c in written], operands, length=length, reverse=reverse, unroll=unroll)
    for cell, value in zip(written, last, strict=True):
        cell.value = value
    return out


def _turn_by_turn(call: Callable, operands: Any, length: int, reverse: bool) -> Any:
    turns = range(length)
    outs = [unwrap(call(_element(operands, length, t))) for t in (reversed(turns) if reverse else turns)]
    if reverse:
        outs.reverse()
    if not outs:
        return _scan(call, operands, length, reverse, 1, False)
    return jax.tree_util.tree_map(lambda *ys: jnp.stack(ys), *outs)


def _element(operands: Any, length: int, t: int) -> Any:
    if length == 0:
        return jax.tree_util.tree_map(lambda a: jnp.zeros(a.shape[1:], a.dtype), operands)
    return jax.tree_util.tree_map(lambda a: a[t], operands)


def _length(operands: Any) -> int:
    shapes = [jnp.shape(a) for a in jax.tree_util.tree_leaves(operands)]
    if not shapes or () in shapes:
        raise KindError(
            where="for_loop(operands=...)",
            expected="at least one array with an axis to loop over",
            got="a scalar" if shapes else "nothing",
            fix="Pass an array of one element per turn, for instance jax.numpy.arange(n).",
        )
    sizes = sorted({s[0] for s in shapes})
    if len(sizes) > 1:
        raise ShapeError(
            where="for_loop(operands=...)",
            expected="arrays of equal leading size",
            got=f"leading sizes {', '.join(map(str, sizes))}",
            fix="Cut or repeat the operands to one number of turns.",
        )
    return sizes[0]
