"""The classes that operators make, and what they take for a node.

Operators belong to every node, and what they make are nodes, in modules that stand above this one. Each says so here of itself.
"""

from collections.abc import Callable
from typing import Any, TypeVar

C = TypeVar("C", bound=type)

_MADE: dict[str, Any] = {}


def made_as(role: str) -> Callable[[C], C]:
    """A class decorator: operators make this class for ``role``: ``'node'``, ``'network'``, ``'concat'`` or ``'select'``."""

    def note(cls: C) -> C:
        _MADE[role] = cls
        return cls

    return note


def maker(role: str) -> Any:
    """The class of that role."""
    return _MADE[role]


def is_node(given: Any) -> bool:
    """Whether it can be wired."""
    return isinstance(given, _MADE["node"])
