"""Who sees which value of a cell while a function is being traced.

A cell (:class:`~bouton.transform.Variable`) never holds a tracer. While a transform traces a function, a *frame* stands between
the code and the cells: reads and writes go to the frame, which is dropped when the trace ends, however it ends. So an
exception at any stage leaves every cell as it was.
"""

import threading
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import jax
from jax.core import Tracer

from ._trace import CAN_BE_FRESH, fresh_traces, is_staged, our_traces, present_trace

if TYPE_CHECKING:
    from ._journal import Journal
    from ._variable import Variable


class _Stack(threading.local):
    """The innermost frame and journal of this thread: a simulation may be tracing on another one."""

    top: "Frame | None" = None
    journal: "Journal | None" = None
    fresh: bool = False


STACK = _Stack()


class NewCell(BaseException):
    """Tracing met a cell that the transform did not know: it has to discover again.

    A ``BaseException``, so that a user's ``except Exception`` inside the traced function does not swallow it.
    """

    def __init__(self, cell: "Variable", written: bool):
        super().__init__("a cell came up that was not known when the function was first traced")
        self.cell, self.written = cell, written


class HiddenUse(BaseException):
    """A cell or a constant was used inside a function that JAX itself transforms, whose trace JAX keeps.

    The next time JAX would answer with that trace, and with the values of the one around it that is over. So the transform starts
    again with its traces kept apart from all others, which takes longer.
    """


def started_again(run: Callable[[], Any]) -> Any:
    """``run()``, and once more with fresh traces when it met a hidden use."""
    try:
        return run()
    except HiddenUse:
        if STACK.top is not None or STACK.fresh:
            raise
    STACK.fresh = True
    try:
        return run()
    finally:
        STACK.fresh = False


class Constant(Protocol):
    """What a trace may depend on besides cells and arguments; with another ``version`` it has to be made again."""

    @property
    def version(self) -> Hashable: ...

    def __hash__(self) -> int: ...


class Versioned:
    """Something that compiled code holds as a constant, and that counts its changes in ``version``.

    A transform notes which of them its trace has used, and traces again when one has changed.
    """

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0

    def used(self) -> None:
        """Note that the trace under way, if any, depends on the present value."""
        frame = STACK.top
        if frame is not None:
            frame.refuse_hidden_use()
        while frame is not None:
            # The version as it is now: another thread may change the thing while this one traces on.
            frame.constants.setdefault(self, self.version)
            frame = frame.outer


ABSENT = object()


def holds_tracer(value: Any) -> bool:
    """Whether a traced value is in ``value``."""
    return any(isinstance(leaf, Tracer) for leaf in jax.tree_util.tree_leaves(value))


class Frame:
    """Values of cells inside one trace.

    Parameters
    ----------
    values : dict
        Cell → the traced value it starts with.
    discovering : bool
        Whether this trace only finds out which cells are read and written; transforms inside then run their function inline.
    closed : bool
        Whether reading a cell that is not in ``values`` stops the trace with :class:`NewCell`; otherwise it is read from
        outside.
    writable : set or None
        The cells that may be written; another one stops the trace with :class:`NewCell`. ``None`` allows all.
    repeats : bool
        Whether the code is one turn of a loop, and ``values`` are what the turn before has left.
    fresh : bool
        Whether JAX is kept from using other traces again inside of this one. So it is inside of a frame that is fresh.
    opened_in : object or None
        The :func:`~bouton.transform._trace.present_trace` in which the transform was called, where it is known.
    """

    # Of which cells the code sees one element, under vmap.
    mapped: "frozenset[Variable]" = frozenset()

    __slots__ = (
        "_apart",
        "_traces",
        "alive",
        "at_rest",
        "closed",
        "constants",
        "discovering",
        "fresh",
        "made",
        "made_once",
        "opened_in",
        "outer",
        "read_cells",
        "rebound",
        "repeats",
        "starts_with",
        "values",
        "writable",
        "written",
    )

    def __init__(
        self,
        values: "dict[Variable, jax.Array]",
        *,
        discovering: bool = False,
        closed: bool = False,
        writable: "set[Variable] | None" = None,
        repeats: bool = False,
        fresh: bool = False,
        opened_in: Any = None,
    ):
        self.values = values
        self.discovering = discovering
        self.closed = closed
        self.writable = writable
        self.repeats = repeats
        self.fresh = fresh
        self.opened_in = opened_in
        # Keeps the traces that JAX makes meanwhile from others.
        self._apart: AbstractContextManager | None = None
        # Those in which cells may be used.
        self._traces: list = []
        # See `_once`: id and number → the traced value, the trace, what was made.
        self.made_once: dict[tuple[int, int], tuple[Any, Any, jax.Array]] = {}
        # Ids of the objects that were made inside, where this is the outermost frame.
        self.made: set[int] = set()
        # Plain attributes that changed inside: object, name, and what it was before.
        self.rebound: dict[tuple[int, str], tuple[Any, str, Any]] = {}
        self.read_cells: dict[Variable, None] = {}
        # Those of which it matters what they held before.
        self.starts_with: set[Variable] = set()
        self.written: dict[Variable, None] = {}
        # Those that are known to hold zeros, see `Variable.rest`.
        self.at_rest: set[Variable] = set()
        self.constants: dict[Constant, Hashable] = {}
        self.outer: Frame | None = None
        self.alive = False

    def __enter__(self) -> "Frame":
        self.outer = STACK.top
        self.fresh = CAN_BE_FRESH and (self.fresh or STACK.fresh or (self.outer is not None and self.outer.fresh))
        if self.fresh or (CAN_BE_FRESH and self.outer is None):
            self._apart = fresh_traces() if self.fresh else our_traces()
            self._apart.__enter__()
        if CAN_BE_FRESH and not self.fresh:
            self._traces.append(present_trace())
        STACK.top, self.alive = self, True
        return self

    def __exit__(self, *error: Any) -> None:
        STACK.top, self.outer, self.alive = self.outer, None, False
        self._traces.clear()
        self.made_once.clear()
        self._put_back()
        if self._apart is not None:
            self._apart.__exit__(*error)
        # A cell made inside the trace remembers its frame; it must not keep the trace's values alive.
        self.values = {}

    def _put_back(self) -> None:
        """Give plain attributes back what they were, lest they hold a value of the trace that is over.

        Where the code only ran to see which cells it touches, whatever they hold.
        """
        for owner, name, old in self.rebound.values():
            now = vars(owner)
            if name in now and (self.discovering or holds_tracer(now[name])):
                if old is ABSENT:
                    del now[name]
                else:
                    now[name] = old
        self.rebound.clear()

    def starts_here(self) -> None:
        """The traced code begins, where the frame was entered outside of it."""
        if CAN_BE_FRESH:
            self._traces.append(present_trace())

    def read(self, cell: "Variable") -> jax.Array:
        """The value that ``cell`` has at this point of the trace."""
        self.refuse_hidden_use()
        return self._read(cell)

    def sample(self, cell: "Variable") -> jax.Array:
        """The same, for its shape and dtype."""
        self.refuse_hidden_use()
        return self._read(cell, matters=False)

    def _read(self, cell: "Variable", matters: bool = True) -> jax.Array:
        try:
            return self.values[cell]
        except KeyError:
            pass
        if cell._home is self:
            return cell._value
        if self.closed and not self._made_outside(cell):
            raise NewCell(cell, written=False)
        self.read_cells[cell] = None
        if matters:
            self.starts_with.add(cell)
        if self.outer is None:
            return cell._outside_value()
        if self.opened_in is not None:
            self.outer.refuse_hidden_use(self.opened_in)
        return self.outer._read(cell, matters)

    def refuse_hidden_use(self, trace: Any = None) -> None:
        """:class:`HiddenUse` where JAX would keep what is used at this point, or in ``trace``, for other traces than this."""
        if self.fresh or not CAN_BE_FRESH:
            return
        trace = present_trace() if trace is None else trace
        if trace in self._traces:
            return
        # In a derivative or a vmap that is done at once, JAX keeps nothing.
        if is_staged():
            raise HiddenUse
        self._traces.append(trace)

    def write(self, cell: "Variable", value: jax.Array, at_rest: bool = False) -> None:
        """Give ``cell`` a value for the rest of the trace; ``at_rest`` says that it is zeros."""
        if cell._home is self:
            cell._value = value
            return
        if self.writable is not None and cell not in self.writable:
            raise NewCell(cell, written=True)
        self.values[cell] = value
        self.written[cell] = None
        if at_rest:
            self.at_rest.add(cell)
        else:
            self.at_rest.discard(cell)

    def rests(self, cell: "Variable") -> bool:
        """Whether ``cell`` is known to hold zeros at this point of the trace."""
        if cell in self.values:
            return cell in self.at_rest
        return not self.closed and cell._home is not self and self.outer is not None and self.outer.rests(cell)

    def _made_outside(self, cell: "Variable") -> bool:
        """Whether ``cell`` was made in a trace around this one: it is no input of ours but is read through."""
        frame = self.outer
        while frame is not None:
            if cell._home is frame:
                return True
            frame = frame.outer
        return False
