"""What a model knows about one of its attributes; every view is drawn from these."""

import math
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import BoutonError, KindError
from ..transform import TrainVar, Variable
from ._glance import summary
from ._sample import MOST, Sample, sample
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
    def nbytes(self) -> int:
        """Memory that the value takes; 0 for what is no array."""
        return 0 if self.cell is None else math.prod(self.shape) * self.cell.value.dtype.itemsize

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
    def choices(self) -> dict[str, Any] | None:
        """Of what is no array: what there is to choose from, by name; ``None`` where anything goes."""
        return None if self._slot.wrapper.choices is None else dict(self._slot.wrapper.choices)

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

    def summary(self) -> str:
        """The value in a few characters: a number, or range and mean of an array, of a large one by a sample."""
        return "key" if self.kind == "random" else summary(self.value if self.cell is None else self.cell.value)

    def sample(self, most: int = MOST) -> Sample:
        """Read at most ``most`` elements, spread evenly over the array, and copy no more than these.

        Parameters
        ----------
        most : int
            Elements, at least 1.

        Returns
        -------
        Sample
            ``values``, with as many axes as the array, ``size`` of the whole, and ``whole``, whether that is all of it.

        Raises
        ------
        KindError
            For what is no array of numbers.
        """
        if self.cell is None or jnp.issubdtype(self.cell.value.dtype, jax.dtypes.extended):
            raise KindError(
                where=f"the entry {self.path!r}",
                expected="numbers to be read",
                got="a random key" if self.cell is not None else f"{type(self.value).__name__}, which is no array",
                fix="Ask entry.is_array and entry.kind first.",
            )
        return sample(self.cell.value, most)

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
