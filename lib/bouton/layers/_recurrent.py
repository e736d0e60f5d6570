"""What recurrent layers have in common: their state, where it begins, and whether that is trained."""

from collections.abc import Callable
from typing import Any, Self

import jax
import jax.numpy as jnp

from ..dynamics._declare import state, weight
from ..errors import ShapeError
from ..math import Mode, TrainingMode, activation
from ._layer import Layer, filled, whole, with_features


class Recurrent(Layer):
    """Base of layers with the weights ``Wi`` of the input, ``Wh`` of the state and a bias ``b``, for some gates side by side."""

    _is_reset = True
    _gates = 1
    _states = 1
    # The output and the next state, from the weighted input and the state; each kind of layer says how.
    _next: Callable[[jax.Array, jax.Array], tuple[jax.Array, jax.Array]]

    def __init__(
        self,
        num_in: int,
        num_out: int,
        state_initializer: Any,
        Wi_initializer: Any,
        Wh_initializer: Any,
        b_initializer: Any,
        activation_: Any,
        mode: Mode | None,
        train_state: bool,
        name: str | None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        self.num_in, self.num_out = whole(f"{where}.num_in", num_in), whole(f"{where}.num_out", num_out)
        self.activation = activation(activation_)
        self.train_state = bool(train_state)
        width = self._gates * self.num_out
        weight(self, "Wi", Wi_initializer, (self.num_in, width), family="weights")
        weight(self, "Wh", Wh_initializer, (self.num_out, width), family="weights")
        weight(self, "b", b_initializer, (width,), allow_none=True, family="biases")
        size = self._states * self.num_out
        begins_trained = self.train_state and isinstance(self.mode, TrainingMode)
        if begins_trained:
            weight(self, "state2train", state_initializer, (size,), family="initial_states")
        state(self, "state", 0.0 if begins_trained else state_initializer, (size,))
        self._begin()

    def reset_state(self, batch_size: int | None = None) -> Self:
        """Begin anew.

        Parameters
        ----------
        batch_size : int, optional
            New size of the batch, in a mode that has one. Default: that of the mode.

        Notes
        -----
        A trained initial state, ``state2train``, is copied into every row of ``state``; gradients reach it from there.
        """
        super().reset_state(batch_size)
        self._begin()
        return self

    def _begin(self) -> None:
        if "state2train" in self._slots:
            shape = self.state.shape
            self.state.value = jnp.broadcast_to(filled(self.state2train, shape[-1:]), shape)

    def update(self, x: Any) -> jax.Array:
        """The next output.

        Parameters
        ----------
        x : (num_in,), or (batch, num_in) array in a mode that has a batch

        Returns
        -------
        (num_out,) or (batch, num_out) array
        """
        where = type(self).__name__
        array = with_features(x, self.num_in, self.Wi.dtype, where)
        refuse_batch(array.shape, self.state.shape, self.num_in, where)
        out, self.state.value = self._next(self._drive(array), self.state.value)
        return out

    def _drive(self, x: jax.Array) -> jax.Array:
        """``x @ Wi + b``."""
        drive = x @ filled(self.Wi, (self.num_in, self._gates * self.num_out))
        return drive if self.b is None else drive + self.b

    def _recurrent_weights(self) -> jax.Array:
        return filled(self.Wh, (self.num_out, self._gates * self.num_out))

    def _described(self) -> dict[str, Any]:
        return {"num_in": self.num_in, "num_out": self.num_out}


def refuse_batch(got: tuple[int, ...], state: tuple[int, ...], num_in: int, where: str) -> None:
    """:class:`ShapeError` for an input whose trials are not those of the state; a state of one trial serves for any number."""
    if len(state) == 1 and len(got) != 1:
        raise ShapeError(
            where=f"{where}(x)",
            expected=f"shape ({num_in},), without a batch",
            got=f"{got}",
            fix="Build the layer in a BatchingMode or a TrainingMode.",
        )
    if len(state) > 1 and (len(got) > 2 or (len(got) == 2 and got[0] != state[0] and 1 not in (got[0], state[0]))):
        raise ShapeError(
            where=f"{where}(x)",
            expected=f"shape ({state[0]}, {num_in})",
            got=f"{got}",
            fix="For another number of trials call reset_state(batch_size) first.",
        )
