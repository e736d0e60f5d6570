"""Nodes and edges: which order they run in, and which graphs there cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from ..errors import ValueRefused

if TYPE_CHECKING:
    from ._node import Node

Edge = tuple["Node", "Node"]


class Graph:
    """Nodes that are wired, which do not change.

    Parameters
    ----------
    nodes : tuple of Node
        In the order in which they run: each behind those it gets its input from, and apart from that as they were made.
    ff, fb : tuple of (sender, receiver)
        Edges, by receiver in order of ``nodes``; those to one receiver in the order of its inputs.

    Attributes
    ----------
    nodes, ff, fb
        As given.
    entries, exits : tuple of Node
        Those that no other node feeds; those that feed no other.
    fb_sending : tuple of Node
        Those that send feedback.
    is_looked_at : bool
        Whether it is known if members contradict each other; see :mod:`bouton.nn._flags`.
    """

    __slots__ = ("_fb_senders", "_senders", "entries", "exits", "fb", "fb_sending", "ff", "is_looked_at", "nodes")

    def __init__(self, nodes: tuple[Node, ...] = (), ff: tuple[Edge, ...] = (), fb: tuple[Edge, ...] = ()):
        self.nodes, self.ff, self.fb = nodes, ff, fb
        self.is_looked_at = False
        self._senders, self._fb_senders = _by_receiver(ff), _by_receiver(fb)
        feeding = {a for a, _ in ff}
        self.entries = tuple(node for node in nodes if node not in self._senders)
        self.exits = tuple(node for node in nodes if node not in feeding)
        self.fb_sending = tuple(dict.fromkeys(a for a, _ in fb))

    def senders(self, node: Node) -> tuple[Node, ...]:
        """What ``node`` gets its input from, in order."""
        return self._senders.get(node, ())

    def fb_senders(self, node: Node) -> tuple[Node, ...]:
        """What ``node`` gets feedback from, in order."""
        return self._fb_senders.get(node, ())

    def of(self, copies: Mapping[Node, Node]) -> Graph:
        """The same graph of copies."""
        ff, fb = (tuple((copies[a], copies[b]) for a, b in edges) for edges in (self.ff, self.fb))
        return Graph(tuple(copies[node] for node in self.nodes), ff, fb)


def _by_receiver(edges: tuple[Edge, ...]) -> dict[Node, tuple[Node, ...]]:
    found: dict[Node, list[Node]] = {}
    for a, b in edges:
        found.setdefault(b, []).append(a)
    return {b: tuple(senders) for b, senders in found.items()}


def wired(nodes: Iterable[Node], ff: Iterable[Edge], fb: Iterable[Edge]) -> Graph:
    """The graph of these nodes and edges, in whatever order they come.

    Raises
    ------
    ValueRefused
        For a circle of feedforward or of feedback edges, an edge to a node that does not take it, two nodes of one name.
    """
    ff, fb = [*dict.fromkeys(ff)], [*dict.fromkeys(fb)]
    ends = (node for edge in (*ff, *fb) for node in edge)
    members = sorted(dict.fromkeys((*nodes, *ends)), key=lambda node: node._number)
    _refuse_same_names(members)
    _refuse_circle(members, ff, ">>", "Close the loop with feedback, which comes one step later: receiver << sender.")
    for a, b in ff:
        if not b._takes_input:
            raise ValueRefused(
                where=f"{a.name} >> {b.name}",
                expected="a node that can be fed",
                got=f"{type(b).__name__}, where data come in",
                fix="Leave it out: wire what sends to it to its receivers.",
            )
    for a, b in fb:
        _refuse_feedback(a, b)
    _refuse_circle(members, fb, "<<", "Leave one of these feedback edges out; a node's own past belongs in a RecurrentNode.")
    order = _in_order(members, ff)
    place = {node: k for k, node in enumerate(order)}
    return Graph(
        tuple(order),
        tuple(sorted(ff, key=lambda edge: (place[edge[1]], *_rank(*edge)))),
        tuple(sorted(fb, key=lambda edge: (place[edge[1]], edge[0]._number))),
    )


def refuse_early_feedback(graph: Graph) -> None:
    """:class:`ValueRefused` for feedback whose receiver does not come before its sender: its lag would be undefined."""
    for sender, receiver in graph.fb:
        if sender not in behind(graph, [receiver]):
            raise ValueRefused(
                where=f"{receiver.name} << {sender.name}",
                expected=f"a feedforward path from {receiver.name} to {sender.name}",
                got="none",
                fix=f"Wire them, {receiver.name} >> ... >> {sender.name}, or use >> for an input of the same step.",
            )


def behind(graph: Graph, nodes: Iterable[Node]) -> set[Node]:
    """These, and those that feedforward edges lead to from there."""
    reached = set(nodes)
    for a, b in graph.ff:
        # Edges stand in the order of their receivers, so one pass finds all.
        if a in reached:
            reached.add(b)
    return reached


def _rank(sender: Node, receiver: Node) -> tuple[int, int]:
    """The place of an input: as a list named them, or else as the senders were made."""
    listed = receiver._plan.listed
    place = next((k for k, node in enumerate(listed) if node is sender), len(listed))
    return place, sender._number


def _in_order(members: list[Node], ff: list[Edge]) -> list[Node]:
    """Each behind its senders; among those that could be next, the one that was made first."""
    sorter: TopologicalSorter[Node] = TopologicalSorter(dict.fromkeys(members, ()))
    for a, b in ff:
        sorter.add(b, a)
    sorter.prepare()
    ready: list[tuple[int, int, Node]] = []
    order: list[Node] = []
    while sorter.is_active():
        for node in sorter.get_ready():
            heappush(ready, (node._number, id(node), node))
        _, _, node = heappop(ready)
        order.append(node)
        sorter.done(node)
    return order


def _refuse_circle(members: list[Node], edges: list[Edge], operator: str, fix: str) -> None:
    sorter: TopologicalSorter[Node] = TopologicalSorter(dict.fromkeys(members, ()))
    for a, b in edges:
        sorter.add(b, a)
    try:
        sorter.prepare()
    except CycleError as error:
        path = [str(node.name) for node in error.args[1]]
        # From the node that was made first, whatever the sorter began with; feedback is read from the receiver.
        start = path.index(min(error.args[1], key=lambda node: node._number).name)
        path = [*path[start:-1], *path[:start], path[start]]
        path = path if operator == ">>" else path[::-1]
        kind = "feedforward" if operator == ">>" else "feedback"
        raise ValueRefused(
            where="the graph",
            expected=f"no circle of {kind} edges",
            got=f" {operator} ".join(path),
            fix=fix if len(path) > 2 else "What a node remembers of itself belongs in a RecurrentNode.",
        ) from None


def _refuse_feedback(sender: Node, receiver: Node) -> None:
    if not receiver.is_feedback_input_supported:
        raise ValueRefused(
            where=f"{receiver.name} << {sender.name}",
            expected="a receiver that supports feedback: a class with a method init_fb",
            got=f"{receiver!r}",
            fix="Send the feedback to another node; a class of your own supports it when it defines init_fb.",
        )


def _refuse_same_names(members: list[Node]) -> None:
    named: dict[str, Node] = {}
    for node in members:
        other = named.setdefault(str(node.name), node)
        if other is not node:
            raise ValueRefused(
                where="the graph",
                expected="nodes of different names",
                got=f"two that are called {node.name!r}",
                fix=f"Give one of them another name: node.name = '{node.name}_2'.",
            )
