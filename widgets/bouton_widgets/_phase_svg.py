"""A phase plane as an SVG, for pages on which no script runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ._history_picture import PALETTE
from ._svg_axes import LEFT, QUIET, TOP, Axes, Ends, legend, text, with_unit
from ._traces_svg import kept_stroke

_HEIGHT = 330
_DASH = "7 4"


@dataclass(frozen=True)
class Course:
    """Where a unit has been, and what it was under way in.

    Attributes
    ----------
    name : str
        Of the run.
    path : two arrays (k,)
        Where it has been.
    at : (float, float)
        Where it is at the end.
    nullclines : two arrays (points, 2)
        Of the two states, with NaN between two lines.
    """

    name: str
    path: tuple[np.ndarray, np.ndarray]
    at: tuple[float, float]
    nullclines: Sequence[np.ndarray]


def picture(
    title: str,
    names: Mapping[str, str],
    unit: int,
    ends: Sequence[Ends],
    course: Course,
    kept: Sequence[Course] = (),
    note: str | None = None,
) -> str:
    """Draw where a unit has been and is, and the nullclines.

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
    course : Course
        What is shown.
    kept : sequence of Course
        What lies pale under it.
    note : str, optional
        What stands in the place of the nullclines.
    """
    (x_name, x_unit), (y_name, y_unit) = names.items()
    axes = Axes(ends, _HEIGHT)
    strokes = [
        f'stroke="{PALETTE[1]}" stroke-width="1.8"',
        f'stroke="{PALETTE[2]}" stroke-width="1.8" stroke-dasharray="{_DASH}"',
    ]
    parts, marks = [], []
    for k, run in enumerate(kept):
        stroke = kept_stroke(k, PALETTE[0])
        pale = [kept_stroke(0, PALETTE[1], 1.6), f'{kept_stroke(0, PALETTE[2], 1.6)} stroke-dasharray="{_DASH}"']
        parts += [axes.line(line, its) for line, its in zip(run.nullclines, pale, strict=True)]
        parts += [axes.line(np.stack(run.path, axis=1), f'{stroke} stroke-linejoin="round"')]
        marks += [(run.name, stroke)]
    parts += [axes.line(line, stroke) for line, stroke in zip(course.nullclines, strokes, strict=True)]
    parts += [axes.line(np.stack(course.path, axis=1), f'stroke="{PALETTE[0]}" stroke-width="1.3" stroke-linejoin="round"')]
    x, y = axes.placed(np.array([course.at], float))[0]
    point = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{PALETTE[0]}" stroke="#ffffff" stroke-width="1.5"/>'
    marks += [(f"{name.rpartition('.')[2]} nullcline", stroke) for name, stroke in zip(names, strokes, strict=True)]
    words = [
        *axes.names(with_unit(x_name, x_unit), with_unit(y_name, y_unit)),
        *legend(marks),
        *([text(LEFT + 8, TOP + 18, note, QUIET)] if note is not None else []),
    ]
    described = f"{title}, phase plane of {x_name} and {y_name}, unit {unit}"
    return axes.svg(f"{title}, unit {unit}", described, [axes.inside(*parts, point), *words])
