"""Training data, in any form, as batches."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from ..errors import KindError, ShapeError
from ..transform import Variable
from ..transform._operators import plain

_FORM = "Pass a pair of arrays (X, Y), a list of such pairs, or a function that returns one."


class Cut:
    """A pair, cut into batches.

    Parameters
    ----------
    pair : tuple
        Inputs and targets, trees of arrays.
    total, size : int
        Trials of all, and of a batch.
    axis : int
        Of the trials.
    rng : Generator or None
        For another order than that of the data.
    """

    def __init__(self, pair: tuple, total: int, size: int, axis: int, rng: np.random.Generator | None):
        self._pair, self._size, self._axis = pair, size, axis
        self._order = np.arange(total) if rng is None else rng.permutation(total)

    def __len__(self) -> int:
        return -(-len(self._order) // self._size)

    def __getitem__(self, k: int) -> tuple[Any, Any]:
        return self._of(self._order[k * self._size : (k + 1) * self._size])

    @property
    def whole(self) -> int:
        """How many batches have the size that was asked for; the last may have less."""
        return len(self._order) // self._size

    def leaves(self, start: int, stop: int) -> list[np.ndarray]:
        """Those of the batches from one to another, all whole, with an axis of batches in front."""
        chosen = self._order[start * self._size : stop * self._size].reshape(stop - start, self._size)
        return [np.moveaxis(leaf, self._axis, 0) for leaf in jax.tree_util.tree_leaves(self._of(chosen))]

    def _of(self, chosen: np.ndarray) -> tuple[Any, Any]:
        return jax.tree_util.tree_map(lambda x: np.take(x, chosen, self._axis), self._pair)


Batches = Callable[[np.random.Generator], Iterable[tuple[Any, Any]] | Cut]


def batches(data: Any, size: int, axis: int | None, shuffle: bool, where: str) -> Batches:
    """What gives the batches of an epoch, from a source of random numbers: a list, a tuple or a :class:`Cut` when all are there.

    Parameters
    ----------
    data : pair of arrays, iterable of pairs, or callable
        A pair ``(X, Y)`` is cut into batches, where either may be a tuple of arrays; anything else is taken to give batches, and
        must be able to do so for each epoch.
    size : int
        Of the batches that a pair is cut into.
    axis : int or None
        Of the trials in a pair; ``None`` for a model without a batch: the pair is not cut.
    shuffle : bool
        Whether a pair is cut in another order in each epoch.
    where : str
        Stands in errors.

    Raises
    ------
    KindError
        For data of another form, or that can be gone through only once.
    ShapeError
        For a pair of arrays with different numbers of trials.
    """
    if _is_pair(data):
        xs, ys = (jax.tree_util.tree_map(lambda x: np.asarray(plain(x)), part, is_leaf=_is_cell) for part in data)
        if axis is None:
            return lambda _: [(xs, ys)]
        total = _trials((xs, ys), axis, where)
        return lambda rng: Cut((xs, ys), total, size, axis, rng if shuffle else None)
    if callable(data):
        return lambda _: _checked(data(), where)
    if isinstance(data, Iterator) or not isinstance(data, Iterable) or isinstance(data, str | bytes | Mapping):
        raise KindError(
            where=where,
            expected="batches that each epoch can go through again",
            got="an iterator, which ends once" if isinstance(data, Iterator) else type(data).__name__,
            fix=_FORM,
        )
    if isinstance(data, list | tuple):
        for one in data:
            _check_batch(one, where)
    return lambda _: _checked(data, where)


def _is_pair(data: Any) -> bool:
    """Two arrays, or dicts or tuples of arrays; not two batches, which are pairs themselves."""
    if not isinstance(data, tuple | list) or len(data) != 2 or not any(_is_data(part) for part in data):
        return False
    return all(_is_data(part) or (isinstance(part, tuple) and part and all(_is_data(x) for x in part)) for part in data)


def _is_data(part: Any) -> bool:
    if isinstance(part, Mapping):
        return bool(part) and all(_is_data(x) for x in part.values())
    return _is_cell(part) or isinstance(part, jax.Array | np.ndarray)


def _is_cell(x: Any) -> bool:
    return isinstance(x, Variable)


def _trials(pair: tuple, axis: int, where: str) -> int:
    shapes = [np.shape(x) for x in jax.tree_util.tree_leaves(pair)]
    sizes = {shape[axis] for shape in shapes if len(shape) > axis}
    if len(sizes) != 1 or 0 in sizes or any(len(shape) <= axis for shape in shapes):
        raise ShapeError(
            where=where,
            expected=f"arrays of as many trials each, along axis {axis}",
            got=f"shapes {', '.join(map(str, shapes))}",
            fix="Give a target for each trial.",
        )
    return sizes.pop()


def _checked(found: Any, where: str) -> Iterable[tuple[Any, Any]]:
    """Batches that are there already all at once, others as they come."""
    if not isinstance(found, Iterable):
        raise KindError(where=where, expected="batches", got=f"a function that returns {type(found).__name__}", fix=_FORM)
    if not isinstance(found, list | tuple):
        return _each_checked(found, where)
    for one in found:
        _check_batch(one, where)
    return found


def _each_checked(found: Iterable, where: str) -> Iterator[tuple[Any, Any]]:
    for one in found:
        _check_batch(one, where)
        yield one[0], one[1]


def _check_batch(one: Any, where: str) -> None:
    if not isinstance(one, tuple | list) or len(one) != 2:
        raise KindError(where=where, expected="batches (X, Y)", got=f"{type(one).__name__}", fix=_FORM)
