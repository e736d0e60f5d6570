"""Names: unique for objects, near misses for users."""

import difflib
import itertools
import weakref
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ..errors import UniqueNameError, ValueRefused

_COUNTERS: defaultdict[str, itertools.count] = defaultdict(itertools.count)
# Weakly held: an object that is gone frees its name, so a notebook cell can be run again.
_TAKEN: weakref.WeakValueDictionary = weakref.WeakValueDictionary()
# Of each class the objects without a name, in order of construction: numbers are given out in that order, when first asked for.
_WAITING: defaultdict[str, weakref.WeakValueDictionary[int, object]] = defaultdict(weakref.WeakValueDictionary)
_SERIAL = itertools.count()


def wait_for_name(obj: object) -> None:
    """Note that ``obj`` was made."""
    _WAITING[type(obj).__name__][next(_SERIAL)] = obj


def unique_name(obj: Any) -> str:
    """The name that no other object has, by default class name and number."""
    name = obj.__dict__.get("_unique_name")
    return claim(obj, None) if name is None else name


def next_name(kind: str) -> str:
    """A free name of that class; the number is used up."""
    return next(n for n in (f"{kind}{k}" for k in _COUNTERS[kind]) if n not in _TAKEN)


def claim(obj: Any, name: str | None) -> str:
    """Give ``obj`` a unique name: ``name``, or its class name and a number."""
    if name is None:
        kind = type(obj).__name__
        for _, waiting in sorted(_WAITING.pop(kind, {}).items()):
            if waiting.__dict__.get("_unique_name") is None:
                _take(waiting, next_name(kind))
        if obj.__dict__.get("_unique_name") is None:
            _take(obj, next_name(kind))
        return obj.__dict__["_unique_name"]
    if not (isinstance(name, str) and name.isidentifier()):
        raise ValueRefused(
            where=f"{type(obj).__name__}(name=...)",
            expected="a Python identifier",
            got=f"{name!r}",
            fix="Use letters, digits and underscores, no digit first.",
        )
    if _TAKEN.get(name, obj) is not obj:
        raise UniqueNameError(
            where=f"{type(obj).__name__}(name=...)",
            expected="a name that no other object has",
            got=f"{name!r}, which a {type(_TAKEN[name]).__name__} has",
            fix="Choose another name, or delete the other object.",
        )
    _take(obj, name)
    return name


def _take(obj: Any, name: str) -> None:
    old = obj.__dict__.get("_unique_name")
    if old is not None and _TAKEN.get(old) is obj:
        del _TAKEN[old]
    _TAKEN[name] = obj
    obj.__dict__["_unique_name"] = name


def clear_name_cache() -> None:
    """Forget all names and start the numbers again; objects that have a name keep it."""
    _COUNTERS.clear()
    _TAKEN.clear()
    _WAITING.clear()


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that names the known name nearest to ``name``."""
    known = list(known)
    close = near_misses(name, known, cutoff=0.5)[:1]
    if close:
        return f"Did you mean {close[0]!r}?"
    if not known:
        return "There is nothing to choose from here."
    listed = ", ".join(map(repr, known[:8])) + (", ..." if len(known) > 8 else "")
    return f"Known here: {listed}."


def near_misses(name: str, known: Iterable[str], cutoff: float = 0.6) -> list[str]:
    """The known names that ``name`` may be a misspelling of, the likeliest first."""
    return difflib.get_close_matches(name, list(known), n=3, cutoff=cutoff)
