"""Texts with numbers in them: the words alike, whole numbers and shapes exactly, other numbers within a tolerance."""

import math
import re
from typing import NamedTuple

from ._tolerance import Tolerance

# Not within a word, so that float32, x86_64 and 0.10.2 are words.
_NUMBER = re.compile(
    r"(?<![\w.])(?:[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?!\d|\.\d)|[-+]?\b(?:nan|inf|NaN|Infinity)\b)", re.ASCII
)
_SHAPE = re.compile(r"(?:\bshape\W{0,4}|\bSize\(|\w)[\[(][\d, ]*[\])]|\(\d+,\)|\(\d+(?:, ?\d+)+\)")
# A number is printed to some place; one unit there is rounding, where it weighs no more than this.
_ROUNDING = 1e-3
# Of the largest number in an array, what float32 arithmetic leaves in its small ones.
_SHARE = 0.1


class _Number(NamedTuple):
    text: str
    line: int
    array: int  # which outermost [...] it stands in, 0 outside
    exact: bool  # part of a shape


def difference(expected: str, got: str, tolerance: Tolerance) -> str | None:
    """Say how two texts differ, or None when they are alike.

    Parameters
    ----------
    expected, got : str
        The stored text and the new one.
    tolerance : Tolerance
        How far numbers may be apart. Blanks between words, and line breaks within brackets, count for nothing: NumPy sets them
        by the width of its numbers.

    Examples
    --------
    >>> difference("V = -61.30001 mV", "V = -61.30000 mV", Tolerance(rtol=1e-5))
    >>> difference("V = -61.30001 mV", "V = -60.70000 mV", Tolerance(rtol=1e-5))
    'line 1: expected -61.30001, got -60.70000, off by 0.98%'
    """
    if expected == got:
        return None
    words, numbers = _pieces(expected)
    new_words, new_numbers = _pieces(got)
    scales = _scales(numbers)
    for place in range(max(len(words), len(new_words))):
        if place >= len(words) or place >= len(new_words) or words[place] != new_words[place]:
            return _other_words(expected, got)
        if place < min(len(numbers), len(new_numbers)):
            why = _apart(numbers[place], new_numbers[place], tolerance, scales[numbers[place].array])
            if why:
                return f"line {numbers[place].line}: expected {numbers[place].text}, got {new_numbers[place].text}, {why}"
    return None


def _pieces(text: str) -> tuple[list[str], list[_Number]]:
    """The text between the numbers, and the numbers."""
    flowed, arrays = _flowed(text)
    exact = [range(*found.span()) for found in _SHAPE.finditer(flowed)]
    words, numbers, end = [], [], 0
    # Lines are counted where the reader sees them, not in the flowed text.
    lines = [1 + text.count("\n", 0, found.start()) for found in _NUMBER.finditer(text)]
    for place, found in enumerate(_NUMBER.finditer(flowed)):
        words.append(flowed[end : found.start()])
        start, end = found.span()
        line = lines[place] if place < len(lines) else 1
        numbers.append(_Number(found.group(), line, arrays[start], any(start in one for one in exact)))
    return [" ".join(word.split(" ")).strip(" ") for word in [*words, flowed[end:]]], numbers


def _flowed(text: str) -> tuple[str, list[int]]:
    """The text with one blank where layout put several, and for each character the array it stands in."""
    characters: list[str] = []
    arrays: list[int] = []
    depth = square = array = 0
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())] if not depth else ""
        for character in indent + re.sub(r"\s+", " ", line.strip()) + "\n":
            if character == "[" and not square:
                array += 1
            depth = max(0, depth + (character in "[(") - (character in "])"))
            square = max(0, square + (character == "[") - (character == "]"))
            character = " " if character == "\n" and depth else character
            if depth and character == " " and characters and characters[-1] in " [(":
                continue
            if character in "])" and characters and characters[-1] == " ":
                characters.pop()
                arrays.pop()
            characters.append(character)
            arrays.append(array if square else 0)
    return "".join(characters).rstrip("\n"), arrays


def _scales(numbers: list[_Number]) -> dict[int, float]:
    """The largest finite number of each array; 0 for what stands in none."""
    scales = {0: 0.0}
    for number in numbers:
        value = abs(float(number.text))
        if number.array and math.isfinite(value):
            scales[number.array] = max(value, scales.get(number.array, 0.0))
        scales.setdefault(number.array, 0.0)
    return scales


def _apart(expected: _Number, got: _Number, tolerance: Tolerance, scale: float) -> str | None:
    if expected.text == got.text:
        return None
    old, new = float(expected.text), float(got.text)
    whole = _is_whole(expected.text) and _is_whole(got.text)
    if math.isnan(old) or math.isnan(new) or math.isinf(old) or math.isinf(new):
        return None if old == new or (math.isnan(old) and math.isnan(new)) else "which is not the same"
    apart = abs(old - new)
    if expected.exact and whole:
        return None if old == new else "in a shape, where numbers are compared exactly"
    if whole:
        if apart <= tolerance.integers * abs(old):
            return None
        return "a whole number, which is compared exactly" if not tolerance.integers else _percent(old, apart)
    allowed = tolerance.atol + tolerance.rtol * (abs(old) + _SHARE * scale)
    unit = max(_unit(expected.text), _unit(got.text))
    if apart <= allowed or apart <= 1.0001 * unit <= _ROUNDING * abs(old):
        return None
    return _percent(old, apart)


def _is_whole(text: str) -> bool:
    return text.lstrip("+-").isdigit()


def _unit(text: str) -> float:
    """What one unit in the last printed place is worth."""
    mantissa, _, exponent = text.lower().partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def _percent(old: float, apart: float) -> str:
    return f"off by {100 * apart / abs(old):.2g}%" if old else f"off by {apart:.2g}"


def _other_words(expected: str, got: str) -> str:
    old, new = expected.split("\n"), got.split("\n")
    for line, (before, now) in enumerate(zip(old, new, strict=False), start=1):
        if before != now and _pieces(before)[0] != _pieces(now)[0]:
            return f"line {line}: expected {_short(before)}, got {_short(now)}"
    if len(old) != len(new):
        return f"expected {len(old)} line{'s'[: len(old) != 1]}, got {len(new)}"
    return "the words differ"


def _short(line: str) -> str:
    return repr(line) if len(line) <= 120 else f"{line[:117]!r}..."
