"""Long short-term memory over space."""

from typing import Any, ClassVar, Self

import jax
import jax.numpy as jnp

from ..dynamics._declare import state, weight
from ..errors import ShapeError
from ..init import XavierNormal, ZeroInit
from ..math import BatchingMode, Mode, TrainingMode
from ._convolution import Conv1d, Conv2d, Conv3d
from ._layer import Layer, filled, whole
from ._spatial import per_axis, with_space

_XAVIER, _ZERO = XavierNormal(), ZeroInit()


class _ConvLSTM(Layer):
    r"""Long short-term memory whose products are convolutions [1]_, without peepholes; see :class:`LSTMCell`.

    .. math::

        i, g, f, o &= x * W_i + h * W_h + b \\
        c &\leftarrow \sigma(f + 1) \circ c + \sigma(i) \circ \tanh(g) \\
        h &\leftarrow \sigma(o) \circ \tanh(c)

    Space keeps its size. The channels of the gates stand side by side in the order i, g, f, o.

    Parameters
    ----------
    input_shape : int or tuple of int
        Sizes of space.
    in_channels, out_channels : int
        Numbers of channels.
    kernel_size : int or tuple of int
        Size of both kernels, for all axes of space or for each.
    Wi_initializer, Wh_initializer : array, Initializer, function of the shape, or number
        The kernels of the input, ``(*kernel_size, in_channels, 4 * out_channels)``, and of the state,
        ``(*kernel_size, out_channels, 4 * out_channels)``. They are ``of_input.w`` and ``of_state.w``.
    b_initializer : the same with shape (4 * out_channels,), or None
        Bias, ``of_input.b``; ``None`` for none.
    state_initializer : array, number, Initializer or another function of the shape
        What the state begins with; an array has the shape ``(*input_shape, 2 * out_channels)``.
    train_state : bool
        Whether, in a training mode, the state begins with a TrainVar ``state2train`` of that shape.
    mode : Mode, optional
        A BatchingMode or TrainingMode. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    State
    -----
    state : (batch, *input_shape, 2 * out_channels)
        The last output h, and after it the memory c.

    Raises
    ------
    UnsupportedError
        In NonBatchingMode.
    KindError, ValueRefused, ShapeError
        For sizes, weights or an input that do not fit.

    References
    ----------
    .. [1] Shi et al., Convolutional LSTM network: a machine learning approach for precipitation nowcasting, NIPS 2015.
    """

    _axes: ClassVar[int]
    _convolution: ClassVar[type[Conv1d] | type[Conv2d] | type[Conv3d]]
    _is_reset = True
    _modes = (TrainingMode, BatchingMode)

    def __init__(
        self,
        input_shape: int | tuple[int, ...],
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        Wi_initializer: Any = _XAVIER,
        Wh_initializer: Any = _XAVIER,
        b_initializer: Any = _ZERO,
        state_initializer: Any = _ZERO,
        train_state: bool = False,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        self.input_shape = per_axis(f"{where}.input_shape", input_shape, self._axes)
        self.in_channels = whole(f"{where}.in_channels", in_channels)
        self.out_channels = n = whole(f"{where}.out_channels", out_channels)
        self.kernel_size = per_axis(f"{where}.kernel_size", kernel_size, self._axes)
        self.train_state = bool(train_state)
        given = {"w_initializer": Wi_initializer, "b_initializer": b_initializer, "mode": self.mode}
        self.of_input = self._convolution(self.in_channels, 4 * n, self.kernel_size, **given)
        given = {"w_initializer": Wh_initializer, "b_initializer": None, "mode": self.mode}
        self.of_state = self._convolution(n, 4 * n, self.kernel_size, **given)
        size = (*self.input_shape, 2 * n)
        begins_trained = self.train_state and isinstance(self.mode, TrainingMode)
        if begins_trained:
            weight(self, "state2train", state_initializer, size, family="initial_states")
        state(self, "state", 0.0 if begins_trained else state_initializer, size)
        self._begin()

    def reset_state(self, batch_size: int | None = None) -> Self:
        """Begin anew.

        Parameters
        ----------
        batch_size : int, optional
            New size of the batch. Default: that of the mode.

        Notes
        -----
        A trained initial state, ``state2train``, is copied to every element of the batch; gradients reach it from there.
        """
        super().reset_state(batch_size)
        self._begin()
        return self

    def update(self, x: Any) -> jax.Array:
        """The next output.

        Parameters
        ----------
        x : (batch, *input_shape, in_channels) array

        Returns
        -------
        (batch, *input_shape, out_channels) array
        """
        where, now = type(self).__name__, self.state.value
        array = with_space(x, self._axes, self.in_channels, now.dtype, where)
        if array.shape[1:-1] != self.input_shape or (array.shape[0] != len(now) and 1 not in (array.shape[0], len(now))):
            raise ShapeError(
                where=f"{where}(x)",
                expected=f"shape {(len(now), *self.input_shape, self.in_channels)}",
                got=f"{array.shape}",
                fix="For another number of trials call reset_state(batch_size) first.",
            )
        h, c = jnp.split(now, 2, axis=-1)
        i, g, f, o = jnp.split(self.of_input(array) + self.of_state(h), 4, axis=-1)
        sigmoid = jax.nn.sigmoid
        c = sigmoid(f + 1) * c + sigmoid(i) * jnp.tanh(g)
        h = sigmoid(o) * jnp.tanh(c)
        self.state.value = jnp.concatenate([h, c], axis=-1)
        return h

    @property
    def h(self) -> jax.Array:
        """The last output, the first half of the channels of ``state``."""
        return self.state.value[..., : self.out_channels]

    @property
    def c(self) -> jax.Array:
        """The memory, the second half of the channels of ``state``."""
        return self.state.value[..., self.out_channels :]

    def _begin(self) -> None:
        if "state2train" in self._slots:
            shape = self.state.shape
            self.state.value = jnp.broadcast_to(filled(self.state2train, shape[1:]), shape)

    def _described(self) -> dict[str, Any]:
        return {"input_shape": self.input_shape, "in_channels": self.in_channels, "out_channels": self.out_channels}


class Conv1dLSTMCell(_ConvLSTM):
    __doc__ = f"Over one axis of space. {_ConvLSTM.__doc__}"
    _axes, _convolution = 1, Conv1d


class Conv2dLSTMCell(_ConvLSTM):
    __doc__ = f"Over two axes of space. {_ConvLSTM.__doc__}"
    _axes, _convolution = 2, Conv2d


class Conv3dLSTMCell(_ConvLSTM):
    __doc__ = f"Over three axes of space. {_ConvLSTM.__doc__}"
    _axes, _convolution = 3, Conv3d


# The other spelling that the seeds use for convolutions.
Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell = Conv1dLSTMCell, Conv2dLSTMCell, Conv3dLSTMCell
