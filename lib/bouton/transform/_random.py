"""Random numbers from keys that are cells."""

import secrets
import threading
from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from ..errors import KindError, ValueRefused
from ._numbers import is_whole
from ._operators import plain
from ._variable import Variable

# Two threads that build models may not draw the same key. One lock for all, since a key is copied and pickled with its model.
_DRAWING = threading.RLock()


class KeyVariable(Variable):
    """The cell of a random key: :func:`~bouton.math.vmap` gives every mapped element a key of its own."""

    __slots__ = ()


class LazyKey(KeyVariable):
    """A key that is made when it is first asked for, so that importing bouton starts no backend.

    Parameters
    ----------
    seed : int, optional
        Default: a fresh one from the operating system.
    """

    __slots__ = ("_seed",)

    def __init__(self, seed: int | None = None):
        # Nothing at all is set but the seed. It has no home either: it outlives the trace that may ask for the first draw.
        for name in vars(Variable)["__slots__"]:
            if name not in ("__weakref__", "_value"):
                setattr(self, name, None)
        self._seed = seed

    def __getattr__(self, name: str) -> Any:
        if name != "_value":
            return super().__getattr__(name)
        # Only as long as there is none: a slot that is filled is found before this is asked.
        with _DRAWING:
            try:
                return object.__getattribute__(self, name)
            except AttributeError:
                self._value = key = new_key(self._seed)
                return key


class RandomKey:
    """A key that advances: every draw splits it, in compiled code as well.

    Parameters
    ----------
    seed : int, optional
        Same seed, same numbers. Left out, the first draw takes a fresh seed from the operating system.
    """

    def __init__(self, seed: int | None = None):
        self.cell = LazyKey(seed)

    def seed(self, seed: int) -> None:
        """Start again from ``seed``."""
        self.cell.value = new_key(seed)

    def split(self) -> jax.Array:
        """A key to draw from; the own key moves on."""
        return split(self.cell)


def split(cell: Variable) -> jax.Array:
    """A key to draw from; the key in ``cell`` moves on."""
    with _DRAWING:
        own, new = _halves(cell.value)
        cell.store(own)
    return new


def split_off(cell: Variable, n: int) -> jax.Array:
    """As many keys to draw from; the key in ``cell`` moves on."""
    with _DRAWING:
        keys = jax.random.split(cell.value, n + 1)
        cell.store(keys[0])
    return keys[1:]


# Compiled, it costs a tenth of the Python that jax.random.split and taking its result apart go through.
_halves = jax.jit(lambda key: tuple(jax.random.split(key)), inline=True)


def new_key(seed: Any = None, impl: Any = None, where: str = "seed") -> jax.Array:
    """The key of a seed.

    Parameters
    ----------
    seed : int, optional
        Default: a fresh one from the operating system.
    impl : optional
        Of a typed key, its implementation; otherwise the key is a plain array.
    where : str
        For errors.

    Raises
    ------
    KindError
        For what is no whole number.
    ValueRefused
        For a negative number, or one of more than 32 bits.
    """
    seed = secrets.randbits(31) if seed is None else plain(seed)
    if isinstance(seed, Tracer):
        return jax.random.PRNGKey(seed) if impl is None else jax.random.key(seed, impl=impl)
    if not is_whole(seed) and not (isinstance(seed, jax.Array | np.ndarray) and seed.shape == () and seed.dtype.kind in "iu"):
        raise KindError(
            where=where,
            expected="a whole number",
            got=f"{seed!r}" if isinstance(seed, bool | float | str) else f"{type(seed).__name__}",
            fix="Pass an int for a seed, for instance 0.",
        )
    # JAX would take others modulo 2**32 without a word, or by another rule where it works with 64 bits.
    if not 0 <= int(seed) < 2**32:
        raise ValueRefused(where=where, expected="a seed of 0 or more and below 2**32", got=f"{seed}", fix="Take it % 2**32.")
    with jax.ensure_compile_time_eval():
        return jax.random.PRNGKey(int(seed)) if impl is None else jax.random.key(int(seed), impl=impl)


DEFAULT = RandomKey()
