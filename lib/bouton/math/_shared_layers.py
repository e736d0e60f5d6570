"""Who sees which shared argument: threads, traces, and compiled code."""

import threading
from collections.abc import Hashable
from typing import Any

import jax
import numpy as np

from ..transform import Variable, default_float, default_int
from ..transform._frame import STACK, Frame
from ..transform._own_array import own_array

ABSENT = object()


def is_number(value: Any) -> bool:
    """Whether compiled code has it in a cell; truth values and all else are its constants."""
    if isinstance(value, bool | np.bool_):
        return False
    return isinstance(value, int | float | complex | np.number | np.ndarray | jax.Array)


def signature(value: Any) -> Hashable:
    """Shape and dtype of a number in a cell."""
    if isinstance(value, int | float) and not isinstance(value, np.number):
        return (), (default_float() if isinstance(value, float) else default_int())
    return np.shape(value), jax.dtypes.canonicalize_dtype(
        np.asarray(value).dtype if not isinstance(value, jax.Array) else value.dtype
    )


def as_cell_array(value: Any) -> jax.Array:
    """A number as its cell holds it."""
    return own_array(value, signature(value)[1])  # type: ignore[index]


_PLAIN = (bool, int, float, str, type(None))


def same(one: Any, other: Any) -> bool:
    """Whether nothing would change if one stood for the other."""
    return one is other or (type(one) is type(other) and isinstance(one, _PLAIN) and one == other)


class Context(threading.local):
    """Each thread has its own: a simulation may be running on another one."""

    def __init__(self) -> None:
        # What is shared outside of any trace, and above it what traces under way have shared: it ends with them.
        self.layers: list[tuple[Frame | None, dict[str, Any]]] = [(None, {})]
        # Numbers that compiled code has read, in cells: another value compiles nothing.
        self.cells: dict[str, dict[Hashable, Variable]] = {}
        self.mark = object()
        self.blocks = 0

    def visible(self) -> list[tuple[Frame | None, dict[str, Any]]]:
        """The layers whose trace is under way."""
        while (frame := self.layers[-1][0]) is not None and not frame.alive:
            self.layers.pop()
        return self.layers

    def written(self) -> dict[str, Any]:
        """The layer of the innermost trace."""
        layers = self.visible()
        if layers[-1][0] is not STACK.top:
            layers.append((STACK.top, {}))
        return layers[-1][1]

    def outside(self, name: str) -> Any:
        """What is shared outside of any trace."""
        return self.layers[0][1].get(name, ABSENT)


class Outside:
    """What is shared outside under one name, as compiled code depends on it; without a name, which names there are."""

    __slots__ = ("_context", "_name")

    def __init__(self, context: Context, name: str | None):
        self._context, self._name = context, name

    @property
    def version(self) -> Hashable:
        """Equal for values with which the same compiled code works."""
        if self._name is None:
            return frozenset(key for key, value in self._context.layers[0][1].items() if value is not ABSENT)
        value = self._context.outside(self._name)
        if self._name != "dt" and is_number(value):
            return (self._context.mark, signature(value))
        # With its type: 1 and 1.0 equal each other, and compile to other code.
        return (type(value), value) if isinstance(value, _PLAIN) else _Same(value)

    def used(self) -> None:
        """Note that every trace under way depends on it."""
        frame = STACK.top
        while frame is not None:
            frame.constants.setdefault(self, self.version)
            frame = frame.outer


class _Same:
    """Compares what cannot be compared otherwise by identity, and keeps it alive for that."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)
