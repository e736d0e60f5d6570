"""An object with a key that advances, and what all draws from it have in common."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...core import Object
from ...core._slot import Slot
from ...core._wrappers import Wrapper
from ...errors import KindError, ValueRefused
from ...transform import Variable
from ...transform._operators import plain
from ...transform._random import new_key, split, split_off
from . import _arguments as given


class Key(Wrapper):
    """A key that no inspection lists as a state, because its owner moves it by itself."""

    kind = "random"


class KeySlot(Slot):
    """The attribute that holds the key, of either kind."""

    __slots__ = ()

    def check(self, value: Any, where: str) -> Any:
        """``value`` as the cell takes it: a key, where other attributes take numbers."""
        assert self.cell is not None  # a key is an array
        return _like(given.one_key("key", value), self.cell.value)


class Keyed(Object):
    """Has a key, from which the draws of its subclasses come."""

    def __init__(self, seed_or_key: Any = None, seed: int | None = None, *, name: str | None = None):
        super().__init__(name)
        if seed_or_key is not None and seed is not None:
            raise ValueRefused(
                where=f"{type(self).__name__}(seed_or_key, seed)",
                expected="a seed or a key",
                got="both",
                fix="Leave one of them out.",
            )
        self._slots["key"] = KeySlot(Key(_as_key(seed if seed_or_key is None else seed_or_key)), self._where("key"))

    @property
    def _key_cell(self) -> Variable:
        cell = self._slots["key"].cell
        assert cell is not None  # a key is an array
        return cell

    def seed(self, seed: Any = None) -> None:
        """Start again: every draw after this is reproducible. NumPy's global state is left alone.

        Parameters
        ----------
        seed : int or key, optional
            Same seed, same numbers. Default: a fresh one from the operating system.

        Raises
        ------
        KindError
            For what is no whole number and no key.
        ValueRefused
            For a negative seed, or one of more than 32 bits.
        """
        self._key_cell.value = _as_key(seed, like=self._key_cell.value)

    def split_key(self) -> jax.Array:
        """A key for a function of :mod:`jax.random`, or for ``key=`` of several draws; the own key moves on.

        Returns
        -------
        (2,) uint32 array, or () key where the state was made with one of that kind
        """
        return split(self._key_cell)

    def split_keys(self, n: int) -> jax.Array:
        """Several keys at once.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        (n, 2) uint32 array, or (n,) keys
        """
        (count,) = given.sizes("split_keys", (n,), "n")
        return split_off(self._key_cell, count)

    def _draw(self, sample: Callable[..., jax.Array], where: str, key: Any, *parameters: Any, **static: Any) -> jax.Array:
        """What the pure function ``sample`` gives with ``key``, or with the next key."""
        key = split(self._key_cell) if key is None else given.one_key(f"{where}(key)", key)
        return sample(key, *parameters, **static)

    def __repr__(self) -> str:
        key = self._key_cell.value
        return f"{type(self).__name__}(key={jax.random.key_data(key) if _is_typed(key) else key})"


def _as_key(seed_or_key: Any, like: Any = None) -> jax.Array:
    """A seed or a key as a key, of the kind of ``like``."""
    value = plain(seed_or_key)
    if isinstance(value, jax.Array | np.ndarray) and (value.ndim or _is_typed(value)):
        key = given.one_key("seed", value)
        if not _is_typed(key) and key.shape != jax.eval_shape(lambda: jax.random.PRNGKey(0)).shape:
            raise KindError(
                where="random.seed",
                expected="a key of the kind that JAX is set to",
                got=f"uint32 numbers of shape {key.shape}",
                fix="Pass a key that says its kind, jax.random.key(seed, impl=...).",
            )
        return key if like is None else _like(key, like)
    return new_key(value, jax.random.key_impl(like) if like is not None and _is_typed(like) else None, where="random.seed")


def _like(key: jax.Array, other: jax.Array) -> jax.Array:
    """``key`` as a key of jax.random.key or as a plain array, whatever ``other`` is."""
    if _is_typed(key) == _is_typed(other):
        return key
    return jax.random.wrap_key_data(key, impl=jax.random.key_impl(other)) if _is_typed(other) else jax.random.key_data(key)


def _is_typed(key: Any) -> bool:
    return jnp.issubdtype(key.dtype, jax.dtypes.prng_key)
