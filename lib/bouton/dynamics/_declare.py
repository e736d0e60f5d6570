"""What models of a step register: parameters that turn while they run, weights, and states with an axis for the batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..core import Object, Parameter, State
from ..errors import KindError, ShapeError, ValueRefused
from ..init import parameter as fitted
from ..init import variable
from ..math._modes import BatchingMode, TrainingMode
from ..transform import Parameter as FixedParameter
from ..transform import Variable, default_float
from ._gathering import InputVariable

if TYPE_CHECKING:
    from ._system import DynamicalSystem

Shape = tuple[int, ...]


def parameter(
    system: Object,
    name: str,
    value: Any,
    shape: int | Shape = (),
    *,
    allow_none: bool = False,
    trained: bool = False,
    unit: str | None = None,
    family: str | None = None,
    bounds: tuple[float | None, float | None] | None = None,
    strict: bool = False,
    softbounds: tuple[float, float] | None = None,
    scale: str = "linear",
) -> None:
    """Register ``system.<name>``, which is a cell: another value compiles nothing.

    Parameters
    ----------
    system : Object
        That gets the attribute.
    name : str
        Of the attribute.
    value : number, array, Variable, Initializer, other function of a shape, or None
        As :func:`bouton.init.parameter` takes it. Whole numbers become floats. A Variable is registered as it is, and reads as
        itself; all else reads as a plain array.
    shape : int or tuple of int
        Of one value for each element; one number for all is permitted too.
    allow_none : bool
        Whether it may be left out; the attribute is then ``None``.
    trained : bool
        Whether training changes it. A Variable says that of itself.
    unit, family, bounds, strict, softbounds, scale
        As for :class:`bouton.parameters.Parameter`.

    Raises
    ------
    ShapeError, KindError, ValueRefused
        For a value that does not fit, or is not a number.
    """
    whole, where = (shape,) if isinstance(shape, int) else tuple(shape), system._where(name)
    described = {"unit": unit, "family": family, "bounds": bounds, "strict": strict, "softbounds": softbounds, "scale": scale}
    with _named(where):
        first = fitted(value, whole, allow_none=allow_none)
    if isinstance(value, Variable):
        setattr(system, name, value)
        _describe(
            system, name, Parameter(0.0, **described) if system._slots[name].kind == "parameter" else State(0.0, **described)
        )
        system._slots[name].check_bounds(value.value, where)
        return
    if first is None:
        setattr(system, name, None)
        return
    drawn = callable(value)
    if not drawn:
        _refuse_no_numbers(first, where)
    wrapper = Parameter(first, shape=[whole] if drawn else [whole, ()], cast_fn=_as_float, **described)
    setattr(system, name, wrapper)
    if drawn:
        # It begins with what has been drawn to see whether it fits; a reset draws anew.
        wrapper.data, wrapper.init_func = None, partial(fitted, value)
    if not trained:
        slot = system._slots[name]
        assert slot.cell is not None
        slot.cell = FixedParameter(slot.cell.value)


def weight(system: "DynamicalSystem", name: str, value: Any, shape: int | Shape, **described: Any) -> None:
    """Register weights: a TrainVar, which reads as itself, in a training mode; a :func:`parameter` otherwise.

    Parameters
    ----------
    system : DynamicalSystem
        That gets the attribute; its mode decides.
    name, value, shape, **described
        As for :func:`parameter`.
    """
    trained = isinstance(system.mode, TrainingMode) and value is not None
    parameter(system, name, value, shape, trained=trained, **described)
    if trained:
        # Here and in its slot: it reads as the TrainVar that it is.
        system.__dict__[name] = system._slots[name].cell


def state(
    system: "DynamicalSystem",
    name: str,
    initial: Any,
    size: int | Shape,
    *,
    unit: str | None = None,
    family: str | None = None,
    gathers: bool = False,
) -> None:
    """Register ``system.<name>``, a Variable with axis 0 for the batch in a mode that has one.

    ``reset_state`` of the system sets it back to ``initial``, and its batch to the size that is asked for.

    Parameters
    ----------
    system : DynamicalSystem
        That gets the attribute.
    name : str
        Of the attribute.
    initial : number, array, Initializer or another function of a shape
        As :func:`bouton.init.variable` takes it. Whole numbers become floats.
    size : int or tuple of int
        Shape without the batch.
    unit, family : str, optional
        As for :class:`bouton.parameters.State`.
    gathers : bool
        Whether it is an :class:`InputVariable`, which begins with 0.
    """
    where = system._where(name)
    if not callable(initial):
        _refuse_no_numbers(initial, where)
    with _named(where):
        begun = _begun(initial, system.mode, size)
        setattr(system, name, InputVariable(begun.value, begun.batch_axis) if gathers else begun)
    _describe(system, name, State(0.0, unit=unit, family=family))
    system.__dict__.setdefault("_beginnings", {})[name] = (initial, size)


def reset_states(system: "DynamicalSystem", batch_size: int | None = None) -> bool:
    """Set every :func:`state` of the system to its beginning; whether it has one.

    Raises
    ------
    ValueRefused
        For a size of the batch in a mode that has none.
    """
    beginnings: dict[str, tuple[Any, Any]] = system.__dict__.get("_beginnings", {})
    if beginnings and batch_size is not None and not isinstance(system.mode, BatchingMode):
        raise ValueRefused(
            where=f"{type(system).__name__}.reset_state(batch_size=...)",
            expected="none, in NonBatchingMode",
            got=f"{batch_size}",
            fix="Make the system in a BatchingMode or a TrainingMode, or leave the size out.",
        )
    for name, (initial, size) in beginnings.items():
        cell = system._slots[name].cell
        assert cell is not None
        begun = _begun(initial, system.mode if batch_size is None else batch_size, size).value
        if isinstance(cell, InputVariable):
            cell.clear(begun.shape)
        else:
            cell.value = begun
    return bool(beginnings)


def _begun(initial: Any, batch_or_mode: Any, size: int | Shape) -> Variable:
    made = variable(initial, batch_or_mode, size)
    return Variable(_as_float(made), batch_axis=made.batch_axis) if made.dtype.kind in "iu" else made


def _refuse_no_numbers(value: Any, where: str) -> None:
    """Refuse what compiled code would go on with in silence."""
    value = value.value if isinstance(value, Variable) else value
    if isinstance(value, Tracer) or not isinstance(value, int | float | complex | np.generic | np.ndarray | jax.Array):
        return
    wrong = np.asarray(value)
    if wrong.dtype.kind == "c":
        raise KindError(where=where, expected="real numbers", got=f"{wrong.dtype}", fix="Pass its real part.")
    if np.isnan(wrong).any():
        raise ValueRefused(where=where, expected="numbers", got="nan", fix="See where it was divided by 0.")


@contextmanager
def _named(where: str) -> Iterator[None]:
    """What is said of no parameter by name is said of this one."""
    try:
        yield
    except (KindError, ShapeError, ValueRefused) as error:
        if error.where not in ("parameter", "variable"):
            raise
        raise type(error)(where=where, expected=error.expected, got=error.got, fix=error.fix) from error


def _describe(system: Object, name: str, wrapper: Parameter | State) -> None:
    """Say what the Variable is, which remembers no initial value."""
    wrapper.remembers = False
    system._slots[name].wrapper = wrapper


def _as_float(value: Any) -> jax.Array:
    array = value.value if isinstance(value, Variable) else value if isinstance(value, jax.Array) else np.asarray(value)
    return jnp.asarray(array, default_float()) if array.dtype.kind in "iub" else jnp.asarray(array, _present(array.dtype))


def _present(dtype: Any) -> Any:
    """NumPy's numbers have 64 bits without having been asked for."""
    return default_float() if dtype == np.float64 else dtype
