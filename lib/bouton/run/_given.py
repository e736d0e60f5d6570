"""What a run is asked for, checked: how long, over which inputs, with what shared."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dynamics import DynamicalSystem
from ..dynamics._calling import check_arguments
from ..dynamics._series import common_length, time_first, warn_between
from ..errors import KindError, ShapeError, ValueRefused
from ..transform import Variable
from ..transform._numbers import is_real, is_whole
from ..transform._operators import plain

_OVER_TIME = "Give an array with a value for each step; data_first_axis says whether time or the batch comes first."
_OURS = ("t", "i", "dt")


def check_runner(target: Any, axis: Any, callback: Any) -> DynamicalSystem:
    """The target of a runner.

    Raises
    ------
    KindError, ValueRefused
        For what is no system, no axis, or no function.
    """
    if not isinstance(target, DynamicalSystem):
        raise KindError(
            where="DSRunner(target=...)",
            expected="a DynamicalSystem",
            got=f"{type(target).__name__}",
            fix="Pass a system of one step, or derive its class from bp.DynamicalSystem.",
        )
    if axis not in (None, "T", "B"):
        raise ValueRefused(
            where="DSRunner(data_first_axis=...)",
            expected="'T' or 'B'",
            got=f"{axis!r}",
            fix="Say whether time or the batch is the first axis.",
        )
    if callback is not None and not callable(callback):
        raise KindError(
            where="DSRunner(callback=...)",
            expected="a function of the steps that are done and of all",
            got=type(callback).__name__,
            fix="Write for instance callback=lambda done, total: print(done, total).",
        )
    return target


def number_of_steps(duration: Any, dt: float) -> int:
    """The nearest number of steps; a warning where the duration is no multiple of a step.

    Raises
    ------
    ValueRefused
        For what is no time, or less than a step.
    """
    if duration is None:
        raise ValueRefused(
            where="DSRunner.run", expected="a duration, or inputs over time", got="neither", fix="Write for instance run(100.0)."
        )
    time = _real(duration)
    steps = 0 if time is None else round(time / dt)
    if time is None or steps < 1:
        raise ValueRefused(
            where="DSRunner.run(duration=...)",
            expected=f"a time of at least a step, {dt:g} ms",
            got=f"{duration!r:.60}",
            fix="Give the duration in ms; inputs over time are passed as run(inputs=...).",
        )
    warn_between(time, dt, steps, "DSRunner.run(duration=...)", stacklevel=6)
    return steps


def time_of(given: Any, where: str) -> float:
    """A time in ms; :class:`ValueRefused` for what is none."""
    time = _real(given)
    if time is None:
        raise ValueRefused(where=where, expected="a time in ms", got=f"{given!r:.60}", fix="Give a number, 0.0 for instance.")
    return time


def count(given: Any, where: str, least: int = 1, of: str = " of steps") -> int:
    """A whole number; :class:`ValueRefused` for what is none."""
    if not is_whole(given) or given < least:
        raise ValueRefused(
            where=where, expected=f"a whole number{of}, {least} or more", got=f"{given!r:.60}", fix="Pass for instance 10."
        )
    return int(given)


def check_shared(given: Any, where: str) -> dict[str, Any]:
    """What is to be shared as well.

    Raises
    ------
    KindError
        For what is no dict.
    ValueRefused
        For names that a run gives itself.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise KindError(
            where=where, expected="a dict of what is shared", got=type(given).__name__, fix="Write for instance {'gain': 2.0}."
        )
    ours = next((name for name in _OURS if name in given), None)
    if ours is not None:
        raise ValueRefused(
            where=where,
            expected="other names than t, i and dt, which each step is given",
            got=f"{ours!r}",
            fix="Pass dt and t0 to the constructor, or share it under another name.",
        )
    return dict(given)


def as_numbers(value: Any, where: str, fix: str) -> Any:
    """An array of numbers.

    Raises
    ------
    ShapeError
        For rows of several lengths.
    KindError
        For anything else.
    """
    if isinstance(value, jax.Array):
        return value
    try:
        array = np.asarray(value)
    except ValueError as ragged:
        raise ShapeError(where=where, expected="values of one shape", got="values of several", fix=fix) from ragged
    if array.dtype.kind not in "biufc" and not jnp.issubdtype(array.dtype, jnp.floating):
        got = type(value).__name__ if array.dtype.kind == "O" else f"{array.dtype}"
        raise KindError(where=where, expected="numbers", got=got, fix=fix)
    return array


def as_argument(x: Any, where: str, fix: str = _OVER_TIME) -> Any:
    """Numbers for the target: on the host until their turn comes, in the precision that the device will have."""
    x = as_numbers(plain(x), where, fix)
    return x if isinstance(x, jax.Array) else np.asarray(x, jax.dtypes.canonicalize_dtype(x.dtype))


def laid_out(inputs: Any, batch_first: bool, where: str = "DSRunner.run(inputs=...)") -> tuple[tuple, int]:
    """The inputs as arguments with time first, and the number of steps; errors as of :func:`over_time`."""
    args, length = over_time(inputs, batch_first, where)
    return time_first(args, batch_first), length


def over_time(inputs: Any, batch_first: bool, where: str) -> tuple[tuple, int]:
    """The inputs as arguments, and the number of steps.

    Raises
    ------
    KindError
        For what are no numbers.
    ShapeError
        For inputs without an axis of time, or of different lengths.
    """
    if isinstance(inputs, Iterator):
        raise KindError(
            where=where,
            expected="an array",
            got="an iterator",
            fix="Make an array of it, np.stack([*inputs]), or an 'iter' input.",
        )
    args = (
        inputs if isinstance(inputs, tuple) else (as_numbers(inputs, where, _OVER_TIME) if isinstance(inputs, list) else inputs,)
    )
    args = jax.tree_util.tree_map(lambda x: as_argument(x, where), args, is_leaf=lambda x: isinstance(x, Variable))
    return args, common_length(args, batch_first, where, "arrays", _OVER_TIME, least=1)


def check_call(target: DynamicalSystem, xs: tuple, where: str) -> None:
    """:class:`KindError` for more or fewer arguments than the system's ``update`` takes."""
    fix = "Pass run(inputs=...) an array over time for each argument, several as a tuple."
    check_arguments(target, xs, {}, where, f"{len(xs)} from inputs in each step", fix)


def _real(given: Any) -> float | None:
    """The number, where it is one that is finite."""
    given = plain(given)
    if isinstance(given, np.ndarray | jax.Array) and given.ndim == 0 and given.dtype.kind in "iuf":
        given = given.item()
    return float(given) if is_real(given) and math.isfinite(given) else None
