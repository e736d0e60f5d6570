"""What initialisers are given, checked where it enters."""

from collections.abc import Callable
from typing import Any

from ..errors import KindError, ShapeError, ValueRefused
from ..transform._numbers import as_sizes
from ..transform._operators import plain

Shape = tuple[int, ...]


def as_shape(where: str, shape: Any) -> Shape:
    """An int or a tuple of ints as a shape."""
    try:
        sizes = as_sizes(shape)
    except TypeError as error:
        raise KindError(
            where=f"{where}(shape)",
            expected="an int or a tuple of ints",
            got=f"{shape!r}",
            fix="Write for instance (3, 4).",
        ) from error
    if any(n < 0 for n in sizes):
        raise ValueRefused(where=f"{where}(shape)", expected="sizes of 0 or more", got=f"{shape}", fix="Choose others.")
    return sizes


def number(where: str, value: Any, expected: str = "a number", holds: Callable[[Any], bool] = lambda x: x == x) -> Any:
    """A Python number that ``holds``; NaN is none."""
    if not isinstance(value, int | float):
        try:
            value = plain(value).item()
        except (AttributeError, ValueError, TypeError) as error:
            raise KindError(where=where, expected=expected, got=f"{type(value).__name__}", fix="Pass one number.") from error
    if not holds(value):
        raise ValueRefused(where=where, expected=expected, got=f"{value}", fix="Choose another one.")
    return value


def not_negative(where: str, value: Any) -> Any:
    """A number of 0 or more."""
    return number(where, value, "0 or more", lambda x: x >= 0)


def positive(where: str, value: Any) -> Any:
    """A number above 0."""
    return number(where, value, "a number above 0", lambda x: x > 0)


def one_of(where: str, value: Any, known: tuple[str, ...]) -> Any:
    """One of several words."""
    if value not in known:
        raise ValueRefused(where=where, expected=" or ".join(map(repr, known)), got=f"{value!r}", fix="Choose one of them.")
    return value


def axes(where: str, shape: Shape, fix: str) -> None:
    """Refuse the shape of a number or a vector where weights between two groups are meant."""
    if len(shape) < 2:
        raise ShapeError(where=where, expected="a shape with two axes or more", got=f"{shape}", fix=fix)
