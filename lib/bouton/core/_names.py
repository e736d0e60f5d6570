"""Names: unique for objects, near misses for users."""

import difflib
import itertools
import weakref
from collections import defaultdict
from collections.abc import Iterable

from ..errors import UniqueNameError, ValueRefused

_COUNTERS: defaultdict[str, itertools.count] = defaultdict(itertools.count)
# Weakly held: an object that is gone frees its name, so a notebook cell can be run again.
_TAKEN: weakref.WeakValueDictionary = weakref.WeakValueDictionary()


def claim(obj: object, name: str | None) -> str:
    """A unique name for ``obj``: ``name``, or its class name and a number."""
    if name is None:
        kind = type(obj).__name__
        name = next(n for n in (f"{kind}{k}" for k in _COUNTERS[kind]) if n not in _TAKEN)
    elif not (isinstance(name, str) and name.isidentifier()):
        raise ValueRefused(
            where=f"{type(obj).__name__}(name=...)",
            expected="a Python identifier",
            got=f"{name!r}",
            fix="Use letters, digits and underscores, no digit first.",
        )
    elif _TAKEN.get(name, obj) is not obj:
        raise UniqueNameError(
            where=f"{type(obj).__name__}(name=...)",
            expected="a name that no other object has",
            got=f"{name!r}, which a {type(_TAKEN[name]).__name__} has",
            fix="Choose another name, or delete the other object.",
        )
    _TAKEN[name] = obj
    return name


def clear_name_cache() -> None:
    """Forget all names and start the numbers again."""
    _COUNTERS.clear()
    _TAKEN.clear()


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
