"""What readouts are fitted to: one pair of inputs and targets, or several."""

from collections.abc import Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import KindError, ShapeError, ValueRefused
from ._batches import _is_data

_FORM = "Pass all inputs and all targets, fit([X, Y]), a list of such pairs, or a function that returns one."


def pairs_of(data: Any, where: str) -> tuple[list[tuple[Any, Any]], bool]:
    """Pairs of inputs and targets, and whether there was one alone.

    Raises
    ------
    KindError
        For data of another form.
    ValueRefused
        For no pair at all.
    """
    if isinstance(data, tuple | list) and len(data) == 2 and not all(_is_batch(part) for part in data):
        return [(data[0], data[1])], True
    given = data() if callable(data) else data
    if not isinstance(given, Iterable) or isinstance(given, str | bytes | Mapping | jax.Array) or hasattr(given, "__array__"):
        raise KindError(where=where, expected="a pair [X, Y]", got=type(given).__name__, fix=_FORM)
    pairs = []
    for one in given:
        if not isinstance(one, tuple | list) or len(one) != 2:
            raise KindError(where=f"{where}, batch {len(pairs)}", expected="a pair (X, Y)", got=type(one).__name__, fix=_FORM)
        pairs.append((one[0], one[1]))
    if not pairs:
        raise ValueRefused(where=where, expected="at least one pair (X, Y)", got="none", fix=_FORM)
    return pairs, False


def _is_batch(part: Any) -> bool:
    return isinstance(part, tuple | list) and len(part) == 2 and all(_is_data(x) for x in part)


def together(found: list[tuple], batched: bool, where: str) -> Any:
    """What was told of several batches and their targets, trees of (T, B, ...) or (T, ...), as those of one.

    Raises
    ------
    ShapeError
        For batches of different lengths.
    """
    if len(found) == 1:
        return found[0]
    lengths = [len(jax.tree_util.tree_leaves(one)[0]) for one in found]
    if batched and len(set(lengths)) > 1:
        raise ShapeError(
            where=where,
            expected=f"batches of as many steps as the first has, {lengths[0]}",
            got=f"{next(length for length in lengths if length != lengths[0])}",
            fix="Cut them to one length, or fit to a series in a mode without a batch.",
        )
    return jax.tree_util.tree_map(lambda *parts: jnp.concatenate(parts, axis=1 if batched else 0), *found)
