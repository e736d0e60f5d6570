"""What is below an object, and how it is reset."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..core import Object
from ..math._delay import LengthDelay


def children(obj: Object) -> list[Object]:
    """The objects right below, each once."""
    return [*{id(child): child for child in (*obj.modules().values(), *obj._implicit_nodes.values())}.values()]


def delays_below(obj: Object) -> list[LengthDelay]:
    """All delays, each once."""
    return [*obj.nodes("relative", -1, include_self=True).subset(LengthDelay).unique().values()]


def reset_below(obj: Object, batch_size: int | None, plain: Callable) -> bool:
    """Reset what remembers its beginning in ``obj``, and its children; whether there was anything.

    ``plain`` is the ``reset_state`` of a system that does this and no more.
    """
    found = False
    for name, slot in obj._slots.items():
        if slot.kind in ("state", "random") and slot.wrapper.remembers:
            slot.reset(obj._where(name))
            found = True
    with visiting(obj, "reset") as again:
        if again:
            return True
        for child in children(obj):
            found = True
            if not isinstance(child, LengthDelay):
                _reset_child(child, batch_size, plain)
    return found


# What this thread is in the middle of: (what is done, id of the object).
_UNDER_WAY: ContextVar[frozenset[tuple[str, int]]] = ContextVar("visited", default=frozenset())


@contextmanager
def visiting(obj: Object, what: str) -> Iterator[bool]:
    """Whether the same is being done to ``obj`` already: objects may hold each other in a circle."""
    under_way, visit = _UNDER_WAY.get(), (what, id(obj))
    token = _UNDER_WAY.set(under_way | {visit})
    try:
        yield visit in under_way
    finally:
        _UNDER_WAY.reset(token)


def _reset_child(child: Object, batch_size: int | None, plain: Callable) -> None:
    method = type(child).reset_state
    if method is Object.reset_state:
        # A plain object: a bare Variable there may be a weight, and stays.
        reset_below(child, batch_size, plain)
    elif method is not plain or children(child) or _has_states(child):
        _call_with_batch(child.reset_state, batch_size)


def _has_states(obj: Object) -> bool:
    return any(slot.kind in ("state", "random") for slot in obj._slots.values())


def _call_with_batch(method: Callable, batch_size: int | None) -> None:
    try:
        inspect.signature(method).bind(batch_size)
    except TypeError:
        method()
    else:
        method(batch_size)
