"""Checks: of the modes that a constructor supports, and, where they are turned on, of numbers inside compiled code."""

from collections.abc import Sequence
from typing import TypeVar

from .errors import KindError, ShapeError, UnsupportedError
from .transform._settings import CHECKS

T = TypeVar("T")

__all__ = ["check_shape_consistency", "is_checking", "is_subclass", "turn_off", "turn_on"]


def turn_on() -> None:
    """Have compiled code check numbers that it alone knows, such as delays that are computed: what is wrong raises there, too.

    JAX reports what a compiled function raised as its own error, with the sentence in it. Each check asks Python, so this is for
    finding a mistake; code that checks is compiled for that, and the other is kept.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> import bouton.math as bm
    >>> delay = bm.LengthDelay(jnp.zeros(2), 3)
    >>> turn_on()
    >>> try:
    ...     bm.jit(delay)(7).block_until_ready()
    ... except Exception as error:
    ...     print("at most the 3 steps that are stored, got 7" in str(error))
    ... finally:
    ...     turn_off()
    True
    """
    CHECKS.set(True)


def turn_off() -> None:
    """Have compiled code check no numbers any more."""
    CHECKS.set(False)


def is_checking() -> bool:
    """Whether compiled code checks numbers."""
    return bool(CHECKS.get())


def is_subclass(instance: T, types: type | tuple[type, ...] | list[type], name: str = "") -> T:
    """Give ``instance`` back if some of ``types`` is its type or derived from it.

    A type that is listed supports what is more general: where training is supported, batches are.

    Parameters
    ----------
    instance : object
        For instance the mode of a system.
    types : type, or tuple or list of types
        What is supported.
    name : str
        Of what supports them, for the message.

    Raises
    ------
    UnsupportedError
        When none is.
    KindError
        For an entry of ``types`` that is no type.
    """
    listed = types if isinstance(types, tuple | list) else (types,)
    for entry in listed:
        if not isinstance(entry, type):
            raise KindError(
                where="check.is_subclass(types=...)",
                expected="types",
                got=f"{entry!r}",
                fix="Pass the class, bm.TrainingMode, and not an instance of it.",
            )
    if not listed:
        raise KindError(where="check.is_subclass(types=...)", expected="types", got="none", fix="Say what is supported.")
    if any(issubclass(entry, type(instance)) for entry in listed):
        return instance
    names, subject = ", ".join(entry.__name__ for entry in listed), name or "The model"
    raise UnsupportedError(
        where=name or "check.is_subclass",
        expected=f"one of {names}",
        got=f"{instance!r}",
        fix=f"{subject} does not support {instance!r}. We only support {names}.{_HOW.get(listed[0].__name__, '')}",
    )


# For the modes, how to get the first of those that are supported.
_HOW = {
    "TrainingMode": " Build it inside `with bm.training_environment():`, or pass mode=bm.training_mode.",
    "BatchingMode": " Build it inside `with bm.batching_environment():`, or pass mode=bm.batching_mode.",
    "NonBatchingMode": " Pass mode=bm.nonbatching_mode.",
}


Sizes = tuple[int | None, ...]


def check_shape_consistency(
    shapes: Sequence[Sizes], free_axes: int | Sequence[int] | None = None, return_format_shapes: bool = False
) -> tuple[Sizes, tuple]:
    """Shapes that agree outside of some axes.

    Parameters
    ----------
    shapes : sequence of tuple
        All of one length; None stands for the batch.
    free_axes : int or sequence of int, optional
        On which they may differ.
    return_format_shapes : bool
        The pair is returned either way.

    Returns
    -------
    tuple
        What they have in common, without the free axes.
    tuple
        For each shape its size on the free axis, or a tuple of them where a sequence of axes was given; empty without any.

    Raises
    ------
    ShapeError
        For shapes that do not agree.
    KindError
        For what are no shapes.

    Examples
    --------
    >>> check_shape_consistency(((None, 1), (None, 2), (None, 3)), -1, True)
    ((None,), (1, 2, 3))
    """
    del return_format_shapes
    where = "check_shape_consistency"
    if not isinstance(shapes, list | tuple) or not shapes or not all(isinstance(shape, list | tuple) for shape in shapes):
        raise KindError(
            where=f"{where}(shapes)", expected="a tuple of shapes", got=f"{shapes!r}", fix="Write ((None, 1), (None, 2))."
        )
    ranks = {len(shape) for shape in shapes}
    if len(ranks) > 1:
        raise ShapeError(
            where=where, expected="shapes of one length", got=", ".join(map(str, shapes)), fix="Reshape some of them before."
        )
    (rank,) = ranks
    listed = () if free_axes is None else (free_axes,) if isinstance(free_axes, int) else tuple(free_axes)
    if any(not -rank <= axis < rank for axis in listed):
        raise ShapeError(where=f"{where}(free_axes)", expected=f"axes of {rank}", got=f"{free_axes}", fix="Choose others.")
    free = [axis % rank for axis in listed]
    common = {tuple(n for axis, n in enumerate(shape) if axis not in free) for shape in shapes}
    if len(common) > 1:
        raise ShapeError(
            where=where,
            expected="shapes that agree" + (f" but for axis {', '.join(map(str, listed))}" if listed else ""),
            got=", ".join(map(str, shapes)),
            fix="Give the inputs one size on the other axes.",
        )
    sizes = tuple(tuple(shape[axis] for axis in free) for shape in shapes)
    if isinstance(free_axes, int):
        sizes = tuple(size[0] for size in sizes)
    return common.pop(), () if free_axes is None else sizes
