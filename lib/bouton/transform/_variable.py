"""The one mutable cell that everything in a model that changes lives in."""

from collections.abc import Iterable
from typing import Any, Self

import jax
import jax.numpy as jnp
from jax.core import Tracer

from ..errors import KindError, LeakedTracerError, MathError
from ._array_like import ArrayLike
from ._frame import STACK, Frame, Versioned
from ._numbers import fits_in
from ._own_array import own_array
from ._settings import default_float
from ._trace import present_trace


class Variable(ArrayLike):
    """A mutable cell that holds one array and keeps its shape and dtype.

    It acts as an array in arithmetic, indexing, methods and :mod:`jax.numpy` functions; the results are plain arrays. The methods
    are those of a JAX array, which change nothing in place: ``v.sort()`` is a sorted copy. In-place operators and
    ``v[i] = x`` write into the cell. The primitives in :mod:`jax.lax` want the array itself, ``v.value``. Inside a bouton
    transform a Variable is traced, so what is written to it while a compiled function runs is there afterwards.

    Parameters
    ----------
    value_or_size : int, tuple of int, or array
        An int or a tuple of ints makes zeros of that shape; anything else is the initial value.
    dtype : dtype, optional
        Of the cell. Default: that of the data; for zeros the environment's ``float_``.
    batch_axis : int, optional
        The one axis that may change its size.

    Raises
    ------
    MathError
        When a value of another shape or dtype is assigned, or ``batch_axis`` is no axis of the value.
    KindError
        When the value is no array of numbers.

    Examples
    --------
    >>> v = Variable(3)
    >>> v.value = jnp.ones(3)
    >>> float(v.sum())
    3.0
    """

    __slots__ = ("__weakref__", "_batch_axis", "_home", "_place", "_trace", "_value")

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        _pass_as_array(cls)

    def __init__(self, value_or_size: Any, dtype: Any = None, batch_axis: int | None = None):
        inherited = value_or_size.batch_axis if isinstance(value_or_size, Variable) else None
        value = _initial(value_or_size, dtype)
        if inherited is not None and batch_axis is not None and batch_axis != inherited:
            raise MathError(
                where=type(self).__name__,
                expected=f"batch_axis {inherited}, which the wrapped Variable has",
                got=f"{batch_axis}",
                fix="Leave batch_axis out, or wrap the Variable's value.",
            )
        axis = inherited if batch_axis is None else batch_axis
        if axis is not None and not -value.ndim <= axis < value.ndim:
            raise MathError(
                where=type(self).__name__,
                expected=f"a batch_axis below the number of axes, {value.ndim}",
                got=f"{axis}",
                fix="Give the value an axis for the batch.",
            )
        self._batch_axis = axis if axis is None or axis >= 0 else axis + value.ndim
        # The trace that this cell was made in, if any: only there may it hold a traced value.
        self._home = STACK.top
        # The trace of JAX whose values it may hold, where it is part of a copy that was made in one.
        self._trace: Any = None
        # What counts when the cell is taken away from the object that it is an attribute of.
        self._place: Versioned | None = None
        self._value = value

    @classmethod
    def holding(cls, value: Any, batch_axis: int | None = None, home: Frame | None = None, trace: Any = None) -> Self:
        """A cell around ``value`` as it is, even a tracer of a plain JAX transform: for copies of a functional model.

        Parameters
        ----------
        value : array
        batch_axis : int, optional
        home, trace : optional
            The traces, of bouton and of JAX, in which the copy was made.
        """
        self = object.__new__(cls)
        self._batch_axis, self._home, self._trace, self._value = batch_axis, home, trace, value
        self._place = None
        return self

    def belongs_to(self, place: Versioned) -> None:
        """It is an attribute, and code that uses it depends on ``place``, which counts when it is taken away from there."""
        if self._place is None:
            self._place = place

    def taken_away(self) -> None:
        """It is that attribute no more: compiled code that has found it there has to look again."""
        if self._place is not None:
            self._place.version += 1

    def _use(self) -> None:
        # What was made inside a trace is not found there by a later call.
        if self._place is not None and self._home is None:
            self._place.used()

    def __getstate__(self) -> tuple[Any, bool, dict[str, Any]]:
        # A copy that is made while tracing starts with what the cell holds at that point, and belongs to that trace.
        slots = (name for cls in type(self).__mro__ for name in vars(cls).get("__slots__", ()) if name not in _NOT_COPIED)
        rest = {**{name: getattr(self, name) for name in slots}, **getattr(self, "__dict__", {})}
        return self.value, self._trace is not None, rest

    def __setstate__(self, state: tuple[Any, bool, dict[str, Any]]) -> None:
        self._value, of_functional, rest = state
        self._home, self._trace = STACK.top, present_trace() if of_functional else None
        for name, x in rest.items():
            setattr(self, name, x)

    # -- the value ---------------------------------------------------------

    @property
    def value(self) -> Any:
        """The array; assigning replaces it, and must keep shape and dtype."""
        frame = STACK.top
        if frame is None:
            return self._outside_value()
        self._use()
        return frame.read(self)

    @value.setter
    def value(self, new: Any) -> None:
        self.store(self.admit(new))

    def _sample(self) -> Any:
        """A value of the shape and dtype that it has; the code does not depend on what it is."""
        frame = STACK.top
        return self._outside_value() if frame is None else frame.sample(self)

    def store(self, new: Any) -> None:
        """Write an array that is known to fit."""
        frame = STACK.top
        if frame is not None:
            self._use()
            frame.write(self, new)
            return
        self.refuse_tracer(new)
        if STACK.journal is not None:
            STACK.journal.note(self, self._value)
        self._value = new

    def rest(self, shape: tuple[int, ...]) -> None:
        """Write zeros of that shape. A loop whose every turn ends with this need not carry them from turn to turn."""
        zeros = self.admit(jnp.zeros(shape, self._sample().dtype))
        frame = STACK.top
        if frame is None:
            Variable.store(self, zeros)
        else:
            self._use()
            frame.write(self, zeros, at_rest=True)

    def differentiate(self) -> None:
        """Called before a derivative by this cell is taken."""

    def become_argument(self) -> None:
        """Called when its values will be given to a pure function, whatever they are."""

    def refuse_tracer(self, new: Any) -> None:
        """:class:`LeakedTracerError` when ``new`` is a tracer: it would be left behind here."""
        if isinstance(new, Tracer) and (self._trace is None or self._trace != present_trace()):
            raise LeakedTracerError(
                where=f"{type(self).__name__} of shape {new.shape}",
                expected="a value that outlives the function being transformed",
                got="one traced by a plain JAX transform, which cannot see that a Variable changes",
                fix="Use jit, grad or for_loop of bouton.math instead of JAX's own, or a functional module (RateJax, ...), "
                "whose set_attributes returns another.",
            )

    def admit(self, new: Any) -> jax.Array:
        """``new`` as an array for this cell, or :class:`MathError` when its shape or dtype differs."""
        if isinstance(new, Variable):
            new = new.value
        old = self._sample()
        if isinstance(new, bool | int | float | complex) and fits_in(new, old.dtype):
            new = jnp.asarray(new, dtype=old.dtype)
        elif not isinstance(new, jax.Array):
            new = _array(new, f"{type(self).__name__} of shape {old.shape}")
        if new.dtype != old.dtype:
            raise MathError(
                where=f"{type(self).__name__} of shape {old.shape}",
                expected=f"dtype {old.dtype}",
                got=f"{new.dtype}",
                fix=f"Convert the value with .astype('{old.dtype}'), or make a new Variable.",
            )
        if new.shape != old.shape and not self._batch_resized(new.shape, old.shape):
            raise MathError(
                where=f"{type(self).__name__} with batch_axis {self._batch_axis}",
                expected=f"shape {old.shape}",
                got=f"{new.shape}",
                fix="Keep the shape; only the batch axis, where one is set, may change its size.",
            )
        # A weak type would make the next compiled call see another input type and compile again. Keys do not have the attribute.
        return jnp.asarray(new, dtype=old.dtype) if getattr(new, "weak_type", False) else new

    def _batch_resized(self, new: tuple[int, ...], old: tuple[int, ...]) -> bool:
        axis = self.batch_axis
        return axis is not None and len(new) == len(old) and new[:axis] + new[axis + 1 :] == old[:axis] + old[axis + 1 :]

    def _outside_value(self) -> Any:
        """The value where no trace is under way."""
        self.check_alive()
        return self._value

    def check_alive(self) -> None:
        """:class:`LeakedTracerError` when the trace that the cell was made in is over."""
        if self._home is not None and not self._home.alive and isinstance(self._value, Tracer):
            raise LeakedTracerError(
                where=f"{type(self).__name__} of shape {self._value.shape}",
                expected="a Variable made outside the compiled function",
                got="one that was made while a function was being compiled, and kept after it",
                fix="Make the Variable in __init__, and assign to it inside the function.",
            )

    # -- what is fixed -----------------------------------------------------

    @property
    def batch_axis(self) -> int | None:
        """The axis that may change its size; one element of what ``vmap`` maps over has none."""
        axis, frame = self._batch_axis, STACK.top
        while axis is not None and frame is not None:
            if self in frame.mapped:
                return None
            frame = frame.outer
        return axis

    @property
    def batch_size(self) -> int | None:
        """Size along the batch axis; ``None`` without one."""
        axis = self.batch_axis
        return None if axis is None else self.value.shape[axis]

    @property
    def nobatch_shape(self) -> tuple[int, ...]:
        """The shape without the batch axis."""
        shape, axis = tuple(self.value.shape), self.batch_axis
        return shape if axis is None else shape[:axis] + shape[axis + 1 :]

    def __repr__(self) -> str:
        value = self.value
        return f"{type(self).__name__}(value={value}, dtype={value.dtype})"


def _pass_as_array(cls: type[Variable]) -> None:
    # JAX asks for a pytree where it would once have called __jax_array__. What comes out is the bare array, so a function
    # that JAX transforms cannot write to a copy of the cell by mistake.
    jax.tree_util.register_pytree_node(cls, lambda cell: ((cell.value,), None), lambda _, leaves: leaves[0])


_pass_as_array(Variable)


_NOT_COPIED = {"__weakref__", "_home", "_trace", "_value"}


def values_of(cells: Iterable[Variable]) -> list[Any]:
    """What each holds; outside of any trace in a fraction of the time that asking one by one takes."""
    if STACK.top is not None:
        return [cell.value for cell in cells]
    # A cell of a trace is asked whether it may be read.
    return [cell._value if cell._home is None else cell.value for cell in cells]


class TrainVar(Variable):
    """A Variable that training changes."""

    __slots__ = ()


class Parameter(Variable):
    """A Variable that belongs to a model's configuration and that training leaves alone."""

    __slots__ = ()


def _initial(value_or_size: Any, dtype: Any) -> jax.Array:
    if isinstance(value_or_size, Variable):
        value_or_size = value_or_size.value
    if isinstance(value_or_size, int) and not isinstance(value_or_size, bool):
        value_or_size = (value_or_size,)
    if isinstance(value_or_size, tuple) and all(type(n) is int for n in value_or_size):
        if any(n < 0 for n in value_or_size):
            raise MathError(
                where="Variable",
                expected="sizes of 0 or more",
                got=f"{value_or_size}",
                fix="For a number write Variable(jax.numpy.asarray(-1)).",
            )
        return jnp.zeros(value_or_size, default_float() if dtype is None else dtype)
    return _array(value_or_size, "Variable", dtype)


def _array(value: Any, where: str, dtype: Any = None) -> jax.Array:
    try:
        return own_array(value, dtype)
    except (TypeError, ValueError) as error:
        raise KindError(
            where=where,
            expected="a number or an array of numbers",
            got=f"{type(value).__name__}",
            fix="Pass a value that jax.numpy.asarray takes.",
        ) from error
