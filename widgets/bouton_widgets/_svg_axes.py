"""Axes, lines and words of a picture over two axes, as SVG for pages on which no script runs."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np

from ._axis import ticks
from ._summary import number

WIDTH, LEFT, RIGHT, TOP = 560, 66, 544, 62
INK, QUIET, GRID = "#1c2024", "#5f6468", "#dcdee0"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

Ends = tuple[float, float]


class Axes:
    """A frame with two linear axes.

    Parameters
    ----------
    ends : two of (float, float)
        Of the axis across and of that up.
    height : float
        Of the frame, in pixels.
    """

    def __init__(self, ends: Sequence[Ends], height: float):
        self.ends, self.bottom = ends, TOP + height

    def svg(self, heading: str, description: str, parts: Sequence[str]) -> str:
        """The whole picture."""
        tall = self.bottom + 44
        return "\n".join([*head(WIDTH, tall, heading, description), *self._grid(), *parts, "</svg>"])

    def names(self, across: str, up: str) -> list[str]:
        """What is along the axes."""
        below = text((LEFT + RIGHT) / 2, self.bottom + 34, across, INK, anchor="middle", weight=600)
        return [text(LEFT, TOP - 10, up, INK, weight=600), below]

    def inside(self, *parts: str) -> str:
        """What is cut off at the frame."""
        box = f'<rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{self.bottom - TOP}"/>'
        return f'<clipPath id="frame">{box}</clipPath><g clip-path="url(#frame)" fill="none">{"".join(parts)}</g>'

    def placed(self, points: np.ndarray) -> np.ndarray:
        """Points ``(k, 2)`` in pixels."""
        low, high = np.array(self.ends).T
        return np.array([LEFT, self.bottom]) + (points - low) / (high - low) * np.array([RIGHT - LEFT, TOP - self.bottom])

    def line(self, points: np.ndarray, stroke: str) -> str:
        """A line through points ``(k, 2)``, with a gap at each NaN."""
        data, pen = "", "M"
        for x, y in self.placed(np.asarray(points, float)):
            if not np.isfinite(x + y):
                pen = "M"
                continue
            data += f"{pen}{x:.1f} {y:.1f}"
            pen = "L"
        return f'<path d="{data}" {stroke}/>' if data else ""

    def _grid(self) -> list[str]:
        parts = []
        for x in ticks(*self.ends[0], 8):
            at = self.placed(np.array([[x, self.ends[1][0]]]))[0][0]
            parts.append(f'<path d="M{at:.1f} {TOP}V{self.bottom}" stroke="{GRID}"/>')
            parts.append(text(at, self.bottom + 16, number(x, 5), QUIET, anchor="middle"))
        for y in ticks(*self.ends[1], max(2, int((self.bottom - TOP) // 40))):
            at = self.placed(np.array([[self.ends[0][0], y]]))[0][1]
            parts.append(f'<path d="M{LEFT} {at:.1f}H{RIGHT}" stroke="{GRID}"/>')
            parts.append(text(LEFT - 8, at + 4, number(y, 5), QUIET, anchor="end"))
        return parts


def head(width: float, height: float, heading: str, description: str) -> list[str]:
    """What a picture of this size begins with: a card with a heading."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' font-family="{_FONT}" font-size="12" role="img">',
        f"<title>{escape(description)}</title>",
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" fill="#ffffff" stroke="{GRID}"/>',
        text(14, 22, heading, INK, weight=600, size=13),
    ]


def legend(marks: Sequence[tuple[str, str]]) -> list[str]:
    """Words, each with a stroke of the attributes given, from the right end of the line above the frame."""
    parts, at = [], float(RIGHT)
    for words, stroke in reversed(marks):
        parts.append(text(at, TOP - 10, words, QUIET, anchor="end"))
        at -= 6.4 * len(words) + 6
        parts.append(f'<path d="M{at - 18:.1f} {TOP - 14}h18" fill="none" {stroke}/>')
        at -= 32
    return parts


def with_unit(name: str, unit: str) -> str:
    """A name, with its unit if there is one."""
    return f"{name} ({unit})" if unit else name


def text(x: float, y: float, words: str, colour: str, *, anchor: str = "start", weight: int = 400, size: int = 12) -> str:
    """Words at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}">'
        f"{escape(words)}</text>"
    )
