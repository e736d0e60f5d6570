"""Silencing some of the inputs while a model is trained."""

from typing import Any, Self

import jax
import jax.numpy as jnp

from ..dynamics import share
from ..dynamics._declare import parameter
from ..math import Mode
from ..math.random import default_rng
from ..transform import default_float
from ._layer import Layer, as_float, fraction


class Dropout(Layer):
    """Keeps each element with a probability, scaled so that the mean stays; the others are 0. Only while training.

    Whether training is under way says the shared argument ``fit``; where nobody says it, it is not.

    Parameters
    ----------
    prob : float
        The probability to keep an element, from 0 to 1; ``Dropout(0.2)`` keeps a fifth. A cell: another value compiles nothing.
    seed : int, key or RandomState, optional
        For numbers of its own. Default: drawn from the state that ``bm.random.seed`` governs.
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError, ValueRefused
        For a ``prob`` that is no number from 0 to 1.

    Notes
    -----
    ``reset_state`` leaves the random numbers alone: every batch of a training has other elements silenced.

    References
    ----------
    .. [1] Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, Journal of Machine Learning
       Research 15, 2014.
    """

    def __init__(self, prob: float, seed: Any = None, mode: Mode | None = None, name: str | None = None):
        super().__init__(name, mode)
        parameter(self, "prob", fraction(f"{type(self).__name__}.prob", prob), bounds=(0.0, 1.0))
        self.rng = default_rng(seed)

    def update(self, x: Any) -> jax.Array:
        """``x``, or while training ``x / prob`` where it is kept and 0 elsewhere."""
        array = as_float(x, default_float(), type(self).__name__)
        fit = share.load("fit", False)
        traced = isinstance(fit, jax.Array)
        if not (traced or fit):
            return array
        keep = self.rng.bernoulli(self.prob, array.shape)
        # Not array / prob: where nothing is kept, that would be no number, and its derivative none either.
        scale = 1 / jnp.where(self.prob > 0, self.prob, 1)
        out = jnp.where(keep, array * scale.astype(array.dtype), 0)
        return jnp.where(fit, out, array) if traced else out

    def reset_state(self, batch_size: int | None = None) -> Self:
        """Nothing: a batch of a training begins anew, the random numbers go on."""
        return self

    def _described(self) -> dict[str, Any]:
        return {"prob": f"{float(self.prob):g}"}
