"""A matrix of weights as an SVG, for pages on which no script runs."""

import numpy as np

import bouton as bp

from ._axis import ticks
from ._png import address, coloured
from ._summary import number
from ._svg_axes import GRID, INK, QUIET, head, text, with_unit

ABOVE, BELOW = (217, 115, 13), (47, 127, 209)
NONE = "#f0f1f2"
_SHADES = 64
_WIDTH, _TOP, _LEFT, _HEIGHT, _ROOM = 720, 62, 66, 260, 330
_BARS = 530, 700


def diverging() -> list[str]:
    """Colours from below zero over white to above."""
    found = []
    for k in range(-_SHADES, _SHADES + 1):
        end, part = ABOVE if k > 0 else BELOW, abs(k) / _SHADES
        found.append("#{:02x}{:02x}{:02x}".format(*(round(255 + (x - 255) * part) for x in end)))
    return found


def picture(
    title: str,
    source: bp.run.WeightSource,
    matrix: bp.run.WeightMatrix,
    bars: tuple[np.ndarray, np.ndarray],
    description: str,
    less: str = "",
) -> str:
    """Draw the means of blocks, a bar of the colours, and a histogram.

    Parameters
    ----------
    title : str
        Of which model.
    source : bouton.run.WeightSource
        Which weights.
    matrix : bouton.run.WeightMatrix
        The weights.
    bars : (edges, counts)
        How they are distributed.
    description : str
        The same in words.
    less : str
        What has been subtracted: " minus Run 1".
    """
    limit = float(np.nanmax(np.abs(matrix.mean), initial=0.0)) or 1.0
    index = np.where(np.isnan(matrix.mean), -1, np.round(np.nan_to_num(matrix.mean) / limit * _SHADES) + _SHADES).astype(int)
    n, m = source.shape
    size = min(_ROOM / m, _HEIGHT / n)
    across, down = max(size * m, 60.0), max(size * n, 60.0)
    right, bottom = _LEFT + across, _TOP + down
    frame = f'x="{_LEFT}" y="{_TOP}" width="{across:.1f}" height="{down:.1f}"'
    parts = [
        f'<rect {frame} fill="{NONE}"/>',
        f'<image {frame} preserveAspectRatio="none" style="image-rendering:pixelated"'
        f' href="{address(coloured(index, diverging()))}"/>',
        f'<rect {frame} fill="none" stroke="{GRID}"/>',
        text(_LEFT, _TOP - 10, f"{source.names[0]} ↓", INK, weight=600),
        text((_LEFT + right) / 2, bottom + 34, f"{source.names[1]} →", INK, anchor="middle", weight=600),
    ]
    parts += [text(_LEFT - 8, _TOP + (k + 0.5) / n * down + 4, f"{k}", QUIET, anchor="end") for k in _places(n, down / 30)]
    parts += [text(_LEFT + (k + 0.5) / m * across, bottom + 16, f"{k}", QUIET, anchor="middle") for k in _places(m, across / 50)]
    parts += _colour_bar(right + 22, limit, source.unit)
    parts += _histogram(bars, source)
    tall = max(bottom, _TOP + 170) + 48
    return "\n".join([*head(_WIDTH, tall, f"{title}, {source.path}{less}", description), *parts, "</svg>"])


def _places(n: int, most: float) -> list[int]:
    return [int(k) for k in ticks(0, n - 1, max(2, int(most))) if k == int(k)] if n > 1 else [0]


def _colour_bar(x: float, limit: float, unit: str) -> list[str]:
    pixels = coloured(np.arange(2 * _SHADES, -1, -1)[:, None], diverging())
    parts = [
        f'<image x="{x:.1f}" y="{_TOP}" width="12" height="150" preserveAspectRatio="none" href="{address(pixels)}"/>',
        f'<rect x="{x:.1f}" y="{_TOP}" width="12" height="150" fill="none" stroke="{GRID}"/>',
        text(x, _TOP - 10, unit or "weight", INK, weight=600),
    ]
    for part, value in ((0.0, limit), (0.5, 0.0), (1.0, -limit)):
        parts.append(text(x + 18, _TOP + 150 * part + 4, number(value, 3), QUIET))
    return parts


def _histogram(bars: tuple[np.ndarray, np.ndarray], source: bp.run.WeightSource) -> list[str]:
    edges, counts = bars
    left, right = _BARS
    bottom, most = _TOP + 150, max(int(counts.max()), 1)
    wide = (right - left) / len(counts)
    colour = "#{:02x}{:02x}{:02x}".format(*BELOW)
    parts = [
        f'<rect x="{left + k * wide:.1f}" y="{bottom - 150 * count / most:.1f}" width="{max(wide - 0.6, 0.5):.1f}"'
        f' height="{150 * count / most:.1f}" fill="{colour}" fill-opacity="0.6"/>'
        for k, count in enumerate(counts.tolist())
        if count
    ]
    low, high = float(edges[0]), float(edges[-1])
    return [
        *parts,
        f'<path d="M{left} {_TOP}V{bottom}H{right}" fill="none" stroke="{GRID}"/>',
        text(left - 6, _TOP + 4, f"{most}", QUIET, anchor="end"),
        text(left - 6, bottom + 4, "0", QUIET, anchor="end"),
        text(left, bottom + 16, number(low, 3), QUIET, anchor="start"),
        text(right, bottom + 16, number(high, 3), QUIET, anchor="end"),
        text(left, _TOP - 10, "Weights", INK, weight=600),
        text((left + right) / 2, bottom + 34, with_unit("Weight", source.unit), INK, anchor="middle", weight=600),
    ]
