"""Which keywords the methods that a user writes take."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Takes(NamedTuple):
    """What a method can be called with besides the data.

    Attributes
    ----------
    names : frozenset of str
        Keywords.
    anything : bool
        Whether any keyword.
    on : frozenset of str
        Keywords that are True unless told.
    """

    names: frozenset[str]
    anything: bool
    on: frozenset[str] = frozenset()

    def chosen(self, shared: Mapping[str, Any]) -> dict[str, Any]:
        """Those of ``shared`` that the method takes."""
        return {name: value for name, value in shared.items() if self.anything or name in self.names}


def takes(method: Callable, data: int) -> Takes:
    """Of a bound method, whose first ``data`` arguments are the data."""
    given = [*inspect.signature(method).parameters.values()]
    named = [p for p in given if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    positional_only = sum(p.kind is p.POSITIONAL_ONLY for p in given)
    keywords = [p for k, p in enumerate(named) if p.name != "fb" and (p.kind is p.KEYWORD_ONLY or k + positional_only >= data)]
    return Takes(
        frozenset(p.name for p in keywords),
        any(p.kind is p.VAR_KEYWORD for p in given),
        frozenset(p.name for p in keywords if p.default is True),
    )


def number_of_data(method: Callable) -> int:
    """How many arguments a bound ``forward`` takes its data in: two where the second is for feedback."""
    given = [*inspect.signature(method).parameters.values()]
    named = [p.name for p in given if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    any_number = any(p.kind is p.VAR_POSITIONAL for p in given)
    return 2 if any_number or named[1:2] == ["fb"] else 1
