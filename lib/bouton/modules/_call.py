"""What goes on around one call of a module: which signals are recorded, and what the submodules it calls report.

Recording is by path: a submodule finds out here whether its signals are wanted, so no ``evolve`` has to pass a dictionary along.
One that does is served as well.
"""

import fnmatch
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core._names import nearest
from ..core._nested import leaves, overlay
from ..core._recorded import as_patterns
from ..errors import UnknownPathError
from ..transform._frame import STACK
from ..transform._trace import present_trace

if TYPE_CHECKING:
    from ._module import Module


class _Calls(threading.local):
    top: "Call | None" = None


CALLS = _Calls()


class Forwarded(int):
    """What ``evolve`` gets for ``record`` when paths were asked for: true, and told from a ``True`` that user code says itself.

    The user's ``True`` means that the code wants the record for its own use, whatever was asked for above.
    """


FORWARDED = Forwarded(1)


class Selection:
    """Which signals a call records, by path.

    Parameters
    ----------
    record : bool, str, or sequence of str
        Everything, nothing, or paths and patterns such as ``'neurons.*'``.
    """

    def __init__(self, record: Any):
        self.everything = record is True or isinstance(record, Forwarded)
        self.patterns = () if isinstance(record, bool | Forwarded) else as_patterns(record, "record")
        self._wild = tuple(p for p in self.patterns if any(c in p for c in "*?["))

    def __bool__(self) -> bool:
        return self.everything or bool(self.patterns)

    def wants(self, path: str) -> bool:
        """Whether the signal at ``path`` is recorded."""
        return self.everything or path in self.patterns or any(fnmatch.fnmatchcase(path, p) for p in self._wild)

    def check_found(self, record: Mapping[str, Any], offered: Callable[[], Iterable[str]], where: str) -> None:
        """Refuse a pattern that chose nothing."""
        if not self.patterns:
            return
        paths = [path for path, _ in leaves(record)]
        for pattern in self.patterns:
            if pattern not in paths and not any(fnmatch.fnmatchcase(path, pattern) for path in paths):
                known = sorted({*offered(), *paths})
                inside = any(fnmatch.fnmatchcase(path, pattern) for path in known)
                raise UnknownPathError(
                    where=f"{where}(record=...)",
                    expected="paths of signals that the model records",
                    got=f"{pattern!r}" + (", which this call has not recorded" if inside else ""),
                    fix="A submodule that evolve calls in a loop or a transform has no record: return its signal in evolve's own."
                    if inside
                    else nearest(pattern, known),
                )


class Call:
    """One call of a module, from its ``__call__`` to its return.

    A call inside it of a submodule, at any depth, reports its final states and its record here under the submodule's path.
    """

    def __init__(self, module: "Module", record: Any, batch_states: bool):
        outer = CALLS.top
        place = None if outer is None else outer.path_to(module)
        # A submodule called in a loop or transform inside evolve has values of that trace only; its state is in its cells.
        self.trace, self.frame = _trace(), STACK.top
        self.module = module
        self.outer = outer
        # The call around this one that has the module somewhere below.
        self.place_in = self.report_to = outer if place is not None else None
        self.place = place or ""
        self.prefix = outer.prefix + self.place + "." if outer is not None and place else ""
        # What the calls around this one want of it, each with the path at which it was asked; and what is asked here.
        self.above: tuple[tuple[str, Selection], ...] = outer.selections if outer is not None and place is not None else ()
        passed_on = isinstance(record, Forwarded) and place is not None
        self.asked = Selection(False if passed_on else record)
        self.selections = (*self.above, (self.prefix, self.asked)) if self.asked else self.above
        self.batch_states = batch_states or (place is not None and outer is not None and outer.batch_states)
        # Size of the batch, when evolve is through.
        self.batch = 1
        # Of each submodule what its last call has left in its cells.
        self.left: dict[int, dict[Any, Any]] = {}
        self.states: dict = {}
        # Of these what no cell holds, because a functional module leaves itself alone.
        self.unwritten: dict = {}
        self.batched: dict = {}
        self.record: dict = {}

    def __enter__(self) -> "Call":
        CALLS.top = self
        return self

    def __exit__(self, *_: object) -> None:
        CALLS.top = self.outer

    def wanted(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the module's own signals that are recorded."""
        return tuple(n for n in names if _wants(self.selections, self.prefix + n))

    def kept(self, record: Mapping[str, Any]) -> dict:
        """The part of a nested record that this call returns."""
        return _keep(record, self.prefix, self.selections)

    def path_to(self, module: "Module") -> str | None:
        """Path of ``module`` below the one being called, or ``None``."""
        return _path(self.module, module, ())

    def report(self, states: dict, record: dict) -> None:
        """Pass on to the call around this one what happened here, of the record what is wanted there."""
        if self.report_to is None or self.report_to.trace != _trace():
            return
        outer, names = self.report_to, self.place.split(".")[::-1]
        if states:
            outer.states = overlay(outer.states, _below(names, states))
            if self.module._functional:
                outer.unwritten = overlay(outer.unwritten, _below(names, states))
        if self.batched:
            outer.batched = overlay(outer.batched, _below(names, self.batched))
        if self.above:
            outer.record = overlay(outer.record, _below(names, _keep(record, self.prefix, self.above)))


def _trace() -> tuple:
    """Bouton's own frame, and JAX's trace: a transform of either kind inside evolve makes another."""
    return STACK.top, present_trace()


def _below(names: Sequence[str], nested: dict) -> dict:
    """A nested dict further down, at the last name first."""
    for name in names:
        nested = {name: nested}
    return nested


def _wants(selections: Sequence[tuple[str, Selection]], path: str) -> bool:
    return any(selection.wants(path[len(prefix) :]) for prefix, selection in selections)


def _keep(record: Mapping[str, Any], prefix: str, selections: Sequence[tuple[str, Selection]]) -> dict:
    if any(selection.everything for _, selection in selections):
        return dict(record)
    kept = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            branch = _keep(value, f"{prefix}{name}.", selections)
            if branch:
                kept[name] = branch
        elif _wants(selections, prefix + name):
            kept[name] = value
    return kept


def _path(parent: Any, module: "Module", above: tuple) -> str | None:
    for name, child in parent._children.items():
        if child is module:
            return name
    for name, child in parent._children.items():
        if child._children and not any(child is a for a in above):
            below = _path(child, module, (*above, parent))
            if below is not None:
                return f"{name}.{below}"
    return None
