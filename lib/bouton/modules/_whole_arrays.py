"""Whether the arrays of a functional module are its own: JAX may have stacked them, or given their memory away."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax.core import Tracer

from ..errors import RunningError, ShapeError
from ..transform._frame import STACK

if TYPE_CHECKING:
    from ..core import Object
    from ..core._wrappers import Wrapper


def refuse_other_arrays(module: "Object") -> None:
    """Refuse a module, itself alone, whose arrays are gone or have other shapes than its attributes were made with.

    Raises
    ------
    ShapeError
        For modules that are stacked, or were mapped over by what changes shapes.
    RunningError
        For arrays that were donated.
    """
    inside = STACK.top is not None
    for name, slot in module._slots.items():
        cell = slot.cell
        if cell is None or not slot.wrapper.remembers:
            continue
        value = cell.value if inside else cell._value
        if is_gone(value):
            raise gone(type(module))
        shapes = _shapes(slot.wrapper)
        if value.shape not in shapes:
            raise ShapeError(
                where=f"{type(module).__name__}.{name}",
                expected=f"shape {' or '.join(map(str, shapes))}",
                got=f"{value.shape}",
                fix="Call stacked modules through jax.vmap, for instance jax.vmap(lambda module: module(x)[0])(modules); "
                "otherwise keep the shape of every array.",
            )


def refuse_gone(module: type, arrays: Iterable[Any]) -> None:
    """Refuse a module that was donated. All its arrays were: the first tells."""
    if is_gone(next(iter(arrays), None)):
        raise gone(module)


def is_gone(array: Any) -> bool:
    """Whether the memory of an array was given away."""
    return isinstance(array, jax.Array) and not isinstance(array, Tracer) and array.is_deleted()


def gone(module: type) -> RunningError:
    """For a module whose arrays were donated."""
    return RunningError(
        where=module.__name__,
        expected="a module with its arrays",
        got="one that a compiled function was allowed to take them from, with donate_argnums",
        fix="Go on with the module that this function has returned, or leave donate_argnums out.",
    )


def _shapes(wrapper: "Wrapper") -> tuple[tuple[int, ...], ...]:
    data: Any = wrapper.data
    return (np.shape(data),) if wrapper.shapes is None else wrapper.shapes
