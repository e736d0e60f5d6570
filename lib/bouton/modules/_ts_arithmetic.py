"""Computing with continuous series: numbers, arrays and other series on either side of an operator."""

from typing import Any, Self

import numpy as np

from ..errors import ValueRefused
from ._ts_sampled import Sampled
from ._ts_samples import KEEP_BOTH_UNITS, as_operand, operator


class Arithmetic(Sampled):
    """Operators on the samples, which keep times and range."""

    # NumPy arrays and scalars on the left leave an operation to this class.
    __array_ufunc__ = None

    def _check_units(self, other: Sampled, call: str) -> None:
        if None not in (self.units, other.units) and self.units != other.units:
            raise ValueRefused(
                where=self._where(call),
                expected=f"a series in {self.units}",
                got=f"one in {other.units}",
                fix="Convert one of them, for instance series * 1e-3, and set its units.",
            )

    def _combined(self, operation: np.ufunc, other: Any, swapped: bool) -> Self:
        where = self._where(operation.__name__)
        if isinstance(other, Sampled):
            if operation in KEEP_BOTH_UNITS:
                self._check_units(other, operation.__name__)
            units = self.units or other.units if operation in KEEP_BOTH_UNITS else None
            operand = as_operand(other(self._times), self._samples.shape, where)
        else:
            operand = as_operand(other, self._samples.shape, where)
            if operand is None:
                return NotImplemented
            scales = operation is np.multiply or (operation is np.divide and not swapped)
            units = self.units if scales or operation in KEEP_BOTH_UNITS else None
        left, right = (operand, self._samples) if swapped else (self._samples, operand)
        return self._like(self._times, operation(left, right), units=units)

    __add__, __radd__ = operator(np.add), operator(np.add, swapped=True)
    __sub__, __rsub__ = operator(np.subtract), operator(np.subtract, swapped=True)
    __mul__, __rmul__ = operator(np.multiply), operator(np.multiply, swapped=True)
    __truediv__, __rtruediv__ = operator(np.divide), operator(np.divide, swapped=True)
    __pow__, __rpow__ = operator(np.power), operator(np.power, swapped=True)

    def __neg__(self) -> Self:
        return self._like(self._times, -self._samples)

    def __abs__(self) -> Self:
        return self._like(self._times, np.abs(self._samples))
