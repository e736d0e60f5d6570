"""A network in columns from left to right, as a text is read: what is too wide goes on in the next band."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import networkx as nx

from bouton.nn import NodeGraph

from ._graph_routes import Band, Router
from ._graph_shapes import Box, Curve, Places, Point, arrow, bezier, looped, shifted

_GAP, _ROW, _LOOP = 46.0, 20.0, 24.0
_SWEEPS = 8
_TOGETHER = 0.9
"""Parts of a network that nothing joins drift towards the middle by the rest."""

# A box by the name of its node; where an arrow passes a column without a box, (sender, receiver, column).
Item = str | tuple[str, str, int]


class _Pass(NamedTuple):
    """What is between two neighbouring columns."""

    a: Item
    b: Item


def layered(graph: NodeGraph, wired: nx.DiGraph, boxes: Mapping[str, Box], room: float, head: float) -> Places:
    """Lay out a network.

    Parameters
    ----------
    graph : NodeGraph
    wired : DiGraph
        Its feedforward edges, between names.
    boxes : mapping of str to Box
        By name of the node, wherever they are.
    room : float
        Width that is to be kept to.
    head : float
        Length of the head of an arrow.
    """
    unit = next(iter(boxes.values())).unit
    columns = [list(names) for names in nx.topological_generations(wired)]
    made = {name: k for k, name in enumerate(boxes)}
    for names in columns:
        names.sort(key=made.__getitem__)
    bands = _bands(columns, boxes, room, unit)
    column_of = {name: c for c, names in enumerate(columns) for name in names}
    band_of = {c: b for b, band in enumerate(bands) for c in band}
    items, passes, long = _with_passing(columns, wired, column_of, band_of)
    _untangle(items, passes)
    xs = _across(columns, bands, boxes, unit)
    heights = _down(items, passes, boxes, unit)
    placed = {name: box.moved(xs[column_of[name]], heights[name]) for name, box in boxes.items()}
    router = Router(_framed(columns, bands, placed, items, heights, unit), placed, column_of, band_of, unit)
    feedback = [edge for edge in graph.edges if edge[2] == "feedback"]
    placed, routed = router.routed([*((a, b, "feedforward") for a, b in long), *feedback])
    lowered = {c: router.lowered[band_of[c]] for c in range(len(columns))}
    curves = [arrow(edge, points, head) for edge, points in routed.items()]
    curves += _direct(wired, column_of, band_of, placed, heights, lowered, xs, columns, head)
    curves += [looped(placed[name], head) for name, box in boxes.items() if box.node.recurrent]
    order = {edge: k for k, edge in enumerate(graph.edges)}
    curves.sort(key=lambda curve: order[curve[:3]])
    return shifted(Places(tuple(placed.values()), tuple(curves), 0.0, 0.0), 14 * unit)


def _bands(columns: Sequence[Sequence[str]], boxes: Mapping[str, Box], room: float, unit: float) -> list[list[int]]:
    """Columns that lie beside one another."""
    bands, used = [[]], 0.0
    for c, names in enumerate(columns):
        width = max(boxes[name].width for name in names) + _gap(columns, c) * unit
        if bands[-1] and used + width > room - 20 * unit:
            bands.append([])
            used = 0.0
        bands[-1].append(c)
        used += width
    return bands


def _gap(columns: Sequence[Sequence[str]], c: int) -> float:
    """Between a column and the next: the taller they are, the steeper the arrows would be."""
    return _GAP * min(3.0, max(1.0, max(map(len, columns[c : c + 2])) / 8))


def _with_passing(
    columns: Sequence[Sequence[str]], wired: nx.DiGraph, column_of: Mapping[str, int], band_of: Mapping[int, int]
) -> tuple[list[list[Item]], list[list[_Pass]], list[tuple[str, str]]]:
    """Columns with places for arrows that pass them, what is between columns, and the arrows that change the band."""
    items: list[list[Item]] = [list(names) for names in columns]
    passes: list[list[_Pass]] = [[] for _ in columns]
    long = []
    for a, b in wired.edges:
        first, last = column_of[a], column_of[b]
        if band_of[first] != band_of[last]:
            long.append((a, b))
            continue
        way: list[Item] = [a, *((a, b, c) for c in range(first + 1, last)), b]
        for c, (one, other) in enumerate(pairwise(way), first):
            passes[c].append(_Pass(one, other))
            if other != b:
                items[c + 1].append(other)
    return items, passes, long


def _untangle(items: list[list[Item]], passes: Sequence[Sequence[_Pass]]) -> None:
    """Order columns by the middle of their neighbours, back and forth, and keep the order with the fewest crossings."""
    best, kept = _crossings(items, passes), [list(column) for column in items]
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for c in range(1, len(items)) if forward else range(len(items) - 2, -1, -1):
            near = passes[c - 1] if forward else passes[c]
            other = {item: k for k, item in enumerate(items[c - 1] if forward else items[c + 1])}
            found = defaultdict(list)
            for a, b in near:
                found[b if forward else a].append(other[a if forward else b])
            own = {item: k for k, item in enumerate(items[c])}
            items[c].sort(key=lambda item, found=found, own=own: _mean(found[item], own[item]))
        now = _crossings(items, passes)
        if now < best:
            best, kept = now, [list(column) for column in items]
    items[:] = kept


def _crossings(items: Sequence[Sequence[Item]], passes: Sequence[Sequence[_Pass]]) -> int:
    count = 0
    for c, between in enumerate(passes[:-1]):
        left, right = ({item: k for k, item in enumerate(items[c + side])} for side in (0, 1))
        ends = [(left[a], right[b]) for a, b in between]
        count += sum((a - x) * (b - y) < 0 for k, (a, b) in enumerate(ends) for x, y in ends[k + 1 :])
    return count


def _across(
    columns: Sequence[Sequence[str]], bands: Sequence[Sequence[int]], boxes: Mapping[str, Box], unit: float
) -> list[float]:
    xs = [0.0] * len(columns)
    for band in bands:
        x = 0.0
        for c in band:
            width = max(boxes[name].width for name in columns[c])
            xs[c] = x + width / 2
            x += width + _gap(columns, c) * unit
    return xs


def _down(
    items: Sequence[Sequence[Item]], passes: Sequence[Sequence[_Pass]], boxes: Mapping[str, Box], unit: float
) -> dict[Item, float]:
    """The height of each item within its band: as near to its neighbours as the column permits."""
    apart = {c: [_apart(a, b, boxes, unit) for a, b in pairwise(column)] for c, column in enumerate(items)}
    y: dict[Item, float] = {}
    for c, column in enumerate(items):
        y |= zip(column, _stacked(apart[c], [0.0] * len(column), [1.0] * len(column)), strict=True)
    near = defaultdict(list)
    for between in passes:
        for a, b in between:
            near[a].append(b)
            near[b].append(a)
    for sweep in range(2 * _SWEEPS):
        for c in range(len(items)) if sweep % 2 == 0 else range(len(items) - 1, -1, -1):
            column = items[c]
            wanted = [_TOGETHER * _mean([y[other] for other in near[item]], y[item]) for item in column]
            weights = [1.0 if isinstance(item, str) else 4.0 for item in column]
            y |= zip(column, _stacked(apart[c], wanted, weights), strict=True)
    return y


def _apart(upper: Item, lower: Item, boxes: Mapping[str, Box], unit: float) -> float:
    """How far the middles of two items of a column have to be from one another."""
    halves = sum(boxes[item].height / 2 if isinstance(item, str) else 3 * unit for item in (upper, lower))
    between = _ROW if isinstance(upper, str) and isinstance(lower, str) else 10.0
    loop = _LOOP if isinstance(lower, str) and boxes[lower].node.recurrent else 0.0
    return halves + max(between, loop + 4.0) * unit


def _stacked(apart: Sequence[float], wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Heights nearest to those wanted, in weighted squares, that keep the distances: isotonic regression."""
    offsets = [0.0]
    for distance in apart:
        offsets.append(offsets[-1] + distance)
    blocks: list[list[float]] = []
    for want, offset, weight in zip(wanted, offsets, weights, strict=False):
        blocks.append([want - offset, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, total, count = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * total) / (before[1] + total)
            before[1] += total
            before[2] += count
    levels = [mean for mean, _, count in blocks for _ in range(int(count))]
    return [level + offset for level, offset in zip(levels, offsets, strict=False)]


def _framed(
    columns: Sequence[Sequence[str]],
    bands: Sequence[Sequence[int]],
    boxes: Mapping[str, Box],
    items: Sequence[Sequence[Item]],
    heights: Mapping[Item, float],
    unit: float,
) -> list[Band]:
    """The extent of each band, loops included."""
    framed = []
    for band in bands:
        own = [boxes[name] for c in band for name in columns[c]]
        passing = [heights[item] for c in band for item in items[c]]
        top = min([*passing, *(box.top - _LOOP * unit * box.node.recurrent for box in own)])
        framed.append(Band(top, max([*passing, *(box.bottom for box in own)]), max(box.right for box in own)))
    return framed


def _direct(
    wired: nx.DiGraph,
    column_of: Mapping[str, int],
    band_of: Mapping[int, int],
    boxes: Mapping[str, Box],
    heights: Mapping[Item, float],
    lowered: Mapping[int, float],
    xs: Sequence[float],
    columns: Sequence[Sequence[str]],
    head: float,
) -> list[Curve]:
    """Arrows within a band, from the right side of a box to the left side of another, past the columns between them."""
    half = [max(boxes[name].width for name in names) / 2 for names in columns]
    found = []
    for a, b in wired.edges:
        first, last = column_of[a], column_of[b]
        if band_of[first] != band_of[last]:
            continue
        stops: list[tuple[Point, Point]] = [((boxes[a].left, boxes[a].y), (boxes[a].right, boxes[a].y))]
        for c in range(first + 1, last):
            y = heights[(a, b, c)] + lowered[c]
            stops.append(((xs[c] - half[c], y), (xs[c] + half[c], y)))
        stops.append(((boxes[b].left, boxes[b].y), (boxes[b].right, boxes[b].y)))
        ends = [end for end, _ in stops[1:]]
        ends[-1] = (ends[-1][0] - head, ends[-1][1])
        points: list[Point] = []
        for (_, start), end in zip(stops, ends, strict=False):
            reach = (end[0] - start[0]) / 2
            points += bezier(start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end)
        # The head lies flat, so that those of several arrows are one.
        points.append(stops[-1][0])
        found.append(arrow((a, b, "feedforward"), points, head))
    return found


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
