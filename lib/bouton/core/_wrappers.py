"""What registers an attribute with an object, and what it says about it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..errors import KindError, ShapeError, ValueRefused
from ..transform._numbers import is_whole

Shape = tuple[int, ...]


def _unchanged(x: Any) -> Any:
    return x


class Constant:
    """An initial value that is never trained.

    A :class:`Parameter` given one registers as a :class:`SimulationParameter`, under the same name and family. The value
    itself is left alone, whatever it is.

    Parameters
    ----------
    obj : number, array, or None
        The value.
    """

    __slots__ = ("value",)

    def __init__(self, obj: Any):
        self.value = obj.value if isinstance(obj, Constant) else obj

    def __repr__(self) -> str:
        return f"Constant({self.value!r})"


class Wrapper:
    """Base of what registers an attribute when it is assigned to one; the attribute then reads as the bare array.

    Parameters
    ----------
    data : number, array or Constant, optional
        Initial value. Wins over ``init_func``, and resetting returns to it.
    family : str, optional
        For choosing attributes together; by convention ``'weights'``, ``'taus'``, ``'biases'``, ``'thresholds'``.
    init_func : callable, optional
        ``f(shape) -> array``, called now and at every reset.
    shape : int, tuple of int, or list of tuples, optional
        The permitted shapes. Without data the first is used.
    permit_reshape : bool
        Whether data with as many elements as a permitted shape are reshaped to it.
    cast_fn : callable
        Applied once to the initial value.
    unit : str, optional
        Shown wherever the value is, for instance ``'s'`` or ``'mV'``.
    bounds : (float or None, float or None), optional
        Values outside are refused. ``None`` leaves a side open.
    strict : bool
        Whether the bounds themselves are refused too.
    softbounds : (float, float), optional
        Range for a slider; values outside are allowed.
    scale : {'linear', 'log'}
        Of a slider.
    choices : dict of str to object, optional
        Where the value is no array: what there is to choose from, by name. The attribute takes a name or the thing itself.

    Raises
    ------
    ValueRefused
        Neither ``data`` nor ``shape``; neither ``data`` nor ``init_func``; an ``init_func`` that cannot be called; data out
        of bounds.
    KindError
        A ``shape`` that is no int, tuple of ints or list of such tuples.
    ShapeError
        Data that fit no permitted shape.
    """

    kind = "parameter"
    # Whether a value that has always been 0 leaves something out of the compiled code.
    zero_is_off = False
    # Whether there is an initial value to go back to.
    remembers = True
    # The attribute beside it that holds this value, where the wrapper does not.
    initial_in: str | None = None

    def __init__(
        self,
        data: Any = None,
        family: str | None = None,
        init_func: Callable[[Shape], Any] | None = None,
        shape: int | Sequence[int] | list[Shape] | None = None,
        permit_reshape: bool = True,
        cast_fn: Callable[[Any], Any] = _unchanged,
        *,
        unit: str | None = None,
        bounds: tuple[float | None, float | None] | None = None,
        strict: bool = False,
        softbounds: tuple[float, float] | None = None,
        scale: str = "linear",
        choices: Mapping[str, Any] | None = None,
    ):
        where = type(self).__name__
        self.constant = isinstance(data, Constant)
        data = data.value if isinstance(data, Constant) else data
        if data is None and shape is None:
            raise ValueRefused(where=where, expected="data or a shape", got="neither", fix="Give one of them.")
        if init_func is not None and not callable(init_func):
            raise ValueRefused(
                where=f"{where}(init_func=...)",
                expected="a function of the shape",
                got=f"{type(init_func).__name__}",
                fix="Pass for instance jax.numpy.zeros, or give the array as data.",
            )
        if data is None and init_func is None:
            raise ValueRefused(
                where=where,
                expected="data or an init_func",
                got="a shape alone",
                fix="Say what the initial value is, for instance with init_func=jax.numpy.zeros.",
            )
        self.shapes = None if shape is None else permitted_shapes(shape, where)
        self.family, self.unit = family, unit
        self.bounds, self.strict = _range(bounds, f"{where}(bounds=...)", open_ended=True), bool(strict)
        self.softbounds = _range(softbounds, f"{where}(softbounds=...)", open_ended=False)
        self.scale = _known_scale(scale, where)
        self.choices = None if choices is None else dict(choices)
        self.permit_reshape, self.cast_fn = permit_reshape, cast_fn
        self.init_func = None if data is not None else init_func
        self.data = None if data is None else self._fitted(cast_fn(_own(data)), where)

    def initial(self) -> Any:
        """The initial value: the data, or what ``init_func`` gives now."""
        if self.init_func is None:
            return self.data
        assert self.shapes is not None  # checked in __init__: without data there is a shape
        return self._fitted(self.cast_fn(self.init_func(self.shapes[0])), type(self).__name__)

    def _fitted(self, value: Any, where: str) -> Any:
        """``value`` as an array of a permitted shape; what is no array is left as it is."""
        if not is_numeric(value):
            if self.kind != "simulation":
                raise KindError(
                    where=where,
                    expected="a number or an array",
                    got=f"{type(value).__name__}",
                    fix="Only a SimulationParameter holds other things; a plain attribute does too.",
                )
            return self.chosen(value, where)
        if self.shapes is None:
            return value
        shape = np.shape(value)
        if shape in self.shapes:
            return value
        same_size = [s for s in self.shapes if int(np.prod(s)) == int(np.prod(shape))]
        if self.permit_reshape and same_size:
            return jnp.reshape(jnp.asarray(value), same_size[0])
        raise ShapeError(
            where=where,
            expected=f"shape {' or '.join(map(str, self.shapes))}",
            got=f"{shape}",
            fix="Give data of a permitted shape" + (", or as many elements." if self.permit_reshape else "."),
        )

    def chosen(self, value: Any, where: str) -> Any:
        """``value``, or of choices that one of this name."""
        if self.choices is None or not isinstance(value, str):
            return value
        if value not in self.choices:
            raise ValueRefused(
                where=where,
                expected=f"one of {', '.join(map(repr, self.choices))}",
                got=f"{value!r:.60}",
                fix="Choose one of these names.",
            )
        return self.choices[value]

    def describes_alike(self, other: "Wrapper") -> bool:
        """Whether an attribute registered by ``other`` is described alike, whatever it begins with."""
        alike = ("constant", "family", "unit", "bounds", "strict", "softbounds", "scale", "shapes", "permit_reshape", "choices")
        return type(self) is type(other) and all(getattr(self, a) == getattr(other, a) for a in alike)

    def begins_alike(self, other: "Wrapper") -> bool:
        """Whether an attribute registered by ``other`` is reset to the same."""
        if self.init_func is not other.init_func and self.init_func != other.init_func:
            return False
        if isinstance(self.data, Tracer) or isinstance(other.data, Tracer):
            return self.data is other.data
        if is_numeric(self.data) and is_numeric(other.data):
            return np.array_equal(np.asarray(self.data), np.asarray(other.data))
        return self.data is other.data or (isinstance(self.data, str) and self.data == other.data)

    def __repr__(self) -> str:
        shapes = "" if self.shapes is None else f", shape={' or '.join(map(str, self.shapes))}"
        return f"{type(self).__name__}(family={self.family!r}{shapes})"


class Parameter(Wrapper):
    __doc__ = "Part of a model's configuration, often trained.\n" + (Wrapper.__doc__ or "").split("\n", 1)[1]
    kind = "parameter"


class State(Wrapper):
    __doc__ = "What a model changes as it runs.\n" + (Wrapper.__doc__ or "").split("\n", 1)[1]
    kind = "state"


class SimulationParameter(Wrapper):
    __doc__ = (
        "What a simulation needs and a description of the model does not, like a time step.\n"
        "\n    May hold any object; a number reads as it was given.\n"
    ) + (Wrapper.__doc__ or "").split("\n", 1)[1]
    kind = "simulation"


def _own(data: Any) -> Any:
    """Data that stay as they are now: the caller may go on to change an array or a list."""
    if isinstance(data, np.ndarray):
        return np.array(data)
    if isinstance(data, list | tuple) and is_numeric(data):
        return [_own(x) for x in data]
    as_jax = getattr(data, "__jax_array__", None)
    return data if as_jax is None else as_jax()


_NUMBERS = (bool, int, float, complex, np.generic, jax.Array)


def is_numeric(value: Any) -> bool:
    """Whether ``value`` is a number, or an array or nested list of numbers."""
    if isinstance(value, _NUMBERS):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufc"
    if isinstance(value, list | tuple):
        # All of one shape: a ragged list is no array.
        return all(map(is_numeric, value)) and len({np.shape(x) for x in value}) == 1
    return hasattr(value, "__jax_array__")


def permitted_shapes(shape: Any, where: str) -> tuple[Shape, ...]:
    """A wrapper's ``shape`` argument as a tuple of shapes."""
    options = shape if isinstance(shape, list) else [shape]
    shapes = [(s,) if is_whole(s) else s for s in options]
    if not shapes or not all(isinstance(s, tuple) and all(map(is_whole, s)) for s in shapes):
        raise KindError(
            where=f"{where}(shape=...)",
            expected="an int, a tuple of ints, or a list of tuples",
            got=f"{shape!r}",
            fix="Write for instance shape=(3, 4), or shape=[(4,), ()] to permit a shared scalar.",
        )
    return tuple(tuple(int(n) for n in s) for s in shapes)


def _range(limits: Any, where: str, *, open_ended: bool) -> Any:
    if limits is None:
        return None
    ok = isinstance(limits, tuple | list) and len(limits) == 2
    ok = ok and all(isinstance(x, int | float) or (open_ended and x is None) for x in limits)
    if not ok or (None not in limits and not limits[0] < limits[1]):
        raise ValueRefused(
            where=where,
            expected="a pair (low, high) with low below high" + (", None for an open side" if open_ended else ""),
            got=f"{limits!r}",
            fix="Write for instance (0.001, 0.1).",
        )
    return tuple(limits)


def _known_scale(scale: str, where: str) -> str:
    if scale not in ("linear", "log"):
        raise ValueRefused(
            where=f"{where}(scale=...)", expected="'linear' or 'log'", got=f"{scale!r}", fix="Choose one of the two."
        )
    return scale
