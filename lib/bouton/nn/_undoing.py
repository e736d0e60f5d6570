"""What initialisation has done is undone when it fails."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from ..transform._frame import STACK
from ..transform._journal import Journal
from ._plan import Plan

if TYPE_CHECKING:
    from ._node import Node

_REGISTRIES = ("_slots", "_children", "_groups", "_implicit_vars", "_implicit_nodes")
# A name that was given out stays.
_STAYING = ("_unique_name", "_attribute_name")


def cells_put_back() -> AbstractContextManager:
    """An error inside gives Variables the values that they had; in compiled code the trace does that."""
    return Journal() if STACK.top is None else nullcontext()


class NodesPutBack:
    """An error inside leaves ``nodes`` as they were: attributes, what is registered, what is known of them, Variables."""

    def __init__(self, nodes: Iterable[Node]):
        self._nodes = tuple(nodes)

    def __enter__(self) -> None:
        self._cells = cells_put_back()
        self._cells.__enter__()
        self._before = [_facts(node) for node in self._nodes]

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._cells.__exit__(kind, error, trace)
        if error is not None:
            for node, before in zip(self._nodes, self._before, strict=True):
                _put_back(node, *before)


def _facts(node: Node) -> tuple[dict[str, Any], dict[str, dict], Plan]:
    plan = Plan()
    plan.take(node._plan)
    return dict(node.__dict__), {name: dict(node.__dict__[name]) for name in _REGISTRIES}, plan


def _put_back(node: Node, attributes: dict[str, Any], registries: dict[str, dict], plan: Plan) -> None:
    kept = {name: node.__dict__[name] for name in _STAYING}
    node.__dict__.clear()
    node.__dict__.update(attributes, **kept)
    for name, before in registries.items():
        node.__dict__[name].clear()
        node.__dict__[name].update(before)
    node._plan.take(plan)
    node._kin.version += 1
    node._kin.held.version += 1
