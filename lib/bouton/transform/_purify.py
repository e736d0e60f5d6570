"""From code that reads and writes cells to a pure function of their values."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import jax

from ._frame import STACK, Constant, Frame, NewCell, started_again
from ._operators import plain
from ._trace import present_trace
from ._variable import Variable


def is_discovering() -> bool:
    """Whether the code only runs to see which cells it touches; a transform then runs its function once, inline."""
    return STACK.top is not None and STACK.top.discovering


def discover(fn: Callable[[], Any]) -> tuple[list[Variable], list[Variable]]:
    """Trace ``fn`` once, abstractly: the cells it reads and the cells it writes, each in order of first use."""
    frame = started_again(lambda: _discovered(fn))
    return list(frame.read_cells), list(frame.written)


def _discovered(fn: Callable[[], Any]) -> Frame:
    with Frame({}, discovering=True, opened_in=present_trace()) as frame:
        # A fresh closure: JAX keeps the result of a function that it has seen, and would not run it again.
        jax.eval_shape(lambda: _started(frame, lambda: _leaves_only(fn())))
    return frame


def _started(frame: Frame, run: Callable[[], Any]) -> Any:
    frame.starts_here()
    return run()


def _leaves_only(out: Any) -> Any:
    """``out`` without what JAX cannot return from a trace; only the side effects matter here."""
    return TakenApart(out).arrays()


def unwrap(out: Any) -> Any:
    """``out`` with every cell in it replaced by its array."""
    return jax.tree_util.tree_map(plain, out, is_leaf=lambda x: isinstance(x, Variable))


class TakenApart:
    """What a traced function returns, taken apart inside its frame and put together outside.

    The cells of a functional module that is returned then belong to whoever gets it, not to the trace that is over.
    """

    def __init__(self, out: Any):
        self._leaves, self._structure = jax.tree_util.tree_flatten(unwrap(out))

    def arrays(self) -> list[jax.Array]:
        """Without what JAX cannot return from a trace."""
        return [leaf for leaf in self._leaves if isinstance(leaf, jax.Array)]

    def place_of(self, value: Any) -> int | None:
        """Where this very value is among the leaves; None where it is not."""
        return next((place for place, leaf in enumerate(self._leaves) if leaf is value), None)

    def rebuilt(self) -> Any:
        return jax.tree_util.tree_unflatten(self._structure, self._leaves)


class Purified:
    """A function of cells, as ``pure(values, *args, **kwargs) -> (out, new_values)``.

    ``cells`` are those it reads or writes, in the order of ``values``; ``written`` are those whose new values come back, in the
    order of ``new_values``. Cells that are only read are inputs, never outputs.

    Parameters
    ----------
    fn : callable
        What to purify.
    cells, written : sequence of Variable
        Known so far. A trace that meets another one raises :class:`NewCell`; :meth:`learn` takes it in.
    """

    def __init__(self, fn: Callable, cells: Sequence[Variable] = (), written: Sequence[Variable] = ()):
        self.fn = fn
        self.cells = tuple(cells)
        self.written = tuple(written)
        self.traces = 0
        # Whether a trace has met a hidden use, see HiddenUse.
        self.fresh = False
        # What the code depends on besides cells and arguments, and the version of each that it was traced with.
        self.constants: dict[Constant, Hashable] = {}

    def learn(self, cells: Sequence[Variable], written: Sequence[Variable]) -> None:
        """Take in what a trace has met; cells stay in order of first use."""
        for cell in (*cells, *written):
            cell.check_alive()
        self.written = tuple(dict.fromkeys((*self.written, *written)))
        self.cells = tuple(dict.fromkeys((*self.cells, *cells, *written)))

    def learn_from(self, new: NewCell) -> None:
        """Take in the cell that stopped a trace."""
        self.learn([new.cell], [new.cell] if new.written else [])

    def note(self, constants: Mapping[Constant, Hashable]) -> None:
        """Take in the constants that a trace has used, with their versions at that time."""
        # A new dictionary: another thread may be going through the old one.
        self.constants = {**{constant: constant.version for constant in self.constants}, **constants}

    def pure(self, values: Sequence[jax.Array], /, *args: Any, **kwargs: Any) -> tuple[Any, list[jax.Array]]:
        """The pure function."""
        return started_again(lambda: self.traced(values, *args, **kwargs))

    def traced(self, values: Sequence[jax.Array], /, *args: Any, **kwargs: Any) -> tuple[Any, list[jax.Array]]:
        """The pure function, for a trace that can be made anew as a whole when it meets a hidden use."""
        self.traces += 1
        leaves, structure = jax.tree_util.tree_flatten((args, kwargs))
        known = dict(zip(self.cells, values, strict=True))
        with Frame(known, closed=True, writable=set(self.written), fresh=self.fresh) as frame:
            # Once more, inside the frame: the cells of a functional module that is an argument belong to this trace.
            args, kwargs = jax.tree_util.tree_unflatten(structure, leaves)
            out = TakenApart(self.fn(*args, **kwargs))
            # Another branch than the first trace took may use others.
            self.constants = {**self.constants, **frame.constants}
            new = [frame.values[cell] for cell in self.written]
        return out.rebuilt(), new


def purify(fn: Callable, *args: Any, **kwargs: Any) -> Purified:
    """Turn code that reads and writes Variables into a pure function.

    Parameters
    ----------
    fn : callable
        Reads and writes Variables anywhere, in objects, closures or arguments of its own.
    *args, **kwargs
        Example arguments: ``fn`` is traced once on them to see which Variables it reads and which it writes. Nothing is
        changed by that trace.

    Returns
    -------
    Purified
        With ``cells``, ``written`` and ``pure(values, *args) -> (out, new_values)``.

    Examples
    --------
    >>> count = Variable(jax.numpy.zeros(()))
    >>> def tick(by):
    ...     count.value = count.value + by
    ...     return count.value * 2
    >>> tick_ = purify(tick, 1.0)
    >>> out, new = tick_.pure([jax.numpy.ones(())], 3.0)
    >>> float(out), float(new[0]), float(count.value)
    (8.0, 4.0, 0.0)
    """
    purified = Purified(fn)
    frame = started_again(lambda: _discovered(lambda: fn(*args, **kwargs)))
    for cell in frame.read_cells:
        cell.become_argument()
    if any(constant.version != version for constant, version in frame.constants.items()):
        frame = started_again(lambda: _discovered(lambda: fn(*args, **kwargs)))
    purified.learn(list(frame.read_cells), list(frame.written))
    purified.fresh = frame.fresh
    return purified
