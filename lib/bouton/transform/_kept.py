"""Compiled loops and branches, kept for as long as the functions they run."""

import types
import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any

# ids of the functions' owners → the owners, weakly, and what was made for them. By identity: two equal models are two.
_KEPT: dict[tuple[int, ...], tuple[tuple[weakref.ref, ...], dict]] = {}


def kept(functions: Sequence[Callable], key: Hashable, make: Callable[..., Callable]) -> Callable:
    """What ``make`` has made for these functions and ``key``, at the first time or now.

    Parameters
    ----------
    functions : sequence of callable
        Functions, methods or callable objects. They are not kept alive; what was made is dropped with the first that goes.
    key : hashable
        Options.
    make : callable
        Takes, for each function, a callable that gives it back for as long as it lives.
    """
    methods = [f if isinstance(f, types.MethodType) else None for f in functions]
    found = _table([f if method is None else method.__self__ for f, method in zip(functions, methods, strict=True)])
    key = (key, *(method and method.__func__ for method in methods))
    if key not in found:
        # The compiled code must not keep the owner alive, or the table would never forget it.
        found[key] = make(*map(_weak, functions))
    return found[key]


def _table(owners: list) -> dict:
    idents = tuple(map(id, owners))
    if idents in _KEPT:
        refs, table = _KEPT[idents]
        if all(ref() is owner for ref, owner in zip(refs, owners, strict=True)):
            return table
    fresh: dict = {}
    try:
        _KEPT[idents] = tuple(weakref.ref(owner, lambda gone: _forget(idents, gone)) for owner in owners), fresh
    except TypeError:
        # No weak references to it: compiled for this call only.
        return {}
    return fresh


def _forget(idents: tuple[int, ...], gone: weakref.ref) -> None:
    if any(ref is gone for ref in _KEPT.get(idents, ((),))[0]):
        del _KEPT[idents]


def _weak(fn: Callable) -> Callable[[], Any]:
    try:
        return weakref.WeakMethod(fn) if isinstance(fn, types.MethodType) else weakref.ref(fn)
    except TypeError:
        return lambda: fn
