"""Operands that become the arguments of a function."""

import inspect
from collections.abc import Callable

from ..errors import KindError


def check_spread(where: str, fn: Callable, operands: tuple) -> None:
    """Refuse a function that does not take as many arguments as there are operands."""
    try:
        signature = inspect.signature(fn)
    except (TypeError, ValueError):
        # Some that are written in C have none.
        return
    try:
        signature.bind(*operands)
    except TypeError:
        raise KindError(
            where=where,
            expected=f"a function of {len(operands)} argument{'' if len(operands) == 1 else 's'}, one for each operand",
            got=f"{getattr(fn, '__name__', type(fn).__name__)}{signature}",
            fix="A tuple or list of operands is spread over the arguments; write (operands,) to pass it whole.",
        ) from None
