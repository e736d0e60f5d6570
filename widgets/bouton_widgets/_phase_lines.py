"""What a picture of a phase plane is made of: zero lines of a field, and numbers for a page."""

from collections.abc import Callable
from typing import Any

import contourpy
import numpy as np

import bouton as bp
from bouton import errors


def field_or_why(make: Callable[[], bp.run.PhaseField]) -> tuple[bp.run.PhaseField | None, str | None]:
    """A field, or why there is none: parts of the model were replaced, it raises, or it is set to something else by now."""
    try:
        return make(), None
    except (errors.RunningError, errors.ValueRefused) as error:
        return None, str(error)


def nullclines(field: bp.run.PhaseField | None) -> list[np.ndarray]:
    """Zero lines ``(points, 2)`` of both changes; a row of NaN is between two lines."""
    if field is None:
        return [np.zeros((0, 2))] * 2
    return [_zero_lines(field.x, field.y, change) for change in (field.dx, field.dy)]


def packed(path: bp.run.PhasePath, dt: float, steps: int, field: bp.run.PhaseField | None) -> tuple[dict[str, Any], list[bytes]]:
    """Path, nullclines, field and how long ago the unit was at each point, as a page reads them.

    Parameters
    ----------
    path : PhasePath
    dt : float, s
        Time step.
    steps : int
        Steps done, for where there is no path.
    field : PhaseField or None
    """
    # Apart from the time of the last, because single precision tells late times apart no more.
    last = int(path.steps[-1]) if len(path.steps) else steps
    head: dict[str, Any] = {"last": last * dt, "grid": [0, 0]}
    ago = ((path.steps - last) * dt).astype(np.float32).tobytes()
    xy = np.stack([path.x, path.y]).astype(np.float32).tobytes()
    if field is None:
        return head, [xy, b"", b"", b"", ago]
    head |= {"grid": [len(field.x), len(field.y)], "span": [float(end) for axis in (field.x, field.y) for end in axis[[0, -1]]]}
    lines = [line.astype(np.float32).tobytes() for line in nullclines(field)]
    return head, [xy, *lines, np.stack([field.dx, field.dy]).tobytes(), ago]


def _zero_lines(x: np.ndarray, y: np.ndarray, change: np.ndarray) -> np.ndarray:
    lines = contourpy.contour_generator(x, y, np.ma.masked_invalid(change), corner_mask=True).lines(0.0)
    gap = np.full((1, 2), np.nan)
    return np.concatenate([np.zeros((0, 2)), *(part for line in lines for part in (np.asarray(line), gap))])
