"""What a model knows about one of its attributes; every view is drawn from these."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import BoutonError
from ..transform import TrainVar, Variable
from ._slot import Slot

if TYPE_CHECKING:
    from ._object import Object


class Entry:
    """One registered attribute, as :meth:`Object.entries` yields it.

    Attributes
    ----------
    path : str
        From the model asked, ``'hidden.tau_mem'``.
    name : str
        Of the attribute.
    owner : Object
        That has the attribute.
    kind : {'parameter', 'state', 'simulation', 'random'}
        Which inspection lists it; ``'random'`` is a key that advances.
    family, unit : str or None
        As registered.
    """

    __slots__ = ("_slot", "kind", "name", "owner", "path")

    def __init__(self, path: str, owner: "Object", name: str, slot: Slot):
        self.path, self.owner, self.name, self._slot = path, owner, name, slot
        self.kind = slot.kind

    @property
    def family(self) -> str | None:
        return self._slot.wrapper.family

    @property
    def unit(self) -> str | None:
        return self._slot.wrapper.unit

    @property
    def cell(self) -> Variable | None:
        """The cell that holds the value; ``None`` for what is no array."""
        return self._slot.cell

    @property
    def is_array(self) -> bool:
        """Whether the value is a number or an array."""
        return self._slot.cell is not None

    @property
    def is_structural(self) -> bool:
        """Whether another value means another compilation."""
        return self._slot.cell is None or self._slot.is_off()

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the value; ``()`` for what is no array."""
        return () if self.cell is None else tuple(self.cell.value.shape)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes that data may have when the model is built."""
        return self._slot.wrapper.shapes or (self.shape,)

    @property
    def dtype(self) -> np.dtype | None:
        """Of the value; ``None`` for what is no array."""
        return None if self.cell is None else np.dtype(self.cell.value.dtype)

    @property
    def bounds(self) -> tuple[float | None, float | None] | None:
        """Outside these a value is refused."""
        return self._slot.wrapper.bounds

    @property
    def softbounds(self) -> tuple[float, float] | None:
        """Range for a control."""
        return self._slot.wrapper.softbounds

    @property
    def scale(self) -> str:
        """Of a control: ``'linear'`` or ``'log'``."""
        return self._slot.wrapper.scale

    @property
    def trainable(self) -> bool:
        """Whether training may change it."""
        return isinstance(self.cell, TrainVar)

    @property
    def value(self) -> Any:
        """What the attribute reads as."""
        return self._slot.read()

    @property
    def initial(self) -> Any:
        """The value a reset returns to; ``None`` where it is drawn anew each time."""
        return self._slot.wrapper.data

    def check(self, value: Any) -> None:
        """Raise what assigning ``value`` would raise; nothing is written."""
        self._slot.check(self.owner._admit(self.name, value), f"{type(self.owner).__name__}.{self.name}")

    def set(self, value: Any) -> None:
        """Assign to the attribute: checks shape, dtype and bounds."""
        try:
            setattr(self.owner, self.name, value)
        except BoutonError as error:
            # The same mistake, with the whole path.
            raise type(error)(where=self.path, expected=error.expected, got=error.got, fix=error.fix) from error

    def __repr__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        shape = f"shape={self.shape}" if self.is_array else "static"
        return f"Entry({self.path!r}, {self.kind}, family={self.family!r}, {shape}{unit})"
