"""Names for the moments that a transformation keeps."""

from collections.abc import Sequence
from typing import Any

import jax
from jax.tree_util import DictKey, FlattenedIndexKey, GetAttrKey, SequenceKey


def labels(state: Any, paths: Sequence[str]) -> list[str]:
    """One name for each array in ``state``: ``'count'``, ``'mu.0'``; ``paths`` are what the state knows the Variables by."""
    number = {path: str(n) for n, path in enumerate(paths)}
    found = [keys for keys, _ in jax.tree_util.tree_flatten_with_path(state)[0]]
    full = [".".join(_part(key, number) for key in keys) or "value" for keys in found]
    # Which link of a chain it belongs to is of interest only when two have the same names.
    short = [".".join(_part(key, number) for key in keys[isinstance(keys[0], SequenceKey) :]) if keys else "" for keys in found]
    return short if len(set(short)) == len(short) and all(short) else full


def _part(key: Any, number: dict[str, str]) -> str:
    if isinstance(key, GetAttrKey):
        return key.name
    if isinstance(key, SequenceKey):
        return str(key.idx)
    name = key.key if isinstance(key, DictKey | FlattenedIndexKey) else key
    return number.get(name, str(name)) if isinstance(name, str) else str(name)
