"""Initialisers that draw each number by itself, whatever the shape."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.nn import initializers
from jax.typing import DTypeLike

from ..errors import ValueRefused
from ..math.random._sample import at_least_32_bits
from ._checks import not_negative, number, positive
from ._initializer import Drawn


class Normal(Drawn):
    """Normal numbers.

    Parameters
    ----------
    scale : float
        Standard deviation; it comes first, so ``Normal(0.01)`` draws small weights.
    mean : float
        Mean.
    seed : int, key or RandomState, optional
        For numbers of its own.
    """

    def __init__(self, scale: float = 1.0, mean: float = 0.0, seed: Any = None):
        super().__init__(seed)
        self.scale, self.mean = not_negative("Normal(scale)", scale), number("Normal(mean)", mean)

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        return self._rng.normal(self.mean, self.scale, shape, dtype=dtype)


class TruncatedNormal(Drawn):
    """Normal numbers, of which those far from the mean are drawn again.

    Parameters
    ----------
    scale : float
        Standard deviation before the cut.
    mean : float
        Mean before the cut.
    lower, upper : float
        The cut, in units of ``scale`` from ``mean``; at least one of them within 4.
    seed : int, key or RandomState, optional
        For numbers of its own.
    """

    def __init__(self, scale: float = 1.0, mean: float = 0.0, lower: float = -2.0, upper: float = 2.0, seed: Any = None):
        super().__init__(seed)
        self.scale, self.mean = not_negative("TruncatedNormal(scale)", scale), number("TruncatedNormal(mean)", mean)
        # Further out the method of JAX has no precision left.
        self.lower = number("TruncatedNormal(lower)", lower, "a number of at most 4", lambda x: x <= 4)
        self.upper = number("TruncatedNormal(upper)", upper, "a number of at least -4", lambda x: x >= -4)
        _in_order("TruncatedNormal(lower, upper)", lower, upper, strictly=True)

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        working = at_least_32_bits(dtype)
        draw = initializers.truncated_normal(self.scale, working, self.lower, self.upper)
        return (draw(self._rng.split_key(), shape, working) + jnp.asarray(self.mean, working)).astype(dtype)


class Uniform(Drawn):
    """Uniform numbers.

    Parameters
    ----------
    min_val, max_val : float
        Between these.
    seed : int, key or RandomState, optional
        For numbers of its own.
    """

    def __init__(self, min_val: float = 0.0, max_val: float = 1.0, seed: Any = None):
        super().__init__(seed)
        self.min_val, self.max_val = number("Uniform(min_val)", min_val), number("Uniform(max_val)", max_val)
        _in_order("Uniform(min_val, max_val)", self.min_val, self.max_val)

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        return self._rng.uniform(self.min_val, self.max_val, shape, dtype=dtype)


class Gamma(Drawn):
    """Gamma numbers, of mean ``shape * scale``.

    Parameters
    ----------
    shape : float
        The parameter often called k, above 0.
    scale : float
        Scale.
    seed : int, key or RandomState, optional
        For numbers of its own.
    """

    def __init__(self, shape: float, scale: float = 1.0, seed: Any = None):
        super().__init__(seed)
        self.shape, self.scale = positive("Gamma(shape)", shape), not_negative("Gamma(scale)", scale)

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        return self._rng.gamma(self.shape, self.scale, shape, dtype=dtype)


class Exponential(Drawn):
    """Exponential numbers.

    Parameters
    ----------
    scale : float
        Mean.
    seed : int, key or RandomState, optional
        For numbers of its own.
    """

    def __init__(self, scale: float = 1.0, seed: Any = None):
        super().__init__(seed)
        self.scale = not_negative("Exponential(scale)", scale)

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        return self._rng.exponential(self.scale, shape, dtype=dtype)


def _in_order(where: str, low: float, high: float, *, strictly: bool = False) -> None:
    if low < high or (low == high and not strictly):
        return
    raise ValueRefused(
        where=where,
        expected="the first below the second",
        got=f"{low} and {high}",
        fix="Exchange them, or choose others.",
    )
