"""Presets as text: JSON with plain numbers, which people may read and change."""

import base64
import binascii
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core._wrappers import is_numeric
from ..errors import KindError, ValueRefused

FORMAT, VERSION = "bouton preset", 1
_MOST_NUMBERS = 4096
"""Of a larger array the bytes are written."""

_DTYPES = ("bool", *(f"{sign}int{n}" for sign in ("", "u") for n in (8, 16, 32, 64)), *(f"float{n}" for n in (16, 32, 64)))
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_FIX = "Save it again with Preset.save."


def to_text(values: Mapping[str, Any], name: str, model: str) -> str:
    """The text of a preset.

    Raises
    ------
    KindError
        For a value that is no array, number or name.
    """
    written = {path: _written(path, value) for path, value in values.items()}
    head = {"format": FORMAT, "version": VERSION, "name": name, "model": model}
    return json.dumps({**head, "values": written}, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def from_text(text: str | bytes, where: str) -> tuple[dict[str, Any], str, str]:
    """Values, name and model of a preset.

    Raises
    ------
    ValueRefused
        For what is no preset, one of a newer format, and values that contradict themselves.
    """
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _other(where, "something else") from error
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise _other(where, "something else")
    if read.get("version") != VERSION:
        raise ValueRefused(
            where=where,
            expected=f"version {VERSION} of the format",
            got=f"{read.get('version')!r:.40}",
            fix="It was written by a newer bouton: install that one, or save with this one.",
        )
    values, name, model = read.get("values"), read.get("name", ""), read.get("model", "")
    if not isinstance(values, dict) or not isinstance(name, str) or not isinstance(model, str):
        raise _other(where, "one without values")
    return {path: _value(one, f"{path:.80} in {where}") for path, one in values.items()}, name, model


def _written(path: str, value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"choice": value}
    array = np.asarray(value) if is_numeric(value) else None
    if array is not None and array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    if array is None or array.dtype.name not in _DTYPES:
        raise KindError(
            where=f"Preset.text, {path}",
            expected="a number, an array of real numbers, or a name",
            got=f"{type(value).__name__}" if array is None else f"dtype {array.dtype}",
            fix="Leave this path out of the preset.",
        )
    head = {"dtype": array.dtype.name, "shape": list(array.shape)}
    if array.size > _MOST_NUMBERS:
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        return {**head, "bytes": base64.b64encode(plain.tobytes()).decode("ascii")}
    return {**head, "numbers": [_number(x) for x in array.ravel()]}


def _number(x: Any) -> Any:
    if x.dtype.kind != "f":
        return x.item()
    # As short as it can be to read as the same number in its own precision.
    return float(str(x)) if np.isfinite(x) else str(float(x))


def _value(told: Any, where: str) -> Any:
    if not isinstance(told, dict):
        raise _other(where, "no value")
    if isinstance(told.get("choice"), str):
        return told["choice"]
    dtype, shape = told.get("dtype"), told.get("shape")
    if dtype not in _DTYPES or not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        raise _other(where, f"dtype {dtype!r:.40} and shape {shape!r:.40}")
    try:
        if "bytes" in told:
            array = np.frombuffer(base64.b64decode(told["bytes"], validate=True), np.dtype(dtype).newbyteorder("<"))
        else:
            array = _array([_NOT_FINITE[x] if isinstance(x, str) else x for x in told["numbers"]], np.dtype(dtype))
        return array.astype(dtype).reshape(shape)
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
        raise _other(where, f"numbers that are none of dtype {dtype} and shape {tuple(shape)!r:.60}") from error


def _array(numbers: list, dtype: np.dtype) -> np.ndarray:
    given = np.array(numbers) if numbers else np.zeros(0, dtype)
    with np.errstate(over="ignore"):
        array = given.astype(dtype, casting="unsafe" if given.dtype.kind in "iu" and dtype.kind in "iu" else "same_kind")
    lost = np.isfinite(given) != np.isfinite(array) if dtype.kind == "f" else given != array
    if array.ndim != 1 or np.any(lost):
        raise ValueError("not one row of numbers of this dtype")
    return array


def _other(where: str, got: str) -> ValueRefused:
    return ValueRefused(where=where, expected="a preset of bouton, as text", got=got, fix=_FIX)
