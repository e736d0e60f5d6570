"""Every object and every Variable below an object, by path."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import UniqueNameError, ValueRefused
from ..transform import TrainVar, Variable
from ._collector import ArrayCollector, Collector
from ._names import unique_name
from ._node_groups import Member
from ._slot import Slot
from ._unmeant import warn_of_filled_containers
from ._wrappers import Wrapper

if TYPE_CHECKING:
    from ._object import Object


def nodes(root: "Object", method: str, level: int, *, include_self: bool) -> Collector:
    """Objects, breadth first."""
    absolute = _is_absolute(method)
    found = Collector()
    for path, obj in _walk(root, level):
        if path or include_self:
            _add(found, unique_name(obj) if absolute else path, obj)
    return found


def variables(root: "Object", method: str, level: int, *, include_self: bool) -> ArrayCollector:
    """Variables, object by object; within one by name."""
    found = ArrayCollector()
    for path, cell, _ in _found(root, method, level, include_self=include_self):
        _add(found, path, cell)
    return found


def _add(found: Collector, path: str, x: Any) -> None:
    if found.get(path, x) is not x:
        raise UniqueNameError(
            where=f"the path {path!r}",
            expected="one object, or one Variable",
            got="two, as after clear_name_cache, or from two scopes of bouton.naming",
            fix="Give one of the objects another name, or ask for the paths with method='relative'.",
        )
    found[path] = x


def slots(root: "Object") -> dict[str, Slot]:
    """What is known of each Variable that is an attribute, by relative path."""
    return {path: slot for path, _, slot in _found(root, "relative", -1, include_self=True) if slot is not None}


def _found(root: "Object", method: str, level: int, *, include_self: bool) -> Iterator[tuple[str, Variable, Slot | None]]:
    absolute = _is_absolute(method)
    for path, obj in _walk(root, level):
        if not path and not include_self:
            continue
        warn_of_filled_containers(obj, (Member, Variable, Wrapper))
        prefix = f"{unique_name(obj)}." if absolute else f"{path}." if path else ""
        for name in sorted(obj._slots, key=_in_order):
            slot = obj._slots[name]
            if slot.cell is not None:
                yield prefix + name, slot.cell, slot
        for name, cell in obj._implicit_vars.items():
            yield prefix + name, cell, None


def trainable(found: ArrayCollector) -> ArrayCollector:
    """Those that training changes."""
    return found.subset(TrainVar)


def _walk(root: "Object", level: int) -> Iterator[tuple[str, "Object"]]:
    """Breadth first, each object at every place it has, down to ``level`` below the root; -1 for all."""
    row: list[tuple[str, Object, tuple[Object, ...]]] = [("", root, ())]
    depth = 0
    while row:
        yield from ((path, obj) for path, obj, _ in row)
        if depth == level:
            return
        depth += 1
        row = [
            (f"{path}.{name}" if path else name, child, (*above, obj))
            for path, obj, above in row
            for name, child in _children(obj)
            if not any(child is a for a in (*above, obj))  # a circle ends where it closes
        ]


def _children(obj: "Object") -> "Iterator[tuple[str, Object]]":
    yield from obj.modules().items()
    yield from obj._implicit_nodes.items()


def _in_order(name: str) -> list:
    # The tenth element of a list stands behind the ninth.
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", name)]


def register(known: dict, kind: type[dict], given: tuple, named: dict) -> None:
    """Take in things by name; those without one are numbered."""
    single = [x for one in given for x in (one if isinstance(one, list | tuple) else [one]) if not isinstance(x, dict)]
    checked = kind({f"implicit-{len(known) + k}": x for k, x in enumerate(single)})
    for one in (*(x for x in given if isinstance(x, dict)), named):
        checked.update(kind(one))
    known.update(checked)


def _is_absolute(method: str) -> bool:
    if method not in ("absolute", "relative"):
        raise ValueRefused(
            where="vars and nodes(method=...)",
            expected="'absolute' or 'relative'",
            got=f"{method!r}",
            fix="Paths begin with the name of the object, or with the attribute.",
        )
    return method == "absolute"
