"""Names: unique for objects, near misses for users."""

import difflib
import gc
import itertools
import sys
import warnings
import weakref
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..errors import SharedNameWarning, UniqueNameError, ValueRefused

_SERIAL = itertools.count()


class _Names:
    """The names and numbers of one scope."""

    def __init__(self, scope: str | None = None):
        self.scope = scope
        self.counters: defaultdict[str, itertools.count] = defaultdict(itertools.count)
        # Weakly held: an object that is gone frees its name, so a notebook cell can be run again.
        self.taken: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()
        # Name → the execution, in a notebook, in which it was taken.
        self.taken_in: dict[str, object] = {}
        # Of each class the objects without a name, in order of construction: numbers are given out in that order, when first
        # asked for.
        self.waiting: defaultdict[str, weakref.WeakValueDictionary[int, Any]] = defaultdict(weakref.WeakValueDictionary)

    def next(self, kind: str) -> str:
        return next(n for n in (f"{kind}{k}" for k in self.counters[kind]) if n not in self.taken)

    def take(self, obj: Any, name: str) -> None:
        for names in _scopes():
            names.free(obj)
        self.taken[name] = obj
        self.taken_in[name] = _execution()
        obj.__dict__["_unique_name"] = name

    def free(self, obj: Any) -> None:
        """``obj`` has its name no more."""
        old = obj.__dict__.get("_unique_name")
        if old is not None and self.taken.get(old) is obj:
            del self.taken[old]

    def give_numbers(self, kind: str) -> None:
        """Name all that wait, in order."""
        for _, obj in sorted(self.waiting.pop(kind, {}).items()):
            if obj.__dict__.get("_unique_name") is None:
                self.take(obj, self.next(kind))

    def forget(self) -> None:
        self.counters.clear()
        self.taken.clear()
        self.taken_in.clear()
        self.waiting.clear()


# The innermost scope last. Another thread has none but the first.
_ENTERED: ContextVar[tuple[_Names, ...]] = ContextVar("scopes of names", default=(_Names(),))
_EARLIER: dict[str, _Names] = {}
# Of a served page's sessions: each runs the same code, and may give the same names.
_SESSIONS: "weakref.WeakKeyDictionary[Any, _Names]" = weakref.WeakKeyDictionary()


def _scopes() -> tuple[_Names, ...]:
    """The scopes that are entered, that of a session behind the first."""
    entered = _ENTERED.get()
    documents = sys.modules.get("bokeh.io.doc")
    if documents is None:
        return entered
    try:
        session = documents.curdoc().session_context
    except RuntimeError:  # the page is gone
        return entered
    if session is None:
        return entered
    if session not in _SESSIONS:
        _SESSIONS[session] = _Names()
    return (entered[0], _SESSIONS[session], *entered[1:])


def wait_for_name(obj: object) -> None:
    """Note that ``obj`` was made."""
    _scopes()[-1].waiting[type(obj).__name__][next(_SERIAL)] = obj


def unique_name(obj: Any) -> str:
    """The name that no other object has, by default class name and number."""
    name = obj.__dict__.get("_unique_name")
    return claim(obj, None) if name is None else name


def next_name(kind: str) -> str:
    """A free name of that class; the number is used up."""
    return _scopes()[-1].next(kind)


def claim(obj: Any, name: str | None) -> str:
    """Give ``obj`` a unique name: ``name``, or its class name and a number."""
    names = _scopes()[-1]
    if name is None:
        kind = type(obj).__name__
        # Where it was made: it may be asked for its name in a scope inside that one, or outside of its session, on a thread.
        for scope in (*_scopes(), *_SESSIONS.values()):
            if any(waiting is obj for waiting in scope.waiting.get(kind, {}).values()):
                scope.give_numbers(kind)
        if obj.__dict__.get("_unique_name") is None:
            names.take(obj, names.next(kind))
        return obj.__dict__["_unique_name"]
    if not (isinstance(name, str) and name.isidentifier()):
        raise ValueRefused(
            where=f"{type(obj).__name__}(name=...)",
            expected="a Python identifier",
            got=f"{name!r}",
            fix="Use letters, digits and underscores, no digit first.",
        )
    holder = names.taken.get(name, obj)
    if holder is not obj:
        now = _execution()
        if now is None or names.taken_in.get(name) == now:
            raise UniqueNameError(
                where=f"{type(obj).__name__}(name=...)",
                expected="a name that no other object has",
                got=f"{name!r}, the name of an object of class {type(holder).__name__}",
                fix="Choose another name, or delete the other object.",
            )
        # A cell that is run again makes the new object while the old one is still bound to its variable.
        holder.__dict__["_unique_name"] = None
    names.take(obj, name)
    return name


def take_again(obj: Any, name: str | None) -> None:
    """Give ``obj`` the name that it had when it was saved, unless another object has it now."""
    scopes = _scopes()
    if name is not None and not any(name in names.taken for names in (*scopes, *_EARLIER.values())):
        scopes[-1].take(obj, name)


def _execution() -> object:
    """Which run of a notebook cell this is; ``None`` outside of IPython."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return None if shell is None else (id(shell), shell.execution_count)


def clear_name_cache(ignore_warn: bool = False) -> None:
    """Forget all names and start the numbers again; objects that have a name keep it.

    Parameters
    ----------
    ignore_warn : bool
        Without it a :class:`~bouton.errors.SharedNameWarning` tells of objects that were given a name, which others could now be
        given too. To start numbers again is the purpose, and needs no warning.
    """
    scopes = _scopes()
    if not ignore_warn and any(names.taken for names in scopes):
        gc.collect()  # what nobody can reach any more needs no warning
        alive = [name for names in scopes for name, obj in names.taken.items() if not _is_number_of(obj, name)]
        if alive:
            warnings.warn(
                f"clear_name_cache: expected no object that was given a name, got {len(alive)}, {alive[0]!r} for instance, whose "
                "names others can now be given too. Delete those objects first, or pass ignore_warn=True.",
                SharedNameWarning,
                stacklevel=2,
            )
    for names in scopes:
        names.forget()


def _is_number_of(obj: Any, name: str) -> bool:
    return name.removeprefix(type(obj).__name__).isdecimal()


@contextmanager
def naming(scope: str) -> Iterator[None]:
    """Inside, numbers start at 0 and names are free, whatever there is outside.

    Entering the same scope again, as when a notebook cell is run again, begins anew: objects of the earlier time lose the names
    that they got inside, and get others when they are next asked.

    Parameters
    ----------
    scope : str
        An identifier.

    Raises
    ------
    ValueRefused
        When ``scope`` is no identifier, or is entered already.

    Notes
    -----
    Two objects can have one name if they were named in two scopes. In one model, ``vars()`` then asks for relative paths.

    Examples
    --------
    >>> from bouton import Object
    >>> with naming("first_example"):
    ...     print(Object().name)
    Object0
    """
    scopes = _scopes()
    if not (isinstance(scope, str) and scope.isidentifier()) or any(names.scope == scope for names in scopes):
        raise ValueRefused(
            where="naming",
            expected="an identifier, of a scope that is not entered yet",
            got=f"{scope!r}",
            fix="Use letters, digits and underscores, and leave the scope before it is entered again.",
        )
    if scope in _EARLIER:
        for obj in list(_EARLIER.pop(scope).taken.values()):
            obj.__dict__["_unique_name"] = None
    _EARLIER[scope] = names = _Names(scope)
    entered = _ENTERED.get()
    token = _ENTERED.set((*entered, names))
    try:
        yield
    finally:
        for kind in list(names.waiting):
            names.give_numbers(kind)
        _ENTERED.reset(token)


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
