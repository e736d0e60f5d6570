"""A value in a few characters."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np


def number(x: float, digits: int = 4) -> str:
    """Write a number with at most `digits` significant digits and a true minus sign.

    >>> number(0.02), number(-65.0), number(1234567.0), number(2.5e-5)
    ('0.02', '−65', '1.235e6', '2.5e-5')
    """
    if not math.isfinite(x):
        return str(x).replace("-", "−")
    size = abs(x)
    if size != 0 and (size >= 1e6 or size < 1e-4):
        mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
        text = f"{_trimmed(mantissa)}e{int(exponent)}"
    else:
        text = _trimmed(f"{x:.{max(0, digits - 1 - _magnitude(size))}f}")
    return text.replace("-", "−", 1) if text.startswith("-") else text


def _magnitude(size: float) -> int:
    return math.floor(math.log10(size)) if size else 0


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def table(rows: Sequence[Sequence[str]]) -> str:
    """Align columns of text.

    >>> print(table([("tau", "0.02", "s"), ("bias", "0", "")]))
    tau   0.02  s
    bias  0
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def dtype_name(value: Any) -> str:
    """Name the dtype of an array; what is no array has none."""
    return str(value.dtype) if hasattr(value, "dtype") else type(value).__name__


def summary(value: Any) -> str:
    """Say what a value is: a number as itself, an array as its range and mean, anything else by name.

    >>> summary(np.array([0.01, 0.02, 0.03]))
    '0.01 – 0.03, mean 0.02'
    """
    if isinstance(value, str):
        return value
    dtype = getattr(value, "dtype", None)
    if dtype is None and not isinstance(value, bool | int | float):
        return getattr(value, "__name__", None) or _short(repr(value))
    if dtype is not None and not _plain(dtype):
        return str(dtype)
    array = np.asarray(value)
    if array.dtype == np.uint32 and array.shape == (2,):
        return "key"  # of JAX's random numbers: its two words mean nothing to a reader
    if array.size == 0:
        return "empty"
    if array.dtype == bool:
        return str(bool(array.item())) if array.size == 1 else f"{int(array.sum())} of {array.size} true"
    if array.size == 1:
        return number(float(array.item()))
    low, high = float(array.min()), float(array.max())
    if low == high:
        return f"all {number(low)}"
    return f"{number(low, 3)} – {number(high, 3)}, mean {number(float(array.mean(dtype=np.float64)), 3)}"


def _plain(dtype: Any) -> bool:
    # JAX's typed random keys have a dtype of their own, which NumPy does not know.
    return isinstance(dtype, np.dtype) and dtype.kind in "biuf"


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
