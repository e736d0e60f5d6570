"""Settings of the environment: the precision of new arrays, the time step."""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, NamedTuple

import jax
import numpy as np

from ._frame import STACK, Frame


class _Held(NamedTuple):
    """A value of a setting, and the trace in which it was given, if any."""

    value: Any
    key: Hashable
    frame: Frame | None


class Setting:
    """One setting: a value for everybody, and others inside of ``with`` blocks.

    A block's value holds for the thread or asynchronous task that is in it. Compiled code holds the value as a constant: what a
    trace has read is among its ``constants``, as :class:`~bouton.transform._frame.Versioned` things are, with the value itself
    for a version.

    Parameters
    ----------
    name : str
        As :func:`bouton.math.environment` has it.
    value : object
        To begin with.
    key : callable, optional
        Of a value, what tells it from others; needed where ``==`` does not.
    """

    __slots__ = ("_key", "_outermost", "_scoped", "name")

    def __init__(self, name: str, value: Any, key: Callable[[Any], Hashable] = lambda value: value):
        self.name = name
        self._key = key
        self._outermost = _Held(value, key(value), None)
        self._scoped: ContextVar[_Held | None] = ContextVar(f"bouton {name}", default=None)

    @property
    def version(self) -> Hashable:
        """What compiled code compares: equal for equal values."""
        return (self._scoped.get() or self._outermost).key

    def get(self) -> Any:
        """The present value; a trace under way depends on it."""
        value, key, given_in = self._scoped.get() or self._outermost
        frame = STACK.top
        # A trace in which the value was given does not depend on what it is outside.
        while frame is not None and frame is not given_in:
            frame.constants.setdefault(self, key)
            frame = frame.outer
        return value

    def set(self, value: Any) -> None:
        """Change the value of the innermost block that has one, or else the value for everybody."""
        scope = self._scoped.get()
        if scope is None:
            self._outermost = _Held(value, self._key(value), None)
        else:
            self._scoped.set(_Held(value, self._key(value), scope.frame))

    def enter(self, value: Any) -> _Held | None:
        """Give a value to a block; what comes back is for :meth:`leave`."""
        before = self._scoped.get()
        self._scoped.set(_Held(value, self._key(value), STACK.top))
        return before

    def leave(self, before: _Held | None) -> None:
        """End a block."""
        self._scoped.set(before)

    def is_scoped(self) -> bool:
        """Whether a block around this code has given a value."""
        return self._scoped.get() is not None

    def __repr__(self) -> str:
        return f"Setting({self.name}={(self._scoped.get() or self._outermost).value!r})"


DT = Setting("dt", 0.1)
CHECKS = Setting("checks", False)
FLOAT, INT, BOOL, COMPLEX = (Setting(name, None) for name in ("float_", "int_", "bool_", "complex_"))


def default_float() -> np.dtype:
    """The dtype of new floating arrays: what was set, or else 32 bits, or 64 where JAX works with 64."""
    return jax.dtypes.canonicalize_dtype(FLOAT.get() or float)


def default_int() -> np.dtype:
    """The dtype of new integer arrays: what was set, or else 32 bits, or 64 where JAX works with 64."""
    return jax.dtypes.canonicalize_dtype(INT.get() or int)


def default_bool() -> np.dtype:
    """The dtype of new arrays of truth values."""
    return jax.dtypes.canonicalize_dtype(BOOL.get() or bool)


def default_complex() -> np.dtype:
    """The dtype of new complex arrays: what was set, or else two times 32 bits, or two times 64 where JAX works with 64."""
    return jax.dtypes.canonicalize_dtype(COMPLEX.get() or complex)
