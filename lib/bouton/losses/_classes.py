"""Losses for classes, of which one or some are right."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import ShapeError, ValueRefused
from ..transform._operators import plain
from ._leaves import alike, as_floats, elementwise, known, over_leaves, reduced


def cross_entropy_loss(predicts: Any, targets: Any, weight: Any = None, reduction: str = "mean") -> jax.Array:
    r"""How far scores are from the right classes: :math:`\ln\sum_c e^{p_c} - p_t`.

    Parameters
    ----------
    predicts : array of shape (..., classes), or tree
        Scores before any softmax. The losses of the leaves of a tree are added.
    targets : array, or tree alike
        Indices of classes, of shape ``(...)``: whole numbers, also as floats. Or a row for each, of shape ``(..., classes)``,
        with the probability of every class.
    weight : array of shape (classes,), optional
        How much each class counts.
    reduction : {'mean', 'sum', 'none'}
        The mean of weighted losses is their sum over the sum of the weights of their targets.

    Returns
    -------
    array
        ``()``, or ``(...)`` with ``'none'``.

    Raises
    ------
    ShapeError
        Targets of neither shape; another number of weights than classes.
    ValueRefused
        An index that is no class, where it is known. In compiled code, where it is not, its loss is NaN.
    UnsupportedError
        Another reduction.
    KindError
        Trees that differ; what is no real number.

    Examples
    --------
    >>> scores = jnp.asarray([[2.0, 0.0], [0.0, 2.0]])
    >>> round(float(cross_entropy_loss(scores, jnp.asarray([0, 1]))), 4)
    0.1269
    >>> round(float(cross_entropy_loss(scores, jnp.asarray([1, 1]))), 4)
    1.1269
    """
    return _cross_entropy("cross_entropy_loss", predicts, targets, weight, reduction)


def _cross_entropy(where: str, predicts: Any, targets: Any, weight: Any, reduction: str) -> jax.Array:
    def of_leaf(scores: jax.Array, target: jax.Array, name: str) -> jax.Array:
        scores = _scores(scores, name)
        weights = None if weight is None else _weights(weight, scores, name)
        if target.shape == scores.shape:
            losses, counted = _by_rows(scores, target, weights)
        elif target.shape == scores.shape[:-1]:
            losses, counted = _by_index(scores, target, weights, name)
        else:
            raise ShapeError(
                where=name,
                expected=f"class indices of shape {scores.shape[:-1]}, or rows of shape {scores.shape}",
                got=f"targets of shape {target.shape}",
                fix="Take the last axis off the targets: targets[..., 0]."
                if target.shape == (*scores.shape[:-1], 1)
                else "Give one index, or one row, for each row of scores.",
            )
        if reduction == "mean" and counted is not None:
            return losses.sum() / counted.sum()
        return reduced(losses, reduction)

    return over_leaves(where, predicts, targets, reduction, of_leaf)


def _by_rows(scores: jax.Array, target: jax.Array, weights: jax.Array | None) -> tuple[jax.Array, jax.Array | None]:
    target = target.astype(scores.dtype)
    if weights is not None:
        target = target * weights
    # A class of probability 0 does not count, even where its score is minus infinity.
    logs = jnp.where(target == 0, 0, jax.nn.log_softmax(scores, axis=-1))
    return -(target * logs).sum(-1), None if weights is None else target.sum(-1)


def _by_index(scores: jax.Array, target: jax.Array, weights: jax.Array | None, where: str) -> tuple[jax.Array, jax.Array | None]:
    index = _indices(target, scores.shape[-1], where)
    # Chosen after the softmax, so that of two great scores no small rest is lost.
    logs = jax.nn.log_softmax(scores, axis=-1)
    losses = -jnp.take_along_axis(logs, index[..., None], axis=-1, mode="fill", fill_value=jnp.nan)[..., 0]
    if weights is None:
        return losses, None
    counted = weights.at[index].get(mode="fill", fill_value=jnp.nan)
    return counted * losses, counted


def _indices(target: jax.Array, classes: int, where: str) -> jax.Array:
    """Indices of classes as int32; what is none becomes ``classes``, which is outside."""
    numbers = known(target)
    if numbers is not None and numbers.size:
        numbers = numbers.astype(np.float64)
        wrong = ~((numbers >= 0) & (numbers < classes) & (numbers == np.floor(numbers)))
        if wrong.any():
            raise ValueRefused(
                where=where,
                expected=f"class indices from 0 to {classes - 1}",
                got=f"{numbers[wrong].ravel()[0]:g}",
                fix="Number the classes from 0; or give a row of probabilities for each.",
            )
    index = target.astype(jnp.int32)
    inside = (index >= 0) & (index < classes)
    if jnp.issubdtype(target.dtype, jnp.floating):
        inside &= index.astype(target.dtype) == target
    return jnp.where(inside, index, classes)


def _scores(scores: jax.Array, where: str) -> jax.Array:
    if scores.ndim == 0 or scores.shape[-1] == 0:
        raise ShapeError(
            where=where,
            expected="scores of shape (..., classes)",
            got=f"{scores.shape}",
            fix="Put the classes along the last axis.",
        )
    return as_floats(scores)


def _weights(weight: Any, scores: jax.Array, where: str) -> jax.Array:
    weights = jnp.asarray(plain(weight))
    if weights.shape != scores.shape[-1:]:
        raise ShapeError(
            where=f"{where}(weight=...)",
            expected=f"shape {scores.shape[-1:]}, a number for each class",
            got=f"{weights.shape}",
            fix="Weights are of classes; those of samples go on what reduction='none' gives.",
        )
    return weights.astype(scores.dtype)


def softmax_cross_entropy(predicts: Any, targets: Any, reduction: str = "none") -> jax.Array:
    """:func:`cross_entropy_loss` of each row of scores by a row of probabilities, unreduced.

    Parameters
    ----------
    predicts, targets : array of shape (..., classes), or trees alike
    reduction : {'mean', 'sum', 'none'}

    Raises
    ------
    ShapeError
        Shapes that differ.
    """

    def of_leaf(scores: jax.Array, target: jax.Array, name: str) -> jax.Array:
        scores, target = alike(_scores(scores, name), target, name)
        return reduced(_by_rows(scores, jnp.broadcast_to(target, scores.shape), None)[0], reduction)

    return over_leaves("softmax_cross_entropy", predicts, targets, reduction, of_leaf)


def multiclass_logistic_loss(predicts: Any, targets: Any, reduction: str = "none") -> jax.Array:
    """:func:`cross_entropy_loss` of each row of scores by the index of its class, unreduced.

    Parameters
    ----------
    predicts : array of shape (..., classes), or tree
    targets : array of shape (...), or tree alike
        Whole numbers, also as floats.
    reduction : {'mean', 'sum', 'none'}

    Raises
    ------
    ShapeError
        Targets of another shape.
    ValueRefused
        An index that is no class, where it is known. In compiled code its loss is NaN.
    """

    def of_leaf(scores: jax.Array, target: jax.Array, name: str) -> jax.Array:
        scores = _scores(scores, name)
        if target.shape != scores.shape[:-1]:
            raise ShapeError(
                where=name,
                expected=f"class indices of shape {scores.shape[:-1]}",
                got=f"targets of shape {target.shape}",
                fix="For rows of probabilities there is softmax_cross_entropy.",
            )
        return reduced(_by_index(scores, target, None, name)[0], reduction)

    return over_leaves("multiclass_logistic_loss", predicts, targets, reduction, of_leaf)


def sigmoid_binary_cross_entropy(predicts: Any, targets: Any, reduction: str = "none") -> jax.Array:
    r"""How far each score is from yes or no: :math:`\ln(1 + e^{p}) - t\,p`.

    Parameters
    ----------
    predicts, targets : array, or trees alike
        Scores before any sigmoid, and probabilities, of one shape.
    reduction : {'mean', 'sum', 'none'}

    Raises
    ------
    ShapeError
        Shapes that differ.
    """
    return elementwise("sigmoid_binary_cross_entropy", predicts, targets, reduction, _binary)


def binary_logistic_loss(predicts: Any, targets: Any, reduction: str = "none") -> jax.Array:
    """:func:`sigmoid_binary_cross_entropy` by labels that are 0 or 1.

    Raises
    ------
    ShapeError
        Shapes that differ.
    ValueRefused
        A label that is neither, where it is known.
    """
    where = "binary_logistic_loss"

    def of_leaf(scores: jax.Array, target: jax.Array, name: str) -> jax.Array:
        labels = known(target)
        if labels is not None and not np.isin(labels, (0, 1)).all():
            raise ValueRefused(
                where=name,
                expected="labels that are 0 or 1",
                got=f"{labels[~np.isin(labels, (0, 1))].ravel()[0]}",
                fix="For probabilities there is sigmoid_binary_cross_entropy.",
            )
        return reduced(_binary(*alike(scores, target, name)), reduction)

    return over_leaves(where, predicts, targets, reduction, of_leaf)


def _binary(p: jax.Array, t: jax.Array) -> jax.Array:
    # Of two terms that are both 0 or more: nothing great is taken from something great.
    return t * jax.nn.softplus(-p) + (1 - t) * jax.nn.softplus(p)
