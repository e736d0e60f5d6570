"""Operators between nodes."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from ..core import Object
from ..errors import KindError, ValueRefused
from ._operators import fb_connect, ff_connect, merge, nodes_in, select

if TYPE_CHECKING:
    from ._network import Network


class Wiring:
    """What ``>>``, ``<<``, ``&`` and ``[...]`` mean.

    ``a >> b`` feeds b with what a gives, ``b << a`` feeds it back one step later, ``a & b`` puts two graphs together; each makes
    a new :class:`~bouton.nn.Network`. A set stands for several nodes apart; a list or a tuple in front of ``>>`` for several
    side by side, on one axis of features. An array in front of ``>>`` is what the node is called with.
    """

    # Without it Python would take __getitem__ for a way to go through a node.
    __iter__ = None
    __call__: Callable[..., Any]

    def __rshift__(self, other: Any) -> "Network":
        _refuse_systems(other, f"{type(self).__name__} >> {type(other).__name__}")
        return ff_connect(self, other)

    def __rrshift__(self, other: Any) -> Any:
        if nodes_in(other) or isinstance(other, set | frozenset) or (isinstance(other, list | tuple) and not other):
            return ff_connect(other, self)
        _refuse_systems(other, f"{type(other).__name__} >> {type(self).__name__}")
        return self(other)

    def __lshift__(self, other: Any) -> "Network":
        _refuse_systems(other, f"{type(self).__name__} << {type(other).__name__}")
        return fb_connect(other, self)

    def __rlshift__(self, other: Any) -> "Network":
        return fb_connect(self, other)

    def __and__(self, other: Any) -> "Network":
        return merge(self, other)

    def __rand__(self, other: Any) -> "Network":
        return merge(other, self)

    def __irshift__(self, other: Any) -> Any:
        self._refuse_in_place(">>=")

    def __ilshift__(self, other: Any) -> Any:
        self._refuse_in_place("<<=")

    def __iand__(self, other: Any) -> Any:
        self._refuse_in_place("&=")

    def __getitem__(self, index: Any) -> "Network":
        if isinstance(index, str | Mapping):
            raise KindError(
                where=f"{type(self).__name__}[{index!r}]",
                expected="which features",
                got=type(index).__name__,
                fix="A network has members by name; of a node write node[0], node[:3] or node[[0, 2]].",
            )
        return select(self, index)

    def _refuse_in_place(self, operator: str) -> NoReturn:
        raise ValueRefused(
            where=f"{type(self).__name__} {operator} ...",
            expected="a Network on the left, which can change",
            got="a single node",
            fix=f"Write net = node {operator[:-1]} other, which makes a new Network.",
        )


def _refuse_systems(other: Any, where: str) -> None:
    """Systems of one step that are no nodes."""
    if isinstance(other, Object) and not nodes_in(other):
        raise KindError(
            where=where,
            expected="nodes of bp.nn",
            got=f"{type(other).__name__}",
            fix="Make a node of it, bp.nn.FromSystem(system)." if hasattr(other, "update") else "Wire nodes.",
        )
