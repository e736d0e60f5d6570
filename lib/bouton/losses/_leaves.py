"""What all losses do around their formula: leaves of trees, shapes, dtypes, and the reduction."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..errors import KindError, ShapeError, UnsupportedError, ValueRefused
from ..transform import Variable
from ..transform._operators import plain

REDUCTIONS = ("mean", "sum", "none")


def over_leaves(
    where: str, predicts: Any, targets: Any, reduction: str, of_leaf: Callable[[jax.Array, jax.Array, str], jax.Array]
) -> jax.Array:
    """The sum of ``of_leaf(predict, target, where)`` over the leaves of two trees alike."""
    check_reduction(where, reduction)
    ours, structure = jax.tree_util.tree_flatten(predicts, is_leaf=_is_cell)
    theirs, other = jax.tree_util.tree_flatten(targets, is_leaf=_is_cell)
    if structure != other:
        raise KindError(
            where=where,
            expected="predictions and targets in the same structure",
            got=f"{_told(structure)} and {_told(other)}",
            fix="Pass two arrays, or dicts with the same keys; of a list of numbers make an array.",
        )
    if not ours:
        raise ValueRefused(where=where, expected="at least one array", got="none", fix="Pass what the model predicts.")
    names = [f"{where}, {name}" if name else where for name in _names(predicts)]
    losses = [of_leaf(_array(p, n), _array(t, n), n) for p, t, n in zip(ours, theirs, names, strict=True)]
    shapes = list(dict.fromkeys(loss.shape for loss in losses))
    if len(shapes) > 1:
        raise ShapeError(
            where=where,
            expected="losses of one shape, to add them",
            got=" and ".join(map(str, shapes)),
            fix="Reduce them with reduction='mean' or 'sum', or compute the loss of each by itself.",
        )
    total = losses[0]
    for loss in losses[1:]:
        total = total + loss.astype(total.dtype)
    return total


def elementwise(where: str, predicts: Any, targets: Any, reduction: str, of: Callable, axis: Any = None) -> jax.Array:
    """``of(predict, target)`` element by element, then reduced, and summed over the leaves."""
    if axis is not None and reduction == "none":
        raise ValueRefused(
            where=f"{where}(axis={axis}, reduction='none')",
            expected="an axis to reduce",
            got="no reduction",
            fix="Leave the axis out, or reduce with 'mean' or 'sum'.",
        )

    def of_leaf(predict: jax.Array, target: jax.Array, name: str) -> jax.Array:
        predict, target = alike(predict, target, name)
        _check_axis(predict.ndim, axis, name)
        return reduced(of(predict, target), reduction, axis)

    return over_leaves(where, predicts, targets, reduction, of_leaf)


def _check_axis(axes: int, axis: Any, where: str) -> None:
    wanted = () if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    if not all(isinstance(a, int | np.integer) and -axes <= a < axes for a in wanted):
        raise ValueRefused(
            where=f"{where}(axis=...)",
            expected=f"axes of predictions that have {axes}",
            got=f"{axis}",
            fix="Axes are counted from 0, or with -1 from the last.",
        )


def alike(predict: jax.Array, target: jax.Array, where: str) -> tuple[jax.Array, jax.Array]:
    """Both as floats of the dtype of the predictions, or the error that says that their shapes differ."""
    if predict.shape != target.shape and target.shape != ():
        raise ShapeError(
            where=where,
            expected=f"targets of the shape of the predictions, {predict.shape}",
            got=f"{target.shape}",
            fix="They would be spread over each other. " + _reshaped(predict.shape, target.shape),
        )
    predict = as_floats(predict)
    return predict, target.astype(predict.dtype)


def as_floats(array: jax.Array) -> jax.Array:
    """Whole numbers as floats; floats as they are."""
    return array if jnp.issubdtype(array.dtype, jnp.floating) else array.astype(jnp.result_type(float))


def reduced(losses: jax.Array, reduction: str, axis: Any = None) -> jax.Array:
    """Mean, sum, or all."""
    return losses if reduction == "none" else losses.mean(axis) if reduction == "mean" else losses.sum(axis)


def check_reduction(where: str, reduction: str) -> None:
    """Refuse what is no reduction."""
    if reduction not in REDUCTIONS:
        raise UnsupportedError(
            where=f"{where}(reduction=...)",
            expected="'mean', 'sum' or 'none'",
            got=f"{reduction!r}",
            fix="For another one take 'none', and reduce what comes out.",
        )


def known(array: jax.Array) -> np.ndarray | None:
    """The numbers, where they are known: not while a function is traced."""
    return None if isinstance(array, Tracer) else np.asarray(array)


def _array(x: Any, where: str) -> jax.Array:
    try:
        array = jnp.asarray(plain(x))
    except (TypeError, ValueError) as error:
        raise KindError(where=where, expected="an array", got=f"{type(x).__name__}", fix="Pass numbers.") from error
    if jnp.issubdtype(array.dtype, jnp.complexfloating):
        raise KindError(where=where, expected="real numbers", got=f"dtype {array.dtype}", fix="Pass absolute values.")
    return array


def _reshaped(shape: tuple[int, ...], other: tuple[int, ...]) -> str:
    if shape == (*other, 1):
        return "Take the last axis off the predictions: predicts[..., 0]."
    if other == (*shape, 1):
        return "Take the last axis off the targets: targets[..., 0]."
    return "Give both one shape."


def _is_cell(x: Any) -> bool:
    return isinstance(x, Variable)


def _told(structure: Any) -> str:
    return str(structure).removeprefix("PyTreeDef(").removesuffix(")").replace("*", "array")


def _names(tree: Any) -> list[str]:
    paths = jax.tree_util.tree_flatten_with_path(tree, is_leaf=_is_cell)[0]
    return [jax.tree_util.keystr(keys) for keys, _ in paths]
