"""A phase plane as an SVG, for pages on which no script runs."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

import numpy as np

from ._axis import ticks
from ._history_picture import PALETTE
from ._summary import number

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 560, 66, 544, 62, 392, 436
_INK, _QUIET, _GRID = "#1c2024", "#5f6468", "#dcdee0"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

Ends = tuple[float, float]


def picture(
    title: str,
    names: Mapping[str, str],
    unit: int,
    ends: Sequence[Ends],
    path: tuple[np.ndarray, np.ndarray],
    now: tuple[float, float],
    nullclines: Sequence[np.ndarray],
    note: str | None = None,
) -> str:
    """Draw where a unit has been and is, and the nullclines ``(points, 2)``, with NaN between two lines.

    Parameters
    ----------
    title : str
        Of which model.
    names : mapping of two
        Path and unit of the state along each axis.
    unit : int
        Which unit of the model.
    ends : two of (float, float)
        Of the axes.
    path : two arrays (k,)
        Where it has been.
    now : (float, float)
        Where it is.
    nullclines : two arrays (points, 2)
        Of the two states.
    note : str, optional
        What stands in the place of the nullclines.
    """
    (x_name, x_unit), (y_name, y_unit) = names.items()
    short = [name.rpartition(".")[2] for name in names]
    lines = [
        _line(np.asarray(nullclines[0]), ends, f'stroke="{PALETTE[1]}" stroke-width="1.8"'),
        _line(np.asarray(nullclines[1]), ends, f'stroke="{PALETTE[2]}" stroke-width="1.8" stroke-dasharray="7 4"'),
        _line(np.stack(path, axis=1), ends, f'stroke="{PALETTE[0]}" stroke-width="1.3" stroke-linejoin="round"'),
    ]
    x, y = _placed(np.array([now], float), ends)[0]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
        f' font-family="{_FONT}" font-size="12" role="img">',
        f"<title>{escape(title)}, phase plane of {escape(x_name)} and {escape(y_name)}, unit {unit}</title>",
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="8" fill="#ffffff" stroke="{_GRID}"/>',
        f'<clipPath id="plane"><rect x="{_LEFT}" y="{_TOP}" width="{_RIGHT - _LEFT}" height="{_BOTTOM - _TOP}"/></clipPath>',
        _text(14, 22, f"{title}, unit {unit}", _INK, weight=600, size=13),
        *_axes(ends),
        f'<g clip-path="url(#plane)" fill="none">{"".join(lines)}',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{PALETTE[0]}" stroke="#ffffff" stroke-width="1.5"/></g>',
        _text(_LEFT, _TOP - 10, _with_unit(y_name, y_unit), _INK, weight=600),
        _text((_LEFT + _RIGHT) / 2, _HEIGHT - 10, _with_unit(x_name, x_unit), _INK, anchor="middle", weight=600),
    ]
    at = _RIGHT
    for name, colour, dash in ((short[1], PALETTE[2], ' stroke-dasharray="7 4"'), (short[0], PALETTE[1], "")):
        words = f"{name} nullcline"
        parts.append(_text(at, _TOP - 10, words, _QUIET, anchor="end"))
        at -= 6.4 * len(words) + 6
        parts.append(f'<path d="M{at - 18:.1f} {_TOP - 14}h18" stroke="{colour}" stroke-width="1.8"{dash}/>')
        at -= 32
    if note is not None:
        parts.append(_text(_LEFT + 8, _TOP + 18, note, _QUIET))
    return "\n".join([*parts, "</svg>"])


def _axes(ends: Sequence[Ends]) -> list[str]:
    parts = []
    for x in ticks(*ends[0], 8):
        at = _placed(np.array([[x, ends[1][0]]]), ends)[0][0]
        parts.append(f'<path d="M{at:.1f} {_TOP}V{_BOTTOM}" stroke="{_GRID}"/>')
        parts.append(_text(at, _BOTTOM + 16, number(x, 5), _QUIET, anchor="middle"))
    for y in ticks(*ends[1], 8):
        at = _placed(np.array([[ends[0][0], y]]), ends)[0][1]
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{_RIGHT}" stroke="{_GRID}"/>')
        parts.append(_text(_LEFT - 8, at + 4, number(y, 5), _QUIET, anchor="end"))
    return parts


def _placed(points: np.ndarray, ends: Sequence[Ends]) -> np.ndarray:
    low, high = np.array(ends).T
    return np.array([_LEFT, _BOTTOM]) + (points - low) / (high - low) * np.array([_RIGHT - _LEFT, _TOP - _BOTTOM])


def _line(points: np.ndarray, ends: Sequence[Ends], stroke: str) -> str:
    data, pen = "", "M"
    for x, y in _placed(points.astype(float), ends):
        if not np.isfinite(x + y):
            pen = "M"
            continue
        data += f"{pen}{x:.1f} {y:.1f}"
        pen = "L"
    return f'<path d="{data}" {stroke}/>' if data else ""


def _with_unit(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _text(x: float, y: float, words: str, colour: str, *, anchor: str = "start", weight: int = 400, size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}">'
        f"{escape(words)}</text>"
    )
