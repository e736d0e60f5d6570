"""What a call is asked to record: everything, nothing, or paths and patterns."""

import fnmatch
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import KindError, UnknownPathError
from ._names import nearest
from ._nested import nested_by_path

if TYPE_CHECKING:
    from ._object import Object


def as_patterns(record: Any, where: str) -> tuple[str, ...]:
    """Paths and patterns, of one or of several.

    Raises
    ------
    KindError
        For anything else.
    """
    patterns = (record,) if isinstance(record, str) else record
    if not isinstance(patterns, Sequence) or not all(isinstance(p, str) for p in patterns):
        raise KindError(
            where=where,
            expected="True, False, a path or a list of paths",
            got=f"{record!r}",
            fix="Write for instance record='neurons.vmem' or record=['neurons.*', 'output'].",
        )
    return tuple(patterns)


def recorded(obj: "Object", record: Any) -> dict:
    """States of a model of one step by path or pattern: what was asked for, nested."""
    if isinstance(record, bool):
        return obj.states() if record else {}
    where = f"{type(obj).__name__}(record=...)"
    states = {entry.path: entry for entry in obj.entries() if entry.kind == "state"}
    found = {}
    for pattern in as_patterns(record, where):
        paths = [path for path in states if fnmatch.fnmatchcase(path, pattern)]
        if not paths:
            raise UnknownPathError(
                where=where,
                expected="paths of states",
                got=f"{pattern!r}",
                fix=nearest(pattern, states),
            )
        found |= {path: states[path].value for path in paths}
    return nested_by_path(found)
