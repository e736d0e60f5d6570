"""What makes a cell act as an array: operators, indexing, methods, conversion."""

from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np


def plain(x: Any) -> Any:
    """The array inside ``x`` when it is a cell; otherwise ``x``."""
    return x.value if isinstance(x, ArrayOperators) else x


class ArrayOperators:
    """Array behaviour over a ``value`` property. Operators give plain arrays; in-place forms write to the cell."""

    __slots__ = ()
    # NumPy must leave ``ndarray + cell`` to the cell.
    __array_priority__ = 100
    __hash__ = object.__hash__

    value: Any

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = np.asarray(self.value, dtype=dtype)
        return array.copy() if copy else array

    def __getattr__(self, name: str) -> Any:
        # Methods and properties of arrays; private names are ours and must not be looked for there.
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
        return getattr(self.value, name)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self):
        return iter(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __complex__(self) -> complex:
        return complex(self.value)

    def __index__(self) -> int:
        return self.value.__index__()

    def __format__(self, spec: str) -> str:
        return format(self.value, spec) if spec else str(self)

    def __contains__(self, item: Any) -> bool:
        return bool(jnp.any(self.value == plain(item)))

    def __getitem__(self, index: Any) -> jax.Array:
        return self.value[_plain_index(index)]

    def __setitem__(self, index: Any, x: Any) -> None:
        old = self.value
        self.value = old.at[_plain_index(index)].set(jnp.asarray(plain(x), dtype=old.dtype))

    def __neg__(self) -> Any:
        return -self.value

    def __pos__(self) -> Any:
        return +self.value

    def __abs__(self) -> Any:
        return abs(self.value)

    def __invert__(self) -> Any:
        return ~self.value

    def __round__(self, ndigits: int = 0) -> Any:
        return jnp.round(self.value, ndigits)

    def __eq__(self, other: object) -> Any:
        return self.value == plain(other)

    def __ne__(self, other: object) -> Any:
        return self.value != plain(other)

    def __lt__(self, other: Any) -> Any:
        return self.value < plain(other)

    def __le__(self, other: Any) -> Any:
        return self.value <= plain(other)

    def __gt__(self, other: Any) -> Any:
        return self.value > plain(other)

    def __ge__(self, other: Any) -> Any:
        return self.value >= plain(other)

    def __add__(self, other: Any) -> Any:
        return self.value + plain(other)

    def __radd__(self, other: Any) -> Any:
        return other + self.value

    def __sub__(self, other: Any) -> Any:
        return self.value - plain(other)

    def __rsub__(self, other: Any) -> Any:
        return other - self.value

    def __mul__(self, other: Any) -> Any:
        return self.value * plain(other)

    def __rmul__(self, other: Any) -> Any:
        return other * self.value

    def __truediv__(self, other: Any) -> Any:
        return self.value / plain(other)

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.value

    def __floordiv__(self, other: Any) -> Any:
        return self.value // plain(other)

    def __rfloordiv__(self, other: Any) -> Any:
        return other // self.value

    def __mod__(self, other: Any) -> Any:
        return self.value % plain(other)

    def __rmod__(self, other: Any) -> Any:
        return other % self.value

    def __divmod__(self, other: Any) -> Any:
        return divmod(self.value, plain(other))

    def __pow__(self, other: Any) -> Any:
        return self.value ** plain(other)

    def __rpow__(self, other: Any) -> Any:
        return other**self.value

    def __matmul__(self, other: Any) -> Any:
        return self.value @ plain(other)

    def __rmatmul__(self, other: Any) -> Any:
        return other @ self.value

    def __and__(self, other: Any) -> Any:
        return self.value & plain(other)

    def __rand__(self, other: Any) -> Any:
        return other & self.value

    def __or__(self, other: Any) -> Any:
        return self.value | plain(other)

    def __ror__(self, other: Any) -> Any:
        return other | self.value

    def __xor__(self, other: Any) -> Any:
        return self.value ^ plain(other)

    def __rxor__(self, other: Any) -> Any:
        return other ^ self.value

    def __lshift__(self, other: Any) -> Any:
        return self.value << plain(other)

    def __rlshift__(self, other: Any) -> Any:
        return other << self.value

    def __rshift__(self, other: Any) -> Any:
        return self.value >> plain(other)

    def __rrshift__(self, other: Any) -> Any:
        return other >> self.value

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


def _plain_index(index: Any) -> Any:
    return tuple(plain(i) for i in index) if isinstance(index, tuple) else plain(index)
