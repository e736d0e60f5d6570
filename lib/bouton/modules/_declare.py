"""Registering the attributes of library modules, so that an error names the attribute."""

import math
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..core import Constant, SimulationParameter
from ..core._wrappers import Wrapper, is_numeric
from ..errors import BoutonError, KindError, ValueRefused
from ._module import Module

# Of a matrix: as many numbers in another order are other weights.
WEIGHTS = {"family": "weights", "permit_reshape": False}


@dataclass(frozen=True)
class Full:
    """An initial value that is the same everywhere; two of the same value are equal."""

    value: float

    def __call__(self, shape: tuple[int, ...]) -> np.ndarray:
        # NumPy, since JAX would compile a program for each shape.
        return np.full(shape, self.value, float)


def declare(module: Module, name: str, wrapper: type[Wrapper], data: Any, default: Any = None, **facts: Any) -> None:
    """Register ``module.name``, given or by default.

    Parameters
    ----------
    module, name
        Where.
    wrapper : type
        Parameter or State.
    data : number, array, Constant or None
        What the user gave.
    default : number or callable
        A number for all units, or a function of the shape.
    **facts
        For the wrapper: shape, family, unit, bounds.
    """
    if data is None or (isinstance(data, Constant) and data.value is None):
        facts["init_func"] = Full(default) if is_numeric(default) else default
    try:
        setattr(module, name, wrapper(data, **{"cast_fn": floats, **facts}))
    except BoutonError as error:
        where = f"{module.class_name}.{name}"
        raise type(error)(where=where, expected=error.expected, got=error.got, fix=error.fix) from None


def declare_number(module: Module, name: str, data: Any, wrapper: type[Wrapper] = SimulationParameter, **facts: Any) -> None:
    """Register ``module.name``, one number for the whole module; a Python number reads as it was given."""
    value = data.value if isinstance(data, Constant) else data
    if not is_numeric(value) or isinstance(value, bool):
        raise KindError(
            where=f"{module.class_name}.{name}",
            expected="a number",
            got=f"{type(value).__name__}",
            fix="Pass an int or a float.",
        )
    declare(module, name, wrapper, data, shape=(), cast_fn=_number, **facts)


def declare_time_step(module: Module, dt: Any) -> None:
    """Register ``module.dt``, in seconds."""
    declare_number(module, "dt", dt, unit="s", bounds=(0, math.inf), strict=True)


def _number(x: Any) -> Any:
    return float(x) if isinstance(x, int | float) else floats(x)


def floats(x: Any) -> Any:
    """Numbers as floats; what is no number is left for the wrapper to refuse."""
    try:
        array = jnp.asarray(x)
    except (TypeError, ValueError):
        return x
    return array if jnp.issubdtype(array.dtype, jnp.floating) else array.astype(float)


def refuse_recurrent_weights(module: Module, w_rec: Any, has_rec: bool) -> None:
    """``w_rec`` without ``has_rec`` would be ignored."""
    if w_rec is not None and not has_rec:
        raise ValueRefused(
            where=f"{module.class_name}.w_rec",
            expected="no recurrent weights, since has_rec is False",
            got=f"weights of shape {jnp.shape(w_rec.value if isinstance(w_rec, Constant) else w_rec)}",
            fix="Pass has_rec=True to use them.",
        )
