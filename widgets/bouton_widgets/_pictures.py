"""Small pictures of arrays of any size: a heat map of what has two axes, a histogram of many values along one."""

import math
from typing import Any

import numpy as np

import bouton as bp

_STRIP = 48
"""So many values along one axis are drawn one by one."""


def can_be_drawn(entry: bp.Entry) -> bool:
    """Whether the entry holds several numbers."""
    # Random keys may have a dtype that NumPy does not know: they are asked for nothing.
    return entry.is_array and entry.kind != "random" and math.prod(entry.shape) > 1 and _holds_numbers(entry)


def _holds_numbers(entry: bp.Entry) -> bool:
    return entry.cell is not None and isinstance(entry.cell.value.dtype, np.dtype)


def picture(entry: bp.Entry, columns: int, rows: int) -> tuple[dict[str, Any], bytes]:
    """Draw an entry's array, with few reads of few elements whatever its size.

    Parameters
    ----------
    entry : bouton.Entry
        For which `can_be_drawn` holds.
    columns, rows : int
        Room for cells of a heat map; a histogram has as many bins as columns.

    Returns
    -------
    head : dict
        Ready for JSON. ``form`` is ``"heat"``, with ``rows`` and ``columns``, or ``"bars"``, with ``counts``. ``low`` and
        ``high`` are what the colours or the bars span, None where nothing is finite. ``size`` is that of the array, ``shape``
        its shape without axes of length one, ``read`` how much of it was read, ``nan``, ``inf`` and ``minus_inf`` how many of
        these are not finite. ``whole`` tells whether the numbers are, ``absolute`` whether sizes of complex ones are meant.
    values : bytes
        Of a heat map, row by row, float32.
    """
    found = entry.sample()
    absolute = np.iscomplexobj(found.values)
    values = (np.abs(found.values) if absolute else found.values).astype(np.float64)
    finite = values[np.isfinite(values)]
    head: dict[str, Any] = {
        "path": entry.path,
        "low": float(finite.min()) if finite.size else None,
        "high": float(finite.max()) if finite.size else None,
        "size": int(found.size),
        "read": int(values.size),
        "nan": int(np.isnan(values).sum()),
        "inf": int((values == np.inf).sum()),
        "minus_inf": int((values == -np.inf).sum()),
        "absolute": bool(absolute),
        "shape": [n for n in entry.shape if n != 1],
        "whole": found.values.dtype.kind in "biu",
    }
    flat = _flat(values)
    if flat.ndim == 2 or flat.size <= _STRIP:
        cells = _thinned(np.atleast_2d(flat), rows, columns)
        head |= {"form": "heat", "rows": cells.shape[0], "columns": cells.shape[1]}
        with np.errstate(over="ignore"):
            return head, cells.astype(np.float32).tobytes()
    head |= {"form": "bars", "counts": _counts(finite, columns, whole_numbers=head["whole"])}
    return head, b""


def _flat(values: np.ndarray) -> np.ndarray:
    """At most two axes: those of length one are left out, and further ones are laid side by side."""
    values = values.squeeze()
    return values if values.ndim <= 2 else values.reshape(values.shape[0], -1)


def _thinned(cells: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return cells[
        np.ix_(
            *(((np.arange(k) + 0.5) * n / k).astype(int) for n, k in zip(cells.shape, _room(cells, rows, columns), strict=True))
        )
    ]


def _room(cells: np.ndarray, rows: int, columns: int) -> tuple[int, int]:
    return min(cells.shape[0], rows), min(cells.shape[1], columns)


def _counts(finite: np.ndarray, bins: int, *, whole_numbers: bool) -> list[int]:
    if not finite.size:
        return []
    low, high = float(finite.min()), float(finite.max())
    if whole_numbers and high - low < bins:
        return np.bincount((finite - low).astype(int)).tolist()
    if low == high:
        return [int(finite.size)]
    # Scaled first, so that the span of very large numbers stays finite.
    scale = max(abs(low), abs(high))
    return np.histogram(finite / scale, bins, (low / scale, high / scale))[0].tolist()
