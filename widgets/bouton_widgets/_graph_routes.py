"""Ways between the boxes for arrows that go back, or on to another band of a drawn network."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ._graph_shapes import Box, Point, rounded

Edge = tuple[str, str, str]
# Arrows of one sender and one kind share their way as long as they can: sender, kind, and the band under which a lane is.
Trunk = tuple[str, str]
Lane = tuple[Trunk, int]

_ABOVE, _LANE, _BELOW, _MARGIN, _RADIUS = 22.0, 9.0, 26.0, 30.0, 12.0

_FAR_LEFT = -1e6


class Band(NamedTuple):
    """The extent of a row of columns, by itself."""

    top: float
    bottom: float
    right: float


class _Way(NamedTuple):
    """How an arrow goes.

    Attributes
    ----------
    leaves, enters : float
        Where it goes down from its sender, and up or down to its receiver.
    below : tuple of int
        Bands under which it goes: one, or with the margin on the left between them two.
    from_bottom, to_bottom : bool
        Whether it leaves and enters a box on its lower side.
    """

    leaves: float
    enters: float
    below: tuple[int, ...]
    from_bottom: bool
    to_bottom: bool


class Router:
    """Lays arrows along the gaps between columns, lanes under bands, and the margin on the left.

    Parameters
    ----------
    bands : list of Band
    boxes : mapping of str to Box
        Where they are within their band.
    column_of, band_of : mappings
        Columns of boxes, by name, and bands of columns.
    unit : float
        How much larger than usual the drawing is.
    """

    def __init__(
        self,
        bands: Sequence[Band],
        boxes: Mapping[str, Box],
        column_of: Mapping[str, int],
        band_of: Mapping[int, int],
        unit: float,
    ):
        self._bands, self._boxes, self._unit = bands, boxes, unit
        self._column_of, self._band_of = column_of, band_of
        self.lowered: list[float] = []
        """By how much each band moves down, once arrows have been routed."""

    def routed(self, edges: Sequence[Edge]) -> tuple[dict[str, Box], dict[Edge, list[Point]]]:
        """Boxes where they are at last, and the ways of these arrows."""
        ways = self._ways(edges)
        lanes, counts = self._lanes(ways)
        self._lower(counts)
        boxes = {
            name: box.moved(box.x, box.y + self.lowered[self._band_of[self._column_of[name]]])
            for name, box in self._boxes.items()
        }
        far = dict.fromkeys(_trunk(edge) for edge, way in ways.items() if len(way.below) == 2)
        margins = {trunk: -(_MARGIN + k * _LANE) * self._unit for k, trunk in enumerate(far)}
        return boxes, {edge: self._path(edge, way, boxes, lanes, margins.get(_trunk(edge), 0.0)) for edge, way in ways.items()}

    def _ways(self, edges: Sequence[Edge]) -> dict[Edge, _Way]:
        leaving, entering = self._slots(edges, 0), self._slots(edges, 1)
        return {edge: self._way(edge, leaving[edge], entering[edge]) for edge in edges}

    def _slots(self, edges: Sequence[Edge], end: int) -> dict[Edge, float]:
        """Between 0 and 1, where in the gap beside a column each arrow has its place: those of one box and kind the same."""
        beside: dict[int, dict[Trunk, None]] = defaultdict(dict)
        for edge in edges:
            beside[self._column_of[edge[end]]][edge[end], edge[2]] = None
        at = {trunk: (k + 1) / (len(group) + 1) for group in beside.values() for k, trunk in enumerate(group)}
        return {edge: at[edge[end], edge[2]] for edge in edges}

    def _way(self, edge: Edge, leaving: float, entering: float) -> _Way:
        sender, receiver, kind = edge
        a, b = self._boxes[sender], self._boxes[receiver]
        start, end = (self._band_of[self._column_of[name]] for name in (sender, receiver))
        back = kind == "feedback"
        from_bottom, to_bottom = back and self._is_lowest(sender), back and self._is_lowest(receiver)
        side = self._unit * 22
        column_right, column_left = self._side(sender, 1), self._side(receiver, -1)
        leaves = a.x + a.width / 6 if from_bottom else column_right + side * (0.15 + 0.7 * leaving)
        enters = b.x - b.width / 6 if to_bottom else column_left - side * (0.35 + 0.7 * entering)
        # To the lane that is next to the receiver: below it for what comes back, and above it for what goes on.
        last = end if back else end - 1
        return _Way(leaves, enters, (start,) if start == last else (start, last), from_bottom, to_bottom)

    def _is_lowest(self, name: str) -> bool:
        column, y = self._column_of[name], self._boxes[name].y
        return all(other.y <= y for key, other in self._boxes.items() if self._column_of[key] == column)

    def _side(self, name: str, sign: int) -> float:
        """Where the column of a box ends, on the right or on the left."""
        column = self._column_of[name]
        sides = [sign * (box.x + sign * box.width / 2) for key, box in self._boxes.items() if self._column_of[key] == column]
        return sign * max(sides)

    def _lanes(self, ways: Mapping[Edge, _Way]) -> tuple[dict[Lane, int], dict[int, int]]:
        """Which lane under a band each trunk has; those beside one another share one, and short ones are next to boxes."""
        ends: dict[Lane, list[float]] = defaultdict(list)
        for edge, way in ways.items():
            ends[_trunk(edge), way.below[0]] += [way.leaves, way.enters if len(way.below) == 1 else _FAR_LEFT]
            if len(way.below) == 2:
                ends[_trunk(edge), way.below[1]] += [way.enters, _FAR_LEFT]
        lanes: dict[Lane, int] = {}
        taken: dict[int, list[list[tuple[float, float]]]] = defaultdict(list)
        for lane, xs in sorted(ends.items(), key=lambda one: (max(one[1]) - min(one[1]), one[0])):
            low, high, rows = min(xs), max(xs), taken[lane[1]]
            # Beneath all that lies within its reach, or else what goes down there would have to cross it.
            row = max((k + 1 for k, row in enumerate(rows) if any(low < b + 6 and high > a - 6 for a, b in row)), default=0)
            if row == len(rows):
                rows.append([])
            rows[row].append((low, high))
            lanes[lane] = row
        return lanes, {band: len(rows) for band, rows in taken.items()}

    def _lower(self, counts: Mapping[int, int]) -> None:
        y = 0.0
        for k, band in enumerate(self._bands):
            self.lowered.append(y - band.top)
            lanes = (_ABOVE + _LANE * (counts[k] - 1)) if k in counts else 0.0
            y += band.bottom - band.top + (lanes + _BELOW) * self._unit

    def _path(self, edge: Edge, way: _Way, boxes: Mapping[str, Box], lanes: Mapping[Lane, int], margin: float) -> list[Point]:
        sender, receiver, kind = edge
        a, b = boxes[sender], boxes[receiver]
        off = 0.26 * a.height if kind == "feedback" else 0.0
        first = [(way.leaves, a.bottom)] if way.from_bottom else [(a.right, a.y + off), (way.leaves, a.y + off)]
        last = [(way.enters, b.bottom)] if way.to_bottom else [(way.enters, b.y + off), (b.left, b.y + off)]
        depths = [
            self._bands[k].bottom
            + self.lowered[k]
            + (_ABOVE + _LANE * lanes[_trunk(edge), k]) * self._unit
            - _ABOVE * self._unit / 4
            for k in way.below
        ]
        if len(depths) == 1:
            between = [(way.leaves, depths[0]), (way.enters, depths[0])]
        else:
            between = [(way.leaves, depths[0]), (margin, depths[0]), (margin, depths[1]), (way.enters, depths[1])]
        return rounded([*first, *between, *last], _RADIUS * self._unit)


def _trunk(edge: Edge) -> Trunk:
    return edge[0], edge[2]
