"""Draws from what is there: permutations and choices."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from ...errors import KindError, ShapeError
from ...transform import Variable
from ...transform._numbers import is_whole
from ...transform._once import once
from ...transform._operators import plain
from . import _arguments as given
from ._arguments import NOT_NEGATIVE, Numbers, Size
from ._keyed import Keyed
from ._order import order
from ._sample import at_least_32_bits


class RearrangingDraws(Keyed):
    """Permutations and choices."""

    def permutation(self, x: Any, key: ArrayLike | None = None, *, axis: int = 0, independent: bool = False) -> jax.Array:
        """``x`` in another order along ``axis``.

        Parameters
        ----------
        x : int or array
            For an int the numbers below it.
        key : key, optional
            As for every draw. Two arrays of equal length get the same order from the same key.
        axis : int
            Along which parts change places. They stay whole.
        independent : bool
            Whether, instead, each line along ``axis`` gets an order of its own.
        """
        x = _things("permutation", "x", x)
        _check_axis("permutation(axis)", x, axis)
        return self._draw(_permutation, "permutation", key, x, axis=axis, independent=bool(independent))

    def shuffle(self, x: Variable, axis: int = 0, *, key: ArrayLike | None = None) -> None:
        """Bring a Variable into another order along ``axis``, in place.

        Raises
        ------
        KindError
            For an array: it cannot change. :meth:`permutation` gives one that is in another order.
        """
        if not isinstance(x, Variable):
            raise KindError(
                where="random.shuffle(x)",
                expected="a Variable",
                got=f"{type(x).__name__}",
                fix="It cannot be changed in place: write x = permutation(x).",
            )
        x.value = self.permutation(x, key, axis=axis)

    def choice(
        self,
        a: Any,
        size: Size = None,
        replace: bool = True,
        p: Numbers | None = None,
        axis: int = 0,
        *,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Parts of ``a``, chosen along ``axis``.

        Parameters
        ----------
        a : int or array
            For an int the numbers below it.
        size : int or tuple of int, optional
            How many. Default: one.
        replace : bool
            Whether a part may be chosen again.
        p : (n,) array, optional
            Probability of each; default equal. They sum to 1.
        axis : int
            Of ``a``, along which the parts stand.
        key : key, optional
            As for every draw.
        """
        a = _things("choice", "a", a)
        _check_axis("choice(axis)", a, axis)
        shape = () if size is None else given.sizes("choice", size)
        n = a if isinstance(a, int) else a.shape[axis]
        count = int(np.prod(shape))
        if count and not n:
            given.refuse("choice(a)", "something to choose from", "nothing", "Give an array that is not empty, or size 0.")
        if not replace and count > n:
            given.refuse("choice(size)", f"at most {n}, without replacement", f"{count}", "Choose fewer, or let replace be True.")
        p = None if p is None else _probabilities(p, n, 0 if replace else count)
        return self._draw(_choice, "choice", key, a, p, shape=shape, replace=bool(replace), axis=axis)


def _things(where: str, argument: str, x: Any) -> Any:
    """What is rearranged: an int, or an array."""
    x = plain(x)
    if is_whole(x):
        (count,) = given.sizes(where, (x,), argument)
        return count
    if isinstance(x, Sequence) and not isinstance(x, str):
        x = np.asarray(x)
    if not (isinstance(x, jax.Array | np.ndarray) and x.dtype != object and x.dtype.kind not in "US" and x.ndim):
        raise KindError(
            where=f"random.{where}({argument})",
            expected="an int or an array with an axis",
            got=f"{type(x).__name__}" + (" without an axis" if isinstance(x, jax.Array | np.ndarray) else ""),
            fix="An int n stands for the numbers below n.",
        )
    return x


def _check_axis(where: str, x: Any, axis: int) -> None:
    axes = 1 if isinstance(x, int) else x.ndim
    if not -axes <= axis < axes:
        given.refuse(where, f"an axis of an array with {axes}", f"{axis}", "Axes are counted from 0, or with -1 from the last.")


def _probabilities(p: Any, n: int, different: int) -> Any:
    """Checked probabilities of ``n`` parts, of which so many ``different`` ones are to be chosen."""
    p = given.number("choice(p)", p, NOT_NEGATIVE)
    if np.shape(p) != (n,):
        raise ShapeError(
            where="random.choice(p)",
            expected=f"one probability for each of {n}",
            got=f"shape {np.shape(p)}",
            fix="Leave p out for equal ones.",
        )
    if given.concrete(p):
        host = np.asarray(p, np.float64)
        # In the precision of what was given.
        precision = jnp.finfo(p.dtype).eps if jnp.issubdtype(p.dtype, jnp.floating) else 1e-15
        if abs((total := host.sum()) - 1) > float(precision) ** 0.5:
            given.refuse("choice(p)", "probabilities that sum to 1", f"a sum of {total:g}", "Divide them by their sum.")
        if (possible := np.count_nonzero(host)) < different:
            given.refuse("choice(p)", f"at least {different} above 0, without replacement", f"{possible}", "Choose fewer.")
    return jnp.asarray(p).astype(at_least_32_bits(given.floating("choice", None)))


# A count stands in place of an array, and has to be known.
def _permutation(key, x, *, axis, independent):
    if isinstance(x, int):
        return once(order, key, x)
    if independent:
        return _permuted_lines(key, x, axis=axis)
    # By way of the order of the places, which gives the same: arrays permuted with one key share a sort when compiled.
    return _taken(x, once(order, key, x.shape[axis]), axis=axis)


def _choice(key, a, p, *, shape, replace, axis):
    if isinstance(a, int):
        return _chosen_count(key, p, n=a, shape=shape, replace=replace)
    return _chosen(key, a, p, shape=shape, replace=replace, axis=axis)


@partial(jax.jit, static_argnames=("axis",), inline=True)
def _permuted_lines(key, x, *, axis):
    return jax.random.permutation(key, x, axis, True)


@partial(jax.jit, static_argnames=("axis",), inline=True)
def _taken(x, order, *, axis):
    return jnp.take(x, order, axis=axis, mode="clip")


@partial(jax.jit, static_argnames=("n", "shape", "replace"), inline=True)
def _chosen_count(key, p, *, n, shape, replace):
    return jax.random.choice(key, n, shape, replace, p)


@partial(jax.jit, static_argnames=("shape", "replace", "axis"), inline=True)
def _chosen(key, a, p, *, shape, replace, axis):
    return jax.random.choice(key, a, shape, replace, p, axis)
