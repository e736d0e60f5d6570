"""The plain recurrent layer."""

from collections.abc import Callable
from typing import Any

import jax

from ..init import XavierNormal, ZeroInit
from ..math import Mode
from ._recurrent import Recurrent

_XAVIER, _ZERO = XavierNormal(), ZeroInit()


class RNNCell(Recurrent):
    r"""A recurrent layer without gates.

    .. math:: h \leftarrow f(x W_i + h W_h + b)

    Parameters
    ----------
    num_in, num_out : int
        Numbers of inputs and outputs.
    state_initializer : array, number, Initializer or another function of the shape
        What the state begins with; an array has the shape ``(num_out,)``.
    Wi_initializer, Wh_initializer : the same with shapes (num_in, num_out) and (num_out, num_out)
        Weights of the input and of the state. Family ``'weights'``.
    b_initializer : the same with shape (num_out,), or None
        Bias; ``None`` for none. Family ``'biases'``.
    activation : str or callable
        The function f, or its name.
    mode : Mode, optional
        In a training mode weights and bias are TrainVars; otherwise they read as arrays. Default: that of the environment.
    train_state : bool
        Whether, in a training mode, the state begins with a TrainVar ``state2train`` of shape ``(num_out,)``.
    name : str, optional
        Unique among live objects.

    State
    -----
    state : (num_out,), or (batch, num_out) in a mode that has a batch
        The last output.

    Raises
    ------
    KindError, ValueRefused, ShapeError, UnknownPathError
        For sizes, weights or an activation that do not fit; when called with an input that does not fit.
    """

    def __init__(
        self,
        num_in: int,
        num_out: int,
        state_initializer: Any = _ZERO,
        Wi_initializer: Any = _XAVIER,
        Wh_initializer: Any = _XAVIER,
        b_initializer: Any = _ZERO,
        activation: str | Callable = "relu",
        mode: Mode | None = None,
        train_state: bool = False,
        name: str | None = None,
    ):
        super().__init__(
            num_in,
            num_out,
            state_initializer,
            Wi_initializer,
            Wh_initializer,
            b_initializer,
            activation,
            mode,
            train_state,
            name,
        )

    def _next(self, drive: jax.Array, state: jax.Array) -> tuple[jax.Array, jax.Array]:
        h = self.activation(drive + state @ self._recurrent_weights())
        return h, h
