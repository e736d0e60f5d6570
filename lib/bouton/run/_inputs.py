"""What a runner gives to the Variables of a model before each step."""

import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..core import Object
from ..errors import KindError, ShapeError, ValueRefused
from ..transform import Variable
from ..transform._operators import plain
from ._given import as_numbers
from ._lookup import lookup

_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "=": lambda _, value: value,
}
_TYPES = ("fix", "iter", "func")
_FORM = "Write for instance ('E.input', 10.0), ('E.input', currents, 'iter'), or ('E.input', 2.0, 'fix', '=')."


class _Input(NamedTuple):
    """One of them: ``cell`` becomes ``cell operation value``."""

    where: str
    cell: Variable
    value: Any
    type: str
    operation: str

    def present(self, shared: Mapping[str, Any], fed: Any) -> Any:
        if self.type == "func":
            return plain(self.value(shared))
        return fed if self.type == "iter" else plain(self.value)

    def apply(self, shared: Mapping[str, Any], fed: Any) -> None:
        now, value = self.cell.value, self.present(shared, fed)
        # A list may hold numbers that are being traced.
        value = jnp.asarray(value if isinstance(value, list | tuple) else as_numbers(value, self.where, _FORM))
        if not np.can_cast(value.dtype, now.dtype, "same_kind"):
            raise KindError(
                where=self.where, expected=f"values for {now.dtype}", got=f"{value.dtype}", fix="Convert them to that dtype."
            )
        if not _fits(value.shape, now.shape):
            raise ShapeError(
                where=self.where,
                expected=f"values that broadcast to shape {now.shape}",
                got=f"{value.shape}",
                fix="Give one value for all, or one for each element; of an 'iter' input without the axis of time.",
            )
        # In the dtype of the cell, also for a quotient of whole numbers.
        new = _OPERATIONS[self.operation](now, value.astype(now.dtype))
        self.cell.value = jnp.broadcast_to(jnp.asarray(new, now.dtype), now.shape)


class Inputs:
    """The inputs of a runner, of any form that it takes.

    Parameters
    ----------
    target : Object
        The model.
    given : tuple, list of tuples, or callable
        As for :class:`bouton.DSRunner`.

    Raises
    ------
    KindError, ValueRefused, UnknownPathError
        For what is no input, or one of something that does not exist.
    """

    def __init__(self, target: Object, given: Any):
        self._function: Callable | None = None
        self._inputs: list[_Input] = []
        if callable(given) and not isinstance(given, Variable):
            self._function = given
            return
        if not isinstance(given, tuple | list):
            raise KindError(
                where="DSRunner(inputs=...)", expected="a tuple, a list of tuples, or a function", got=_kind(given), fix=_FORM
            )
        several = [given] if given and isinstance(given[0], str | Variable) else list(given)
        self._inputs = [_checked(target, one) for one in several]

    @property
    def ask(self) -> bool:
        """Whether a function among them is told what is shared."""
        return self._function is not None or any(one.type == "func" for one in self._inputs)

    def fed(self, length: int) -> "Feed":
        """What the ``'iter'`` inputs give over a run of so many steps.

        Raises
        ------
        ShapeError
            For an array of another length.
        """
        return Feed(self._inputs, length)

    def fed_shapes(self) -> tuple:
        """Shape and dtype of what each ``'iter'`` input gives to one step."""
        return tuple(_shape(one) if one.type == "iter" else None for one in self._inputs)

    def apply(self, shared: Mapping[str, Any], fed: tuple) -> None:
        """Give the inputs of one step."""
        if self._function is not None:
            self._function(shared)
        for one, value in zip(self._inputs, fed, strict=True):
            one.apply(shared, value)


class Feed:
    """The inputs that differ from step to step, handed out in pieces."""

    def __init__(self, inputs: list[_Input], length: int):
        self._inputs = inputs
        for one in inputs:
            if one.type == "iter" and not isinstance(one.value, Iterator) and len(one.value) != length:
                raise ShapeError(
                    where=one.where,
                    expected=f"one value for each of the {length} steps of the run",
                    got=f"{len(one.value)}",
                    fix="Run for as long as there are values, or give a generator that does not end.",
                )

    def piece(self, start: int, stop: int) -> tuple:
        """For these steps of the run, one element for each input; ``None`` where nothing is fed.

        Raises
        ------
        ShapeError
            When a generator has ended.
        """
        return tuple(self._of(one, start, stop) if one.type == "iter" else None for one in self._inputs)

    def _of(self, one: _Input, start: int, stop: int) -> Any:
        if not isinstance(one.value, Iterator):
            return one.value[start:stop]
        values = [np.asarray(plain(value)) for value in itertools.islice(one.value, stop - start)]
        if len(values) < stop - start:
            raise ShapeError(
                where=one.where,
                expected=f"a generator with a value for each step up to {stop}",
                got=f"the end after {start + len(values)}",
                fix="Run for as long as there are values, or let it give more.",
            )
        shapes = list(dict.fromkeys(value.shape for value in values))
        if len(shapes) > 1:
            raise ShapeError(
                where=one.where,
                expected="a generator that gives values of one shape",
                got=" and ".join(map(str, shapes)),
                fix="Give each step one value for all, or one for each element.",
            )
        return as_numbers(np.stack(values), one.where, _FORM)


def _checked(target: Object, given: Any) -> _Input:
    if not isinstance(given, tuple | list) or not 2 <= len(given) <= 4:
        raise KindError(
            where="DSRunner(inputs=...)",
            expected="(target, value), (target, value, type) or (target, value, type, operation)",
            got=f"{given!r:.60}",
            fix=_FORM,
        )
    to, value, kind, operation = (*given, *("fix", "+")[len(given) - 2 :])
    if not isinstance(to, str | Variable):
        raise KindError(
            where="DSRunner(inputs=...)", expected="the name of a Variable, or one, as the target", got=_kind(to), fix=_FORM
        )
    where = f"DSRunner(inputs=...), {to!r}" if isinstance(to, str) else "DSRunner(inputs=...)"
    if kind not in _TYPES:
        raise ValueRefused(where=where, expected="the type 'fix', 'iter' or 'func'", got=f"{kind!r}", fix=_FORM)
    if operation not in _OPERATIONS:
        raise ValueRefused(
            where=where, expected="one of the operations '+', '-', '*', '/' and '='", got=f"{operation!r}", fix=_FORM
        )
    cell = to if isinstance(to, Variable) else lookup(target, to, where).cell
    return _Input(where, cell, _value(value, kind, where), kind, operation)


def _value(value: Any, kind: str, where: str) -> Any:
    if kind == "func":
        if not callable(value) or isinstance(value, Variable):
            raise KindError(where=where, expected="a function of the shared arguments", got=_kind(value), fix=_FORM)
        return value
    if callable(value) and not isinstance(value, Variable):
        raise KindError(where=where, expected=f"values for an input of type {kind!r}", got="a function", fix="Say type 'func'.")
    if kind == "iter":
        if isinstance(value, Iterator):
            return value
        value = as_numbers([plain(x) for x in value] if isinstance(value, list) else plain(value), where, _FORM)
        if value.ndim == 0:
            raise ShapeError(where=where, expected="values over time", got="one number", fix="Leave 'iter' out for a constant.")
        return value
    if isinstance(value, Iterator):
        raise KindError(where=where, expected="a number or an array", got="an iterator", fix="Say type 'iter'.")
    # In a cell: a large array is then no constant of the compiled code.
    return value if isinstance(value, Variable) else Variable(jnp.asarray(as_numbers(value, where, _FORM)))


def _shape(one: _Input) -> jax.ShapeDtypeStruct:
    # What a generator gives is not known before; a number has the effect of any of them on shapes.
    of = one.cell.value if isinstance(one.value, Iterator) else one.value[0]
    return jax.ShapeDtypeStruct(() if isinstance(one.value, Iterator) else np.shape(of), jax.dtypes.canonicalize_dtype(of.dtype))


def _fits(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return len(shape) <= len(to) and all(n in (1, m) for n, m in zip(reversed(shape), reversed(to), strict=False))


def _kind(value: Any) -> str:
    return type(value).__name__
