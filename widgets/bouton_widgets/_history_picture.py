"""The history of a training as an SVG, for pages on which no script runs."""

import math
from typing import Any
from xml.sax.saxutils import escape

from ._axis import log_ticks, span_of, ticks
from ._summary import number

PALETTE = ("#2f7fd1", "#d9730d", "#2a9d6f", "#c2417c", "#8a63d2", "#a8860b", "#1c98ad", "#d64545")
"""The colours that the scripts draw with."""

EMPTY = "Nothing has been trained yet."

_WIDTH, _LEFT, _RIGHT = 720, 66, 704
_INK, _QUIET, _GRID = "#1c2024", "#5f6468", "#dcdee0"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_DOTS = 60
"""More points than these are drawn without dots."""


def picture(content: dict[str, Any]) -> str:
    """Draw what `HistoryView.content` gives."""
    last = max((x for plot in content["plots"] for line in plot["lines"] for x in line["x"]), default=0) or 1
    parts, top = [], 34
    for i, plot in enumerate(content["plots"]):
        part, top = _plot(plot, content, top, 200 if i == 0 else 140, last, i == len(content["plots"]) - 1)
        parts += part
        top += 12
    height = top + 34
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' font-family="{_FONT}" font-size="12" role="img">',
        f"<title>{escape(content['title'])} history</title>",
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="8" fill="#ffffff" stroke="{_GRID}"/>',
        _text(14, 22, f"{content['title']} history", _INK, weight=600, size=13),
        _text(_RIGHT, 22, content["facts"], _QUIET, anchor="end"),
        *parts,
        _text((_LEFT + _RIGHT) / 2, height - 10, content["axis"], _QUIET, anchor="middle"),
        "</svg>",
    ]
    return "\n".join(head)


def _plot(plot: dict, content: dict, top: float, tall: float, last: float, labelled: bool) -> tuple[list[str], float]:
    legend, top = _legend(plot, content, top)
    bottom = top + tall
    log = content["log"] and content["positive"] and plot["metric"] == "loss"
    lines = [line for line in plot["lines"] if content["batches"] or line["phase"] != "batch"]
    values = [y for line in lines for y in line["y"] if y is not None]
    low, high = span_of(values, log)
    parts = [*legend, f'<path d="M{_LEFT} {top:.1f}V{bottom:.1f}H{_RIGHT}" fill="none" stroke="{_GRID}"/>']
    whole = content["axis"] == "epoch"
    for x in [x for x in ticks(0, last, 10) if not whole or x == int(x)] if plot["lines"] else []:
        at = _LEFT + x / last * (_RIGHT - _LEFT)
        parts.append(f'<path d="M{at:.1f} {top:.1f}V{bottom:.1f}" stroke="{_GRID}"/>')
        if labelled:
            parts.append(_text(at, bottom + 16, number(x, 6), _QUIET, anchor="middle"))
    up = log_ticks(low, high) if log else ticks(low, high, int(tall // 27))
    for y in up if values else []:
        at = _height(y, low, high, log, top, bottom)
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{_RIGHT}" stroke="{_GRID}"/>')
        parts.append(_text(_LEFT - 8, at + 4, number(y), _QUIET, anchor="end"))
    for line in lines:
        points = [
            None if y is None else (_LEFT + x / last * (_RIGHT - _LEFT), _height(y, low, high, log, top, bottom))
            for x, y in zip(line["x"], line["y"], strict=True)
        ]
        parts += _drawn(points, *_look(line, content))
    if not values:
        word = EMPTY if not plot["lines"] else "No value is finite."
        parts.append(_text((_LEFT + _RIGHT) / 2, (top + bottom) / 2, word, _QUIET, anchor="middle"))
    return parts, bottom


def _height(y: float, low: float, high: float, log: bool, top: float, bottom: float) -> float:
    if log:
        y, low, high = math.log(y), math.log(low), math.log(high)
    return bottom - (y - low) / (high - low) * (bottom - top)


def _look(line: dict, content: dict) -> tuple[str, str, bool]:
    """Colour, attributes of the stroke, and whether there are dots."""
    several = max((one["run"] for plot in content["plots"] for one in plot["lines"]), default=0) > 0
    if line["phase"] == "batch":
        return PALETTE[line["run"] % len(PALETTE)], 'stroke-width="1" stroke-opacity="0.55"', False
    colour = PALETTE[(line["run"] if several else line["phase"] == "test") % len(PALETTE)]
    dash = ' stroke-dasharray="5 4"' if several and line["phase"] == "fit" else ""
    return colour, f'stroke-width="1.8"{dash}', len(line["x"]) <= _DOTS


def _drawn(points: list, colour: str, stroke: str, dots: bool) -> list[str]:
    pieces, alone = [[]], []
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    path = ""
    for piece in pieces:
        if len(piece) == 1:
            alone += piece
        elif piece:
            path += "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in piece)
    drawn = [f'<path d="{path}" fill="none" stroke="{colour}" stroke-linejoin="round" {stroke}/>'] if path else []
    marked = [point for point in points if point is not None] if dots else alone
    return drawn + [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{colour}"/>' for x, y in marked]


def _legend(plot: dict, content: dict, top: float) -> tuple[list[str], float]:
    parts, x, y = [_text(_LEFT, top + 15, plot["metric"], _INK, weight=600)], _LEFT + 24 + 7.0 * len(plot["metric"]), top + 15
    for line in plot["lines"]:
        if line["phase"] == "batch" and not content["batches"]:
            continue
        colour, stroke, _ = _look(line, content)
        wide = 28 + 6.4 * len(line["name"])
        if x + wide > _RIGHT:
            x, y = _LEFT, y + 17
        parts.append(f'<path d="M{x:.1f} {y - 4:.1f}h16" stroke="{colour}" {stroke}/>')
        parts.append(_text(x + 21, y, line["name"], _QUIET))
        x += wide + 8
    return parts, y + 8


def _text(x: float, y: float, words: str, colour: str, *, anchor: str = "start", weight: int = 400, size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}">'
        f"{escape(words)}</text>"
    )
