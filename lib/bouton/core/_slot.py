"""One registered attribute: what is known about it, and the cell that holds its value."""

from typing import Any, NamedTuple

import jax
import numpy as np
from jax.core import Tracer

from ..errors import KindError, ShapeError, UnsupportedError, ValueRefused
from ..transform import KeyVariable, TrainVar, Variable
from ..transform._frame import STACK, Versioned
from ..transform._own_array import assign_quickly, own_array, own_number
from ..transform._variable import Parameter as FixedParameter
from ._switch import SwitchedVariable
from ._wrappers import Parameter, State, Wrapper, is_numeric


class Slot(Versioned):
    """A registered attribute of one object.

    What the wrapper said is shared by all copies of a model; the cell is this copy's own. A value that is no array (a function, a
    name) has no cell: it is a constant of compiled code.
    """

    __slots__ = ("_literal", "cell", "kind", "static", "wrapper")

    def __init__(self, wrapper: Wrapper, where: str):
        super().__init__()
        self.wrapper = wrapper
        self.kind = "simulation" if wrapper.constant and wrapper.kind == "parameter" else wrapper.kind
        self.cell: Variable | None = None
        self.static: Any = None
        self._literal: tuple | None = None
        self._start(wrapper.initial(), where)

    @classmethod
    def around(cls, variable: Variable) -> "Slot":
        """The slot of a Variable that was assigned as it is."""
        slot = object.__new__(cls)
        slot.version = 0
        slot.wrapper = _BARE_PARAMETER if isinstance(variable, TrainVar | FixedParameter) else _BARE
        slot.kind, slot.cell, slot.static, slot._literal = slot.wrapper.kind, variable, None, None
        return slot

    def facts(self) -> "SlotFacts":
        """All but the array, as it is now: for copies of the model."""
        return SlotFacts(self.wrapper, self.kind, self.static, self.cell is not None, self.is_off(), self._literal)

    @classmethod
    def build(cls, facts: "SlotFacts", cell: Variable | None) -> "Slot":
        """A slot for a copy of the model, around a cell of its own."""
        new = object.__new__(cls)
        new.version = 0
        new.wrapper, new.kind, new.static, new.cell, new._literal = facts.wrapper, facts.kind, facts.static, cell, None
        if facts.literal is not None and cell is not None and cell._value is facts.literal[1]:
            new._literal = facts.literal
        return new

    def _start(self, value: Any, where: str) -> None:
        if not is_numeric(value):
            self.static = value
            return
        self.check_bounds(value, where)
        array = own_array(value)
        self.cell = SwitchedVariable(array) if self.wrapper.zero_is_off else _CELLS.get(self.kind, Variable)(array)
        if self.kind in ("parameter", "simulation"):
            assign_quickly(array)
        self._remember(value)

    def is_off(self) -> bool:
        """Whether the value has always been a 0 that leaves something out of the compiled code."""
        return self.wrapper.zero_is_off and isinstance(self.cell, SwitchedVariable) and not self.cell.switch.is_on()

    def _remember(self, value: Any) -> None:
        # A Python number of a simulation parameter reads as it was given: 0.001, not its nearest float32.
        plain = self.kind == "simulation" and isinstance(value, (bool, int, float))
        self._literal = (value, self.cell._value) if plain and self.cell is not None else None

    def moved(self, before: jax.Array) -> None:
        """The cell holds the same numbers as ``before``, at another place."""
        if self._literal is not None and self.cell is not None and self._literal[1] is before:
            self._literal = (self._literal[0], self.cell._value)

    def read(self) -> Any:
        """What the attribute reads as: the array, the Python number, or the object."""
        if self.cell is None:
            self.used()
            return self.static
        literal = self._literal
        if literal is not None and STACK.top is None and literal[1] is self.cell._value:
            return literal[0]
        return self.cell.value

    def reads_as(self, value: jax.Array) -> bool:
        """Whether it reads as a Python number that is ``value`` in the precision of the cell, and need not be written."""
        literal, cell = self._literal, self.cell
        if literal is None or cell is None or literal[1] is not cell._value or isinstance(value, Tracer):
            return False
        return STACK.top is None and bool(np.asarray(value) == np.asarray(literal[1]))

    def write(self, value: Any, where: str) -> None:
        """Take a new value, or refuse it with ``where``."""
        if type(value) is float and self._write_number(value):
            return
        if isinstance(value, Variable):
            value = value.value
        admitted = self.check(value, where)
        if self.cell is None:
            self.static = admitted
            self.version += 1
            return
        self.cell.value = admitted
        if STACK.top is None:
            self._remember(value)

    def _write_number(self, value: float) -> bool:
        """Take a number for a number, as a moved slider sends it, in a fraction of the Python that arrays take; or leave it."""
        cell = self.cell
        if cell is None or STACK.top is not None or not self.wrapper.remembers:
            return False
        old = cell.value
        if old.shape != () or old.dtype.kind != "f":
            return False
        # As the cell will hold it: what is above 0 may be 0 in its precision.
        rounded = old.dtype.type(value)
        if not _number_inside(rounded, self.wrapper):
            return False
        new = own_number(rounded)
        if new is None:
            return False
        cell.store(new)
        self._remember(value)
        return True

    def check(self, value: Any, where: str) -> Any:
        """``value`` as the cell takes it, or the error that refuses it; nothing is written."""
        if self.cell is None:
            return self._check_static(value, where)
        if not self.wrapper.remembers:
            return self.cell.admit(value)
        if not is_numeric(value):
            raise KindError(
                where=where,
                expected="a number or an array",
                got=f"{type(value).__name__}",
                fix="Pass a value that jax.numpy.asarray takes.",
            )
        old = self.cell.value
        # A traced value has a shape and a dtype, and no more can be checked.
        array = value if isinstance(value, jax.Array) else np.asarray(value)
        if array.shape != old.shape:
            raise ShapeError(
                where=where,
                expected=f"shape {old.shape}",
                got=f"{array.shape}",
                fix=f"For one value everywhere pass numpy.full({old.shape}, {float(array):g})."
                if array.shape == () and not isinstance(array, Tracer) and array.dtype.kind in "fiu"
                else "Keep the shape; to change it, build the model again with data of the other shape.",
            )
        if not np.can_cast(array.dtype, old.dtype, "same_kind"):
            raise KindError(
                where=where,
                expected=f"dtype {old.dtype}",
                got=f"{array.dtype}",
                fix="It was made of whole numbers: make it of floats, such as 2.0, to give it others."
                if old.dtype.kind in "iu" and array.dtype.kind == "f"
                else f"Convert it with .astype('{old.dtype}').",
            )
        if isinstance(array, np.ndarray):
            array = array.astype(old.dtype)
        self.check_bounds(array, where)
        return own_array(array, old.dtype)

    def _check_static(self, value: Any, where: str) -> Any:
        if is_numeric(value) or (isinstance(self.static, str) and not (isinstance(value, str) or callable(value))):
            raise KindError(
                where=where,
                expected=f"something like {self.static!r}",
                got=f"{type(value).__name__}",
                fix="Pass a value of the kind that the attribute was made with.",
            )
        return self.wrapper.chosen(value, where)

    def check_bounds(self, value: Any, where: str) -> None:
        """Refuse a concrete value outside the hard bounds."""
        if self.wrapper.bounds is None or isinstance(value, Tracer):
            return
        array = np.asarray(value)
        if array.dtype.kind == "V":
            # bfloat16 and its kin compare with warnings.
            array = array.astype(np.float32)
        # Written so that NaN is refused as well.
        if (inside := _inside(array, self.wrapper)).all():
            return
        raise ValueRefused(
            where=where,
            expected=_interval(self.wrapper),
            got=f"{array[~inside].ravel()[0]!s}",
            fix="Choose a value inside the bounds.",
        )

    def reset(self, where: str) -> None:
        """Back to the initial value."""
        if not self.wrapper.remembers:
            raise UnsupportedError(
                where=where,
                expected="an attribute registered with an initial value",
                got="a bare Variable, which remembers none",
                fix="Register it with State(...) or Parameter(...), or override the reset method.",
            )
        initial = self.wrapper.initial()
        if self.cell is None:
            self.static = initial
            self.version += 1
        else:
            # In the precision of the cell, which may not be today's default.
            self.cell.value = own_array(apart(initial), self.cell.value.dtype)
            if STACK.top is None:
                self._remember(initial)


def apart(value: Any) -> Any:
    """``value`` in memory of its own: who gives an array of a model away, by ``donate_argnums``, keeps what it begins with."""
    return value.copy() if isinstance(value, jax.Array) and not isinstance(value, Tracer) else value


def _number_inside(value: Any, wrapper: Wrapper) -> bool:
    if wrapper.bounds is None:
        return True
    low, high = _rounded(wrapper.bounds, value.dtype)
    if wrapper.strict:
        return (low is None or value > low) and (high is None or value < high)
    return (low is None or value >= low) and (high is None or value <= high)


def _rounded(bounds: tuple[float | None, float | None], dtype: np.dtype) -> tuple:
    """The bounds in the precision of what is compared with them, where 0.1 is not 0.1."""
    if dtype.kind != "f":
        return bounds
    low, high = bounds
    return None if low is None else dtype.type(low), None if high is None else dtype.type(high)


def _inside(array: np.ndarray, wrapper: Wrapper) -> Any:
    low, high = _rounded(wrapper.bounds, array.dtype)
    if low is None:
        return array < high if wrapper.strict else array <= high
    above = array > low if wrapper.strict else array >= low
    if high is None:
        return above
    return above & (array < high if wrapper.strict else array <= high)


def _interval(wrapper: Wrapper) -> str:
    (low, high), tail = wrapper.bounds, f" {wrapper.unit}" if wrapper.unit else ""
    least, most = ("above", "below") if wrapper.strict else ("at least", "at most")
    if low is None:
        return f"{most} {high}{tail}"
    if high is None:
        return f"{least} {low}{tail}"
    if wrapper.strict:
        return f"above {low}{tail} and " + ("finite" if high == np.inf else f"below {high}{tail}")
    return f"between {low} and {high}{tail}"


class SlotFacts(NamedTuple):
    """What copies of a slot share."""

    wrapper: Wrapper
    kind: str
    static: Any
    has_cell: bool
    is_off: bool
    literal: tuple | None


_CELLS: dict[str, type[Variable]] = {"parameter": TrainVar, "random": KeyVariable}
_BARE, _BARE_PARAMETER = State(0.0), Parameter(0.0)
_BARE.remembers = _BARE_PARAMETER.remembers = False
