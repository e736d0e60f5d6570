"""A value in a few characters, whatever its size."""

import math
import reprlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ._sample import sample

_SHORT = 40
_brief = reprlib.Repr()
_brief.maxother = _brief.maxstring = _SHORT


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


def memory(nbytes: int) -> str:
    """Write a size in memory.

    >>> memory(0), memory(400), memory(40_000), memory(6_400_000_000)
    ('0 B', '400 B', '40 kB', '6.4 GB')
    """
    if nbytes < 1000:
        return f"{nbytes} B"
    power = min(5, int(math.log10(nbytes)) // 3)
    size = nbytes / 1000**power
    if round(size, 1) >= 1000 and power < 5:
        size, power = size / 1000, power + 1
    return f"{size:.{1 if size < 99.95 else 0}f} {'BkMGTP'[power]}B".replace(".0 ", " ")


def line(text: str, most: int = 80) -> str:
    """A text that anybody may have written as one short line: nothing in it can break a table or steer a terminal."""
    text = text[: most + 1]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return text if len(text) <= most else text[: most - 1] + "…"


def summary(value: Any) -> str:
    """Say what a value is: a number as itself, an array by its range and mean, anything else by name.

    Of a large array a sample is read, which is said. What is not finite is counted apart.

    >>> summary(np.array([0.01, 0.02, 0.03])), summary(np.array([1.0, np.nan]))
    ('0.01 – 0.03, mean 0.02', 'all 1, 1 NaN')
    """
    if isinstance(value, Tracer):
        return f"traced {value.dtype}{list(value.shape)}"
    if hasattr(value, "__jax_array__"):
        return summary(value.__jax_array__())
    if isinstance(value, jax.Array | np.ndarray | np.generic):
        return _array(value)
    if isinstance(value, bool | int | float):
        return number(value) if isinstance(value, float) else line(str(value), _SHORT)
    if isinstance(value, str):
        return line(value, _SHORT)
    if callable(value):
        return line(str(getattr(value, "__name__", type(value).__name__)), _SHORT)
    return line(_brief.repr(value), _SHORT)


def _array(array: Any) -> str:
    if jnp.issubdtype(array.dtype, jax.dtypes.prng_key):
        return "key" if array.ndim == 0 else f"{array.size} keys"
    if array.size == 0:
        return "empty"
    read = sample(array)
    values, part = read.values, "" if read.whole else "sampled "
    if values.dtype == bool:
        if values.size == 1:
            return str(bool(values.item()))
        true = int(values.sum())
        return f"{part}{number(100 * true / values.size, 2)} % true" if part else f"{true} of {values.size} true"
    if values.dtype.kind == "c" and values.size == 1:
        return f"{values.item():.4g}".replace("-", "−")
    if values.dtype.kind not in "biufcV":
        return str(values.dtype)
    size = "size " if values.dtype.kind == "c" else ""
    numbers = np.abs(values) if size else values.astype(np.float64)
    if numbers.size == 1:
        return number(float(numbers.item()))
    return part + size + _numbers(numbers)


def _numbers(numbers: np.ndarray) -> str:
    finite = numbers[np.isfinite(numbers)]
    lost = [
        (int(np.isnan(numbers).sum()), "NaN"),
        (int((numbers == np.inf).sum()), "inf"),
        (int((numbers == -np.inf).sum()), "−inf"),
    ]
    for count, name in lost:
        if count == numbers.size:
            return f"all {name}"
    told = [f"{count} {name}" for count, name in lost if count]
    if finite.size:
        low, high = float(finite.min()), float(finite.max())
        equal = low == high
        told.insert(
            0, f"all {number(low)}" if equal else f"{number(low, 3)} – {number(high, 3)}, mean {number(float(finite.mean()), 3)}"
        )
    return ", ".join(told)
