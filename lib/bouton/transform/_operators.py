"""What makes a cell act as an array in arithmetic."""

from typing import Any, Self


def plain(x: Any) -> Any:
    """The array inside ``x`` when it is a cell; otherwise ``x``."""
    return x.value if isinstance(x, ArrayOperators) else x


class ArrayOperators:
    """Operators over a ``value`` property. They give plain arrays; in-place forms write to the cell.

    The array's own operators are asked, so that an operand that is no array may still answer itself.
    """

    __slots__ = ()
    # NumPy must leave ``ndarray + cell`` to the cell.
    __array_priority__ = 100
    __hash__ = object.__hash__

    value: Any

    def __neg__(self) -> Any:
        return -self.value

    def __pos__(self) -> Any:
        return +self.value

    def __abs__(self) -> Any:
        return abs(self.value)

    def __invert__(self) -> Any:
        return ~self.value

    def __round__(self, ndigits: int | None = None) -> Any:
        return round(self.value) if ndigits is None else round(self.value, ndigits)

    def __eq__(self, other: object) -> Any:
        return self.value.__eq__(plain(other))

    def __ne__(self, other: object) -> Any:
        return self.value.__ne__(plain(other))

    def __lt__(self, other: Any) -> Any:
        return self.value.__lt__(plain(other))

    def __le__(self, other: Any) -> Any:
        return self.value.__le__(plain(other))

    def __gt__(self, other: Any) -> Any:
        return self.value.__gt__(plain(other))

    def __ge__(self, other: Any) -> Any:
        return self.value.__ge__(plain(other))

    def __add__(self, other: Any) -> Any:
        return self.value.__add__(plain(other))

    def __radd__(self, other: Any) -> Any:
        return self.value.__radd__(other)

    def __sub__(self, other: Any) -> Any:
        return self.value.__sub__(plain(other))

    def __rsub__(self, other: Any) -> Any:
        return self.value.__rsub__(other)

    def __mul__(self, other: Any) -> Any:
        return self.value.__mul__(plain(other))

    def __rmul__(self, other: Any) -> Any:
        return self.value.__rmul__(other)

    def __truediv__(self, other: Any) -> Any:
        return self.value.__truediv__(plain(other))

    def __rtruediv__(self, other: Any) -> Any:
        return self.value.__rtruediv__(other)

    def __floordiv__(self, other: Any) -> Any:
        return self.value.__floordiv__(plain(other))

    def __rfloordiv__(self, other: Any) -> Any:
        return self.value.__rfloordiv__(other)

    def __mod__(self, other: Any) -> Any:
        return self.value.__mod__(plain(other))

    def __rmod__(self, other: Any) -> Any:
        return self.value.__rmod__(other)

    def __divmod__(self, other: Any) -> Any:
        return self.value.__divmod__(plain(other))

    def __rdivmod__(self, other: Any) -> Any:
        return self.value.__rdivmod__(other)

    def __pow__(self, other: Any) -> Any:
        return self.value.__pow__(plain(other))

    def __rpow__(self, other: Any) -> Any:
        return self.value.__rpow__(other)

    def __matmul__(self, other: Any) -> Any:
        return self.value.__matmul__(plain(other))

    def __rmatmul__(self, other: Any) -> Any:
        return self.value.__rmatmul__(other)

    def __and__(self, other: Any) -> Any:
        return self.value.__and__(plain(other))

    def __rand__(self, other: Any) -> Any:
        return self.value.__rand__(other)

    def __or__(self, other: Any) -> Any:
        return self.value.__or__(plain(other))

    def __ror__(self, other: Any) -> Any:
        return self.value.__ror__(other)

    def __xor__(self, other: Any) -> Any:
        return self.value.__xor__(plain(other))

    def __rxor__(self, other: Any) -> Any:
        return self.value.__rxor__(other)

    def __lshift__(self, other: Any) -> Any:
        return self.value.__lshift__(plain(other))

    def __rlshift__(self, other: Any) -> Any:
        return self.value.__rlshift__(other)

    def __rshift__(self, other: Any) -> Any:
        return self.value.__rshift__(plain(other))

    def __rrshift__(self, other: Any) -> Any:
        return self.value.__rrshift__(other)

    def __iadd__(self, other: Any) -> Self:
        self.value = self.value + plain(other)
        return self

    def __isub__(self, other: Any) -> Self:
        self.value = self.value - plain(other)
        return self

    def __imul__(self, other: Any) -> Self:
        self.value = self.value * plain(other)
        return self

    def __itruediv__(self, other: Any) -> Self:
        self.value = self.value / plain(other)
        return self

    def __ifloordiv__(self, other: Any) -> Self:
        self.value = self.value // plain(other)
        return self

    def __imod__(self, other: Any) -> Self:
        self.value = self.value % plain(other)
        return self

    def __ipow__(self, other: Any) -> Self:
        self.value = self.value ** plain(other)
        return self

    def __imatmul__(self, other: Any) -> Self:
        self.value = self.value @ plain(other)
        return self

    def __iand__(self, other: Any) -> Self:
        self.value = self.value & plain(other)
        return self

    def __ior__(self, other: Any) -> Self:
        self.value = self.value | plain(other)
        return self

    def __ixor__(self, other: Any) -> Self:
        self.value = self.value ^ plain(other)
        return self

    def __ilshift__(self, other: Any) -> Self:
        self.value = self.value << plain(other)
        return self

    def __irshift__(self, other: Any) -> Self:
        self.value = self.value >> plain(other)
        return self
