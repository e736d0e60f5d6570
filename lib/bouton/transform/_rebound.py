"""Plain attributes that change where compiled code cannot see it."""

import sys
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, MethodType
from typing import Any

from ..errors import ReboundWarning
from ._frame import ABSENT, STACK, Frame, Versioned, holds_tracer
from ._transformed import Transformed
from ._variable import Variable

# What has been said: once for each class and attribute.
_SAID: weakref.WeakKeyDictionary[type, set[str]] = weakref.WeakKeyDictionary()


def note_rebound(owner: Any, name: str, value: Any) -> None:
    """Warn when a plain attribute of ``owner`` is about to change while a function is being compiled."""
    if STACK.top is None or name.startswith("__") or _is_new(owner):
        return
    caller = sys._getframe(1)
    while caller.f_back is not None and caller.f_code.co_name == "__setattr__":
        caller = caller.f_back
    # The library's own bookkeeping knows what it does.
    if not _is_ours(caller.f_globals.get("__name__", "")):
        _check(owner, name, vars(owner).get(name, ABSENT), value)


def note_made(owner: Any) -> None:
    """``owner`` is being made: what happens to it until the trace under way ends is nobody's concern."""
    frame = _outermost()
    if frame is not None:
        frame.made.add(id(owner))


class Watch:
    """Looks at the attributes of an object before and after a trace of its method; for any class.

    Parameters
    ----------
    fn : callable
        What is traced: a bound method or a callable object is looked at, a function has nothing to look at.
    """

    __slots__ = ("_before", "_owner")

    def __init__(self, fn: Callable):
        self._owner = owner_of(fn)
        # A model tells of its changes itself, see note_rebound.
        tells = self._owner is None or isinstance(vars(self._owner).get("_kin"), Versioned)
        self._before = None if tells else dict(vars(self._owner))

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, error: type | None, *_: object) -> None:
        if self._before is None:
            return
        for name, value in list(vars(self._owner).items()):
            if not name.startswith("_bouton_"):
                _check(self._owner, name, self._before.get(name, ABSENT), value, silent=error is not None)


def owner_of(fn: Callable) -> Any:
    """The object whose method ``fn`` is, or ``fn`` itself where it is an object that can be called."""
    owner = fn.__self__ if isinstance(fn, MethodType) else None if isinstance(fn, FunctionType | Transformed) else fn
    return owner if hasattr(owner, "__dict__") and not isinstance(owner, type) else None


def watched(fn: Callable) -> Callable:
    """``fn``, with a look at the attributes of its object before and after each call while a trace is under way."""
    if owner_of(fn) is None:
        return fn

    def call(*args: Any, **kwargs: Any) -> Any:
        if STACK.top is None:
            return fn(*args, **kwargs)
        with Watch(fn):
            return fn(*args, **kwargs)

    return call


def _check(owner: Any, name: str, old: Any, new: Any, silent: bool = False) -> None:
    if new is old or isinstance(new, Variable):
        return
    frame = STACK.top
    if frame is None:
        return
    while not frame.discovering and frame.outer is not None:
        frame = frame.outer
    frame.rebound.setdefault((id(owner), name), (owner, name, old))
    dead = holds_tracer(new)
    if silent or (not dead and (old is ABSENT or not _is_compiling())):
        return
    said = _SAID.setdefault(type(owner), set())
    if name in said:
        return
    said.add(name)
    what = "changed while a function was being compiled, which happens once and not at each call"
    if dead:
        what += ", to a value that ends with the compilation; it has its old one again afterwards"
    fix = f"Write self.{name}.value = ..., which keeps the Variable that it was."
    if not isinstance(old, Variable):
        fix = f"Make it a Variable in __init__, self.{name} = bm.Variable(...), and assign to self.{name}.value."
    warnings.warn(f"{type(owner).__name__}.{name}: {what}. {fix}", ReboundWarning, stacklevel=_level())


def _is_compiling() -> bool:
    """Whether code runs now that will not run at each call, as that of a derivative that is not compiled does."""
    frame = STACK.top
    while frame is not None:
        if frame.discovering or frame.closed or frame.repeats or frame.writable is not None:
            return True
        frame = frame.outer
    return False


def _is_new(owner: Any) -> bool:
    """Whether ``owner`` was made in the trace under way."""
    frame = _outermost()
    return frame is not None and id(owner) in frame.made


def _outermost() -> Frame | None:
    frame = STACK.top
    while frame is not None and frame.outer is not None:
        frame = frame.outer
    return frame


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "bouton"


def _level() -> int:
    """How many calls above the one that warns the user's own code stands."""
    frame, level = sys._getframe(2), 2
    while frame.f_back is not None and _is_between(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


def _is_between(module: str) -> bool:
    return module.partition(".")[0] in ("bouton", "jax", "jaxlib", "contextlib", "functools")


# -- after the compilation -------------------------------------------------


def attributes_now(fn: Callable) -> dict[int, tuple[weakref.ref, dict[str, Any]]]:
    """The plain attributes of the object whose method ``fn`` is, and of those below it, for :func:`warn_of_changes`."""
    found: dict[int, tuple[weakref.ref, dict[str, Any]]] = {}
    for owner in _below(owner_of(fn)):
        try:
            found[id(owner)] = weakref.ref(owner), dict(_plain_attributes(owner))
        except TypeError:
            # No weak references to it.
            continue
    return found


def warn_of_changes(noted: Mapping[int, tuple[weakref.ref, dict[str, Any]]]) -> None:
    """Warn of each attribute that is another object than it was."""
    for ref, before in noted.values():
        owner = ref()
        if owner is None:
            continue
        now = vars(owner)
        for name, value in before.items():
            if now.get(name, value) is not value:
                before[name] = now[name]
                warnings.warn(
                    f"{type(owner).__name__}.{name}: changed after a function that may use it was compiled, which goes on with "
                    f"the old value. Make it a Variable in __init__, self.{name} = bm.Variable(...), or compile anew.",
                    ReboundWarning,
                    stacklevel=_level(),
                )


def _below(owner: Any) -> Iterator[Any]:
    waiting, seen = [] if owner is None else [owner], set()
    while waiting:
        owner = waiting.pop(0)
        if id(owner) in seen:
            continue
        seen.add(id(owner))
        yield owner
        if hasattr(type(owner), "modules"):
            waiting.extend(owner.modules().values())


def _plain_attributes(owner: Any) -> Iterator[tuple[str, Any]]:
    for name, value in vars(owner).items():
        if not name.startswith("_") and not isinstance(value, Variable):
            yield name, value
