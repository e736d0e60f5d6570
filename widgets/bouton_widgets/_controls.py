"""What a slider needs to know about one parameter: its range, its scale, and what its number means."""

import math
from typing import Any

import numpy as np

import bouton as bp

from ._ranges import FACTORS, Range, hold, limits, slider_range, widened
from ._summary import number as written
from ._typed import example, read

MOST = 1_000_000
"""Elements of an array that are looked at one by one. Of a larger one a sample is shown, and it is moved by a factor."""


def adjustable(entry: bp.Entry) -> bool:
    """Whether one number can stand for the entry: it is numeric, and there is something in it."""
    return entry.dtype is not None and entry.dtype.kind in "biuf" and 0 not in entry.shape


class Control:
    """One parameter under one slider.

    A number, or an array whose elements are all equal, is shown and set as that number. An array whose elements differ keeps its
    proportions: the slider is a factor on the array as it was found. Switches have no proportions; all are turned together.

    Parameters
    ----------
    entry : bouton.Entry
        The parameter.

    Attributes
    ----------
    is_factor : bool
        Whether the number is a factor.
    number : float
        The common value in the entry's unit, or the factor. NaN for switches that differ.
    """

    def __init__(self, entry: bp.Entry):
        self.entry = entry
        self.initial = entry.value
        self._dtype = np.dtype(getattr(self.initial, "dtype", None) or np.asarray(self.initial).dtype)
        self._large = math.prod(entry.shape) > MOST
        self._seen: Any = None
        self._base: Any = None
        self._extent: tuple[float, float] | None = None
        self._home: Range | None = None
        self._range = FACTORS
        self.is_factor = False
        self.number = math.nan
        self.update()

    @property
    def stale(self) -> bool:
        """Whether the model holds another value than at the last look."""
        # An array of JAX never changes in place, so the same object is the same value.
        return self.entry.value is not self._seen

    def update(self, source: object = None) -> bool:
        """Look at the model again. Tells whether the value is another than at the last look.

        Parameters
        ----------
        source : Control, optional
            Another control of the same parameter through which the value may have come: then both show the same factor, on the
            same range.
        """
        value = self.entry.value
        if value is self._seen:
            return False
        same = source if isinstance(source, Control) else None
        self._take(value, same)
        self._fit(same)
        return True

    def _take(self, value: Any, source: "Control | None" = None) -> None:
        self._seen = value
        if source is not None and source.is_factor and source._seen is value and source._base is self._base:
            self.number = source.number
            return
        common = None if self._large else _common(np.asarray(value))
        self._base, self._extent = value, None
        self.is_factor = common is None and self._dtype.kind != "b"
        self.number = 1.0 if self.is_factor else math.nan if common is None else common

    def _fit(self, source: "Control | None" = None) -> None:
        """Choose the range: the usual one, widened for the number if need be."""
        if self.is_factor:
            self._range = widened(FACTORS, self.number)
            return
        if self._home is None:
            usual = [x for x in (_common(self.initial), _common(self.entry.initial)) if x is not None and math.isfinite(x)]
            home = slider_range(self.entry, *(usual or [self.number]))
            self._home = home if usual or math.isfinite(self.number) else None
            self._range = home
        if self._home is not None:
            # A hand that drags another slider of the same parameter must find this one as wide.
            same = source is not None and not source.is_factor and source._home == self._home
            self._range = source._range if source is not None and same else hold(self.entry, self._home, self.number)

    def read(self, typed: Any) -> float | None:
        """Read what a page sent.

        Parameters
        ----------
        typed : str, float or bool
            The text of a field, or the number of a slider or a switch.

        Returns
        -------
        float or None
            In the entry's unit, or the factor; None if it is no finite number.
        """
        if isinstance(typed, str):
            return read(typed.removesuffix("×") if self.is_factor else typed, "" if self.is_factor else self.entry.unit or "")
        return float(typed) if math.isfinite(typed) else None

    def objection(self, number: float | None) -> str | None:
        """Say in one short sentence why a number cannot be taken.

        Parameters
        ----------
        number : float or None
            As `read` gives it.

        Returns
        -------
        str or None
            None if nothing speaks against it here; the model may still refuse it.
        """
        unit = self.entry.unit or ""
        if number is None:
            if self.is_factor:
                return "Type a factor, such as 2 or 0.5."
            shown = self.number if math.isfinite(self.number) else 1.0
            return f"Type a number{f' in {unit}' if unit else ''}, such as {example(shown, unit)}."
        if self._dtype.kind in "iu" and not self.is_factor and not number.is_integer():
            return "Must be a whole number."
        low, high = limits(self.entry)
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.array(self._ends()) * number if self.is_factor else np.asarray(number)
        if not np.all(np.isfinite(values)):
            return "Some values are not finite: reset them, or set them from Python."
        if np.all((values >= low) & (values <= high)):
            return None
        # Of what the dtype can hold only the end that was missed is told: nobody has asked for the other.
        least, most = self.entry.bounds or (None, None)
        told_low = low if least is not None or np.any(values < low) else None
        told_high = high if most is not None or np.any(values > high) else None
        return f"{'Every value must stay' if self.is_factor else 'Must be'} {_interval(told_low, told_high, unit)}."

    def _ends(self) -> tuple[float, float]:
        """The least and the greatest element of the array that is scaled; NaN if one of them is."""
        if self._extent is None:
            base = np.asarray(self._base)
            self._extent = float(base.min()), float(base.max())
        return self._extent

    def value_for(self, number: float) -> Any:
        """Turn a number to which there is no objection into the value for the entry."""
        if self.is_factor and number == 1:
            return self._base
        if self.is_factor and self._large and self._dtype.kind == "f":
            # Where the array is, which may be another device.
            return self._base * number
        if self.is_factor:
            scaled = np.asarray(self._base) * number
            return (np.rint(scaled) if np.issubdtype(self._dtype, np.integer) else scaled).astype(self._dtype)
        return np.full(self.entry.shape, number, self._dtype)

    def took(self, number: float, *, dragging: bool = False) -> None:
        """Note that the model has taken the value made from this number.

        Parameters
        ----------
        number : float
            As `read` gave it.
        dragging : bool
            Whether it came from the slider, whose range must then stay under the hand.
        """
        if self.is_factor:
            # Still the same array under the same factor, even at zero, from where no factor would lead back.
            self._seen = self.entry.value
            self.number = number
        else:
            self._take(self.entry.value)
        if not dragging:
            self._fit()

    def slope(self, slopes: np.ndarray) -> float:
        """Of derivatives by the elements that by what the slider moves: the common value, or the factor."""
        by = np.asarray(self._base, np.float64) if self.is_factor else 1.0
        return float(np.sum(np.asarray(slopes, np.float64) * by))

    @property
    def span(self) -> float:
        """How far the slider goes; of a number with a range for controls, how far that goes."""
        low, high = self.entry.softbounds or (None, None)
        if self.is_factor or low is None or high is None:
            low, high = self._range.low, self._range.high
        return high - low

    def look(self) -> tuple:
        """How the present value is shown, for `recall`."""
        return self._base, self.number, self.is_factor

    def recall(self, look: tuple | None) -> None:
        """Look at the model, which holds a value again that was shown before."""
        if look is None:
            self.update()
            return
        self._seen, self._extent = self.entry.value, None
        self._base, self.number, self.is_factor = look
        self._fit()

    def row(self) -> dict[str, Any]:
        """Give the page all that it needs for this control, ready for JSON."""
        entry = self.entry
        current = entry.sample().values if self._large else np.asarray(self._seen)
        finite = current[np.isfinite(current)]
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
            "sampled": self._large,
            "array": current.size > 1 and self._dtype.kind in "iuf",
            "compiles": bool(entry.is_structural),
            "lo": self._range.low,
            "hi": self._range.high,
            "log": self._range.log,
            "value": self.number if math.isfinite(self.number) else None,
            "text": "" if self._dtype.kind == "b" else written(self.number),
            "smallest": float(finite.min()) if finite.size else None,
            "largest": float(finite.max()) if finite.size else None,
            "lost": int(current.size - finite.size),
            "changed": self._seen is not self.initial and (self._large or not _equal(current, np.asarray(self.initial))),
        }


def _common(value: Any) -> float | None:
    """The one number of which an array consists, if it does; also of NaN alone."""
    if value is None or isinstance(value, str) or callable(value):
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.size == 0 or not _equal(array, np.broadcast_to(array.flat[0], array.shape)):
        return None
    # As it is written: 0.02, not the nearest float32.
    return float(array.flat[0]) if array.dtype.kind == "b" else float(str(array.flat[0]))


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def _interval(low: float | None, high: float | None, unit: str) -> str:
    ends = [written(end, 7) for end in (low, high) if end is not None]
    words = f"between {' and '.join(ends)}" if len(ends) == 2 else f"{'at most' if low is None else 'at least'} {ends[0]}"
    return f"{words} {unit}".strip()
