"""Matrices that keep lengths."""

from typing import Any

import jax
from jax.nn import initializers
from jax.typing import DTypeLike

from ..errors import ShapeError
from ..math.random._sample import at_least_32_bits
from ._checks import axes, number
from ._initializer import Drawn


class Orthogonal(Drawn):
    """Matrices whose columns, or rows where there are fewer of them, are orthogonal and of equal length.

    Parameters
    ----------
    scale : float
        The length.
    axis : int
        The axis that counts the columns; all others together count the rows.
    seed : int, key or RandomState, optional
        For numbers of its own.

    Raises
    ------
    ShapeError
        When called with a shape of fewer than two axes, or without that axis.
    """

    def __init__(self, scale: float = 1.0, axis: int = -1, seed: Any = None):
        super().__init__(seed)
        self.scale, self.axis = number("Orthogonal(scale)", scale), axis

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        axes("Orthogonal", shape, "A vector has no columns: use Normal.")
        if not -len(shape) <= self.axis < len(shape):
            raise ShapeError(
                where="Orthogonal",
                expected=f"a shape with the axis {self.axis}",
                got=f"{shape}",
                fix="Say which axis counts the columns with axis.",
            )
        draw = initializers.orthogonal(self.scale, self.axis)
        return draw(self._rng.split_key(), shape, at_least_32_bits(dtype)).astype(dtype)
