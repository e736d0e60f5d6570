"""Cells whose zero leaves something out of the compiled code."""

from typing import Any, Self

import jax
import numpy as np
from jax.core import Tracer

from ..transform import Variable
from ..transform._frame import Frame, Versioned


class Switch(Versioned):
    """Whether a cell has ever held anything but 0.

    It stays on when the value goes back to 0, so that a slider passing through 0 compiles nothing.
    """

    __slots__ = ("_on",)

    def __init__(self, *, on: bool):
        super().__init__()
        self._on = on

    def is_on(self) -> bool:
        """The answer, on which a trace under way depends from now on."""
        self.used()
        return self._on

    def turn_on(self) -> None:
        """From now on the value counts."""
        if not self._on:
            self._on = True
            self.version += 1


class SwitchedVariable(Variable):
    """A Variable that turns its switch on when it gets another value than 0, or one that nobody can know yet."""

    __slots__ = ("switch",)

    def __init__(self, value: Any, batch_axis: int | None = None):
        super().__init__(value, batch_axis=batch_axis)
        self.switch = Switch(on=_may_count(self._value))

    @classmethod
    def holding(cls, value: Any, batch_axis: int | None = None, home: Frame | None = None, trace: Any = None) -> Self:
        """As in :meth:`Variable.holding`."""
        self = super().holding(value, batch_axis, home, trace)
        self.switch = Switch(on=_may_count(value))
        return self

    def store(self, new: Any) -> None:
        """Write an array that is known to fit."""
        if not self.switch._on and _may_count(new):
            self.switch.turn_on()
        super().store(new)

    def differentiate(self) -> None:
        """Called before a derivative by this cell is taken."""
        # A derivative at 0 is that of what the zero multiplies.
        self.switch.turn_on()


def _may_count(value: jax.Array) -> bool:
    # Of an array that other processes hold a part of, nobody knows.
    unknown = isinstance(value, Tracer) or not getattr(value, "is_fully_addressable", True)
    return unknown or bool(np.any(np.asarray(value) != 0))
