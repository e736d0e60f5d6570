"""Whole arrays from a few numbers: scaled and shifted, constant, or drawn from a distribution."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ._typed import read

_PIECE = 1_000_000
"""Elements computed at once in double precision, so that an array of any size needs little beside itself."""


class FieldRefused(Exception):
    """What was typed into a field cannot be taken; caught where the page is answered.

    Attributes
    ----------
    field : str
        Name of the field.
    sentence : str
        What is shown beside it.
    """

    def __init__(self, field: str, sentence: str):
        super().__init__(f"{field}: {sentence}")
        self.field, self.sentence = field, sentence


class Fields:
    """Numbers that were typed.

    Parameters
    ----------
    texts : mapping
        By name of the field.
    unit : str
        Of those that are in the array's unit.
    """

    def __init__(self, texts: Mapping[str, Any], unit: str):
        self._texts, self._unit = texts, unit

    def number(self, name: str, unit: str | None = None, least: float = -math.inf, above: float = -math.inf) -> float:
        """The number in a field.

        Raises
        ------
        FieldRefused
            When it is none, or below what the field takes.
        """
        unit = self._unit if unit is None else unit
        found = read(str(self._texts.get(name, "")), unit)
        if found is None:
            raise FieldRefused(name, f"Type a number{f' in {unit}' if unit else ''}.")
        if found < least:
            raise FieldRefused(name, f"Must be at least {least:g}.")
        if found <= above:
            raise FieldRefused(name, f"Must be more than {above:g}.")
        return found

    def seed(self) -> int:
        """The whole number in the field of the seed."""
        found = self.number("seed", "", least=0)
        if not found.is_integer():
            raise FieldRefused("seed", "Must be a whole number.")
        return int(found)


Sampler = Callable[[np.random.Generator, int], np.ndarray]


def _constant(fields: Fields) -> Sampler:
    value = fields.number("value")
    return lambda _, n: np.full(n, value)


def _uniform(fields: Fields) -> Sampler:
    low, high = fields.number("low"), fields.number("high")
    if not low < high:
        raise FieldRefused("high", "Must be more than low.")
    return lambda generator, n: generator.uniform(low, high, n)


def _normal(fields: Fields) -> Sampler:
    mean, spread = fields.number("mean"), fields.number("sd", least=0)
    return lambda generator, n: generator.normal(mean, spread, n)


def _log_normal(fields: Fields) -> Sampler:
    median, sigma = fields.number("median", above=0), fields.number("sigma", "", least=0)
    return lambda generator, n: generator.lognormal(math.log(median), sigma, n)


DRAWS: Mapping[str, Callable[[Fields], Sampler]] = {
    "constant": _constant,
    "uniform": _uniform,
    "normal": _normal,
    "log-normal": _log_normal,
}


def draw(kind: str, fields: Fields, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """An array of numbers drawn by ``numpy.random.default_rng(seed)``, the same as of one call; constant without a seed.

    Raises
    ------
    FieldRefused
        When a field holds what the distribution does not take.
    """
    sampler = DRAWS[kind](fields)
    generator = np.random.default_rng(0 if kind == "constant" else fields.seed())
    return _pieces(shape, np.dtype(dtype), lambda start, stop: sampler(generator, stop - start))


def scaled(value: Any, scale: float, offset: float) -> np.ndarray:
    """``value * scale + offset``, in the dtype of the value."""
    given = np.asarray(value)
    flat = given.ravel()
    return _pieces(given.shape, given.dtype, lambda start, stop: flat[start:stop].astype(np.float64) * scale + offset)


def _pieces(shape: tuple[int, ...], dtype: np.dtype, piece: Callable[[int, int], np.ndarray]) -> np.ndarray:
    array = np.empty(math.prod(shape), dtype)
    whole = dtype.kind in "iu"
    facts = np.iinfo(dtype) if whole else np.finfo(dtype)
    for start in range(0, array.size, _PIECE):
        found = piece(start, min(start + _PIECE, array.size))
        if not np.all((found >= float(facts.min)) & (found <= float(facts.max))):
            raise FieldRefused("", f"Some values would be more than {dtype} holds.")
        array[start : start + _PIECE] = np.rint(found) if whole else found
    return array.reshape(shape)
