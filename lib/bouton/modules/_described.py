"""What a module is: its shape, its names, its text."""

from html import escape
from typing import Any, Self

import numpy as np

from ..core import Object
from ..core._render import as_html, as_text
from ..errors import KindError, UninitialisedError, ValueRefused

_SET_HERE = ("_shape", "_spiking_input", "_spiking_output")


class Described(Object):
    """An object with input and output channels.

    Parameters
    ----------
    shape : int or tuple of int
        The first entry is the number of input channels, the last that of output channels; an int ``n`` means ``(n,)``.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.

    Raises
    ------
    KindError, ValueRefused
        When ``shape`` is no positive int or tuple of such.
    """

    def __init__(self, shape: int | tuple[int, ...], spiking_input: bool = False, spiking_output: bool = False):
        super().__init__()
        self._shape = _checked_shape(shape, type(self).__name__)
        self._spiking_input, self._spiking_output = bool(spiking_input), bool(spiking_output)

    @property
    def name(self) -> str | None:
        """The attribute name its parent gave it; ``None`` for a model of its own."""
        return self._attribute_name

    @property
    def full_name(self) -> str:
        """Class name, and the quoted name where there is one: ``RateJax 'neurons'``."""
        return self.class_name + (f" {self.name!r}" if self.name else "")

    @property
    def shape(self) -> tuple[int, ...]:
        """Dimensions, input first and output last."""
        return self._shape

    @property
    def size_in(self) -> int:
        """Number of input channels."""
        return self._shape[0]

    @property
    def size_out(self) -> int:
        """Number of output channels."""
        return self._shape[-1]

    @property
    def size(self) -> int:
        """The same as ``size_out``. Deprecated."""
        return self.size_out

    @property
    def size_module(self) -> int:
        """Number of units: the product of ``shape``."""
        return int(np.prod(self._shape))

    @property
    def spiking_input(self) -> bool:
        """Whether the input is counts of events."""
        return self._spiking_input

    @property
    def spiking_output(self) -> bool:
        """Whether the output is counts of events."""
        return self._spiking_output

    def state(self, family: str | tuple | list | None = None) -> dict:
        """States as a nested dict of copies; the same as :meth:`states`."""
        return self.states(family)

    def reset_state(self) -> Self:
        """Set every state, here and below, to its initial value; returns the module."""
        return super().reset_state()

    def _refuse_child(self, name: str, child: Object) -> None:
        if isinstance(child, Described) and "_shape" not in child.__dict__:
            raise child._uninitialised()
        super()._refuse_child(name, child)

    def _missing(self, name: str) -> AttributeError:
        return self._uninitialised() if name in _SET_HERE else super()._missing(name)

    def _uninitialised(self) -> UninitialisedError:
        return UninitialisedError(
            where=f"{self.class_name}.__init__",
            expected="a call of super().__init__(shape)",
            got="none, so the module has no shape",
            fix="Let __init__ begin with it, for instance super().__init__((2, 3)) for 2 inputs and 3 outputs.",
        )

    def __repr__(self) -> str:
        # No error: a debugger shows this too.
        return as_text(self) if "_shape" in self.__dict__ else f"<{self._uninitialised()}>"

    def _repr_html_(self) -> str:
        return as_html(self) if "_shape" in self.__dict__ else f"<pre>{escape(str(self._uninitialised()))}</pre>"


def _checked_shape(shape: Any, where: str) -> tuple[int, ...]:
    entries = shape if isinstance(shape, tuple | list) else (shape,)
    if not entries or not all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in entries):
        raise KindError(
            where=f"{where}(shape=...)",
            expected="an int or a tuple of ints",
            got=f"{shape!r}",
            fix="Write for instance 4, or (4, 6) for 4 inputs and 6 outputs.",
        )
    if any(n < 1 for n in entries):
        raise ValueRefused(
            where=f"{where}(shape=...)",
            expected="sizes of at least 1",
            got=f"{shape!r}",
            fix="Give every dimension a size.",
        )
    return tuple(int(n) for n in entries)
