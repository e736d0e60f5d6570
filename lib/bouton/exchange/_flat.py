"""A graph of NIR with the graphs in it taken apart."""

from collections.abc import Mapping
from typing import Any

from ..errors import UnsupportedError, ValueRefused
from ._package import nir


class Flat:
    """Nodes and edges of a graph, without graphs inside, between one input and one output.

    Parameters
    ----------
    graph : nir.NIRGraph

    Attributes
    ----------
    nodes : dict of str to nir.NIRNode
        Without the input and the output. A node of a graph inside has the name ``'outer.inner'``.
    before, after : dict of str to list of str
        What feeds a node, and what it feeds; of the input ``after['']``, of the output ``before['']``.

    Raises
    ------
    UnsupportedError
        For several inputs or outputs.
    ValueRefused
        For a node that nothing reaches, or that reaches nothing; the output that nothing feeds.
    """

    def __init__(self, graph: Any, where: str):
        self._where, self._nir = where, nir(where)
        nodes, edges = self._taken_apart(graph, "")
        source, sink = self._gates(nodes, "")
        self.size_in = tuple(int(n) for n in nodes[source].input_type["input"])
        self.nodes = {name: node for name, node in nodes.items() if name not in (source, sink)}
        self.before: dict[str, list[str]] = {name: [] for name in ("", *self.nodes)}
        self.after: dict[str, list[str]] = {name: [] for name in ("", *self.nodes)}
        for one, two in dict.fromkeys(edges):
            one, two = ("" if name in (source, sink) else name for name in (one, two))
            self.after[one].append(two)
            self.before[two].append(one)
        self._refuse_loose_ends(source, sink)

    def _taken_apart(self, graph: Any, above: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        nodes: dict[str, Any] = {}
        gates: dict[str, tuple[str, str]] = {}
        edges = []
        for name, node in graph.nodes.items():
            full = f"{above}{name}"
            if isinstance(node, self._nir.NIRGraph):
                inner, more = self._taken_apart(node, f"{full}.")
                gates[full] = self._gates(inner, full)
                nodes |= inner
                edges += more
            else:
                nodes[full] = node
        for one, two in graph.edges:
            sender, receiver = f"{above}{one}", f"{above}{two}"
            edges.append((gates.get(sender, ("", sender))[1], gates.get(receiver, (receiver, ""))[0]))
        for pair in gates.values():
            for gate in pair:
                edges = _bridged(edges, gate)
                del nodes[gate]
        return nodes, edges

    def _gates(self, nodes: Mapping[str, Any], name: str) -> tuple[str, str]:
        """The one input and the one output of a graph."""
        found = []
        for kind, word in ((self._nir.Input, "input"), (self._nir.Output, "output")):
            names = [key for key, node in nodes.items() if isinstance(node, kind)]
            if len(names) != 1:
                self._refuse_missing_edge(nodes, name)
                raise UnsupportedError(
                    where=f"{self._where}, {f'graph {name!r}' if name else 'the graph'}",
                    expected=f"one {word}",
                    got=f"{len(names)}: {', '.join(names)}" if names else "none",
                    fix=f"Bring them together in one {word} where the graph is made.",
                )
            found.append(names[0])
        return found[0], found[1]

    def _refuse_missing_edge(self, nodes: Mapping[str, Any], name: str) -> None:
        """Refuse a node without an edge, before which or behind which the package has put an input or an output of its own."""
        above = f"{name}." if name else ""
        loose = {
            word: [key for key in nodes if isinstance(nodes.get(f"{above}{word}_{key.removeprefix(above)}"), kind)]
            for kind, word in ((self._nir.Input, "input"), (self._nir.Output, "output"))
        }
        edge = (*loose["output"][:1], *loose["input"][:1])
        for word, ahead in (("input", "to it"), ("output", "away from it")):
            if loose[word]:
                raise self._no_edge(loose[word][0], ahead, edge)

    def _no_edge(self, name: str, ahead: str, edge: tuple[str, ...]) -> ValueRefused:
        return ValueRefused(
            where=f"{self._where}, node {name!r}",
            expected=f"an edge that leads {ahead}",
            got="none",
            fix=f"Add the edge {edge}." if len(edge) == 2 else "Add the edge that is missing, or leave the node out.",
        )

    def _refuse_loose_ends(self, source: str, sink: str) -> None:
        if self.nodes and not self.before[""]:
            raise self._no_edge(sink, "to it", (next(reversed(self.nodes)), sink))
        if self.nodes and not self.after[""]:
            raise self._no_edge(source, "away from it", (source, next(iter(self.nodes))))
        for edges, words in ((self.after, "reached from the input"), (self.before, "that leads to the output")):
            seen, ahead = {""}, list(edges[""])
            while ahead:
                name = ahead.pop()
                if name not in seen:
                    seen.add(name)
                    ahead += edges[name]
            loose = [name for name in self.nodes if name not in seen]
            if loose:
                raise ValueRefused(
                    where=f"{self._where}, node {loose[0]!r}",
                    expected=f"a node {words}",
                    got="one that is not",
                    fix="Connect it, or leave it out of the graph.",
                )


def _bridged(edges: list[tuple[str, str]], gate: str) -> list[tuple[str, str]]:
    """Edges past a gate of an inner graph, from what fed it to what it fed."""
    senders = [one for one, two in edges if two == gate]
    receivers = [two for one, two in edges if one == gate]
    kept = [edge for edge in edges if gate not in edge]
    return kept + [(one, two) for one in senders for two in receivers]
