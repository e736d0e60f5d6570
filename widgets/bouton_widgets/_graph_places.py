"""Where the boxes and arrows of a drawn network lie."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import networkx as nx

from bouton.nn import NodeGraph

from ._graph_layers import layered
from ._graph_shapes import Box, Curve, Places, arrow, bezier, box_of, looped, shifted

_AROUND: Mapping[str, Callable[..., Mapping[str, Any]]] = {
    "shell_layout": nx.shell_layout,
    "circular_layout": nx.circular_layout,
    "spectral_layout": nx.spectral_layout,
    "kamada_kawai_layout": nx.kamada_kawai_layout,
}


_PUSHES, _FILLED = 300, 0.35


class Room(NamedTuple):
    """How a drawing is meant to be.

    Attributes
    ----------
    width, height : float
        In pixels.
    tall : float
        Height of a box.
    head : float
        Length of the head of an arrow.
    """

    width: float
    height: float
    tall: float
    head: float


def placed(graph: NodeGraph, layout: str, room: Room) -> Places:
    """Lay out a network, each unit of length a pixel, y downward from the upper left corner.

    The drawing may turn out larger than the room.
    """
    if not graph.nodes:
        return Places((), (), 4 * room.tall, room.tall)
    boxes = {node.name: box_of(node, room.tall) for node in graph.nodes}
    if layout == "layered":
        return layered(graph, _wired(graph), boxes, room.width, room.head)
    return _free(graph, boxes, _positions(graph, layout), room)


def _wired(graph: NodeGraph) -> nx.DiGraph:
    wired = nx.DiGraph()
    wired.add_nodes_from(node.name for node in graph.nodes)
    wired.add_edges_from((a, b) for a, b, kind in graph.edges if kind == "feedforward")
    return wired


# Once for a drawing, however often it is tried to fit it into the room.
@lru_cache(maxsize=1)
def _positions(graph: NodeGraph, layout: str) -> dict[str, tuple[float, float]]:
    """Between 0 and 1; the same network looks the same each time."""
    wired = _wired(graph)
    if layout == "multipartite_layout":
        layers: dict[int, list[str]] = {}
        for node in graph.nodes:
            layers.setdefault(node.layer, []).append(node.name)
        found = nx.multipartite_layout(wired, subset_key=layers)
    elif layout == "spring_layout":
        found = nx.spring_layout(wired.to_undirected(), seed=0)
    else:
        found = _AROUND[layout](wired.to_undirected())
    low, span = [], []
    for k in (0, 1):
        values = [float(place[k]) for place in found.values()]
        low.append(min(values))
        span.append(max(values) - min(values))
    # All on one line, or one place, lies in the middle.
    at = {name: tuple((place[k] - low[k]) / span[k] if span[k] > 1e-6 else 0.5 for k in (0, 1)) for name, place in found.items()}
    return {name: (float(x), float(y)) for name, (x, y) in at.items()}


def _free(graph: NodeGraph, boxes: Mapping[str, Box], at: Mapping[str, tuple[float, float]], room: Room) -> Places:
    """Boxes as near to given places as they can be without lying on one another, and arrows almost straight between them."""
    wide = max(box.width for box in boxes.values())
    across, down = max(room.width - wide - room.tall, wide), max(room.height - 3 * room.tall, 2 * room.tall)
    # Many boxes take more than there is, or they would push each other for ever.
    taken = sum((box.width + room.tall / 2) * 1.8 * room.tall for box in boxes.values())
    factor = max(1.0, (taken / (_FILLED * across * down)) ** 0.5)
    across, down = factor * across, factor * down
    laid = _apart({name: box.moved(at[name][0] * across, at[name][1] * down) for name, box in boxes.items()}, room.tall)
    curves = [_straight(laid, edge, room.head) for edge in graph.edges]
    return shifted(Places(tuple(laid.values()), tuple(curves), 0.0, 0.0), room.tall / 3)


def _apart(boxes: Mapping[str, Box], tall: float) -> dict[str, Box]:
    """Push boxes that lie on one another apart, the way that is shortest, until none does."""
    laid = list(boxes.values())
    for _ in range(_PUSHES):
        still = True
        for k, j in _near(laid, tall):
            a, b = laid[k], laid[j]
            # Beside one another they need a little room, and above one another that of a loop.
            x, y = (a.width + b.width + tall) / 2 - abs(b.x - a.x), 1.8 * tall - abs(b.y - a.y)
            if min(x, y) <= 0.01:
                continue
            still = False
            dx, dy = (
                ((x / 2 + 0.01) * (1 if b.x >= a.x else -1), 0.0) if x < y else (0.0, (y / 2 + 0.01) * (1 if b.y >= a.y else -1))
            )
            laid[k], laid[j] = a.moved(a.x - dx, a.y - dy), b.moved(b.x + dx, b.y + dy)
        if still:
            break
    return dict(zip(boxes, laid, strict=True))


def _near(boxes: Sequence[Box], room: float) -> Iterator[tuple[int, int]]:
    """Pairs that might lie on one another."""
    order, reach = sorted(range(len(boxes)), key=lambda k: boxes[k].x), max(box.width for box in boxes) + room
    for place, k in enumerate(order):
        for j in order[place + 1 :]:
            if boxes[j].x - boxes[k].x > reach:
                break
            yield k, j


def _straight(boxes: Mapping[str, Box], edge: tuple[str, str, str], head: float) -> Curve:
    sender, receiver, kind = edge
    a, b = boxes[sender], boxes[receiver]
    if kind == "recurrent":
        return looped(a, head)
    x, y = b.x - a.x, b.y - a.y
    # Feedback goes beside what goes forward between the same two.
    side = 0.3 if kind == "feedback" else 0.0
    middle = ((a.x + b.x) / 2 - side * y, (a.y + b.y) / 2 + side * x)
    start, end = a.edge_towards(middle), b.edge_towards(middle)
    near = [tuple(one[k] + (middle[k] - one[k]) * 2 / 3 for k in (0, 1)) for one in (start, end)]
    (x1, y1), (x2, y2) = near
    return arrow(edge, bezier(start, (x1, y1), (x2, y2), end), min(head, math.dist(start, end) / 2 or head))
