"""Every input to every output."""

from typing import Any

import jax

from ..dynamics._declare import weight
from ..init import XavierNormal, ZeroInit
from ..math import Mode
from ._layer import Layer, filled, whole, with_features

_XAVIER, _ZERO = XavierNormal(), ZeroInit()


class Dense(Layer):
    """Weights and a bias: ``x @ W + b`` over the last axis.

    Parameters
    ----------
    num_in, num_out : int
        Numbers of inputs and outputs.
    W_initializer : (num_in, num_out) array, number, Variable, Initializer or another function of the shape
        Weights. Family ``'weights'``.
    b_initializer : the same with shape (num_out,), or None
        Bias; ``None`` for none. Family ``'biases'``.
    mode : Mode, optional
        In a training mode weights and bias are TrainVars; otherwise they read as arrays. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        For sizes that are no whole numbers of 1 or more; for weights that do not fit; when called with another number of inputs.

    Examples
    --------
    >>> import numpy as np
    >>> dense = Dense(2, 3, W_initializer=np.ones((2, 3)))
    >>> [float(y) for y in np.ones(2) >> dense]
    [2.0, 2.0, 2.0]
    """

    def __init__(
        self,
        num_in: int,
        num_out: int,
        W_initializer: Any = _XAVIER,
        b_initializer: Any = _ZERO,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        self.num_in, self.num_out = whole(f"{where}.num_in", num_in), whole(f"{where}.num_out", num_out)
        weight(self, "W", W_initializer, (self.num_in, self.num_out), family="weights")
        weight(self, "b", b_initializer, (self.num_out,), allow_none=True, family="biases")

    def update(self, x: Any) -> jax.Array:
        """``x @ W + b``.

        Parameters
        ----------
        x : (..., num_in) array
            Truth values and whole numbers count as floats.

        Returns
        -------
        (..., num_out) array
        """
        W = filled(self.W, (self.num_in, self.num_out))
        out = with_features(x, self.num_in, W.dtype, type(self).__name__) @ W
        return out if self.b is None else out + self.b

    def _described(self) -> dict[str, Any]:
        return {"num_in": self.num_in, "num_out": self.num_out}


# The other name that the seeds use.
Linear = Dense
