"""Live traces and rasters as an SVG, for pages on which no script runs."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np

import bouton as bp

from ._axis import ticks
from ._history_picture import PALETTE
from ._png import address, coloured
from ._summary import number
from ._svg_axes import GRID, INK, QUIET, text

_WIDTH, _LEFT, _RIGHT = 720, 66, 704
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_TRACE, _RASTER = 104, 150
_DASHES = ("", "5 3", "1.5 3")
_PALE = 0.45
_TINTS = ("#d9730d", "#8a63d2", "#2a9d6f")
"""Of the events of kept runs."""


class Laid(NamedTuple):
    """A kept run that is laid under a picture: its name, its frame, and what is added to its times."""

    name: str
    frame: bp.run.Frame
    shift: float


def kept_stroke(number: int, colour: str = QUIET, width: float = 1.2) -> str:
    """How lines of a kept run are drawn: pale, and each run otherwise."""
    dash = _DASHES[number % len(_DASHES)]
    return f'stroke="{_paler(colour)}" stroke-width="{width}"' + (f' stroke-dasharray="{dash}"' if dash else "")


def picture(
    title: str,
    description: str,
    signals: Sequence[bp.run.Signal],
    span: tuple[float, float],
    frame: bp.run.Frame,
    runs: Sequence[Laid] = (),
) -> str:
    """Draw signals one above the other over one axis of time, kept runs under them."""
    parts, top = [], 34.0
    for signal in signals:
        tall = _TRACE if signal.kind == "trace" else _RASTER
        draw = _traces if signal.kind == "trace" else _raster
        parts += draw(signal, span, top + 22, top + 22 + tall, frame, runs)
        top += tall + 34
    bottom = top - 12
    for time in ticks(*span, 8):
        parts.append(text(_across(span, time), bottom + 16, number(time, 6), QUIET, anchor="middle"))
    height = bottom + 44
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" height="{height:.0f}"'
        f' font-family="{_FONT}" font-size="12" role="img">',
        f"<title>{escape(description)}</title>",
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1:.0f}" rx="8" fill="#ffffff" stroke="{GRID}"/>',
        text(14, 22, title, INK, weight=600, size=13),
        *_names(runs),
        *parts,
        text((_LEFT + _RIGHT) / 2, bottom + 34, "Simulated time (s)", INK, anchor="middle", weight=600),
        "</svg>",
    ]
    return "\n".join(head)


def _names(runs: Sequence[Laid]) -> list[str]:
    parts, at = [], float(_RIGHT)
    for k, run in reversed(list(enumerate(runs))):
        parts.append(text(at, 22, run.name, QUIET, anchor="end"))
        at -= 6.4 * len(run.name) + 6
        parts.append(f'<circle cx="{at - 4:.1f}" cy="18" r="3" fill="{_paler(_TINTS[k % len(_TINTS)])}"/>')
        parts.append(f'<path d="M{at - 32:.1f} 18h20" fill="none" {kept_stroke(k)}/>')
        at -= 46
    return parts


def _traces(
    signal: bp.run.Signal, span: tuple[float, float], top: float, bottom: float, frame: bp.run.Frame, runs: Sequence[Laid]
) -> list[str]:
    trace = frame.traces[signal.path]
    every = [trace, *(run.frame.traces[signal.path] for run in runs)]
    found = np.concatenate([part.ravel() for one in every for part in (one.lo, one.hi)])
    found = found[np.isfinite(found)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
    # The last digits of a number that stands still are no course.
    room = max(0.06 * (high - low), 1e-4 * max(abs(low), abs(high))) if low < high else abs(high) or 1.0
    ends = low - room, high + room
    lines = []
    for k in range(len(trace.units)):
        colour = PALETTE[k % len(PALETTE)]
        for number_, run in enumerate(runs):
            stroke = kept_stroke(number_, colour)
            lines.append(_line(run.frame.traces[signal.path], k, run.frame.time, run.shift, span, ends, top, bottom, stroke))
        stroke = f'stroke="{colour}" stroke-width="1.2"'
        lines.append(_line(trace, k, frame.time, 0.0, span, ends, top, bottom, stroke))
    marks = _units(trace.units * signal.every, top - 8)
    grid = _grid(span, top, bottom, [(y, _up(ends, top, bottom, y)) for y in ticks(*ends, 4)])
    return [text(_LEFT, top - 8, _named(signal), INK, weight=600), *marks, *grid, _inside(top, bottom, lines)]


def _raster(
    signal: bp.run.Signal, span: tuple[float, float], top: float, bottom: float, frame: bp.run.Frame, runs: Sequence[Laid]
) -> list[str]:
    images = []
    laid = [(run.frame, run.shift, _TINTS[k % len(_TINTS)] + "90") for k, run in enumerate(runs)]
    for one, shift, colour in (*laid, (frame, 0.0, INK)):
        bits = one.events[signal.path] > 0
        left, right = (_across(span, time + shift) for time in one.time)
        place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
        # Row 0 is the first unit and belongs at the bottom.
        pixels = address(coloured(np.where(bits[::-1], 0, -1), [colour]))
        images.append(f'<image {place} preserveAspectRatio="none" style="image-rendering: pixelated" href="{pixels}"/>')
    units = signal.units * signal.every
    grid = _grid(span, top, bottom, [(0.0, bottom), (float(units), top)])
    return [text(_LEFT, top - 8, f"{signal.path}, {units} units", INK, weight=600), *grid, _inside(top, bottom, images)]


def _line(
    trace: bp.run.Trace,
    k: int,
    time: tuple[float, float],
    shift: float,
    span: tuple[float, float],
    ends: tuple[float, float],
    top: float,
    bottom: float,
    stroke: str,
) -> str:
    """One unit's minima and maxima as one line that visits both in every column, at its sides: a slope is no staircase."""
    low, high = trace.lo[k].astype(float), trace.hi[k].astype(float)
    wide = (time[1] - time[0]) / len(low)
    x = _across(span, time[0] + shift + wide * (np.arange(len(low)) + 0.5))
    aside = 0.4 * (_across(span, wide) - _across(span, 0.0))
    data, pen, last = [], "M", np.nan
    for at, a, b in zip(x, low, high, strict=True):
        if not np.isfinite(a):
            pen, last = "M", np.nan
            continue
        pair = (a, b) if not abs(last - a) > abs(last - b) else (b, a)
        for value, place in ((pair[0], at - aside), (pair[1], at + aside)) if a != b else ((a, at),):
            data.append(f"{pen}{place:.2f} {_up(ends, top, bottom, value):.1f}")
            pen = "L"
        last = pair[-1]
    return f'<path d="{"".join(data)}" {stroke} stroke-linejoin="bevel"/>' if data else ""


def _inside(top: float, bottom: float, parts: Sequence[str]) -> str:
    """What is cut off at a frame."""
    box = f'<rect x="{_LEFT}" y="{top:.1f}" width="{_RIGHT - _LEFT}" height="{bottom - top:.1f}"/>'
    name = f"frame{top:.0f}"
    return f'<clipPath id="{name}">{box}</clipPath><g clip-path="url(#{name})" fill="none">{"".join(parts)}</g>'


def _grid(span: tuple[float, float], top: float, bottom: float, values: Sequence[tuple[float, float]]) -> list[str]:
    parts = [f'<path d="M{_across(span, x):.1f} {top:.1f}V{bottom:.1f}" stroke="{GRID}"/>' for x in ticks(*span, 8)]
    for value, y in values:
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_RIGHT}" stroke="{GRID}"/>')
        parts.append(text(_LEFT - 8, y + 4, number(value, 5), QUIET, anchor="end"))
    return parts


def _units(units: np.ndarray, y: float) -> list[str]:
    parts, at = [], float(_RIGHT)
    for k in reversed(range(len(units))):
        word = str(units[k])
        parts.append(text(at, y, word, QUIET, anchor="end", size=11))
        at -= 6.6 * len(word) + 5
        parts.append(f'<path d="M{at - 12:.1f} {y - 4:.1f}h12" stroke="{PALETTE[k % len(PALETTE)]}" stroke-width="2"/>')
        at -= 22
    parts.append(text(at, y, "units" if len(units) > 1 else "unit", QUIET, anchor="end", size=11))
    return parts


def _named(signal: bp.run.Signal) -> str:
    return f"{signal.path} ({signal.unit})" if signal.unit else signal.path


def _across(span: tuple[float, float], time):
    return _LEFT + (time - span[0]) / (span[1] - span[0]) * (_RIGHT - _LEFT)


def _up(ends: tuple[float, float], top: float, bottom: float, value: float) -> float:
    return bottom - (value - ends[0]) / (ends[1] - ends[0]) * (bottom - top)


def _paler(colour: str) -> str:
    """A colour mixed with the white of the page, which every program that reads an SVG understands."""
    parts = bytes.fromhex(colour[1:])
    return "#" + "".join(f"{round(_PALE * part + (1 - _PALE) * 255):02x}" for part in parts)
