"""Numbers that an optimiser or a schedule is made with."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import SimulationParameter
from ..errors import KindError, ValueRefused
from ..transform import Variable
from ..transform._numbers import is_real
from ..transform._operators import plain


def rate_cell(lr: Any, where: str) -> Variable | SimulationParameter:
    """What to register for a rate: the Variable itself, or an attribute that can be set without compiling again."""
    if isinstance(lr, Variable):
        if lr.shape != () or not jnp.issubdtype(lr.dtype, jnp.floating):
            raise KindError(
                where=where,
                expected="a Variable that holds one float",
                got=f"one of shape {lr.shape} and dtype {lr.dtype}",
                fix="Make it with bm.Variable(jax.numpy.asarray(0.01)).",
            )
        return lr
    return cell(lr, where, low=0.0)


def cell(value: Any, where: str, low: float | None = None, high: float | None = None) -> SimulationParameter:
    """A float that can be set without compiling again."""
    bounds = None if low is None and high is None else (low, high)
    return SimulationParameter(number(value, where), bounds=bounds)


def whole(value: Any, where: str, low: int = 1) -> int:
    """``value`` as an int of at least ``low``."""
    given = number(value, where)
    if not given.is_integer() or given < low:
        raise ValueRefused(where=where, expected=f"a whole number of {low} or more", got=f"{value}", fix="Pass an int.")
    return int(given)


def number(value: Any, where: str) -> float:
    """``value`` as a Python float."""
    given = plain(value)
    if not is_real(given) and not isinstance(given, np.ndarray | jax.Array):
        raise KindError(where=where, expected="a number", got=f"{type(value).__name__}", fix="Pass a float.")
    if np.shape(given) != ():
        raise KindError(where=where, expected="a number", got=f"an array of shape {np.shape(given)}", fix="Pass a float.")
    return float(given)


def fraction(value: Any, where: str) -> float:
    """``value`` as a float of 0 or more and below 1."""
    given = number(value, where)
    if not 0.0 <= given < 1.0:
        raise ValueRefused(where=where, expected="at least 0 and below 1", got=f"{given}", fix="Choose one inside.")
    return given


def above_zero(value: Any, where: str) -> float:
    """``value`` as a float above 0."""
    given = number(value, where)
    if not given > 0.0:
        raise ValueRefused(where=where, expected="a number above 0", got=f"{given}", fix="A usual value is 1e-8.")
    return given


def as_float(value: Any) -> jax.Array:
    """A number as it is read, inside a trace or outside, as an array of the default float."""
    return jnp.asarray(plain(value)).astype(jnp.result_type(float))


def as_count(value: Any) -> jax.Array:
    """The same for a count: int32."""
    return jnp.asarray(plain(value)).astype(jnp.int32)
