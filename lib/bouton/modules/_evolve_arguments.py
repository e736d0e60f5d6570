"""How an ``evolve`` takes its arguments: not everybody writes ``record`` into it."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Arguments(NamedTuple):
    """Where ``evolve`` takes ``record``.

    Attributes
    ----------
    takes_record : bool
        Whether it does at all. Signals below are recorded by path in any case.
    place : int or None
        Where it stands among the arguments after the input, when they are given without names.
    """

    takes_record: bool
    place: int | None

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
    kinds = {p.name: p.kind for p in parameters}
    positional = [p.name for p in parameters if p.kind in _POSITIONAL]
    if "record" in kinds and kinds["record"] in (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY):
        return Arguments(True, positional.index("record") if "record" in positional else None)
    # Without the name: the first of further arguments, as long as evolve has no other idea of them.
    return Arguments(inspect.Parameter.VAR_KEYWORD in kinds.values(), None if positional else 0)
