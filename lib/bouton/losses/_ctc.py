"""The loss for labels without a time."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ..errors import ShapeError, ValueRefused
from ..transform._operators import plain
from ._leaves import check_reduction, known, reduced


def ctc_loss(
    predicts: Any, predict_paddings: Any, targets: Any, target_paddings: Any, blank_id: int = 0, reduction: str = "none"
) -> jax.Array:
    """Minus the log probability of a sequence of labels, at whatever times they come (Graves et al., 2006).

    Parameters
    ----------
    predicts : array of shape (batch, time, classes)
        Scores before any softmax.
    predict_paddings : array of shape (batch, time)
        1 where a time is past the end of its series, 0 before; the ends are at the right.
    targets : array of shape (batch, labels)
        Class indices.
    target_paddings : array of shape (batch, labels)
        1 where a label is past the end.
    blank_id : int
        The class that stands for no label.
    reduction : {'mean', 'sum', 'none'}

    Returns
    -------
    array
        ``(batch,)``, or ``()`` when reduced.

    Raises
    ------
    ShapeError
        Shapes that do not fit each other.
    ValueRefused
        A ``blank_id`` that is no class; a label before the end that is none, or the blank one, where it is known. In compiled
        code, where it is not, its loss is NaN.
    UnsupportedError
        Another reduction.

    Notes
    -----
    A sequence of labels that is too long for its series has no probability; its loss is great, but finite (optax).
    """
    check_reduction("ctc_loss", reduction)
    scores, paddings, labels, label_paddings = (
        jnp.asarray(plain(x)) for x in (predicts, predict_paddings, targets, target_paddings)
    )
    fit = scores.ndim == 3 and labels.ndim == 2 and labels.shape[0] == scores.shape[0]
    if not (fit and paddings.shape == scores.shape[:2] and label_paddings.shape == labels.shape):
        raise ShapeError(
            where="ctc_loss",
            expected="shapes (batch, time, classes), (batch, time), (batch, labels) and (batch, labels)",
            got=", ".join(str(x.shape) for x in (scores, paddings, labels, label_paddings)),
            fix="Give a padding for each time, and for each label.",
        )
    if not 0 <= blank_id < scores.shape[-1]:
        raise ValueRefused(
            where="ctc_loss(blank_id=...)",
            expected=f"a class, from 0 to {scores.shape[-1] - 1}",
            got=f"{blank_id}",
            fix="Keep a class for no label.",
        )
    wrong = (labels != jnp.floor(labels)) if jnp.issubdtype(labels.dtype, jnp.floating) else jnp.zeros(labels.shape, bool)
    wrong |= (labels < 0) | (labels >= scores.shape[-1]) | (labels == blank_id)
    wrong &= label_paddings == 0
    found = known(wrong)
    if found is not None and found.any():
        raise ValueRefused(
            where="ctc_loss(targets)",
            expected=f"classes from 0 to {scores.shape[-1] - 1} other than the blank one, {blank_id}",
            got=f"{np.asarray(labels)[found][0]:g}",
            fix="Mark what is past the end of a sequence with 1 in target_paddings.",
        )
    with jax.numpy_dtype_promotion("standard"):  # which optax relies on
        losses = optax.ctc_loss(
            scores,
            paddings.astype(scores.dtype),
            labels.astype(jnp.int32),
            label_paddings.astype(scores.dtype),
            blank_id=blank_id,
        )
    return reduced(jnp.where(wrong.any(-1), jnp.nan, losses), reduction)
