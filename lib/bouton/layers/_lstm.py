"""A recurrent layer with a memory behind gates."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ..init import XavierNormal, ZeroInit
from ..math import Mode
from ._recurrent import Recurrent

_XAVIER, _ZERO = XavierNormal(), ZeroInit()


class LSTMCell(Recurrent):
    r"""Long short-term memory [1]_, which at first forgets little [2]_.

    .. math::

        i, g, f, o &= x W_i + h W_h + b \\
        c &\leftarrow \sigma(f + 1) \circ c + \sigma(i) \circ \tanh(g) \\
        h &\leftarrow \sigma(o) \circ \tanh(c)

    The weights of the gates stand side by side in the order i, g, f, o. ``activation`` takes the place of tanh.

    Parameters
    ----------
    num_in, num_out : int
        Numbers of inputs and outputs.
    state_initializer : array, number, Initializer or another function of the shape
        What the state begins with; an array has the shape ``(2 * num_out,)``.
    Wi_initializer, Wh_initializer : the same with shapes (num_in, 4 * num_out) and (num_out, 4 * num_out)
        Weights of the input and of the state. Family ``'weights'``.
    b_initializer : the same with shape (4 * num_out,), or None
        Bias; ``None`` for none. Family ``'biases'``.
    activation : str or callable
        The function, or its name.
    mode : Mode, optional
        In a training mode weights and bias are TrainVars; otherwise they read as arrays. Default: that of the environment.
    train_state : bool
        Whether, in a training mode, the state begins with a TrainVar ``state2train`` of shape ``(2 * num_out,)``.
    name : str, optional
        Unique among live objects.

    State
    -----
    state : (2 * num_out,), or (batch, 2 * num_out) in a mode that has a batch
        The last output h, and after it the memory c.

    Raises
    ------
    KindError, ValueRefused, ShapeError, UnknownPathError
        For sizes, weights or an activation that do not fit; when called with an input that does not fit.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997.
    .. [2] Jozefowicz, Zaremba and Sutskever, An empirical exploration of recurrent network architectures, ICML 2015.
    """

    _gates = 4
    _states = 2

    def __init__(
        self,
        num_in: int,
        num_out: int,
        state_initializer: Any = _ZERO,
        Wi_initializer: Any = _XAVIER,
        Wh_initializer: Any = _XAVIER,
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
        h, c = jnp.split(state, 2, axis=-1)
        i, g, f, o = jnp.split(drive + h @ self._recurrent_weights(), 4, axis=-1)
        sigmoid = jax.nn.sigmoid
        c = sigmoid(f + 1) * c + sigmoid(i) * self.activation(g)
        h = sigmoid(o) * self.activation(c)
        return h, jnp.concatenate([h, c], axis=-1)

    @property
    def h(self) -> jax.Array:
        """The last output, the first half of ``state``."""
        return self.state.value[..., : self.num_out]

    @property
    def c(self) -> jax.Array:
        """The memory, the second half of ``state``."""
        return self.state.value[..., self.num_out :]
