"""Draws of real numbers that are never negative."""

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike, DTypeLike

from . import _arguments as given
from ._arguments import NOT_NEGATIVE, POSITIVE, Numbers, Size
from ._keyed import Keyed
from ._sample import cast, sample


class PositiveDraws(Keyed):
    """Exponential, gamma and their relatives."""

    def exponential(
        self, scale: Numbers = 1.0, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Exponential numbers of mean ``scale``."""
        scale = given.number("exponential(scale)", scale, NOT_NEGATIVE)
        return self._positive(_exponential, "exponential", size, dtype, key, scale)

    def standard_exponential(
        self, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Exponential numbers of mean 1."""
        return self._positive(_exponential, "standard_exponential", size, dtype, key, 1.0)

    def gamma(
        self,
        shape: Numbers,
        scale: Numbers = 1.0,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Gamma numbers of mean ``shape * scale`` and variance ``shape * scale**2``."""
        shape = given.number("gamma(shape)", shape, POSITIVE)
        return self._positive(_gamma, "gamma", size, dtype, key, shape, given.number("gamma(scale)", scale, NOT_NEGATIVE))

    def standard_gamma(
        self, shape: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Gamma numbers of scale 1."""
        shape = given.number("standard_gamma(shape)", shape, POSITIVE)
        return self._positive(_gamma, "standard_gamma", size, dtype, key, shape, 1.0)

    def chisquare(
        self, df: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Chi-square numbers of ``df`` degrees of freedom."""
        return self._positive(_chisquare, "chisquare", size, dtype, key, given.number("chisquare(df)", df, POSITIVE))

    def f(
        self,
        dfnum: Numbers,
        dfden: Numbers,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Numbers of the F distribution, of ``dfnum`` and ``dfden`` degrees of freedom."""
        dfnum, dfden = given.number("f(dfnum)", dfnum, POSITIVE), given.number("f(dfden)", dfden, POSITIVE)
        return self._positive(_f, "f", size, dtype, key, dfnum, dfden)

    def beta(
        self, a: Numbers, b: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Beta numbers, between 0 and 1, of mean ``a / (a + b)``."""
        a, b = given.number("beta(a)", a, POSITIVE), given.number("beta(b)", b, POSITIVE)
        return self._positive(_beta, "beta", size, dtype, key, a, b)

    def lognormal(
        self,
        mean: Numbers = 0.0,
        sigma: Numbers = 1.0,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Numbers whose logarithm is normal, of mean ``mean`` and standard deviation ``sigma``."""
        mean, sigma = given.number("lognormal(mean)", mean), given.number("lognormal(sigma)", sigma, NOT_NEGATIVE)
        return self._positive(_lognormal, "lognormal", size, dtype, key, mean, sigma)

    def rayleigh(
        self, scale: Numbers = 1.0, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Rayleigh numbers of mode ``scale``: lengths of vectors of two normal numbers."""
        return self._positive(_rayleigh, "rayleigh", size, dtype, key, given.number("rayleigh(scale)", scale, NOT_NEGATIVE))

    def weibull(
        self, a: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Weibull numbers of shape ``a`` and scale 1."""
        return self._positive(_weibull, "weibull", size, dtype, key, given.number("weibull(a)", a, POSITIVE))

    def pareto(self, a: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None) -> jax.Array:
        """Pareto numbers of the second kind, of shape ``a``: from 0 on, as NumPy has it; add 1 for those of the first kind."""
        return self._positive(_pareto, "pareto", size, dtype, key, given.number("pareto(a)", a, POSITIVE))

    def power(self, a: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None) -> jax.Array:
        """Numbers between 0 and 1 of density ``a * x**(a - 1)``."""
        return self._positive(_power, "power", size, dtype, key, given.number("power(a)", a, POSITIVE))

    def wald(
        self,
        mean: Numbers,
        scale: Numbers,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Inverse Gaussian numbers, of variance ``mean**3 / scale``: first-passage times of a Brownian motion with drift."""
        mean, scale = given.number("wald(mean)", mean, POSITIVE), given.number("wald(scale)", scale, POSITIVE)
        return self._positive(_wald, "wald", size, dtype, key, mean, scale)

    def _positive(self, function, name: str, size, dtype, key, *parameters) -> jax.Array:
        shape, dtype = given.shape(name, size, *parameters), given.floating(name, dtype)
        return self._draw(function, name, key, *parameters, shape=shape, dtype=dtype)


@sample
def _exponential(key, scale, *, shape, dtype):
    (scale,) = cast(dtype, scale)
    return jax.random.exponential(key, shape, dtype) * scale


@sample
def _gamma(key, k, scale, *, shape, dtype):
    k, scale = cast(dtype, k, scale)
    return jax.random.gamma(key, k, shape, dtype) * scale


@sample
def _chisquare(key, df, *, shape, dtype):
    return jax.random.chisquare(key, *cast(dtype, df), shape=shape, dtype=dtype)


@sample
def _f(key, dfnum, dfden, *, shape, dtype):
    return jax.random.f(key, *cast(dtype, dfnum, dfden), shape=shape, dtype=dtype)


@sample
def _beta(key, a, b, *, shape, dtype):
    return jax.random.beta(key, *cast(dtype, a, b), shape=shape, dtype=dtype)


@sample
def _lognormal(key, mean, sigma, *, shape, dtype):
    mean, sigma = cast(dtype, mean, sigma)
    return jnp.exp(jax.random.normal(key, shape, dtype) * sigma + mean)


@sample
def _rayleigh(key, scale, *, shape, dtype):
    (scale,) = cast(dtype, scale)
    return jnp.sqrt(2 * jax.random.exponential(key, shape, dtype)) * scale


@sample
def _weibull(key, a, *, shape, dtype):
    (a,) = cast(dtype, a)
    return jax.random.exponential(key, shape, dtype) ** (1 / a)


@sample
def _pareto(key, a, *, shape, dtype):
    (a,) = cast(dtype, a)
    return jnp.expm1(jax.random.exponential(key, shape, dtype) / a)


@sample
def _power(key, a, *, shape, dtype):
    (a,) = cast(dtype, a)
    return jax.random.uniform(key, shape, dtype) ** (1 / a)


@sample
def _wald(key, mean, scale, *, shape, dtype):
    mean, scale = cast(dtype, mean, scale)
    key_of_root, key_of_side = jax.random.split(key)
    # Of the two roots whose product is mean**2, the smaller one over mean: 1 + y - sqrt(y**2 + 2 y) without the cancellation,
    # because of which jax.random.wald gives negative numbers.
    y = jax.random.normal(key_of_root, shape, dtype) ** 2 * (mean / scale / 2)
    small = 1 / (1 + y + jnp.sqrt(y) * jnp.sqrt(y + 2))
    return mean * jnp.where(jax.random.uniform(key_of_side, shape, dtype) * (1 + small) <= 1, small, 1 / small)
