"""What makes a cell act as an array besides: indexing, methods, conversion."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, MathError
from ._numbers import fits_in, rank
from ._operators import ArrayOperators, plain


class ArrayLike(ArrayOperators):
    """Array behaviour over a ``value`` property; assigning to an index writes to the cell."""

    __slots__ = ()

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


def _element(x: Any, dtype: Any, kind: str) -> jax.Array:
    """``x`` as elements of a cell of that dtype. Whole numbers may go among floats, never the reverse."""
    if isinstance(x, bool | int | float | complex):
        fits, got = fits_in(x, dtype), f"{x!r}"
    else:
        x = x if isinstance(x, jax.Array) else _host_array(x, kind)
        fits, got = x.dtype == dtype or rank(x.dtype) <= rank(dtype), f"{x.dtype}"
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


def _plain_index(index: Any) -> Any:
    return tuple(plain(i) for i in index) if isinstance(index, tuple) else plain(index)
