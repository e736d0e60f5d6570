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
    """

    names: frozenset[str]
    anything: bool

    def chosen(self, shared: Mapping[str, Any]) -> dict[str, Any]:
        """Those of ``shared`` that the method takes."""
        return {name: value for name, value in shared.items() if self.anything or name in self.names}


def takes(method: Callable, data: int) -> Takes:
    """Of a bound method, whose first ``data`` arguments are the data."""
    given = [*inspect.signature(method).parameters.values()]
    named = [p.name for p in given if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    positional = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in given)
    return Takes(frozenset(named[min(data, positional) :]) - {"fb"}, any(p.kind is p.VAR_KEYWORD for p in given))


def number_of_data(method: Callable) -> int:
    """How many arguments a bound ``forward`` takes its data in: two where the second is for feedback."""
    given = [p for p in inspect.signature(method).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return 2 if len(given) > 1 and given[1].name == "fb" else 1
