"""Who sees which value of a cell while a function is being traced.

A cell (:class:`~bouton.transform.Variable`) never holds a tracer. While a transform traces a function, a *frame* stands between
the code and the cells: reads and writes go to the frame, which is dropped when the trace ends, however it ends. So an
exception at any stage leaves every cell as it was.
"""

import threading
from collections.abc import Hashable
from typing import TYPE_CHECKING, Protocol

import jax

if TYPE_CHECKING:
    from ._variable import Variable


class _Stack(threading.local):
    """The innermost frame and journal of this thread: a simulation may be tracing on another one."""

    top: "Frame | None" = None
    journal: "Journal | None" = None


STACK = _Stack()


class Journal:
    """Keeps what cells held before code wrote to them outside of any trace, and puts it back when the code raises."""

    __slots__ = ("_before", "_outer")

    def __init__(self) -> None:
        self._before: dict[Variable, jax.Array] = {}
        self._outer: Journal | None = None

    def __enter__(self) -> "Journal":
        self._outer, STACK.journal = STACK.journal, self
        return self

    def __exit__(self, error: type | None, *_: object) -> None:
        STACK.journal = self._outer
        for cell, value in self._before.items():
            if error is not None:
                cell._value = value
            elif self._outer is not None:
                self._outer.note(cell, value)

    def note(self, cell: "Variable", value: jax.Array) -> None:
        """``cell`` held ``value`` before it was written to."""
        self._before.setdefault(cell, value)


class NewCell(BaseException):
    """Tracing met a cell that the transform did not know: it has to discover again.

    A ``BaseException``, so that a user's ``except Exception`` inside the traced function does not swallow it.
    """

    def __init__(self, cell: "Variable", written: bool):
        super().__init__("a cell came up that was not known when the function was first traced")
        self.cell, self.written = cell, written


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
        while frame is not None:
            # The version as it is now: another thread may change the thing while this one traces on.
            frame.constants.setdefault(self, self.version)
            frame = frame.outer


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
    """

    __slots__ = ("alive", "closed", "constants", "discovering", "outer", "read_cells", "repeats", "values", "writable", "written")

    def __init__(
        self,
        values: "dict[Variable, jax.Array]",
        *,
        discovering: bool = False,
        closed: bool = False,
        writable: "set[Variable] | None" = None,
        repeats: bool = False,
    ):
        self.values = values
        self.discovering = discovering
        self.closed = closed
        self.writable = writable
        self.repeats = repeats
        self.read_cells: dict[Variable, None] = {}
        self.written: dict[Variable, None] = {}
        self.constants: dict[Constant, Hashable] = {}
        self.outer: Frame | None = None
        self.alive = False

    def __enter__(self) -> "Frame":
        self.outer, STACK.top, self.alive = STACK.top, self, True
        return self

    def __exit__(self, *_: object) -> None:
        STACK.top, self.outer, self.alive = self.outer, None, False
        # A cell made inside the trace remembers its frame; it must not keep the trace's values alive.
        self.values = {}

    def read(self, cell: "Variable") -> jax.Array:
        """The value that ``cell`` has at this point of the trace."""
        try:
            return self.values[cell]
        except KeyError:
            pass
        if cell._home is self:
            return cell._value
        if self.closed and not self._made_outside(cell):
            raise NewCell(cell, written=False)
        self.read_cells[cell] = None
        return cell._outside_value() if self.outer is None else self.outer.read(cell)

    def write(self, cell: "Variable", value: jax.Array) -> None:
        """Give ``cell`` a value for the rest of the trace."""
        if cell._home is self:
            cell._value = value
            return
        if self.writable is not None and cell not in self.writable:
            raise NewCell(cell, written=True)
        self.values[cell] = value
        self.written[cell] = None

    def _made_outside(self, cell: "Variable") -> bool:
        """Whether ``cell`` was made in a trace around this one: it is no input of ours but is read through."""
        frame = self.outer
        while frame is not None:
            if cell._home is frame:
                return True
            frame = frame.outer
        return False
