"""What code returns and writes, seen before it becomes part of a compiled loop or choice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import jax
import jax.numpy as jnp

from ..errors import KindError, MathError
from ._frame import Frame, started_again
from ._numbers import rank
from ._purify import is_discovering, unwrap
from ._trace import present_trace
from ._variable import Variable


class Kind(NamedTuple):
    """Shape and dtype of an array, and whether it follows the dtype of others, as a Python number does."""

    shape: tuple[int, ...]
    dtype: Any
    weak_type: bool

    @classmethod
    def of(cls, x: Any) -> Self:
        return cls(tuple(x.shape), x.dtype, getattr(x, "weak_type", False))

    def __str__(self) -> str:
        return f"{self.dtype}[{','.join(map(str, self.shape))}]"

    def common(self, other: "Kind") -> "Kind | None":
        """The kind that both can have, or ``None``."""
        if self.shape != other.shape:
            return None
        if self.dtype == other.dtype:
            return Kind(self.shape, self.dtype, self.weak_type and other.weak_type)
        weak, strong = (self, other) if self.weak_type else (other, self)
        if not weak.weak_type or (not strong.weak_type and rank(weak.dtype) > rank(strong.dtype)):
            return None
        dtype = strong.dtype if rank(weak.dtype) <= rank(strong.dtype) else weak.dtype
        return Kind(self.shape, dtype, strong.weak_type)


@dataclass
class Outcome:
    """What one call has returned, taken apart, and what the cells it wrote then hold."""

    leaves: list
    structure: Any
    written: dict[Variable, Any]

    @property
    def kinds(self) -> list[Kind]:
        return [Kind.of(leaf) for leaf in self.leaves]


def seen(call: Callable[[], Any], where: str) -> Outcome:
    """Run ``call`` for the shapes of its outcome; no cell is changed. In a discovering trace it runs inline."""
    if is_discovering():
        return _run(call, where, present_trace())
    return started_again(lambda: _abstract(call, where))


def _abstract(call: Callable[[], Any], where: str) -> Outcome:
    found = []
    outside = present_trace()

    def traced() -> tuple[list, list]:
        outcome = _run(call, where, outside)
        found.append(outcome)
        return outcome.leaves, list(outcome.written.values())

    # A fresh closure: JAX keeps the result of a function that it has seen, and would not run it again.
    jax.eval_shape(traced)
    outcome = found[-1]
    # No tracer outlives its trace.
    return Outcome(outcome.kinds, outcome.structure, {cell: Kind.of(value) for cell, value in outcome.written.items()})


def _run(call: Callable[[], Any], where: str, outside: Any) -> Outcome:
    with Frame({}, discovering=True, opened_in=outside) as frame:
        leaves, structure = jax.tree_util.tree_flatten(unwrap(call()))
        leaves = [as_array(leaf, where) for leaf in leaves]
        return Outcome(leaves, structure, {cell: frame.values[cell] for cell in frame.written})


def as_array(x: Any, where: str) -> jax.Array:
    """``x`` as an array; a Python number keeps that it follows the dtype of others."""
    if isinstance(x, jax.Array):
        return x
    try:
        if isinstance(x, str | bytes):
            raise TypeError("text is no number")
        return jnp.asarray(x)
    except (TypeError, ValueError) as error:
        raise KindError(
            where=where,
            expected="numbers and arrays",
            got=f"{type(x).__name__}",
            fix="Pass and return what jax.numpy.asarray takes, in tuples, lists or dicts.",
        ) from error


def as_kind(x: Any, kind: Kind, where: str) -> jax.Array:
    """``x`` with the dtype of a kind that it can have."""
    x = as_array(x, where)
    return x if x.dtype == kind.dtype and getattr(x, "weak_type", False) == kind.weak_type else jnp.asarray(x, kind.dtype)


def in_words(structure: Any) -> str:
    """A structure of JAX's as the reader would write it, ``(array, {'a': array})``."""
    return str(structure).removeprefix("PyTreeDef(").removesuffix(")").replace("*", "array")


def as_condition(x: Any, where: str) -> jax.Array:
    """``x`` as a scalar bool."""
    x = as_array(unwrap(x), where)
    if x.shape != () or x.dtype != bool:
        raise KindError(
            where=where,
            expected="a scalar bool",
            got=f"{Kind.of(x)}",
            fix="Reduce an array with .any() or .all(), and compare a number: x > 0.",
        )
    return x


def check_size(where: str, cell: Variable, before: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """:class:`MathError` when a turn of a loop leaves ``cell`` with another shape than it had before."""
    if shape != before:
        raise MathError(
            where=f"{where}, {type(cell).__name__} of shape {before}",
            expected="a Variable that keeps its shape from turn to turn",
            got=f"shape {shape}",
            fix="Change the size of the batch before the loop.",
        )
