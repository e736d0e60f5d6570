"""Numbers that trainers and methods are given."""

import math
from typing import Any

from ..errors import ValueRefused
from ..transform._numbers import is_real


def number(given: Any, where: str, fix: str, *, above: bool = False, most: float = math.inf) -> float:
    """A finite number of 0 or more, or above 0; :class:`ValueRefused` for any other, and for what is none."""
    is_one = is_real(given) and math.isfinite(given)
    value = float(given) if is_one else -1.0
    if not 0 <= value <= most or (above and value == 0):
        expected = "a number above 0" if above else "a number of 0 or more"
        raise ValueRefused(
            where=where,
            expected=expected if most == math.inf else f"a number from 0 to {most:g}",
            got=f"{given!r:.60}" if not is_one else f"{given}",
            fix=fix,
        )
    return value
