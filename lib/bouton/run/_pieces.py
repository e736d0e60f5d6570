"""How a run is cut into pieces, and where what they give is kept."""

import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import LargeRecordWarning

# Bytes that the readings of one piece may take on the device; steps of a piece that nobody watches; pieces for a progress bar.
_BYTES, _STEPS, _UPDATES = 2**26, 10_000, 20
# Readings are brought to the host while the next piece is computed, if they are so many bytes: in pieces of so many, which lie in
# the processor's caches still and in memory that is used again, or of so many steps.
_WORTH, _BROUGHT, _LEAST = 2**19, 2**22, 10
# Bytes of a record that is announced.
_LARGE = 2**30


def piece_size(steps: int, every: int, bytes_per_step: float, watched: bool, brought: float = 0.0) -> int:
    """Steps of a piece, a multiple of ``every``: few enough, and if possible a number that leaves no rest.

    Parameters
    ----------
    steps, every : int
        Of the run, and between two readings.
    bytes_per_step : float
        Of all that is kept.
    watched : bool
        Whether somebody sees how far it is.
    brought : float
        Bytes of each step that are brought to the host while the next piece is computed.
    """
    most = min(steps, _STEPS)
    if watched:
        most = min(most, max(-(-steps // _UPDATES), min(steps, 100)))
    if bytes_per_step:
        most = min(most, max(int(_BYTES / bytes_per_step), 1))
    if most == steps and steps % every == 0:
        size = steps
    else:
        groups, of_all = max(most // every, 1), max(steps // every, 1)
        fitting = next((few for few in range(groups, max(groups // 2, 1), -1) if of_all % few == 0), groups)
        size = fitting * every
    if brought * steps < _WORTH:
        return size
    few = min(most, -(-steps // 2), max(int(_BROUGHT / brought), _LEAST)) // every
    # A loop of one turn is another code.
    smaller = [groups * every for groups in range(few, few // 4, -1) if groups * every > 1]
    best = min(smaller, key=lambda size: _lengths(steps, size, every), default=size)
    return best if _lengths(steps, best, every) <= _lengths(steps, size, every) else size


def _lengths(steps: int, size: int, every: int) -> int:
    """Of pieces, as :func:`cuts` makes them: each is compiled once."""
    whole, rest = divmod(steps, size)
    if not whole or not rest:
        return 1
    return 3 if rest == 1 and size > 2 * every and whole > 1 else 2


def cuts(steps: int, size: int, every: int) -> list[tuple[int, int]]:
    """First step of each piece, and the one after its last."""
    ends = [*range(size, steps, size), steps]
    if len(ends) > 1 and steps - ends[-2] == 1 and size > 2 * every:
        # XLA makes another code of a loop of one turn, whose last bits differ.
        ends[-2] -= every
    return list(zip([0, *ends[:-1]], ends, strict=True))


class Kept:
    """What has been given so far: pieces are put together along the first axis.

    Parameters
    ----------
    length : int
        Of all pieces.
    on_host : bool
        Whether they are brought to the host's memory as they come.
    """

    def __init__(self, length: int, on_host: bool):
        self._length, self._on_host = length, on_host
        self._filled = 0
        self._whole: Any = None
        self._parts: dict[int, Any] = {}

    def add(self, piece: Any, first: int, length: int) -> None:
        """Keep one more, of that length; the one that begins at ``first`` may come again after an interrupt."""
        if not self._on_host:
            self._parts[first] = piece
            return
        if length == self._length:
            # Of its own: what JAX shows of its memory nobody may write to.
            self._whole, self._filled = jax.tree_util.tree_map(np.array, piece), length
            return
        if self._whole is None:
            self._whole = jax.tree_util.tree_map(lambda x: np.empty((self._length, *x.shape[1:]), x.dtype), piece)
        for whole, part in zip(*map(jax.tree_util.tree_leaves, (self._whole, piece)), strict=True):
            whole[first : first + length] = np.asarray(part)
        self._filled = first + length

    def result(self) -> Any:
        """All that was kept."""
        if not self._on_host:
            parts = [*self._parts.values()]
            if len(parts) < 2:
                return parts[0] if parts else None
            return jax.tree_util.tree_map(_joined, *parts)
        if self._filled == self._length:
            return self._whole
        return jax.tree_util.tree_map(lambda whole: whole[: self._filled], self._whole)


def _joined(*parts: Any) -> Any:
    return jnp.concatenate(parts)


def bytes_of(shapes: Any) -> int:
    """Memory of arrays of these shapes and dtypes."""
    return sum(int(np.prod(x.shape)) * jnp.dtype(x.dtype).itemsize for x in jax.tree_util.tree_leaves(shapes))


def readable(size: float) -> str:
    """``'3.2 GiB'``."""
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"


def announce(size: int) -> None:
    """Warn before a large record is made."""
    if size > _LARGE:
        warnings.warn(
            f"DSRunner.run: expected a record of at most {readable(_LARGE)}, got {readable(size)}. Read a part of the elements, "
            "('V', indices), or every so many steps, every=10.",
            LargeRecordWarning,
            stacklevel=5,
        )
