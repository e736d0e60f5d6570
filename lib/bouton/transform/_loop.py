"""Time advances here: one compiled scan over a body that reads and writes cells."""

import functools
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ShapeError
from ._deprecated import found_by_tracing
from ._frame import STACK
from ._jit import Jitted
from ._journal import Journal
from ._kept import kept
from ._loop_scan import element, scan
from ._outcome import in_words
from ._progress import Bar
from ._purify import is_discovering, unwrap
from ._rebound import watched
from ._spread import check_spread


@found_by_tracing
def for_loop(
    body_fun: Callable,
    operands: Any,
    reverse: bool = False,
    unroll: int = 1,
    remat: bool = False,
    jit: bool = True,
    progress_bar: bool = False,
) -> Any:
    """Run ``body_fun`` over the leading axis of ``operands`` in one compiled scan.

    Parameters
    ----------
    body_fun : callable
        A function, bound method or callable object. Variables that it writes persist from one turn to the next.
    operands : array, or tuple, list or other pytree of arrays
        Equal leading sizes. A tuple or list is spread over the body's arguments; a list of numbers is one array. A generator
        is run to its end first, and gives one element a turn: of tuples, as from ``zip``, each is spread.
    reverse : bool
        From the last element to the first.
    unroll : int
        Turns to lay out in one iteration of the compiled loop.
    remat : bool
        Recompute the body in the backward pass instead of keeping its intermediate values.
    jit : bool
        ``False`` runs turn by turn in Python, with the same results: for looking inside.
    progress_bar : bool
        Show a bar in the terminal or notebook. A loop that is not part of a larger compiled function waits for its end.

    Returns
    -------
    pytree
        What the body returned, stacked along a new leading axis.

    Raises
    ------
    KindError, ShapeError
        When there is nothing to loop over, or leading sizes differ.
    MathError
        When the body changes the batch size of a Variable.

    Notes
    -----
    The loop is compiled once for each body (function, or method of an object) and each shape of operands. As with :func:`jit`,
    what is neither a Variable nor an operand is a constant of the compiled loop.
    """
    is_spread, operands = _arrays(operands)
    length = _length(operands)
    if jit and STACK.top is None:
        make = functools.partial(_compiled, is_spread, reverse, unroll, remat, progress_bar)
        return kept([body_fun], ("for_loop", is_spread, reverse, unroll, remat, progress_bar), make)(operands)
    call = _of_operands(body_fun, is_spread, operands)
    if not jit:
        bar = Bar() if progress_bar and not is_discovering() else None
        with Journal(), bar.shown(length) if bar else nullcontext():
            return _turn_by_turn(call, operands, length, reverse, bar)
    if is_discovering():
        out = unwrap(call(element(operands, length, 0)))
        return jax.tree_util.tree_map(lambda y: jnp.broadcast_to(y, (length, *jnp.shape(y))), out)
    return scan(call, operands, length, reverse, unroll, remat, Bar() if progress_bar else None)


def _compiled(
    is_spread: bool, reverse: bool, unroll: int, remat: bool, progress_bar: bool, body: Callable[[], Callable]
) -> Callable:
    bar = Bar() if progress_bar else None

    def run(operands: Any) -> Any:
        return scan(_of_operands(body(), is_spread, operands), operands, _length(operands), reverse, unroll, remat, bar)

    compiled = Jitted(run)
    if bar is None:
        return compiled

    def run_with_bar(operands: Any) -> Any:
        with bar.shown(_length(operands)):
            out = compiled(operands)
            jax.effects_barrier()
        return out

    return run_with_bar


def _of_operands(body: Callable, is_spread: bool, operands: Any) -> Callable:
    """``body`` as a function of one element of the operands."""
    if is_spread:
        check_spread("for_loop, body_fun", body, tuple(operands))
    fn = watched(body)
    return (lambda xs: fn(*xs)) if is_spread else fn


def _arrays(operands: Any) -> tuple[bool, Any]:
    """Whether the operands are spread over arguments, and all as arrays."""
    if isinstance(operands, Iterator):
        return _stacked([unwrap(element) for element in operands])
    operands = unwrap(operands)
    if isinstance(operands, list) and operands and all(_is_number(x) for x in operands):
        return False, jnp.asarray(operands)
    return isinstance(operands, tuple | list), jax.tree_util.tree_map(jnp.asarray, operands)


def _is_number(x: Any) -> bool:
    return isinstance(x, bool | int | float | complex | np.generic | jax.Array) and jnp.shape(x) == ()


def _is_nested(operands: Any) -> bool:
    """Whether each operand is itself a list of scalars, which JAX takes for a structure rather than for an array."""
    return isinstance(operands, tuple | list) and any(isinstance(x, list) and x and all(map(_is_number, x)) for x in operands)


def _stacked(elements: list) -> tuple[bool, Any]:
    """The elements of all turns as :func:`_arrays` gives them."""
    structures = [jax.tree_util.tree_structure(element) for element in elements]
    for structure in structures:
        if structure != structures[0]:
            raise KindError(
                where="for_loop(operands=...)",
                expected="elements of one structure",
                got=f"{in_words(structure)} after {in_words(structures[0])}",
                fix="Let the generator give the same tuples, lists or dicts at every turn.",
            )

    def stack(*xs: Any) -> jax.Array:
        shapes = dict.fromkeys(jnp.shape(x) for x in xs)
        if len(shapes) > 1:
            raise ShapeError(
                where="for_loop(operands=...)",
                expected="elements of one shape",
                got=f"shapes {', '.join(map(str, shapes))}",
                fix="Pad them to one shape.",
            )
        return jnp.stack([jnp.asarray(x) for x in xs])

    return bool(elements) and isinstance(elements[0], tuple), jax.tree_util.tree_map(stack, *elements) if elements else ()


def _turn_by_turn(call: Callable, operands: Any, length: int, reverse: bool, bar: Bar | None) -> Any:
    turns = range(length)
    outs = []
    for done, t in enumerate(reversed(turns) if reverse else turns):
        outs.append(unwrap(call(element(operands, length, t))))
        if bar:
            bar.reach(done + 1, length)
    if reverse:
        outs.reverse()
    if not outs:
        return scan(call, operands, length, reverse, 1, False)
    return jax.tree_util.tree_map(lambda *ys: jnp.stack(ys), *outs)


def _length(operands: Any) -> int:
    shapes = [jnp.shape(a) for a in jax.tree_util.tree_leaves(operands)]
    if not shapes or () in shapes:
        raise KindError(
            where="for_loop(operands=...)",
            expected="at least one array with an axis to loop over",
            got=("a list of lists of numbers" if _is_nested(operands) else "a scalar") if shapes else "nothing",
            fix="Make it one array with jax.numpy.array(...)."
            if _is_nested(operands)
            else "Pass an array of one element per turn, for instance jax.numpy.arange(n).",
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
