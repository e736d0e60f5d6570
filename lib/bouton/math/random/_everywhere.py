"""Draws of real numbers between two bounds, or on the whole line."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike

from . import _arguments as given
from ._arguments import NOT_NEGATIVE, POSITIVE, Numbers, Size
from ._keyed import Keyed
from ._sample import at_least_32_bits, cast, sample


class EverywhereDraws(Keyed):
    """Uniform, normal and other distributions with a location and a scale."""

    def rand(self, *dims: int, dtype: DTypeLike | None = None, key: ArrayLike | None = None) -> jax.Array:
        """Uniform numbers in [0, 1), of shape ``dims``."""
        return self.uniform(size=given.sizes("rand", dims, "dims"), dtype=dtype, key=key)

    def randn(self, *dims: int, dtype: DTypeLike | None = None, key: ArrayLike | None = None) -> jax.Array:
        """Standard normal numbers, of shape ``dims``."""
        return self.standard_normal(given.sizes("randn", dims, "dims"), dtype=dtype, key=key)

    def random(self, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None) -> jax.Array:
        """Uniform numbers in [0, 1)."""
        return self.uniform(size=size, dtype=dtype, key=key)

    def uniform(
        self,
        low: Numbers = 0.0,
        high: Numbers = 1.0,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Uniform numbers from ``low`` up to, not including, ``high``."""
        low, high = given.number("uniform(low)", low), given.number("uniform(high)", high)
        _in_order("uniform(low, high)", low, high)
        shape, dtype = given.shape("uniform", size, low, high), given.floating("uniform", dtype)
        if given.concrete(low, high):
            length = (
                high - low if isinstance(low, float) and isinstance(high, float) else np.subtract(high, low, dtype=np.float64)
            )
            given.within("uniform(low, high)", dtype, low, high, length)
        return self._draw(_uniform, "uniform", key, low, high, shape=shape, dtype=dtype)

    def normal(
        self,
        loc: Numbers = 0.0,
        scale: Numbers = 1.0,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Normal numbers of mean ``loc`` and standard deviation ``scale``."""
        return self._placed("normal", jax.random.normal, loc, scale, size, dtype, key)

    def standard_normal(self, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None) -> jax.Array:
        """Normal numbers of mean 0 and standard deviation 1."""
        return self._placed("standard_normal", jax.random.normal, 0.0, 1.0, size, dtype, key)

    def truncated_normal(
        self,
        lower: Numbers,
        upper: Numbers,
        size: Size = None,
        scale: Numbers = 1.0,
        loc: Numbers = 0.0,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Normal numbers of which only those between ``lower`` and ``upper`` are kept.

        Parameters
        ----------
        lower, upper : float or array
            Bounds of what is drawn, in the units of ``loc``. One of them has to be within 4 ``scale`` of ``loc``, or ``loc``
            between them: further out the method has no precision left.
        size : int or tuple of int, optional
            Shape.
        scale, loc : float or array
            Standard deviation and mean before the cut.
        dtype, key
            As for every draw.
        """
        where = "truncated_normal"
        lower, upper = given.number(f"{where}(lower)", lower), given.number(f"{where}(upper)", upper)
        loc, scale = given.number(f"{where}(loc)", loc), given.number(f"{where}(scale)", scale, POSITIVE)
        _in_order(f"{where}(lower, upper)", lower, upper, strictly=True)
        shape, dtype = given.shape(where, size, lower, upper, loc, scale), given.floating(where, dtype)
        if given.concrete(lower, upper, loc, scale):
            low, high, mean, deviation = (np.asarray(x, np.float64) for x in (lower, upper, loc, scale))
            if np.any((low > mean + 4 * deviation) | (high < mean - 4 * deviation)):
                given.refuse(
                    f"{where}(lower, upper)",
                    "bounds that reach to within 4 standard deviations of loc",
                    f"{lower} and {upper}",
                    "What is beyond is next to never drawn from this distribution; move loc, or use another one.",
                )
        return self._draw(_truncated_normal, where, key, lower, upper, loc, scale, shape=shape, dtype=dtype)

    def laplace(
        self,
        loc: Numbers = 0.0,
        scale: Numbers = 1.0,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Laplace (two-sided exponential) numbers of mean ``loc`` and mean distance ``scale`` from it."""
        return self._placed("laplace", jax.random.laplace, loc, scale, size, dtype, key)

    def logistic(
        self,
        loc: Numbers = 0.0,
        scale: Numbers = 1.0,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Logistic numbers of mean ``loc`` and standard deviation ``scale * pi / sqrt(3)``."""
        return self._placed("logistic", jax.random.logistic, loc, scale, size, dtype, key)

    def gumbel(
        self,
        loc: Numbers = 0.0,
        scale: Numbers = 1.0,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Gumbel numbers of mode ``loc`` and standard deviation ``scale * pi / sqrt(6)``."""
        return self._placed("gumbel", jax.random.gumbel, loc, scale, size, dtype, key)

    def standard_cauchy(self, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None) -> jax.Array:
        """Cauchy numbers of median 0 and half width at half height 1."""
        return self._placed("standard_cauchy", jax.random.cauchy, 0.0, 1.0, size, dtype, key)

    def standard_t(
        self, df: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Student's t with ``df`` degrees of freedom."""
        df = given.number("standard_t(df)", df, POSITIVE)
        shape, dtype = given.shape("standard_t", size, df), given.floating("standard_t", dtype)
        return self._draw(_standard_t, "standard_t", key, df, shape=shape, dtype=dtype)

    def triangular(
        self,
        left: Numbers,
        mode: Numbers,
        right: Numbers,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Numbers between ``left`` and ``right`` whose density is a triangle with its top at ``mode``."""
        left, right = given.number("triangular(left)", left), given.number("triangular(right)", right)
        mode = given.number("triangular(mode)", mode)
        _in_order("triangular(left, mode)", left, mode)
        _in_order("triangular(mode, right)", mode, right)
        _in_order("triangular(left, right)", left, right, strictly=True)
        shape, dtype = given.shape("triangular", size, left, mode, right), given.floating("triangular", dtype)
        return self._draw(_triangular, "triangular", key, left, mode, right, shape=shape, dtype=dtype)

    def _placed(self, name: str, standard, loc, scale, size, dtype, key) -> jax.Array:
        loc, scale = given.number(f"{name}(loc)", loc), given.number(f"{name}(scale)", scale, NOT_NEGATIVE)
        shape, dtype = given.shape(name, size, loc, scale), given.floating(name, dtype)
        return self._draw(_PLACED[standard], name, key, loc, scale, shape=shape, dtype=dtype)


def _in_order(where: str, low, high, *, strictly: bool = False) -> None:
    if not given.concrete(low, high):
        return
    fine = np.less(low, high) if strictly else np.less_equal(low, high)
    if not np.all(fine):
        first, second = where.partition("(")[2].rstrip(")").split(", ")
        order = "below" if strictly else "not above"
        given.refuse(where, f"{first} {order} {second}", f"{first} {low} and {second} {high}", "Exchange them, or choose others.")


def _placing(standard):
    def placed(key, loc, scale, *, shape, dtype):
        loc, scale = cast(dtype, loc, scale)
        return standard(key, shape, dtype) * scale + loc

    return sample(placed)


_PLACED = {
    standard: _placing(standard)
    for standard in (jax.random.normal, jax.random.laplace, jax.random.logistic, jax.random.gumbel, jax.random.cauchy)
}


@partial(jax.jit, static_argnames=("shape", "dtype"), inline=True)
def _uniform(key, low, high, *, shape, dtype):
    low, high = cast(dtype, low, high)
    working = at_least_32_bits(dtype)
    drawn = jax.random.uniform(key, shape, working, low.astype(working), high.astype(working))
    # Rounded to fewer bits, what is below the end may become the end.
    return drawn if dtype == working else jnp.minimum(drawn.astype(dtype), jnp.nextafter(high, low))


@sample
def _truncated_normal(key, lower, upper, loc, scale, *, shape, dtype):
    lower, upper, loc, scale = cast(dtype, lower, upper, loc, scale)
    standard = jax.random.truncated_normal(key, (lower - loc) / scale, (upper - loc) / scale, shape, dtype)
    return jnp.clip(standard * scale + loc, lower, upper)


@sample
def _standard_t(key, df, *, shape, dtype):
    return jax.random.t(key, *cast(dtype, df), shape=shape, dtype=dtype)


@sample
def _triangular(key, left, mode, right, *, shape, dtype):
    return jax.random.triangular(key, *cast(dtype, left, mode, right), shape=shape, dtype=dtype)
