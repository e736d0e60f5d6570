"""Recurrent nodes, over the recurrent layers."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import jax

from .. import layers
from ..dynamics._declare import _named
from ..errors import ValueRefused
from ..init import Orthogonal, Uniform, XavierNormal, ZeroInit
from ..init import variable as filled_variable
from ..layers._layer import filled, whole
from ..layers._recurrent import Recurrent
from ..math import activation as named_activation
from ._owning import begun, features, feedback_weights, in_floats, keep, own
from ._recurrent import RecurrentNode

_UNIFORM, _XAVIER, _ORTHOGONAL, _ZERO = Uniform(), XavierNormal(), Orthogonal(), ZeroInit()


class Cell(RecurrentNode):
    """Base of nodes that own a recurrent layer; feedback joins the weighted input."""

    _layer_class: ClassVar[type[Recurrent]]
    _layer: Recurrent
    _called: ClassVar[Mapping[str, str]] = {"Wff": "Wi", "Wrec": "Wh", "bias": "b"}

    def __init__(
        self,
        num_unit: int,
        state: Any,
        weights: tuple[Any, Any, Any],
        activation: str | Callable,
        trainable: bool,
        state_trainable: bool,
        input_shape: int | tuple[int, ...] | None,
        name: str | None,
    ):
        super().__init__(name, input_shape, trainable, state_trainable)
        self.num_unit = whole(f"{type(self).__name__}(num_unit=...)", num_unit)
        wi, wh, bias = weights
        keep(self, state_initializer=state, wi_initializer=wi, wh_initializer=wh, bias_initializer=bias)
        self.activation = named_activation(activation)
        self.set_output_shape((None, self.num_unit))

    def init_ff(self) -> None:
        """Weights of the inputs and of the state, and a bias."""
        sizes = features(self, self.feedforward_shapes)
        layer = self._layer_class(
            sum(sizes),
            self.num_unit,
            0.0,
            begun(self, self.wi_initializer),
            begun(self, self.wh_initializer),
            begun(self, self.bias_initializer),
            self.activation,
            self.mode,
            False,
            None,
        )
        own(self, layer, **self._called)

    def init_fb(self) -> None:
        """Weights of the feedback."""
        feedback_weights(self, self.wi_initializer, self._layer_class._gates * self.num_unit)

    def init_state(self, num_batch: int = 1) -> Any:
        """What the initialiser gives."""
        with _named(f"{type(self).__name__}({self.name}).state_initializer"):
            return filled_variable(self.state_initializer, num_batch, self._shape_of_state()).value

    def forward(self, ff: tuple[jax.Array, ...], fb: tuple[jax.Array, ...] | None = None) -> jax.Array:
        """The next output."""
        drive = self._layer._drive(in_floats(ff, self._layer.Wi.dtype))
        if fb is not None:
            drive = drive + in_floats(fb, self.Wfb.dtype) @ filled(self.Wfb, self._fb_weights)
        out, self.state.value = self._layer._next(drive, self.state.value)
        return out

    def _shape_of_state(self) -> tuple[int, ...]:
        return (self._layer_class._states * self.num_unit,)


class VanillaRNN(Cell):
    r"""Recurrent units without gates.

    .. math:: h \leftarrow f(x W_{ff} + h W_{rec} + b + y W_{fb})

    Parameters
    ----------
    num_unit : int
        Number of units.
    state_initializer : array, number, Initializer or another function of the shape
        What the state begins with; an array has the shape ``(num_unit,)``. Default: uniform between 0 and 1.
    wi_initializer, wh_initializer : the same with shapes (inputs, num_unit) and (num_unit, num_unit)
        Weights of the inputs, and of the feedback y; weights of the state. Family ``'weights'``.
    bias_initializer : the same with shape (num_unit,), or None
        Bias; ``None`` for none. Family ``'biases'``.
    activation : str or callable
        The function f, or its name.
    trainable : bool
        Whether weights and bias are TrainVars.
    state_trainable : bool
        Whether the state begins with a TrainVar, ``train_state``.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.

    Attributes
    ----------
    Wff, Wrec, bias, Wfb
        Weights of the inputs and of the state; the bias or None; weights of the feedback, where there is some.

    State
    -----
    state : (num_batch, num_unit)
        The last output.

    Raises
    ------
    KindError, ValueRefused, ShapeError, UnknownPathError
        For sizes, weights or an activation that do not fit.
    """

    _layer_class = layers.RNNCell

    def __init__(
        self,
        num_unit: int,
        state_initializer: Any = _UNIFORM,
        wi_initializer: Any = _XAVIER,
        wh_initializer: Any = _XAVIER,
        bias_initializer: Any = _ZERO,
        activation: str | Callable = "relu",
        trainable: bool = True,
        state_trainable: bool = False,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        weights = wi_initializer, wh_initializer, bias_initializer
        super().__init__(num_unit, state_initializer, weights, activation, trainable, state_trainable, input_shape, name)


class GRU(Cell):
    r"""Gated recurrent units [1]_.

    .. math::

        z, r &= \sigma(x W_{ff} + h W_{rec} + b + y W_{fb}) \\
        a &= f(x W_{ff}^a + (r \circ h) W_{rec}^a + b^a + y W_{fb}^a) \\
        h &\leftarrow (1 - z) \circ h + z \circ a

    The weights of the gates stand side by side in the order z, r, a.

    Parameters
    ----------
    num_unit : int
        Number of units.
    wi_initializer, wh_initializer : array, number, Initializer or another function of the shape
        Weights of the inputs ``(inputs, 3 * num_unit)``, and of the feedback y; of the state ``(num_unit, 3 * num_unit)``. Family
        ``'weights'``.
    bias_initializer : the same with shape (3 * num_unit,), or None
        Bias; ``None`` for none. Family ``'biases'``.
    state_initializer : the same with shape (num_unit,)
        What the state begins with.
    activation : str or callable
        The function f, or its name.
    trainable, state_trainable, input_shape, name
        As of a :class:`VanillaRNN`, as are attributes, state and errors.

    References
    ----------
    .. [1] Cho et al., Learning phrase representations using RNN encoder-decoder for statistical machine translation, EMNLP 2014.
    """

    _layer_class = layers.GRUCell

    def __init__(
        self,
        num_unit: int,
        wi_initializer: Any = _ORTHOGONAL,
        wh_initializer: Any = _ORTHOGONAL,
        bias_initializer: Any = _ZERO,
        state_initializer: Any = _ZERO,
        activation: str | Callable = "tanh",
        trainable: bool = True,
        state_trainable: bool = False,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        weights = wi_initializer, wh_initializer, bias_initializer
        super().__init__(num_unit, state_initializer, weights, activation, trainable, state_trainable, input_shape, name)


class LSTM(Cell):
    r"""Long short-term memory [1]_, which at first forgets little [2]_.

    .. math::

        i, g, f, o &= x W_{ff} + h W_{rec} + b + y W_{fb} \\
        c &\leftarrow \sigma(f + 1) \circ c + \sigma(i) \circ \tanh(g) \\
        h &\leftarrow \sigma(o) \circ \tanh(c)

    The weights of the gates stand side by side in the order i, g, f, o. ``activation`` takes the place of tanh.

    Parameters
    ----------
    num_unit : int
        Number of units.
    wi_initializer, wh_initializer : array, number, Initializer or another function of the shape
        Weights of the inputs ``(inputs, 4 * num_unit)``, and of the feedback y; of the state ``(num_unit, 4 * num_unit)``. Family
        ``'weights'``.
    bias_initializer : the same with shape (4 * num_unit,), or None
        Bias; ``None`` for none. Family ``'biases'``.
    state_initializer : the same with shape (2 * num_unit,)
        What the state begins with.
    activation : str or callable
        The function, or its name.
    trainable, state_trainable, input_shape, name
        As of a :class:`VanillaRNN`, as are attributes and errors.

    State
    -----
    state : (num_batch, 2 * num_unit)
        The last output :attr:`h`, and after it the memory :attr:`c`.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997.
    .. [2] Jozefowicz, Zaremba and Sutskever, An empirical exploration of recurrent network architectures, ICML 2015.
    """

    _layer_class = layers.LSTMCell

    def __init__(
        self,
        num_unit: int,
        wi_initializer: Any = _XAVIER,
        wh_initializer: Any = _XAVIER,
        bias_initializer: Any = _ZERO,
        state_initializer: Any = _ZERO,
        activation: str | Callable = "tanh",
        trainable: bool = True,
        state_trainable: bool = False,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        weights = wi_initializer, wh_initializer, bias_initializer
        super().__init__(num_unit, state_initializer, weights, activation, trainable, state_trainable, input_shape, name)

    @property
    def h(self) -> jax.Array:
        """The last output, ``(num_batch, num_unit)``."""
        return self._half(0)

    @property
    def c(self) -> jax.Array:
        """The memory, ``(num_batch, num_unit)``."""
        return self._half(1)

    def _half(self, which: int) -> jax.Array:
        state = self.state
        if state is None:
            raise ValueRefused(
                where=f"{self.name}.{'hc'[which]}", expected="an initialised node", got="none", fix="Call initialize()."
            )
        return state.value[:, which * self.num_unit : (which + 1) * self.num_unit]
