"""What connectors are given, checked where it comes in."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import KindError, ShapeError, ValueRefused
from ..transform._numbers import is_real, is_whole

Size = int | Sequence[int]


def shape_of(size: Size, where: str) -> tuple[int, ...]:
    """A size of a group of neurons, a number or a number along each axis, as a tuple."""
    axes: Any = (size,) if is_whole(size) else size
    if not isinstance(axes, list | tuple) or not axes or not all(map(is_whole, axes)):
        raise KindError(
            where=where,
            expected="a whole number or a tuple of them",
            got=f"{size!r}",
            fix="Write for instance 100 for a hundred neurons, or (10, 10) for a sheet of them.",
        )
    if any(n < 0 for n in axes):
        raise ValueRefused(where=where, expected="no negative number", got=f"{size!r}", fix="Give the number of neurons.")
    return tuple(int(n) for n in axes)


def probability(value: float, where: str) -> float:
    """A number from 0 to 1."""
    if not is_real(value):
        raise KindError(where=where, expected="a number", got=f"{type(value).__name__}", fix="Give one from 0 to 1.")
    if not 0 <= value <= 1:
        raise ValueRefused(where=where, expected="a number from 0 to 1", got=f"{value}", fix="Give a probability.")
    return float(value)


def positive(value: float, where: str) -> float:
    """A finite number above 0."""
    if not is_real(value):
        raise KindError(where=where, expected="a number", got=f"{type(value).__name__}", fix="Give one above 0.")
    if not (value > 0 and math.isfinite(value)):
        raise ValueRefused(where=where, expected="a finite number above 0", got=f"{value}", fix="Give one above 0.")
    return float(value)


def count(value: int, where: str, lowest: int = 0) -> int:
    """A whole number, at least ``lowest``."""
    if not is_whole(value):
        raise KindError(where=where, expected="a whole number", got=f"{value!r}", fix="Give for instance 10.")
    if value < lowest:
        raise ValueRefused(where=where, expected=f"at least {lowest}", got=f"{value}", fix=f"Give {lowest} or more.")
    return int(value)


def equal_sizes(pre: tuple[int, ...], post: tuple[int, ...], where: str) -> None:
    """Refuse two groups of different size."""
    if pre != post:
        raise ShapeError(
            where=where,
            expected="two groups of one size",
            got=f"{pre} and {post}",
            fix="Connect a group with itself or with one of the same size.",
        )


def numbers(given: object, where: str) -> np.ndarray:
    """What NumPy takes for an array of numbers or truth values."""
    try:
        array = np.asarray(given)
    except ValueError:
        array = None  # lists of different lengths
    # V are the short floats that NumPy itself does not know.
    if array is None or array.dtype.kind not in "biufcV":
        got = "lists of different lengths" if array is None else f"{array.dtype}"
        raise KindError(where=where, expected="numbers or bool", got=got, fix="Give an array.")
    return array


def neuron_ids(ids: object, where: str) -> np.ndarray:
    """A list of numbers of neurons as a 1-D integer array."""
    array = np.asarray(ids)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise KindError(where=where, expected="whole numbers", got=f"{array.dtype}", fix="Give the number of each neuron.")
    if array.ndim != 1:
        raise ShapeError(where=where, expected="one axis", got=f"shape {array.shape}", fix="Give one number for each synapse.")
    return array


def within(ids: np.ndarray, size: int, where: str) -> None:
    """Refuse numbers of neurons that a group does not have."""
    if ids.size and (ids.min() < 0 or ids.max() >= size):
        wrong = ids[(ids < 0) | (ids >= size)][0]
        raise ValueRefused(
            where=where,
            expected=f"numbers from 0 to {size - 1}" if size else "no number: the group is empty",
            got=f"{wrong}",
            fix="Count neurons from 0, and give the sizes of the groups that are connected.",
        )
