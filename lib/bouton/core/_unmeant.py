"""Assignments that are allowed and register nothing, where something was probably meant."""

import inspect
import itertools
import warnings
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from ..errors import UnregisteredWarning
from ..transform import Variable
from ._names import near_misses

# Looked at of a container; a long list holds data.
_FIRST = 100
_TOLD: WeakKeyDictionary[type, set[str]] = WeakKeyDictionary()


def warn_of_container(obj: object, name: str, value: Any, registered: tuple[type, ...]) -> None:
    """Warn, once for each class and attribute, of a plain container that holds what an attribute of its own would register."""
    found = _first_of(value, registered)
    if found is None or not _first_time(obj, name):
        return
    kind = type(obj).__name__
    warnings.warn(
        f"{kind}.{name}: expected what belongs to the model in attributes of its own, got a {type(value).__name__} that holds "
        f"a {type(found).__name__}, of which {kind} takes no notice: parameters, states, records and resets leave it out. "
        f"Use bm.{'Var' if isinstance(found, Variable) else 'Node'}{'Dict' if isinstance(value, Mapping) else 'List'}"
        f"{', or a Sequential' if hasattr(found, 'evolve') else ''}, or give each an attribute of its own.",
        UnregisteredWarning,
        stacklevel=3,
    )


def warn_of_filled_containers(obj: Any, registered: tuple[type, ...]) -> None:
    """The same for containers that were filled after they had been assigned."""
    for name, value in list(vars(obj).items()):
        if name[:1] != "_" and isinstance(value, list | tuple | dict | set):
            known = {id(x) for x in (*obj._children.values(), *(slot.cell for slot in obj._slots.values()))}
            if id(_first_of(value, registered)) not in known:
                warn_of_container(obj, name, value, registered)


def warn_of_near_miss(obj: object, name: str, registered: Iterable[str]) -> None:
    """Warn of a new attribute with almost the name of a registered one, unless the object's own code makes it."""
    if name[:1] == "_":
        return
    meant = near_misses(name, registered)
    if not meant or _in_own_code(obj) or not _first_time(obj, name):
        return
    kind = type(obj).__name__
    warnings.warn(
        f"{kind}.{name}: expected the name of a registered attribute, got a new one, which changes nothing in the model. "
        f"Did you mean {' or '.join(map(repr, meant))}?",
        UnregisteredWarning,
        stacklevel=3,
    )


def _first_of(value: Any, kinds: tuple[type, ...], depth: int = 2) -> Any:
    """The first thing of these kinds in a container, or in a container in it."""
    if isinstance(value, kinds):
        return value
    if depth and isinstance(value, list | tuple | dict | set):
        inside = value.values() if isinstance(value, Mapping) else value
        found = (_first_of(x, kinds, depth - 1) for x in itertools.islice(inside, _FIRST))
        return next((x for x in found if x is not None), None)
    return None


def _first_time(obj: object, name: str) -> bool:
    told = _TOLD.setdefault(type(obj), set())
    first = name not in told
    told.add(name)
    return first


def _in_own_code(obj: object) -> bool:
    """Whether a method of ``obj`` is being run, its ``__init__`` for instance."""
    frame = inspect.currentframe()
    while frame is not None:
        code = frame.f_code
        # __setattr__ assigns on behalf of its caller.
        if code.co_varnames[:1] == ("self",) and code.co_name != "__setattr__" and frame.f_locals.get("self") is obj:
            return True
        frame = frame.f_back
    return False
