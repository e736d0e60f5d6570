"""A graph with the activity of its parts, as an SVG for pages on which no script runs."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np

import bouton as bp

from ._graph_looks import LIGHT, WORDS
from ._graph_shapes import Box, Curve, Places
from ._summary import number
from ._svg_axes import head

RATE, SIZE = "#c2417c", "#2f7fd1"
_MOST = 0.55
_TOP = 36


def picture(
    places: Places,
    title: str,
    description: str,
    sources: Sequence[bp.run.ActivitySource | None],
    now: Sequence[float],
    courses: np.ndarray,
    kept: Sequence[np.ndarray] = (),
) -> str:
    """Draw boxes filled by their activity, and arrows.

    Parameters
    ----------
    places : Places
        Where they lie.
    title, description : str
        What it is, in short and in words.
    sources : sequence of bouton.run.ActivitySource or None
        From what the activity of each box is told.
    now : sequence of float
        Of each box; NaN where it is unknown.
    courses : (boxes, bins) array
        Before that.
    kept : sequence of (boxes, bins) array
        Courses of kept runs, which lie pale under these.
    """
    rates = [k for k, source in enumerate(sources) if source is not None and source.measure == "rate"]
    # At a single step many or no units have an event: a course of such looks may leave the scale.
    seen = [source is not None and source.measure == "rate" and not source.recorded for source in sources]
    peaks = np.where(seen, 0.0, np.nan_to_num(np.concatenate([courses, *kept], axis=1)).max(axis=1, initial=0.0))
    most = np.fmax(peaks, np.nan_to_num(np.array(now, float)))
    scale = np.where(np.isin(np.arange(len(most)), rates), max((most[k] for k in rates), default=0.0), most)
    hatch = (
        '<pattern id="unknown" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<path d="M0 0V7" stroke="{LIGHT.quiet}" stroke-width="1.2" stroke-opacity="0.35"/></pattern>'
    )
    parts = [f"<defs>{hatch}</defs>", f'<g transform="translate(0 {_TOP})">']
    parts += [part for curve in places.curves for part in _curve(curve)]
    for k, box in enumerate(places.boxes):
        parts += _box(box, sources[k], float(now[k]), [run[k] for run in (*kept, courses)], float(scale[k]))
    width, height = max(places.width, 360.0), places.height + _TOP + 34
    key = [
        f'<text x="14" y="{height - 14:.0f}" fill="{LIGHT.quiet}">fill: rate of the spiking, mean size of the others;'
        " hatched: unknown</text>"
    ]
    return "\n".join([*head(round(width), round(height), title, description), *parts, "</g>", *key, "</svg>"])


def _curve(curve: Curve) -> list[str]:
    colour, dash, width = LIGHT.line(curve.kind)
    dashes = f' stroke-dasharray="{" ".join(map(str, dash))}"' if dash else ""
    line, tip = ("L".join(f"{x:.1f} {y:.1f}" for x, y in way) for way in (curve.points, curve.head))
    return [
        f"<g><title>{escape(f'{curve.sender} → {curve.receiver}, {WORDS[curve.kind]}')}</title>"
        f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/><path d="M{tip}Z" fill="{colour}"/></g>'
    ]


def _box(box: Box, source: bp.run.ActivitySource | None, now: float, courses: list[np.ndarray], scale: float) -> list[str]:
    known = source is not None and np.isfinite(now)
    colour = RATE if source is not None and source.measure == "rate" else SIZE
    place = f'x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"'
    strength = _MOST * min(1.0, now / scale) if known and scale > 0 else 0.0
    unit = "" if source is None else source.unit
    value = f"{'' if source is None or source.recorded else '≈ '}{number(now, 3)} {unit}".strip() if known else "unknown"
    parts = [
        f'<rect {place} fill="{LIGHT.ground}"/>',
        f'<rect {place} fill="{colour}" fill-opacity="{strength:.3f}"/>' if known else f'<rect {place} fill="url(#unknown)"/>',
        f'<rect {place} fill="none" stroke="{LIGHT.boxes[False][1]}" stroke-width="1.3"/>',
        f'<text x="{box.left + 9:.1f}" y="{box.top + 18:.1f}" font-size="13" font-weight="600" fill="{LIGHT.ink}">'
        f"{escape(box.name)}</text>",
        f'<text x="{box.left + 9:.1f}" y="{box.top + 33:.1f}" font-size="11" fill="{LIGHT.quiet}">{escape(box.kind)}</text>',
        f'<text x="{box.right - 9:.1f}" y="{box.bottom - 9:.1f}" font-size="11" text-anchor="end" fill="{LIGHT.ink}">'
        f"{escape(value)}</text>",
    ]
    # As much room as the number leaves.
    right, low = box.right - 16 - 6.2 * len(value), box.bottom - 7
    for k, course in enumerate(courses if known and scale > 0 else []):
        across = (right - box.left - 9) / max(len(course) - 1, 1)
        points = [
            f"{box.left + 9 + across * i:.1f} {low - 17 * min(1.0, y / scale):.1f}"
            for i, y in enumerate(course)
            if np.isfinite(y)
        ]
        # The last is that which runs.
        pale = "" if k == len(courses) - 1 else ' stroke-opacity="0.42"'
        if len(points) > 1:
            parts.append(f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="1.2"{pale}/>')
    return parts
