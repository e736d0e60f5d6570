"""A graph as a system of one step that is called with data alone, as a runner calls systems."""

from collections.abc import Mapping
from typing import Any

from ..dynamics import DynamicalSystemNS, share
from ..math import BatchingMode
from ..transform._frame import STACK
from ._node import Node


class Fed(DynamicalSystemNS):
    """One step of ``target``, which also returns what was watched.

    Parameters
    ----------
    target : Node
    monitors : list of str
        As a call of the node takes them.
    """

    def __init__(self, target: Node, monitors: list[str]):
        super().__init__(mode=BatchingMode())
        # Not as a child, whose name would become that of the attribute.
        self.__dict__.update(target=target, monitors=monitors, keywords=Keywords())

    def update(self, data: Any, states: Mapping[str, Any], feedbacks: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """One step with inputs and forced values of this step; keywords are shared."""
        shared = {name: share[name] for name in self.keywords.used()}
        out, seen = self.target(data, None, states, feedbacks, self.monitors, **shared)
        return out, {key: _by_text(value) for key, value in seen.items()}

    def reset_state(self, batch_size: int | None = None) -> "Fed":
        """States and feedback buffers anew."""
        self.target.reset_state(batch_size)
        return self

    def clear_input(self) -> None:
        """What systems in the graph have gathered."""
        self.target.clear_input()


class Keywords:
    """Which of the shared arguments every ``forward`` is given; compiled code holds their names as constants.

    Attributes
    ----------
    names : frozenset of str
    """

    __slots__ = ("names",)

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()

    @property
    def version(self) -> frozenset[str]:
        """The names: with those of before, what was compiled then fits again."""
        return self.names

    def used(self) -> frozenset[str]:
        """The names, on which the trace under way depends."""
        frame = STACK.top
        while frame is not None:
            frame.constants.setdefault(self, self.names)
            frame = frame.outer
        return self.names


def _by_text(value: Any) -> Any:
    """JAX puts the keys of a dict in order, which nodes and classes have none of."""
    if not isinstance(value, Mapping):
        return value
    return {str(key.name if isinstance(key, Node) else getattr(key, "__name__", key)): part for key, part in value.items()}
