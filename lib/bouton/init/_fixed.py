"""Initialisers that draw nothing."""

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from ..errors import ShapeError
from ._checks import number
from ._initializer import Initializer


class Constant(Initializer):
    """The same number everywhere.

    Parameters
    ----------
    value : float
        The number.
    """

    def __init__(self, value: float = 1.0):
        self.value = number(f"{type(self).__name__}(value)", value)

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        return jnp.full(shape, self.value, dtype)


class OneInit(Constant):
    """Ones, or another number everywhere.

    Parameters
    ----------
    value : float
        The number.
    """


class ZeroInit(Initializer):
    """Zeros."""

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        return jnp.zeros(shape, dtype)


class Identity(Initializer):
    """A matrix with a number on its diagonal, and zeros elsewhere.

    Parameters
    ----------
    value : float
        On the diagonal.

    Raises
    ------
    ShapeError
        When called with a shape that is not (rows, columns).
    """

    def __init__(self, value: float = 1.0):
        self.value = number("Identity(value)", value)

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        if len(shape) != 2:
            raise ShapeError(
                where="Identity",
                expected="a shape (rows, columns)",
                got=f"{shape}",
                fix="For a vector of equal numbers use Constant.",
            )
        return jnp.eye(*shape, dtype=dtype) * jnp.asarray(self.value, dtype)
