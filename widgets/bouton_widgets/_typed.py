"""Numbers as people type them: ``0.02``, ``20 ms``, ``2e-2 s``, ``−65``."""

import math
import re
from decimal import Decimal

from ._summary import number

_POWERS = {"G": 9, "M": 6, "k": 3, "": 0, "m": -3, "\u00b5": -6, "n": -9, "p": -12}
_BASES = ("Hz", "s", "V", "A", "\u03a9", "F", "S")
_TYPED = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(\S*)")
# A true minus sign, as the page shows it; the two letters mu and the two omegas that keyboards have.
_SPELLINGS = str.maketrans({"\u2212": "-", "\u03bc": "\u00b5", "\u2126": "\u03a9"})


def read(text: str, unit: str) -> float | None:
    """Read what was typed into a field.

    The number alone is in the field's unit. With a unit of the same kind behind it, it is converted, exactly: ``20 ms`` in a
    field of seconds is the number nearest to 0.02.

    Parameters
    ----------
    text : str
        What was typed.
    unit : str
        The field's unit, or an empty text.

    Returns
    -------
    float or None
        In the field's unit; None if this is no finite number, or in another kind of unit.

    Examples
    --------
    >>> read("20 ms", "s"), read("0.5", "s"), read("20 mV", "s")
    (0.02, 0.5, None)
    """
    match = _TYPED.fullmatch(text.strip().translate(_SPELLINGS))
    if match is None:
        return None
    digits, typed = match.groups()
    power = 0 if typed in ("", unit) else _power_between(typed, unit)
    if power is None:
        return None
    value = float(Decimal(digits).scaleb(power))
    return value if math.isfinite(value) else None


def example(value: float, unit: str) -> str:
    """Show how a number may be typed, plain and, where that reads better, with a prefix.

    Examples
    --------
    >>> example(0.02, "s"), example(-65.0, "mV"), example(3.0, "")
    ('0.02 or 20 ms', '−65', '3')
    """
    known = _parts(unit)
    if known is None or value == 0:
        return number(value)
    prefix, base = known
    size = Decimal(repr(abs(value))).scaleb(_POWERS[prefix])
    fits = next((p for p, power in _POWERS.items() if size >= Decimal(1).scaleb(power)), "p")
    if fits == prefix:
        return number(value)
    scaled = float(Decimal(repr(value)).scaleb(_POWERS[prefix] - _POWERS[fits]))
    return f"{number(value)} or {number(scaled)} {fits}{base}"


def _power_between(typed: str, unit: str) -> int | None:
    one, other = _parts(typed), _parts(unit)
    if one is None or other is None or one[1] != other[1]:
        return None
    return _POWERS[one[0]] - _POWERS[other[0]]


def _parts(unit: str) -> tuple[str, str] | None:
    """Split a unit into its prefix and its base, if both are known."""
    unit = unit.translate(_SPELLINGS)
    for base in _BASES:
        if unit.endswith(base) and (prefix := unit.removesuffix(base)) in _POWERS:
            return prefix, base
    # Microseconds, typed without a Greek keyboard.
    return _parts("\u00b5" + unit[1:]) if unit[:1] == "u" and unit[1:] in _BASES else None
