"""A phase plane as an SVG, for pages on which no script runs."""

from collections.abc import Mapping, Sequence

import numpy as np

from ._history_picture import PALETTE
from ._svg_axes import LEFT, QUIET, TOP, Axes, Ends, legend, text, with_unit

_HEIGHT = 330


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
    axes = Axes(ends, _HEIGHT)
    strokes = [f'stroke="{PALETTE[1]}" stroke-width="1.8"', f'stroke="{PALETTE[2]}" stroke-width="1.8" stroke-dasharray="7 4"']
    lines = [axes.line(line, stroke) for line, stroke in zip(nullclines, strokes, strict=True)]
    way = axes.line(np.stack(path, axis=1), f'stroke="{PALETTE[0]}" stroke-width="1.3" stroke-linejoin="round"')
    x, y = axes.placed(np.array([now], float))[0]
    point = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{PALETTE[0]}" stroke="#ffffff" stroke-width="1.5"/>'
    marks = [(f"{name.rpartition('.')[2]} nullcline", stroke) for name, stroke in zip(names, strokes, strict=True)]
    parts = [
        axes.inside(*lines, way, point),
        *axes.names(with_unit(x_name, x_unit), with_unit(y_name, y_unit)),
        *legend(marks),
        *([text(LEFT + 8, TOP + 18, note, QUIET)] if note is not None else []),
    ]
    return axes.svg(f"{title}, unit {unit}", f"{title}, phase plane of {x_name} and {y_name}, unit {unit}", parts)
