"""The parts of a model as a graph, whichever way it is written, and where each has its activity."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import networkx as nx

import bouton as bp
from bouton import errors

from ._graph_places import Room, placed
from ._graph_shapes import Places

_TALL, _HEAD = 66.0, 11.0
_FIRST = ("spikes", "spike", "r", "g", "x", "V", "vmem")
_NEVER = ("input", "t_last_spike", "refractory")

Edge = tuple[str, str]


class Parts(NamedTuple):
    """What is drawn.

    Attributes
    ----------
    graph : bouton.nn.NodeGraph
        The parts and what joins them.
    places : mapping of str to tuple of str
        By name of a part the paths that may tell its activity, the best first.
    """

    graph: bp.nn.NodeGraph
    places: Mapping[str, tuple[str, ...]]


class _Part(NamedTuple):
    name: str
    kind: str
    size: int | None
    places: tuple[str, ...]


def parts_of(model: bp.modules.Module) -> Parts:
    """The nodes of a graph, the groups and synapses of a network of steps, or the modules of a chain.

    A model that does not tell its parts is one.
    """
    system = model.modules().get("system") if isinstance(model, bp.modules.FromStep) else None
    if isinstance(system, bp.nn.Node):
        return _of_nodes(model, system)
    if isinstance(system, bp.Container):
        return _of_steps(model, system)
    try:
        graph = model.as_graph() if system is None else None
    except errors.NoImplementationError:
        graph = None
    if graph is None:
        kind = model.class_name if system is None else type(system).__name__
        outputs = ("output",) if system is None or model.spiking_output else ()
        part = _Part(kind, kind, model.size_out, _ranked(model, "" if system is None else "system", outputs))
        return _put_together(model, [part], [], [])
    return _of_modules(model, graph)


def laid_out(graph: bp.nn.NodeGraph, width: float) -> Places:
    """Where its boxes and arrows lie; each box has room for a small curve below its name."""
    return placed(graph, "layered", Room(width, 1e4, _TALL, _HEAD))


def _of_modules(model: bp.modules.Module, graph: bp.modules.ModuleGraph) -> Parts:
    named = {path: path or model.class_name for path in graph.nodes}
    ends = [a for a, b in graph.edges if b == "output"]
    parts = [_Part("input", "input", model.size_in, ("input",))]
    for path, node in graph.nodes.items():
        outputs = (f"{path}_output",) if path else ()
        if ends == [path]:
            outputs = (*outputs, "output")
        parts.append(_Part(named[path], node.kind, node.shape[-1], _ranked(model, path, outputs)))
    edges = [("input" if a == "input" else named[a], named[b]) for a, b in graph.edges if b != "output" and a != "output"]
    order = {part.name: k for k, part in enumerate(parts)}
    forward = [edge for edge in edges if order[edge[0]] < order[edge[1]]]
    return _put_together(model, parts, forward, [edge for edge in edges if edge not in forward])


def _of_steps(model: bp.modules.Module, system: bp.Container) -> Parts:
    members = {name: child for name, child in system.modules().items() if isinstance(child, bp.DynamicalSystem)}
    name_of = {id(child): name for name, child in members.items()}
    joins = {
        name: (name_of[id(child.pre)], name_of[id(child.post)])
        for name, child in members.items()
        if id(getattr(child, "pre", None)) in name_of and id(getattr(child, "post", None)) in name_of
    }
    # What leads back within a circle of groups goes from one that came later to an earlier one.
    rank = _ranks([name for name in members if name not in joins], list(joins.values()))
    forward, back = [], []
    for name, (pre, post) in joins.items():
        forward.append((pre, name))
        (forward if rank[pre] < rank[post] else back).append((name, post))
    parts = []
    for name, child in members.items():
        size = getattr(child, "num", None) if name not in joins else members[joins[name][1]].num
        parts.append(_Part(name, type(child).__name__, size, _ranked(model, f"system.{name}", ())))
    return _put_together(model, parts, forward, back)


def _of_nodes(model: bp.modules.Module, system: bp.nn.Node) -> Parts:
    graph = bp.nn.NodeGraph.of(system)
    paths = {id(node): path for path, node in model.nodes("relative").items()}
    known = {str(node.name): paths[id(node)] for node in model.nodes("relative").values() if isinstance(node, bp.nn.Node)}
    feeding = {sender for sender, _, kind in graph.edges if kind == "feedforward"}
    ends = [node.name for node in graph.nodes if node.name not in feeding]
    entered = [node.name for node in graph.nodes if not any(sender for sender, _ in node.inputs)]
    places = {}
    for node in graph.nodes:
        outputs = ("output",) if ends == [node.name] else ()
        # A node that only hands on what comes from outside.
        outputs = ("input", *outputs) if entered == [node.name] and node.kind == "Input" else outputs
        path = known.get(node.name)
        if path is not None:
            # What a node gives can only be recorded; a state can be looked at, too.
            below = () if path == "system" else (f"{path}.output",)
            outputs = (*outputs, *_ranked(model, path, (), ("state", "fb_output")), *below)
        places[node.name] = outputs
    return Parts(graph, places)


def _ranked(model: bp.modules.Module, path: str, outputs: Sequence[str], first: Iterable[str] = ()) -> tuple[str, ...]:
    """Where the activity of a part may be found: its events, its output, its other states."""
    states = {
        entry.name: entry.path
        for entry in model.entries()
        if entry.kind == "state" and entry.is_array and entry.path.rpartition(".")[0] == path and entry.name not in _NEVER
    }
    order = [*(name for name in (*first, *_FIRST) if name in states), *states]
    events = [states[name] for name in order if name in ("spike", "spikes")]
    return tuple(dict.fromkeys([*events, *outputs, *(states[name] for name in order if name != "i")]))


def _ranks(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """An order in which as few edges as can be lead back, those of one circle in the order in which they came."""
    wired = nx.DiGraph()
    wired.add_nodes_from(names)
    wired.add_edges_from(edges)
    circles = nx.condensation(wired)
    made = {name: k for k, name in enumerate(wired)}
    found: dict[str, int] = {}
    for circle in nx.lexicographical_topological_sort(
        circles, key=lambda c: min(made[name] for name in circles.nodes[c]["members"])
    ):
        for name in sorted(circles.nodes[circle]["members"], key=made.__getitem__):
            found[name] = len(found)
    return found


def _put_together(model: Any, parts: Sequence[_Part], forward: Sequence[Edge], back: Sequence[Edge]) -> Parts:
    size = {part.name: None if part.size is None else (None, part.size) for part in parts}
    layer = {part.name: 0 for part in parts}
    wired = nx.DiGraph()
    wired.add_nodes_from(layer)
    wired.add_edges_from(forward)
    for name in nx.topological_sort(wired):
        layer[name] = 1 + max((layer[sender] for sender in wired.predecessors(name)), default=-1)
    nodes = [
        bp.nn.NodeOfGraph(
            part.name,
            part.kind,
            False,
            (part.name, part.name) in back,
            layer[part.name],
            tuple((a, size[a]) for a, b in forward if b == part.name),
            tuple((a, size[a]) for a, b in back if b == part.name and a != b),
            size[part.name],
        )
        for part in parts
    ]
    return Parts(bp.nn.NodeGraph(model.class_name, tuple(nodes)), {part.name: part.places for part in parts})
