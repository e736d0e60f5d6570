"""A recurrent layer with two gates."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ..init import Orthogonal, ZeroInit
from ..math import Mode
from ._recurrent import Recurrent

_ORTHOGONAL, _ZERO = Orthogonal(), ZeroInit()


class GRUCell(Recurrent):
    r"""A gated recurrent unit [1]_.

    .. math::

        z, r &= \sigma(x W_i + h W_h + b) \\
        a &= f(x W_i^a + (r \circ h) W_h^a + b^a) \\
        h &\leftarrow (1 - z) \circ h + z \circ a

    The weights of the gates stand side by side in the order z, r, a.

    Parameters
    ----------
    num_in, num_out : int
        Numbers of inputs and outputs.
    state_initializer : array, number, Initializer or another function of the shape
        What the state begins with; an array has the shape ``(num_out,)``.
    Wi_initializer, Wh_initializer : the same with shapes (num_in, 3 * num_out) and (num_out, 3 * num_out)
        Weights of the input and of the state. Family ``'weights'``.
    b_initializer : the same with shape (3 * num_out,), or None
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

    References
    ----------
    .. [1] Cho et al., Learning phrase representations using RNN encoder-decoder for statistical machine translation, EMNLP 2014.
    """

    _gates = 3

    def __init__(
        self,
        num_in: int,
        num_out: int,
        state_initializer: Any = _ZERO,
        Wi_initializer: Any = _ORTHOGONAL,
        Wh_initializer: Any = _ORTHOGONAL,
        b_initializer: Any = _ZERO,
        activation: str | Callable = "tanh",
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
        Wh, n = self._recurrent_weights(), self.num_out
        z, r = jnp.split(jax.nn.sigmoid(drive[..., : 2 * n] + state @ Wh[:, : 2 * n]), 2, axis=-1)
        a = self.activation(drive[..., 2 * n :] + (r * state) @ Wh[:, 2 * n :])
        h = (1 - z) * state + z * a
        return h, h
