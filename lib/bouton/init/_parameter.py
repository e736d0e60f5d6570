"""From what a user passes for a weight to the weight."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.typing import ArrayLike

from ..errors import KindError, ShapeError, ValueRefused
from ..transform import Variable
from ..transform._own_array import own_array
from ._checks import Shape, as_shape
from ._initializer import Initializer

Weight = ArrayLike | Variable | None


def parameter(
    param: Weight | Callable[[Shape], Any],
    size: int | tuple[int, ...],
    allow_none: bool = True,
    allow_scalar: bool = True,
) -> Weight:
    """What a parameter of a model is, from what the user gave for it.

    Parameters
    ----------
    param : None, number, array, Variable, Initializer or another function of a shape
        Functions are called with ``size``. All else is used as it is: the very numbers given.
    size : int or tuple of int
        The shape that the parameter has to have.
    allow_none : bool
        Whether it may be left out.
    allow_scalar : bool
        Whether one number may stand for all.

    Returns
    -------
    None, number, Variable, or jax array
        Of shape ``size``, or with one element where scalars are allowed.

    Raises
    ------
    ShapeError
        For another shape, also of what a function returns; for one number where they are not allowed.
    ValueRefused
        For ``None`` where it is not allowed.
    KindError
        For anything else.
    """
    shape = as_shape("parameter", size)
    refuse_kind(param, allow_none, "parameter")
    if param is None:
        return None
    if isinstance(param, int | float | complex):
        _check_shape((), shape, allow_scalar)
        return param
    if callable(param):
        return called(param, shape)
    array = param if isinstance(param, Variable | jax.Array) else _own(param)
    _check_shape(array.shape, shape, allow_scalar)
    return array


# The older name.
init_param = parameter


def refuse_kind(param: Any, allow_none: bool, where: str) -> None:
    """An error for what is no parameter whatever its shape: before that is known, too.

    Raises
    ------
    ValueRefused
        For ``None`` where it is not allowed.
    KindError
        For the class of an initialiser, and for what is no number, array, Variable or function.
    """
    if param is None:
        if allow_none:
            return
        raise ValueRefused(where=where, expected="a value", got="None", fix="Pass a number, an array or an Initializer.")
    if isinstance(param, type) and issubclass(param, Initializer):
        raise KindError(
            where=where, expected="an Initializer", got=f"the class {param.__name__}", fix=f"Write {param.__name__}(...)."
        )
    numbers = int | float | complex | jax.Array | np.ndarray | np.generic | Variable
    if not callable(param) and not isinstance(param, numbers):
        raise _no_array(where, param, "Pass a number, an array, a Variable, or an Initializer such as bp.init.Normal(0.1).")


def called(init: Callable[[Shape], Any], shape: Shape) -> Variable | jax.Array:
    """What the function gives for the shape, or the error when it does not."""
    name = getattr(init, "__name__", repr(init))
    refuse_kind(init, False, "parameter")
    value = init(shape)
    if isinstance(value, int | float | complex | np.ndarray | np.generic):
        value = _own(value)
    if not isinstance(value, jax.Array | Variable):
        raise _no_array(
            name, value, f"Pass {name}() instead." if isinstance(init, type) else "Let it return an array of the shape."
        )
    if value.shape != shape:
        raise ShapeError(where=name, expected=f"an array of shape {shape}", got=f"{value.shape}", fix="Let it return that shape.")
    return value


def _own(value: Any) -> jax.Array:
    try:
        return own_array(value)
    except TypeError as error:
        raise _no_array("parameter", value, "Pass numbers.") from error


def _no_array(where: str, value: Any, fix: str) -> KindError:
    kind = f"an array of {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
    return KindError(where=where, expected="an array of numbers", got=kind, fix=fix)


def _check_shape(got: Shape, shape: Shape, allow_scalar: bool) -> None:
    if got == shape or (allow_scalar and int(np.prod(got)) == 1):
        return
    raise ShapeError(
        where="parameter",
        expected=f"shape {shape}" + (" or one number" if allow_scalar else ""),
        got=f"{got}",
        fix=f"For one value everywhere pass numpy.full({shape}, value)." if not got else "Pass one value for each element.",
    )
