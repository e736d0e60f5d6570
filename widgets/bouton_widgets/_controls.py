"""What a slider needs to know about one parameter: its range, its scale, and what its number means."""

import math
from typing import Any

import numpy as np

import bouton as bp
from bouton import errors

FACTOR_RANGE = (0.1, 10.0)
"""Range of the slider that scales an array whose elements differ."""


def adjustable(entry: bp.Entry) -> bool:
    """Whether one number can stand for the entry: it is numeric, and there is something in it."""
    return entry.dtype is not None and entry.dtype.kind in "biuf" and 0 not in entry.shape


def slider_range(entry: bp.Entry, value: float) -> tuple[float, float, bool]:
    """Choose the range of a slider and whether it is logarithmic.

    The entry's own range for a control comes first, then its hard bounds, then a range around the value; it is widened to hold
    the value and never leaves the hard bounds.

    Parameters
    ----------
    entry : bouton.Entry
        With ``softbounds``, ``bounds`` and ``scale``.
    value : float
        The value to be shown.

    Returns
    -------
    low, high : float
        In the entry's unit; ``low < high``.
    logarithmic : bool
        Only if both ends are above zero.
    """
    hard_low, hard_high = entry.bounds or (None, None)
    wants_log = entry.scale == "log"
    if entry.softbounds is not None:
        low, high = entry.softbounds
    elif hard_low is not None and hard_high is not None:
        low, high = hard_low, hard_high
    else:
        low, high = _around(value, wants_log)
    low, high = min(low, value), max(high, value)
    low = low if hard_low is None else max(low, hard_low)
    high = high if hard_high is None else min(high, hard_high)
    return float(low), float(high), wants_log and low > 0


def _around(value: float, logarithmic: bool) -> tuple[float, float]:
    if value == 0:
        return -1.0, 1.0
    if logarithmic and value > 0:
        return _round_up(value) / 100, _round_up(value) * 10
    reach = _round_up(2 * abs(value))
    return (0.0, reach) if value > 0 else (-reach, 0.0)


def _round_up(x: float) -> float:
    """Go up to the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(x))
    lead = next(lead for lead in (1, 2, 5, 10) if x <= lead * power * (1 + 1e-9))
    return float(f"{lead * power:.6g}")


class Control:
    """One parameter under one slider.

    A number, or an array whose elements are all equal, is shown and set as that number. An array whose elements differ keeps its
    proportions: the slider is a factor on the array as it was found.

    Parameters
    ----------
    entry : bouton.Entry
        The parameter.

    Attributes
    ----------
    is_factor : bool
        Whether the number is a factor.
    number : float
        The common value in the entry's unit, or the factor.
    """

    def __init__(self, entry: bp.Entry):
        self.entry = entry
        self.initial = entry.value
        self._dtype = np.asarray(self.initial).dtype
        self._seen: Any = None
        self._base: Any = None
        self.is_factor = False
        self._range: tuple[float, float, bool] | None = None
        self.update()

    @property
    def stale(self) -> bool:
        """Whether the model holds another value than at the last look."""
        # An array of JAX never changes in place, so the same object is the same value.
        return self.entry.value is not self._seen

    def update(self, source: "Control | None" = None) -> bool:
        """Look at the model again. Tells whether the value is another than at the last look.

        Parameters
        ----------
        source : Control, optional
            Another control of the same parameter through which the value may have come: then both show the same factor.
        """
        value = self.entry.value
        if value is self._seen:
            return False
        self._seen = value
        if source is not None and source.is_factor and source._seen is value and source._base is self._base:
            self.number = source.number
            return True
        array = np.asarray(value)
        self.is_factor = bool(array.size > 1 and np.any(array != array.flat[0]))
        self._base = value
        self.number = 1.0 if self.is_factor else float(array.flat[0])
        if not self.is_factor:
            self._widen()
        return True

    def _widen(self) -> None:
        if not math.isfinite(self.number):
            return
        if self._range is None:
            self._range = slider_range(self.entry, self.number)
        elif not self._range[0] <= self.number <= self._range[1]:
            low, high, log = self._range
            self._range = min(low, self.number), max(high, self.number), log and self.number > 0

    def value_for(self, typed: Any) -> Any:
        """Turn what a page sent into the value for the entry.

        Parameters
        ----------
        typed : str, float or bool
            A number or the text of a field.

        Returns
        -------
        array, or the text itself
            Text that is no number goes on as it is, for the model to refuse in its own words.

        Raises
        ------
        ValueRefused
            When the number is a factor and is not finite, or there is no number at all.
        """
        number = _parsed(typed)
        if not isinstance(number, float):
            return number
        if not math.isfinite(number):
            raise errors.ValueRefused(
                where=self.entry.path, expected="a finite number", got=str(number), fix="Type an ordinary number, such as 0.02."
            )
        dtype = self._dtype
        if self.is_factor:
            scaled = np.asarray(self._base) * number
            return (np.rint(scaled) if np.issubdtype(dtype, np.integer) else scaled).astype(dtype)
        if dtype.kind in "iu" and not number.is_integer():
            return np.full(self.entry.shape, number)
        return np.full(self.entry.shape, number, dtype)

    def took(self, typed: Any) -> None:
        """Note that the model has taken the value made from this number."""
        if self.is_factor:
            # Still the same array under the same factor, even at zero, from where no factor would lead back.
            self._seen = self.entry.value
            self.number = float(_parsed(typed))
        else:
            self.update()

    def row(self) -> dict[str, Any]:
        """Give the page all that it needs for this control, ready for JSON."""
        entry = self.entry
        low, high, log = (*FACTOR_RANGE, True) if self.is_factor else self._range or (0.0, 1.0, False)
        current = np.asarray(self._seen)
        return {
            "path": entry.path,
            "name": entry.name,
            "group": entry.path.rpartition(".")[0],
            "class": entry.owner.class_name,
            "family": entry.family if isinstance(entry.family, str) else "",
            "unit": entry.unit or "",
            "shape": list(entry.shape),
            "factor": self.is_factor,
            "switch": self._dtype.kind == "b",
            "integer": self._dtype.kind in "iu" and not self.is_factor,
            "compiles": bool(entry.is_structural),
            "lo": low,
            "hi": high,
            "log": log,
            "value": self.number if math.isfinite(self.number) else None,
            "text": str(self.number),
            "smallest": _finite(current.min()),
            "largest": _finite(current.max()),
            "changed": not np.array_equal(current, np.asarray(self.initial)),
        }


def _parsed(typed: Any) -> Any:
    if isinstance(typed, str):
        try:
            # The page shows a true minus sign.
            return float(typed.strip().replace("−", "-"))
        except ValueError:
            return typed
    return float(typed)


def _finite(x: Any) -> float | None:
    return float(x) if math.isfinite(x) else None
