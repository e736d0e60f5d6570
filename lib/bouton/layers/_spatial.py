"""What layers over space have in common: sizes and paddings for each axis, and the shape of what they take."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from ..errors import KindError, ShapeError, ValueRefused
from ._layer import whole, with_features

Padding = str | int | Sequence[int] | Sequence[tuple[int, int]]


def per_axis(where: str, value: Any, axes: int) -> tuple[int, ...]:
    """A whole number for each axis, from one for all or a sequence."""
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str):
        return (whole(where, value),) * axes
    if len(value) != axes:
        raise ValueRefused(
            where=where, expected=f"a number, or {axes} of them", got=f"{tuple(value)}", fix="Give one for each axis of space."
        )
    return tuple(whole(where, one) for one in value)


def padding_of(where: str, padding: Any, axes: int) -> str | list[tuple[int, int]]:
    """``'SAME'`` or ``'VALID'``, or how much before and after each axis."""
    if isinstance(padding, str):
        if padding.upper() not in ("SAME", "VALID"):
            raise ValueRefused(where=where, expected="'SAME' or 'VALID'", got=f"{padding!r}", fix="Or give numbers of elements.")
        return padding.upper()
    if not isinstance(padding, Sequence | np.ndarray):
        both = whole(where, padding, 0)
        return [(both, both)] * axes
    pairs = [one if isinstance(one, Sequence | np.ndarray) else (one, one) for one in padding]
    if len(pairs) != axes or any(len(pair) != 2 for pair in pairs):
        raise ValueRefused(
            where=where,
            expected=f"a number, or for each of {axes} axes a number or a pair",
            got=f"{padding}",
            fix="Write for instance 1, or ((0, 1), (0, 1)) for two axes.",
        )
    return [(whole(where, before, 0), whole(where, after, 0)) for before, after in pairs]


def with_space(x: Any, axes: int, channels: int, dtype: Any, where: str) -> jax.Array:
    """``x`` in floats, with a batch, that many axes of space and the channels last."""
    array = with_features(x, channels, dtype, where)
    if array.ndim != axes + 2:
        raise ShapeError(
            where=f"{where}(x)",
            expected=f"{axes + 2} axes: the batch, {axes} of space, and {channels} channels",
            got=f"shape {array.shape}",
            fix="Add the axis that is missing: x[None] for a batch of one.",
        )
    return array


def refuse_rank(where: str, ndim: int, axes: int, has_batch: bool) -> None:
    """:class:`ShapeError` for an input with other axes than perhaps a batch, those of space, and channels."""
    wanted = axes + 2 if has_batch else axes + 1
    if ndim != wanted:
        raise ShapeError(
            where=f"{where}(x)",
            expected=f"{wanted} axes: {'the batch, ' if has_batch else ''}{axes} of space, and channels",
            got=f"{ndim}",
            fix="In a BatchingMode or a TrainingMode the first axis is the batch, otherwise there is none.",
        )


def refuse_empty(where: str, out: jax.Array, space: tuple[int, ...]) -> jax.Array:
    """``out``, or :class:`ShapeError` where nothing of space is left in it."""
    if 0 in out.shape[-len(space) - 1 : -1] and 0 not in space:
        raise ShapeError(
            where=f"{where}(x)",
            expected="space in which the kernel has room",
            got=f"{space}",
            fix="Take a smaller kernel, or padding 'SAME'.",
        )
    return out


def joined_mask(where: str, mask: Any, shape: tuple[int, ...]) -> Any:
    """A mask that broadcasts to the kernel, or None."""
    if mask is None:
        return None
    array = np.asarray(mask)
    if array.dtype.kind not in "bif":
        raise KindError(
            where=where, expected="an array of numbers or truth values", got=f"{array.dtype}", fix="1 keeps a weight."
        )
    try:
        return np.broadcast_to(array, shape)
    except ValueError as error:
        raise ShapeError(
            where=where, expected=f"a mask that broadcasts to {shape}", got=f"{array.shape}", fix="The kernel has that shape."
        ) from error
