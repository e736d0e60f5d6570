"""What goes on around one call of a module: which signals are recorded, and what the submodules it calls report.

Recording is by path: a submodule finds out here whether its signals are wanted, so no ``evolve`` has to pass a dictionary along.
One that does is served as well.
"""

import fnmatch
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core._names import nearest
from ..errors import KindError, UnknownPathError

if TYPE_CHECKING:
    from ._module import Module


class _Calls(threading.local):
    top: "Call | None" = None


CALLS = _Calls()


class Selection:
    """Which signals a call records, by path.

    Parameters
    ----------
    record : bool, str, or sequence of str
        Everything, nothing, or paths and patterns such as ``'neurons.*'``.
    """

    def __init__(self, record: Any):
        self.everything = record is True
        self.patterns = () if isinstance(record, bool) else _patterns(record)

    def __bool__(self) -> bool:
        return self.everything or bool(self.patterns)

    def wants(self, path: str) -> bool:
        """Whether the signal at ``path`` is recorded."""
        return self.everything or any(fnmatch.fnmatchcase(path, p) for p in self.patterns)

    def keep(self, record: Mapping[str, Any], prefix: str = "") -> dict:
        """The part of a nested record that is wanted."""
        if self.everything:
            return dict(record)
        kept = {}
        for name, value in record.items():
            if isinstance(value, Mapping):
                branch = self.keep(value, f"{prefix}{name}.")
                if branch:
                    kept[name] = branch
            elif self.wants(prefix + name):
                kept[name] = value
        return kept

    def check_found(self, record: Mapping[str, Any], offered: Callable[[], Iterable[str]], where: str) -> None:
        """Refuse a pattern that chose nothing."""
        paths = list(paths_of(record))
        for pattern in self.patterns:
            if not any(fnmatch.fnmatchcase(path, pattern) for path in paths):
                raise UnknownPathError(
                    where=f"{where}(record=...)",
                    expected="paths of signals that the model records",
                    got=f"{pattern!r}",
                    fix=nearest(pattern, sorted({*offered(), *paths})),
                )


def _patterns(record: Any) -> tuple[str, ...]:
    patterns = (record,) if isinstance(record, str) else record
    if not isinstance(patterns, Sequence) or not all(isinstance(p, str) for p in patterns):
        raise KindError(
            where="record",
            expected="True, False, a path or a list of paths",
            got=f"{record!r}",
            fix="Write for instance record='neurons.vmem' or record=['neurons.*', 'output'].",
        )
    return tuple(patterns)


def paths_of(record: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    """Paths of the leaves of a nested dict."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from paths_of(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def overlay(below: dict, above: Mapping[str, Any]) -> dict:
    """Nested dicts merged; where both have a leaf, ``above`` wins."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = overlay(under, value) if isinstance(under, dict) and isinstance(value, Mapping) else value
    return merged


class Call:
    """One call of a module, from its ``__call__`` to its return.

    A call inside it of a submodule, at any depth, reports its final states and its record here under the submodule's path.
    """

    def __init__(self, module: "Module", record: Any, batch_states: bool):
        outer = CALLS.top
        place = None if outer is None else outer.path_to(module)
        self.module = module
        self.outer = outer
        self.report_to = outer if place is not None else None
        self.place = place or ""
        self.prefix = outer.prefix + self.place + "." if outer is not None and place else ""
        # Asked from above: the selection made there decides; otherwise this call's own argument.
        above = outer.selection if outer is not None and place is not None else None
        self.is_root = not above
        self.selection = above if above else Selection(record)
        self.batch_states = outer.batch_states if self.report_to is not None and outer is not None else batch_states
        self.states: dict = {}
        self.batched: dict = {}
        self.record: dict = {}

    def __enter__(self) -> "Call":
        CALLS.top = self
        return self

    def __exit__(self, *_: object) -> None:
        CALLS.top = self.outer

    def wanted(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the module's own signals that are recorded."""
        return tuple(n for n in names if self.selection.wants(self.prefix + n))

    def path_to(self, module: "Module") -> str | None:
        """Path of ``module`` below the one being called, or ``None``."""
        return _path(self.module, module, ())

    def report(self, states: dict, record: dict) -> None:
        """Pass on to the call around this one what happened here."""
        if self.report_to is None:
            return
        for mine, theirs in ((states, "states"), (self.batched, "batched"), (record, "record")):
            at_place = mine
            for name in reversed(self.place.split(".")):
                at_place = {name: at_place}
            setattr(self.report_to, theirs, overlay(getattr(self.report_to, theirs), at_place))


def _path(parent: Any, module: "Module", above: tuple) -> str | None:
    for name, child in parent.modules().items():
        if child is module:
            return name
    for name, child in parent.modules().items():
        if not any(child is a for a in above):
            below = _path(child, module, (*above, parent))
            if below is not None:
                return f"{name}.{below}"
    return None
