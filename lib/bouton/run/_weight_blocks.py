"""Matrices of any size in as many blocks as there is room for."""

from dataclasses import dataclass

import jax
import numpy as np

from ..connect import Synapses
from ..core._sample import sample

MOST = 2**21
"""Weights that are looked at."""


@dataclass(frozen=True)
class Blocks:
    """A matrix in blocks.

    Attributes
    ----------
    rows, columns : (r + 1,), (c + 1,) array of int
        Block ``i, j`` holds the rows from ``rows[i]`` up to ``rows[i + 1]``, and the columns alike.
    mean, extreme : (r, c) array
        Of the weights of each block the mean, and the one that is furthest from 0; NaN where there is none. One that is NaN or
        infinite counts as none.
    density : (r, c) array
        Synapses for each pair of a block; 1 all over where all pairs are joined.
    values : (n,) array
        The finite weights that were looked at.
    read, size, odd : int
        How many were looked at, how many there are, and how many of those looked at are NaN or infinite.
    """

    rows: np.ndarray
    columns: np.ndarray
    mean: np.ndarray
    extreme: np.ndarray
    density: np.ndarray
    values: np.ndarray
    read: int
    size: int
    odd: int


def of_matrix(array: np.ndarray | jax.Array, rows: int, columns: int, *, diagonal: bool = True) -> Blocks:
    """Of a matrix that holds every weight, in at most so many blocks; without its diagonal where that stands for nothing."""
    found = sample(array, MOST)
    values = np.asarray(found.values, np.float32)
    n, m = array.shape
    at, to = (_edges(k, most) for k, most in zip(values.shape, (rows, columns), strict=True))
    known = np.isfinite(values)
    odd = known.size - int(known.sum())
    if not diagonal and found.whole:
        np.fill_diagonal(known, False)
    all_known = bool(known.all())
    starts = at[:-1], to[:-1]
    counts = np.multiply.outer(np.diff(at), np.diff(to)) if all_known else _folded(np.add, known.astype(np.int32), starts)
    sums, low, high = (
        _folded(ufunc, values if all_known else np.where(known, values, blank), starts)
        for ufunc, blank in ((np.add, 0.0), (np.minimum, np.inf), (np.maximum, -np.inf))
    )
    # What was left out lies in even stretches: the edges are those of the stretches.
    edges = at * n // values.shape[0], to * m // values.shape[1]
    pairs = np.multiply.outer(np.diff(at), np.diff(to))
    return Blocks(
        *edges,
        _mean(sums, counts),
        _furthest(low, high, counts),
        (counts / pairs if not diagonal else np.ones_like(sums)).astype(np.float32),
        values.ravel() if all_known else values[known],
        values.size,
        found.size,
        odd,
    )


class SparseBlocks:
    """Weights of synapses that join some of the pairs; which ones stays the same.

    Parameters
    ----------
    synapses : Synapses
        Who is joined with whom.
    rows, columns : int
        Most blocks.
    """

    def __init__(self, synapses: Synapses, rows: int, columns: int):
        self.rows, self.columns = _edges(synapses.pre_size, rows), _edges(synapses.post_size, columns)
        self._every = -(-synapses.size // MOST) or 1
        pre, post = (np.asarray(ids)[:: self._every] for ids in (synapses.pre_ids, synapses.post_ids))
        block = _numbers(self.rows)[pre] * (len(self.columns) - 1) + _numbers(self.columns)[post]
        # Few kinds of numbers are sorted in no time.
        kinds = (len(self.rows) - 1) * (len(self.columns) - 1)
        self._order = np.argsort(block.astype(np.uint16) if kinds <= 2**16 else block, kind="stable")
        ordered = block[self._order]
        self._starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        self._blocks = ordered[self._starts]
        self._counts = np.diff(self._starts, append=len(ordered))
        self._size = synapses.size

    def of(self, weights: np.ndarray) -> Blocks:
        """With these weights: one for all, or ``(synapses,)``."""
        shape = len(self.rows) - 1, len(self.columns) - 1
        mean, extreme, density = (
            np.full(shape, np.nan, np.float32),
            np.full(shape, np.nan, np.float32),
            np.zeros(shape, np.float32),
        )
        flat = weights.reshape(-1).astype(np.float32)
        if len(flat) == 1:
            values = np.broadcast_to(flat, (len(self._order),))
            known = np.isfinite(values)
            mean.flat[self._blocks] = extreme.flat[self._blocks] = np.where(np.isfinite(flat), flat, np.nan)
        else:
            values = flat[:: self._every][self._order]
            known = np.isfinite(values)
            mean.flat[self._blocks], extreme.flat[self._blocks] = self._folded(values, known)
        density.flat[self._blocks] = self._counts * self._every
        density /= np.multiply.outer(np.diff(self.rows), np.diff(self.columns))
        odd = len(known) - int(known.sum())
        return Blocks(
            self.rows, self.columns, mean, extreme, density, values[known] if odd else values, len(values), self._size, odd
        )

    def _folded(self, values: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and weight furthest from 0 of each block that has synapses."""
        if not len(values):
            return values, values
        whole = bool(known.all())
        counts = self._counts if whole else np.add.reduceat(known.astype(int), self._starts)
        sums, low, high = (
            ufunc.reduceat(values if whole else np.where(known, values, blank), self._starts)
            for ufunc, blank in ((np.add, 0.0), (np.minimum, np.inf), (np.maximum, -np.inf))
        )
        return _mean(sums, counts), _furthest(low, high, counts)


def _numbers(edges: np.ndarray) -> np.ndarray:
    """For each row the number of its block."""
    return np.repeat(np.arange(len(edges) - 1), np.diff(edges))


def _edges(n: int, most: int) -> np.ndarray:
    count = min(n, most)
    return np.arange(count + 1) * n // max(count, 1)


def _folded(ufunc: np.ufunc, values: np.ndarray, starts: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    if not values.size:
        return np.zeros((len(starts[0]), len(starts[1])), values.dtype)
    return ufunc.reduceat(ufunc.reduceat(values, starts[0], axis=0), starts[1], axis=1)


def _mean(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).astype(np.float32)


def _furthest(low: np.ndarray, high: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.where(counts > 0, np.where(high > -low, high, low), np.nan).astype(np.float32)
