"""How an ``evolve`` takes its arguments: not everybody writes ``record`` into it."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from ..core._names import nearest
from ..errors import KindError

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Arguments(NamedTuple):
    """What ``evolve`` takes beside the input.

    Attributes
    ----------
    takes_record : bool
        Whether it takes ``record`` at all. Signals below are recorded by path in any case.
    place : int or None
        Where ``record`` stands among the arguments after the input, when they are given without names.
    needs_record : bool
        Whether ``record`` has no default.
    names : frozenset of str or None
        The names of all arguments; ``None`` when any will do.
    """

    takes_record: bool
    place: int | None
    needs_record: bool
    names: frozenset[str] | None

    def check_names(self, kwargs: dict, where: str) -> None:
        """Refuse an argument that evolve has not; ``record`` is understood in any case."""
        for name in kwargs:
            if name != "record" and self.names is not None and name not in self.names:
                raise KindError(
                    where=f"{where}({name}=...)",
                    expected="an argument that its evolve takes",
                    got=f"{name!r}",
                    fix=nearest(name, sorted({*self.names, "record", "return_batch_state"})),
                )

    def asked(self, args: tuple, kwargs: dict) -> Any:
        """What the caller said for ``record``."""
        if self.place is not None and len(args) > self.place:
            return args[self.place]
        return kwargs.get("record", False)

    def with_record(self, args: tuple, kwargs: dict, record: Any) -> tuple[tuple, dict]:
        """The caller's arguments as ``evolve`` takes them, with another ``record``."""
        place = self.place
        if place is not None and len(args) > place:
            return (*args[:place], *((record,) if self.takes_record else ()), *args[place + 1 :]), kwargs
        others = {name: value for name, value in kwargs.items() if name != "record"}
        return args, {**others, "record": record} if self.takes_record else others


def arguments_of(module: Any) -> Arguments:
    """Those of the ``evolve`` of ``module``."""
    own = module.__dict__.get("evolve")
    return _arguments(type(module).evolve, 2) if own is None else _arguments(own, 1)


@functools.lru_cache(maxsize=256)
def _arguments(evolve: Callable, before: int) -> Arguments:
    """``before``: how many arguments stand before those that the caller of a module gives."""
    parameters = list(inspect.signature(evolve).parameters.values())
    while before and parameters and parameters[0].kind in _POSITIONAL:
        parameters, before = parameters[1:], before - 1
    positional = [p.name for p in parameters if p.kind in _POSITIONAL]
    named = {p.name: p for p in parameters if p.kind in (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY)}
    anything = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    names = None if anything else frozenset(named)
    if "record" in named:
        place = positional.index("record") if "record" in positional else None
        return Arguments(True, place, named["record"].default is inspect.Parameter.empty, names)
    # Without the name: the first of further arguments, as long as evolve has no other idea of them.
    return Arguments(anything, None if positional else 0, False, names)
