"""Random numbers from keys that are cells."""

import secrets
import threading

import jax

from ._variable import Variable

# Two threads that build models may not draw the same key. One lock for all, since a key is copied and pickled with its model.
_DRAWING = threading.RLock()


class KeyVariable(Variable):
    """The cell of a random key: :func:`~bouton.math.vmap` gives every mapped element a key of its own."""

    __slots__ = ()


class RandomKey:
    """A key that advances: every draw splits it, in compiled code as well.

    Parameters
    ----------
    seed : int, optional
        Same seed, same numbers. Left out, the first draw takes a fresh seed from the operating system.
    """

    def __init__(self, seed: int | None = None):
        self._cell: KeyVariable | None = None
        self._first = seed

    @property
    def cell(self) -> KeyVariable:
        """The cell that holds the key."""
        # Made at the first draw, so that importing bouton starts no backend.
        if self._cell is None:
            with jax.ensure_compile_time_eval():
                self._cell = KeyVariable(_key(self._first))
            # It outlives the trace that may have asked for the first draw.
            self._cell._home = None
        return self._cell

    def seed(self, seed: int) -> None:
        """Start again from ``seed``."""
        self.cell.value = _key(seed)

    def split(self) -> jax.Array:
        """A key to draw from; the own key moves on."""
        with _DRAWING:
            own, new = jax.random.split(self.cell.value)
            self.cell.value = own
        return new


def _key(seed: int | None) -> jax.Array:
    with jax.ensure_compile_time_eval():
        return jax.random.PRNGKey(secrets.randbits(31) if seed is None else seed)


DEFAULT = RandomKey()
