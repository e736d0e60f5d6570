"""Time series as an SVG, for pages on which no script runs."""

from collections.abc import Callable
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from ._axis import ticks
from ._graph_looks import FONT
from ._png import address, coloured
from ._series_columns import columns_of
from ._series_events import LEVELS
from ._series_looks import LIGHT, heat
from ._series_panels import Panel
from ._series_window import Columns, Window, whole
from ._summary import number

_WIDTH, _LEFT, _RIGHT = 720, 66, 704
_BAR = 56


def svg(panels: list[Panel], title: str, facts: str) -> str:
    """Draw the panels one above the other."""
    right = _RIGHT - (_BAR if any(panel.form == "heatmap" for panel in panels) else 0)
    window = whole(panels, right - _LEFT)
    parts, top = [], 42
    for i, panel in enumerate(panels):
        last = i == len(panels) - 1
        parts += _panel(panel, window, top + 14, right, last, len(panels) > 1)
        top += panel.height + 30
    height = top + 30
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' font-family="{escape(FONT, {chr(34): "&quot;"})}" font-size="12" role="img">',
        f"<title>{escape(title)}: {escape(facts)}</title>",
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="8" fill="{LIGHT.ground}" stroke="{LIGHT.grid}"/>',
        _text(14, 24, title, LIGHT.ink, weight=600, size=13),
        _text(_RIGHT, 24, facts, LIGHT.quiet, anchor="end"),
        *parts,
        _text((_LEFT + right) / 2, height - 12, "time (s)", LIGHT.quiet, anchor="middle"),
        "</svg>",
    ]
    return "\n".join(head)


def _panel(panel: Panel, window: Window, top: float, right: float, last: bool, named: bool) -> list[str]:
    bottom = top + panel.height
    low, high = panel.ends
    across = _Scale(window.start, window.stop, _LEFT, right)
    up = _Scale(low, high, bottom, top)
    parts = [_text(_LEFT, top - 7, panel.told(named), LIGHT.ink, weight=600)]
    for x in ticks(window.start, window.stop, 8):
        parts.append(f'<path d="M{across(x):.1f} {top:.1f}V{bottom:.1f}" stroke="{LIGHT.grid}"/>')
        if last:
            parts.append(_text(across(x), bottom + 16, number(x, 6), LIGHT.quiet, anchor="middle"))
    for y in ticks(low, high, panel.ticks):
        if panel.form != "lines" and y != int(y):
            continue
        if panel.form == "lines":
            parts.append(f'<path d="M{_LEFT} {up(y):.1f}H{right}" stroke="{LIGHT.grid}"/>')
        parts.append(_text(_LEFT - 8, up(y) + 4, number(y), LIGHT.quiet, anchor="end"))
    parts.append(f'<path d="M{_LEFT} {top:.1f}V{bottom:.1f}H{right}" fill="none" stroke="{LIGHT.grid}"/>')
    label = panel.unit or "value" if panel.form == "lines" else "channel"
    parts.append(_text(18, (top + bottom) / 2, label, LIGHT.quiet, anchor="middle", turned=True))
    sources, _ = columns_of(panel, window)
    if panel.form in ("lines", "offset"):
        parts += [_line(sources[f"line{k}"], LIGHT.line(k), across, up) for k in range(panel.series.num_channels)]
        parts += _legend(panel, right, top - 7)
    elif panel.form == "heatmap":
        parts += _image(sources["cells"], lambda values: _heated(values, panel.span), across, up)
        parts += _bar(panel, right + 8, top, bottom)
    else:
        parts += _image(sources["cells"], lambda levels: coloured(levels.astype(int), LIGHT.shades(LEVELS)), across, up)
        parts += _marks(sources["marks"], across, up)
    return parts


class _Scale:
    """From a value to its place between two ends in pixels."""

    def __init__(self, low: float, high: float, start: float, end: float):
        self._low, self._start, self._scale = low, start, (end - start) / (high - low)

    def __call__(self, value: float) -> float:
        return self._start + (value - self._low) * self._scale


def _line(columns: Columns, colour: str, across: _Scale, up: _Scale) -> str:
    points, pen = [], "M"
    for x, y in zip(columns["x"], columns["y"], strict=True):
        if np.isnan(y):
            pen = "M"
            continue
        points.append(f"{pen}{across(x):.1f} {up(y):.1f}")
        pen = "L"
    return f'<path d="{"".join(points)}" fill="none" stroke="{colour}" stroke-width="1.3" stroke-linejoin="bevel"/>'


def _marks(columns: Columns, across: _Scale, up: _Scale) -> list[str]:
    strokes = []
    for x, y, size in zip(columns["x"], columns["y"], columns["size"], strict=True):
        strokes.append(f"M{across(x):.1f} {up(y) - size / 2:.1f}v{size:.1f}")
    return [f'<path d="{"".join(strokes)}" stroke="{LIGHT.event}" stroke-width="1.4"/>'] if strokes else []


def _heated(values: NDArray, span: tuple[float, float]) -> NDArray[np.uint8]:
    low, high = _ends(span)
    part = np.clip(np.nan_to_num((values - low) / (high - low)) * 255, 0, 255)
    return coloured(np.where(np.isnan(values), -1, part).astype(int), heat())


def _image(columns: Columns, pixels: Callable[[NDArray], NDArray[np.uint8]], across: _Scale, up: _Scale) -> list[str]:
    found = []
    for x, y, wide, tall, values in zip(*(columns[name] for name in ("x", "y", "dw", "dh", "image")), strict=True):
        left, right, top, bottom = across(x), across(x + wide), up(y + tall), up(y)
        place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
        style = 'preserveAspectRatio="none" style="image-rendering: pixelated"'
        found.append(f'<image {place} {style} href="{address(pixels(values)[::-1])}"/>')
    return found


def _bar(panel: Panel, left: float, top: float, bottom: float) -> list[str]:
    """Which colours stand for which values."""
    pixels = coloured(np.arange(255, -1, -1)[:, np.newaxis], heat())
    place = f'x="{left}" y="{top}" width="9" height="{bottom - top}"'
    up = _Scale(*_ends(panel.span), bottom, top)
    labels = [(y, up(y) + 4) for y in ticks(*_ends(panel.span), 5)]
    return [
        f'<image {place} preserveAspectRatio="none" href="{address(pixels)}"/>',
        *(_text(left + 14, at, number(y, 3), LIGHT.quiet, size=11) for y, at in labels),
    ]


def _ends(span: tuple[float, float]) -> tuple[float, float]:
    return span if span[0] < span[1] else (span[0], span[0] + 1.0)


def _legend(panel: Panel, right: float, y: float) -> list[str]:
    channels = panel.series.num_channels
    if panel.form != "lines" or not 1 < channels <= 8:
        return []
    parts, words = [], [f"channel {k}" if channels < 5 else f"{k}" for k in range(channels)]
    x = right - sum(26 + 6.0 * len(word) for word in words) + 6
    for k, word in enumerate(words):
        parts.append(f'<path d="M{x:.1f} {y - 4:.1f}h14" stroke="{LIGHT.line(k)}" stroke-width="2"/>')
        parts.append(_text(x + 17, y, word, LIGHT.quiet, size=11))
        x += 26 + 6.0 * len(word)
    return parts


def _text(
    x: float, y: float, words: str, colour: str, *, anchor: str = "start", weight: int = 400, size: int = 12, turned: bool = False
) -> str:
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}"{turn}>'
        f"{escape(words)}</text>"
    )
