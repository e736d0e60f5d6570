"""Draws of truth values and whole numbers."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike

from . import _arguments as given
from ._arguments import CHANCE, NOT_NEGATIVE, POSITIVE, PROBABILITY, Numbers, Size
from ._keyed import Keyed
from ._sample import cast, sample


class CountDraws(Keyed):
    """Coins, dice, counts and categories."""

    def bernoulli(self, p: Numbers = 0.5, size: Size = None, *, key: ArrayLike | None = None) -> jax.Array:
        """True with probability ``p``.

        Returns
        -------
        bool array
            Of shape ``size``; ``.astype(float)`` makes spikes of it.
        """
        p = given.number("bernoulli(p)", p, PROBABILITY)
        shape, dtype = given.shape("bernoulli", size, p), given.floating("bernoulli", None)
        return self._draw(_bernoulli, "bernoulli", key, p, shape=shape, dtype=dtype)

    def randint(
        self,
        low: Numbers,
        high: Numbers | None = None,
        size: Size = None,
        *,
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Whole numbers from ``low`` up to, not including, ``high``; with ``low`` alone, from 0 up to ``low``."""
        first = 0 if high is None else given.whole("randint(low)", low)
        end = given.whole("randint(high)", low if high is None else high)
        shape, dtype = given.shape("randint", size, first, end), given.integer("randint", dtype)
        if given.concrete(first, end):
            if not np.all(np.less(first, end)):
                given.refuse("randint(low, high)", "low below high", f"low {first} and high {end}", "The end is not included.")
            limits = np.iinfo(dtype)
            if np.any(np.less(first, limits.min)) or np.any(np.greater(end, int(limits.max) + 1)):
                given.refuse(
                    "randint(low, high)", f"numbers that {dtype} holds", f"low {first} and high {end}", "Choose another dtype."
                )
        return self._draw(_randint, "randint", key, first, end, shape=shape, dtype=dtype)

    def binomial(
        self, n: Numbers, p: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """How many of ``n`` trials succeed, each with probability ``p``."""
        n, p = given.number("binomial(n)", n, NOT_NEGATIVE), given.number("binomial(p)", p, PROBABILITY)
        if given.concrete(n):
            given.within("binomial(n)", given.integer("binomial", dtype), n)
        return self._count(_binomial, "binomial", size, dtype, key, n, p)

    def poisson(
        self, lam: Numbers = 1.0, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """How many events happen where ``lam`` are expected."""
        lam = given.number("poisson(lam)", lam, NOT_NEGATIVE)
        if given.concrete(lam):
            given.within("poisson(lam)", given.integer("poisson", dtype), lam)
        return self._count(_poisson, "poisson", size, dtype, key, lam)

    def geometric(
        self, p: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """The number of the first trial that succeeds, from 1 on, each with probability ``p``."""
        p = given.number("geometric(p)", p, CHANCE)
        if given.concrete(p):
            given.within("geometric(1 / p)", given.integer("geometric", dtype), 1 / np.asarray(p, np.float64))
        return self._count(_geometric, "geometric", size, dtype, key, p)

    def negative_binomial(
        self, n: Numbers, p: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """How many trials fail before ``n`` have succeeded, each with probability ``p``."""
        n, p = given.number("negative_binomial(n)", n, POSITIVE), given.number("negative_binomial(p)", p, CHANCE)
        if given.concrete(n, p):
            mean = np.asarray(n, np.float64) * (1 / np.asarray(p, np.float64) - 1)
            given.within("negative_binomial(n / p - n)", given.integer("negative_binomial", dtype), mean)
        return self._count(_negative_binomial, "negative_binomial", size, dtype, key, n, p)

    def categorical(self, logits: Numbers, axis: int = -1, size: Size = None, *, key: ArrayLike | None = None) -> jax.Array:
        """The index along ``axis``, each with a probability proportional to ``exp(logits)``.

        Parameters
        ----------
        logits : (..., n) array
            Logarithms of the probabilities, up to a constant; ``-inf`` for never.
        axis : int
            Of ``logits``, along which one index is drawn.
        size : int or tuple of int, optional
            Shape. Default: that of ``logits`` without ``axis``, which otherwise are the last axes.
        key
            As for every draw.
        """
        values = given.number("categorical(logits)", logits)
        if not -np.ndim(values) <= axis < np.ndim(values):
            given.refuse(
                "categorical(axis)",
                f"an axis of logits of shape {np.shape(values)}",
                f"{axis}",
                "Logits are given for each index.",
            )
        values = jnp.moveaxis(jnp.asarray(values), axis, -1)
        shape, dtype = given.rows("categorical", size, values.shape[:-1]), given.floating("categorical", None)
        return self._draw(_categorical, "categorical", key, values, shape=shape, dtype=dtype)

    def _count(self, function, name: str, size, dtype, key, *parameters) -> jax.Array:
        shape, dtype = given.shape(name, size, *parameters), given.integer(name, dtype)
        return self._draw(function, name, key, *parameters, shape=shape, dtype=dtype)


@sample
def _bernoulli(key, p, *, shape, dtype):
    return jax.random.bernoulli(key, *cast(dtype, p), shape=shape)


@sample
def _randint(key, low, high, *, shape, dtype):
    return jax.random.randint(key, shape, low, high, dtype)


@sample
def _binomial(key, n, p, *, shape, dtype):
    n, p = cast(jnp.result_type(float), n, p)
    return jax.random.binomial(key, n, p, shape, n.dtype).astype(dtype)


@sample
def _poisson(key, lam, *, shape, dtype):
    return jax.random.poisson(key, *cast(jnp.result_type(float), lam), shape=shape, dtype=dtype)


@sample
def _geometric(key, p, *, shape, dtype):
    return jax.random.geometric(key, *cast(jnp.result_type(float), p), shape=shape, dtype=dtype)


@sample
def _negative_binomial(key, n, p, *, shape, dtype):
    n, p = cast(jnp.result_type(float), n, p)
    key_of_rate, key_of_count = jax.random.split(key)
    return jax.random.poisson(key_of_count, jax.random.gamma(key_of_rate, n, shape) * (1 - p) / p, shape, dtype)


@sample
def _categorical(key, logits, *, shape, dtype):
    return jax.random.categorical(key, *cast(dtype, logits), shape=shape)
