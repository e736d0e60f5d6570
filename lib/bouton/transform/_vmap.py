"""A function of one element, mapped over many at once."""

from collections.abc import Callable, Hashable, Mapping
from contextlib import nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ShapeError, UnsupportedError, ValueRefused
from ._deprecated import found_by_tracing
from ._frame import STACK, Frame, started_again
from ._journal import Journal
from ._purify import TakenApart, is_discovering, unwrap
from ._random import KeyVariable
from ._rebound import owner_of, watched
from ._trace import present_trace
from ._transformed import Transformed
from ._variable import Variable


@found_by_tracing
def vmap(
    func: Callable | None = None,
    in_axes: Any = 0,
    out_axes: Any = 0,
    axis_name: Hashable | None = None,
    axis_size: int | None = None,
    mapped_vars: Any = None,
) -> Any:
    """Map a function over an axis of its arguments, and of Variables.

    Every element sees the same Variables, but for ``mapped_vars``, of which each has a slice of its own. A Variable that is not
    among them may be written, as long as the value is the same for all elements. Of a random key (``RandomState`` and
    ``bm.random``) each element gets one of its own, so each draws other numbers; afterwards the key has moved on by one draw,
    or not at all when nothing was drawn.

    Parameters
    ----------
    func : callable, optional
        A function, bound method or callable object. Left out, ``vmap`` is a decorator with arguments.
    in_axes, out_axes : int, None, or tuple or other pytree of them
        As in :func:`jax.vmap`: the axis of each argument, and of each result, that counts the elements. Arguments passed by
        name are mapped over axis 0.
    axis_name : hashable, optional
        For :func:`jax.lax.psum` and others over the elements.
    axis_size : int, optional
        The number of elements; needed only where nothing else tells it.
    mapped_vars : Variable, list, dict, or object with ``vars()``, optional
        Variables whose axis 0, or ``batch_axis`` where one is set, counts the elements. Written ones come back stacked. A
        random key among them is mapped if it is a stack of keys; a single key is split as any other.

    Returns
    -------
    callable
        As with :func:`jax.vmap` it is not compiled by itself: each call traces again. Put :func:`jit` around it.

    Raises
    ------
    KindError
        When ``func`` cannot be called, or ``mapped_vars`` holds something that is no Variable.
    ShapeError
        In a call, when the numbers of elements differ, or a Variable has no axis to map over.
    ValueRefused
        In a call, when there is nothing to map over.
    UnsupportedError
        In a call, when a Variable that is not in ``mapped_vars`` is written with a value that differs between elements.

    Examples
    --------
    >>> weight, state = Variable(jnp.array(2.0)), Variable(3)
    >>> def step(x):
    ...     state.value = state + weight * x
    >>> vmap(step, mapped_vars=state)(jnp.arange(3.0))
    >>> state.tolist()
    [0.0, 2.0, 4.0]
    """
    if func is None:
        return lambda f: vmap(f, in_axes, out_axes, axis_name, axis_size, mapped_vars)
    if not callable(func):
        raise KindError(
            where="vmap",
            expected="a function, a method or a callable object",
            got=f"{type(func).__name__}",
            fix="Pass the function itself, not its result.",
        )
    _cells_in(mapped_vars)
    axes = tuple(in_axes) if isinstance(in_axes, list) else in_axes

    def mapped(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = unwrap((args, kwargs))
        # At each call: an object may have got other Variables since.
        cells = {cell: _axis(cell) for cell in _cells_in(mapped_vars) if not _is_one_key(cell)}
        size = _size(axes, args, kwargs, cells, axis_size)
        index = np.arange(size, dtype=np.int32)
        return started_again(lambda: _Elements(func, cells, index).call(axes, out_axes, axis_name, args, kwargs))

    return Transformed(mapped, func, (vmap, (func, in_axes, out_axes, axis_name, axis_size, mapped_vars)))


class _ElementFrame(Frame):
    """What one element sees."""

    __slots__ = ("_index", "mapped")

    def __init__(self, values: dict, index: jax.Array, **options: Any):
        super().__init__(values, **options)
        self._index = index
        self.mapped = frozenset(values)

    def _read(self, cell: Variable, matters: bool = True) -> jax.Array:
        value = super()._read(cell, matters)
        if cell in self.values or cell._home is self or not isinstance(cell, KeyVariable) or not _single(value):
            return value
        # Not kept: this may be a trace further in. The other half is what the cell goes on with.
        return jax.random.fold_in(_halves(value)[1], self._index)


class _Elements:
    """One call of a mapped function."""

    def __init__(self, func: Callable, cells: dict[Variable, int], index: np.ndarray):
        self._func, self._cells, self._index = func, cells, index
        self._call = watched(func)
        self._done = False
        # Written by the function: not mapped, keys that were drawn from, and mapped.
        self._shared: list[Variable] = []
        self._drawn: list[Variable] = []
        self._mapped_and_written: set[Variable] = set()
        self._outside = present_trace()

    def call(self, in_axes: Any, out_axes: Any, axis_name: Any, args: tuple, kwargs: dict) -> Any:
        def run(pure: Callable, out: Any) -> Any:
            mapped_axes = list(self._cells.values())
            axes: dict = {} if axis_name is None else {"axis_name": axis_name}
            mapped = jax.vmap(pure, in_axes=(0, mapped_axes, in_axes, 0), out_axes=out, **axes)
            return mapped(self._index, [cell.value for cell in self._cells], args, kwargs)

        try:
            out, stacked, shared = run(self._pure, (out_axes, list(self._cells.values()), None))
        except ValueError:
            # JAX compares with out_axes when the function is over; what it refuses may be ours or the caller's.
            if self._done:
                for cell in self._shared:
                    self._refuse_difference(cell, run)
            raise
        moved_on = [_halves(cell.value)[0] for cell in self._drawn]
        with Journal() if STACK.top is None else nullcontext():
            for cell, value in zip(self._cells, stacked, strict=True):
                if cell in self._mapped_and_written:
                    cell.value = value
            for cell, value in zip([*self._shared, *self._drawn], [*shared, *moved_on], strict=True):
                cell.value = value
        return out

    def _pure(self, index: jax.Array, values: list, args: tuple, kwargs: dict) -> tuple[Any, list, list]:
        out, frame_values = self._run(index, values, args, kwargs)
        self._done = True
        stacked = [frame_values[cell] for cell in self._cells]
        return out, stacked, [frame_values[cell] for cell in self._shared]

    def _run(self, index: jax.Array, values: list, args: tuple, kwargs: dict) -> tuple[Any, dict]:
        leaves, structure = jax.tree_util.tree_flatten((args, kwargs))
        known = dict(zip(self._cells, values, strict=True))
        with _ElementFrame(known, index, discovering=is_discovering(), opened_in=self._outside) as frame:
            # Once more, inside the frame: the cells of a functional module that is an argument belong to this trace.
            args, kwargs = jax.tree_util.tree_unflatten(structure, leaves)
            out = TakenApart(self._call(*args, **kwargs))
            found = dict(frame.values)
            self._mapped_and_written = {cell for cell in frame.written if cell in self._cells}
            drawn = {cell: isinstance(cell, KeyVariable) and _single(found[cell]) for cell in frame.written}
            self._drawn = [cell for cell in frame.written if drawn[cell] and cell not in self._cells]
            self._shared = [cell for cell in frame.written if not drawn[cell] and cell not in self._cells]
        return out.rebuilt(), found

    def _refuse_difference(self, cell: Variable, run: Callable) -> None:
        """:class:`UnsupportedError` when the value that is written to ``cell`` differs between elements."""
        try:
            run(lambda *args: self._run(*args)[1][cell], None)
        except ValueError:
            raise UnsupportedError(
                where=f"vmap, {_named(cell, self._func)}",
                expected="the same value written for every element, since all share the Variable",
                got="a value that differs between elements",
                fix="Give it an axis that counts the elements and name it in mapped_vars, or return the value instead.",
            ) from None


# As every draw does it. Compiled, it costs a tenth of the Python that jax.random.split goes through.
_halves = jax.jit(lambda key: tuple(jax.random.split(key)), inline=True)


def _single(key: Any) -> bool:
    """Whether this is one key, not a stack of them."""
    return key.ndim == (0 if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else 1)


def _is_one_key(cell: Variable) -> bool:
    return isinstance(cell, KeyVariable) and _single(cell.value)


def _cells_in(found: Any) -> list[Variable]:
    """The Variables in a structure or an object, each once."""
    if found is None:
        return []
    if isinstance(found, Variable):
        return [found]
    if isinstance(found, Mapping):
        parts = list(found.values())
    elif isinstance(found, list | tuple):
        parts = list(found)
    elif callable(getattr(found, "vars", None)):
        parts = list(found.vars().values())
    else:
        raise KindError(
            where="vmap(mapped_vars=...)",
            expected="Variables, in a list or dict, or an object with vars()",
            got=f"{type(found).__name__}",
            fix="Pass the Variable itself, not its value: a registered parameter's is model.cell('path'), for a random key "
            "pass the RandomState.",
        )
    return list(dict.fromkeys(cell for part in parts for cell in _cells_in(part)))


def _named(cell: Variable, func: Callable) -> str:
    """``cell``, by its path where it belongs to the object whose method is mapped."""
    owner = owner_of(func)
    paths = owner.vars().items() if callable(getattr(owner, "vars", None)) else ()
    path = next((f" {path}" for path, found in paths if found is cell), "")
    return f"{type(cell).__name__}{path} of shape {tuple(cell.value.shape)}"


def _axis(cell: Variable) -> int:
    return cell.batch_axis or 0


def _size(in_axes: Any, args: tuple, kwargs: dict, cells: dict[Variable, int], axis_size: int | None) -> int:
    """The number of elements."""
    sizes = [] if axis_size is None else [("axis_size", axis_size)]

    def note(axis: int | None, part: Any) -> None:
        if axis is not None:
            shapes = [jnp.shape(x) for x in jax.tree_util.tree_leaves(part)]
            sizes.extend((f"an argument of shape {shape}", shape[axis]) for shape in shapes)

    try:
        jax.tree_util.tree_map(note, in_axes, args, is_leaf=lambda axis: axis is None)
        note(0, kwargs)
    except (TypeError, ValueError, IndexError):
        # JAX has the words for axes that do not fit.
        jax.vmap(lambda *_: None, in_axes=(in_axes, 0))(args, kwargs)
        raise
    for cell, axis in cells.items():
        shape = tuple(cell.value.shape)
        if len(shape) <= axis:
            raise ShapeError(
                where=f"vmap(mapped_vars=...), {type(cell).__name__}",
                expected="an axis that counts the elements",
                got=f"shape {shape}",
                fix="Give the Variable one value for each element, or leave it out, to be shared.",
            )
        sizes.append((f"a {type(cell).__name__} of shape {shape}", shape[axis]))
    if not sizes:
        raise ValueRefused(
            where="vmap",
            expected="an argument or a Variable to map over",
            got="none",
            fix="Pass one whose in_axes is not None, name Variables in mapped_vars, or give axis_size.",
        )
    if len({size for _, size in sizes}) > 1:
        raise ShapeError(
            where="vmap",
            expected="one number of elements",
            got=", ".join(f"{size} from {name}" for name, size in sizes),
            fix="Make the mapped axes equally long; what all elements share has None in in_axes.",
        )
    return sizes[0][1]
