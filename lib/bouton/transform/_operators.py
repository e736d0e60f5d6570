"""What makes a cell act as an array: operators, indexing, methods, conversion."""

from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, MathError


def plain(x: Any) -> Any:
    """The array inside ``x`` when it is a cell; otherwise ``x``."""
    return x.value if isinstance(x, ArrayOperators) else x


class ArrayOperators:
    """Array behaviour over a ``value`` property. Operators give plain arrays; in-place forms write to the cell.

    The array's own operators are asked, so that an operand that is no array may still answer itself.
    """

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
        try:
            return getattr(self.value, name)
        except AttributeError as error:
            raise AttributeError(
                f"{type(self).__name__!r} has no attribute {name!r}, nor has its array", name=name, obj=self
            ) from error

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), "at", *(name for name in dir(np.ndarray) if name[0] != "_" and hasattr(jax.Array, name))]

    def __dlpack__(self, **options: Any) -> Any:
        return self.value.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.value.__dlpack_device__()

    def __array_namespace__(self, **options: Any) -> Any:
        return self.value.__array_namespace__(**options)

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
        old, index = self.value, _plain_index(index)
        new = _element(plain(x), old.dtype, type(self).__name__)
        try:
            changed = old.at[index].set(new)
        except ValueError as error:
            if np.shape(new) == () or np.shape(new) == np.shape(old[index]):
                raise
            raise MathError(
                where=f"{type(self).__name__} of shape {old.shape}",
                expected=f"what fits shape {np.shape(old[index])} at these indices",
                got=f"shape {np.shape(new)}",
                fix="Assign as many elements as the indices name, or one for all.",
            ) from error
        self.value = changed

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


def _element(x: Any, dtype: Any, kind: str) -> jax.Array:
    """``x`` as elements of a cell of that dtype. Whole numbers may go among floats, never the reverse."""
    if isinstance(x, bool | int | float | complex):
        fits, got = fits_in(x, dtype), f"{x!r}"
    else:
        x = x if isinstance(x, jax.Array) else _host_array(x, kind)
        fits, got = x.dtype == dtype or _rank(x.dtype) <= _rank(dtype), f"{x.dtype}"
    if not fits:
        raise MathError(
            where=f"elements of a {kind}",
            expected=f"dtype {dtype}",
            got=got,
            fix=f"Convert the value with .astype('{dtype}'), or make a Variable of the other dtype.",
        )
    return jnp.asarray(x, dtype=dtype)


def _host_array(x: Any, kind: str) -> Any:
    try:
        host = np.asarray(x)
        if host.dtype == object:
            raise TypeError(f"{type(x).__name__} is no array of numbers")
        return jnp.asarray(host) if host.dtype.kind in "US" else host
    except jax.errors.TracerArrayConversionError:
        return jnp.array(x)  # a list with traced values
    except (TypeError, ValueError) as error:
        raise KindError(
            where=f"elements of a {kind}",
            expected="a number or an array of numbers",
            got=f"{type(x).__name__}",
            fix="Pass a value that jax.numpy.asarray takes.",
        ) from error


def _rank(dtype: Any) -> int:
    kinds = (jnp.bool_, jnp.integer, jnp.floating, jnp.complexfloating)
    # Keys are of none of these.
    return next((k for k, kind in enumerate(kinds) if jnp.issubdtype(dtype, kind)), len(kinds))


def fits_in(number: complex, dtype: Any) -> bool:
    """Whether a Python number can stand in an array of ``dtype``."""
    casting = "same_kind" if jnp.issubdtype(dtype, jnp.inexact) else "safe"
    return np.can_cast(np.min_scalar_type(number), dtype, casting)


def _plain_index(index: Any) -> Any:
    return tuple(plain(i) for i in index) if isinstance(index, tuple) else plain(index)
