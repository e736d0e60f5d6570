"""Every input to every output."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ..dynamics._declare import weight
from ..init import XavierNormal, ZeroInit
from ..math import Mode
from ..transform._operators import plain
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

    # -- for trainers of readouts ------------------------------------------

    # The method that is called with the inputs of a step.
    _fit_step: ClassVar[str] = "update"

    def _fit_columns(self, x: Any) -> jax.Array:
        """What :meth:`_fit_weights` multiply, (..., num_in), with a leading column of ones where there is a bias."""
        x = jnp.asarray(plain(x), plain(self.W).dtype)
        return x if self.b is None else with_ones(x)

    def _fit_weights(self) -> jax.Array:
        """(num_in, num_out), with the bias as a leading row where there is one."""
        W = plain(self.W)
        return W if self.b is None else jnp.concatenate([plain(self.b)[None], W])

    def _fit_assign(self, weights: jax.Array) -> None:
        """Take weights in the layout of :meth:`_fit_weights`."""
        if self.b is not None:
            self.b.value = weights[0].astype(self.b.dtype)
            weights = weights[1:]
        self.W.value = weights.astype(self.W.dtype)


def with_ones(x: jax.Array) -> jax.Array:
    """A leading column of ones."""
    return jnp.concatenate([jnp.ones((*x.shape[:-1], 1), x.dtype), x], axis=-1)


# The other name that the seeds use.
Linear = Dense
