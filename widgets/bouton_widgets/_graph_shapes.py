"""The shapes of a drawn network: boxes, curves, and the heads of arrows. Lengths are pixels, y goes downward."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Self

from bouton.nn import NodeOfGraph

Point = tuple[float, float]

TALL = 44.0
"""Height of a box at which its name has 13 pixels."""
_WIDEST = 176.0
_NARROW, _WIDE = "iljtfrI.,:;|!'()[] ", "mwMWQO@%&"


class Box(NamedTuple):
    """A node, with its name and below it the class and the number of features.

    Attributes
    ----------
    node : NodeOfGraph
    x, y : float
        Of the middle.
    width, height : float
    name, kind : str
        The two lines, as long as there is room for them.
    """

    node: NodeOfGraph
    x: float
    y: float
    width: float
    height: float
    name: str
    kind: str

    @property
    def unit(self) -> float:
        """How much larger than usual it is."""
        return self.height / TALL

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Its upper side."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height / 2

    def moved(self, x: float, y: float) -> Self:
        """The same with its middle there."""
        return self._replace(x=x, y=y)

    def edge_towards(self, point: Point) -> Point:
        """Where the line from its middle to a point leaves it."""
        dx, dy = point[0] - self.x, point[1] - self.y
        steps = [half / abs(d) for half, d in ((self.width / 2, dx), (self.height / 2, dy)) if abs(d) > 1e-9]
        part = min(steps, default=0.0)
        return self.x + part * dx, self.y + part * dy


class Curve(NamedTuple):
    """An arrow.

    Attributes
    ----------
    sender, receiver, kind : str
        As in `NodeGraph.edges`.
    points : tuple of (x, y)
        The line, up to the head.
    head : tuple of (x, y)
        The corners of the head, the tip first.
    """

    sender: str
    receiver: str
    kind: str
    points: tuple[Point, ...]
    head: tuple[Point, ...]


class Places(NamedTuple):
    """A drawing, from 0 to its width and height."""

    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    width: float
    height: float


def box_of(node: NodeOfGraph, tall: float) -> Box:
    """The box of a node, which is as wide as its two lines."""
    unit = tall / TALL
    features = "" if node.output is None else " · " + "×".join(map(str, node.output[1:]))
    name, kind = _fitting(node.name, 14.4), _fitting(node.kind + features, 11.5)
    width = max(_length(name, 14.4), _length(kind, 11.5), 34.0) + 22
    return Box(node, 0.0, 0.0, width * unit, tall, name, kind)


def arrow(edge: tuple[str, str, str], points: Sequence[Point], head: float) -> Curve:
    """A line with a head at its end."""
    rest, kept = head, list(points)
    tip = kept[-1]
    while len(kept) > 2 and math.dist(kept[-1], kept[-2]) < rest:
        rest -= math.dist(kept[-1], kept[-2])
        kept.pop()
    (x, y), (x0, y0) = kept[-1], kept[-2]
    part = min(rest / max(math.dist((x, y), (x0, y0)), 1e-9), 0.9)
    base = (x - part * (x - x0), y - part * (y - y0))
    length = math.dist(base, tip) or 1.0
    side = 0.36 * head / length * (tip[1] - base[1]), 0.36 * head / length * (tip[0] - base[0])
    corners = (tip, (base[0] + side[0], base[1] - side[1]), (base[0] - side[0], base[1] + side[1]))
    return Curve(*edge, (*kept[:-1], base), corners)


def looped(box: Box, head: float) -> Curve:
    """An arrow from the upper side of a box to the same."""
    a, b, up = box.x - 11 * box.unit, box.x + 11 * box.unit, box.top - 30 * box.unit
    points = bezier((a, box.top), (a - 8 * box.unit, up), (b + 8 * box.unit, up), (b, box.top))
    return arrow((box.node.name, box.node.name, "recurrent"), points, 0.8 * head)


def bezier(start: Point, first: Point, second: Point, end: Point, steps: int = 24) -> list[Point]:
    """A cubic curve, as points."""
    found = []
    for k in range(steps + 1):
        t = k / steps
        parts = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        found.append(
            (
                sum(part * point[0] for part, point in zip(parts, (start, first, second, end), strict=True)),
                sum(part * point[1] for part, point in zip(parts, (start, first, second, end), strict=True)),
            )
        )
    return found


def rounded(corners: Sequence[Point], radius: float) -> list[Point]:
    """A path from corner to corner, which are rounded."""
    corners = [point for k, point in enumerate(corners) if k == 0 or math.dist(point, corners[k - 1]) > 1e-6]
    found = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        r = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        start, end = _on_the_way(corner, before, r), _on_the_way(corner, after, r)
        found += bezier(start, _on_the_way(start, corner, 0.55 * r), _on_the_way(end, corner, 0.55 * r), end, 8)
    return [*found, corners[-1]]


def shifted(places: Places, margin: float) -> Places:
    """The same drawing, with so much room on each side."""
    xs = [x for curve in places.curves for x, _ in (*curve.points, *curve.head)]
    ys = [y for curve in places.curves for _, y in (*curve.points, *curve.head)]
    xs += [x for box in places.boxes for x in (box.left, box.right)]
    ys += [y for box in places.boxes for y in (box.top, box.bottom)]
    dx, dy = margin - min(xs), margin - min(ys)
    boxes = tuple(box.moved(box.x + dx, box.y + dy) for box in places.boxes)
    curves = tuple(
        curve._replace(points=_moved(curve.points, dx, dy), head=_moved(curve.head, dx, dy)) for curve in places.curves
    )
    return Places(boxes, curves, max(xs) + dx + margin, max(ys) + dy + margin)


def _moved(points: Sequence[Point], dx: float, dy: float) -> tuple[Point, ...]:
    return tuple((x + dx, y + dy) for x, y in points)


def _on_the_way(start: Point, end: Point, length: float) -> Point:
    part = length / max(math.dist(start, end), 1e-9)
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


def _length(text: str, size: float) -> float:
    """About how wide a text is: what fonts there are is known on the page alone."""
    ems = [
        0.32 if c in _NARROW else 0.88 if c in _WIDE else 0.68 if c.isupper() else 1.0 if ord(c) > 0x2E7F else 0.57 for c in text
    ]
    return size * sum(ems)


def _fitting(text: str, size: float) -> str:
    if _length(text, size) <= _WIDEST - 22:
        return text
    while text and _length(text + "…", size) > _WIDEST - 22:
        text = text[:-1]
    return text + "…"
