"""Arrays edited on a page: by a common scale and offset, drawn from a distribution, or cell by cell."""

import math
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

import bouton as bp
from bouton import errors

from ._draws import FieldRefused, Fields, draw, scaled
from ._summary import number as written
from ._typed import read

SIDE = 8
"""Rows and columns of cells on a page; of an array of one axis so many times so many in a row."""


def editable(entry: bp.Entry) -> bool:
    """Whether the entry is an array of numbers with more than one element."""
    return entry.dtype is not None and entry.dtype.kind in "iuf" and math.prod(entry.shape) > 1


class ArrayEdit:
    """What the pages of a view do with arrays.

    Parameters
    ----------
    view : ParametersView
        Whose arrays.
    """

    def __init__(self, view: Any):
        self._view = view

    def receive(self, message: Mapping[str, Any], page: str) -> None:
        """Act on a button or a cell; what the model refuses is told in core's own sentence."""
        entry = self._view.controls[str(message["path"])].entry
        head = {"to": page, "path": entry.path, "form": message["type"], "index": message.get("index")}
        try:
            match message["type"]:
                case "array-cells":
                    self._view.publish({"type": "array-cells", **head, **cells(entry, message.get("from") or [])})
                    return
                case "array-scale":
                    fields = Fields(message, entry.unit or "")
                    self._write(entry, scaled(entry.value, fields.number("scale", ""), fields.number("offset")))
                case "array-draw":
                    fields = Fields(message, entry.unit or "")
                    self._write(entry, draw(str(message["draw"]), fields, entry.shape, entry.dtype))
                case "array-cell":
                    self._write(entry, self._with_cell(entry, message))
        except FieldRefused as refusal:
            self._view.publish({"type": "array-answer", **head, "field": refusal.field, "error": refusal.sentence})
            return
        except errors.BoutonError as refusal:
            self._view.publish({"type": "array-answer", **head, "field": None, "error": str(refusal)})
            return
        self._view.publish({"type": "array-answer", **head, "field": None, "error": None})

    def _write(self, entry: bp.Entry, value: Any) -> None:
        control = self._view.controls[entry.path]
        self._view.writing.write({entry.path: value})
        self._view.show([control.row()])

    def _with_cell(self, entry: bp.Entry, message: Mapping[str, Any]) -> Any:
        index = tuple(int(k) for k in message["index"])
        inside = len(index) == len(entry.shape) and all(0 <= k < n for k, n in zip(index, entry.shape, strict=True))
        number = read(str(message["value"]), entry.unit or "")
        if number is None or not inside:
            raise FieldRefused("value", f"Type a number{f' in {entry.unit}' if entry.unit else ''}.")
        if entry.dtype is not None and entry.dtype.kind in "iu" and not number.is_integer():
            raise FieldRefused("value", "Must be a whole number.")
        low, high = dtype_limits(entry)
        if not low <= number <= high:
            raise FieldRefused("value", f"Must be between {written(low, 7)} and {written(high, 7)}.")
        one = np.full((1,) * len(index), number, entry.dtype)
        # Where the array is, and compiled once for its shape, whichever the cell.
        return jax.lax.dynamic_update_slice(entry.value, one, [np.int32(k) for k in index])


def dtype_limits(entry: bp.Entry) -> tuple[float, float]:
    """What the dtype can hold; the bounds are core's to tell."""
    dtype: Any = np.dtype(entry.dtype)
    facts = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    return float(facts.min), float(facts.max)


def cells(entry: bp.Entry, start: Any) -> dict[str, Any]:
    """A window of cells, never more than `SIDE` squared, copied alone.

    Parameters
    ----------
    entry : bouton.Entry
        Of an array.
    start : list of int
        Of each axis the first index; brought inside.

    Returns
    -------
    dict
        ``from`` and ``size`` of the window, by axis, and ``numbers``, as texts, in the order of the array.
    """
    shape = entry.shape
    most = [1] * (len(shape) - 2) + [SIDE, SIDE] if len(shape) > 1 else [SIDE * SIDE]
    size = [min(n, m) for n, m in zip(shape, most, strict=True)]
    asked = [int(k) for k in start][: len(shape)] + [0] * len(shape)
    first = [max(0, min(k, n - s)) for k, n, s in zip(asked, shape, size, strict=False)]
    found = np.asarray(jax.lax.dynamic_slice(entry.value, [np.int32(k) for k in first], size))
    return {"from": first, "size": size, "numbers": [written(float(str(x)), 6) for x in found.ravel()]}
