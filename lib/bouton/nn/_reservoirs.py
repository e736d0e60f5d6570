"""Reservoirs, of random units and of products."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from .. import layers
from ..errors import ValueRefused
from ..init import Normal, ZeroInit
from ..init._checks import not_negative, one_of
from ..layers._layer import fraction, whole
from ..layers._nvar import _orders
from ..math import BatchingMode
from ..math import activation as named_activation
from ._owning import begun, check_initial, features, in_floats, keep, own, side_by_side
from ._recurrent import RecurrentNode

_SMALL, _ZERO = Normal(scale=0.1), ZeroInit()

# Which of the settings behind the leaky rate are weights.
_WEIGHTS = (2, 3, 4)


class Reservoir(RecurrentNode):
    r"""An echo state network without its readout: leaky recurrent units with sparse random connections [1]_.

    .. math::

        \text{internal:}\quad r &\leftarrow (1 - \alpha)\, r + \alpha f(u W_{ff} + y W_{fb} + r W_{rec} + b) \\
        \text{external:}\quad r &\leftarrow f\big((1 - \alpha)\, r + \alpha (u W_{ff} + y W_{fb} + r W_{rec} + b)\big)

    Parameters
    ----------
    num_unit : int
        Number of units.
    leaky_rate : float, or (num_unit,) array
        The rate :math:`\alpha`, from 0 to 1.
    activation : str or callable
        The function f, or its name.
    activation_type : {'internal', 'external'}
        Which of the two.
    ff_initializer, rec_initializer, fb_initializer : array, number, Initializer or another function of the shape
        Weights of the inputs, of the state and of the feedback y, before most are taken away.
    bias_initializer : the same with shape (num_unit,), or None
        Bias; ``None`` for none.
    ff_connectivity, rec_connectivity, fb_connectivity : float
        The probability with which each connection is there.
    conn_type : {'dense', 'sparse'}
        Whether weights are kept as matrices, or only those of the connections that are there, row by row.
    spectral_radius : float, optional
        Scales ``Wrec``, as it is without the missing connections, so that the largest modulus of its eigenvalues is this.
    noise_ff, noise_rec, noise_fb : float
        Gain of the noise that is added to the weighted input, state and feedback, fresh for each unit and step.
    noise_type : {'normal', 'uniform'}
        Normal with that standard deviation, or uniform between minus and plus the gain.
    seed : int, key or RandomState, optional
        For connections, for weights whose initialisers have no seed of their own, and for the noise.
    trainable : bool
        Whether weights and bias are TrainVars; connections that are not there stay away.
    state_trainable : bool
        Whether the state begins with a TrainVar, ``train_state``.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.

    State
    -----
    state : (num_batch, num_unit)
        The last output.

    Raises
    ------
    ValueRefused
        For what is out of its range; when it is initialised, for a spectral radius of recurrent weights that have none but 0.

    References
    ----------
    .. [1] Jaeger, Lukoševičius, Popovici and Siewert, Optimization and applications of echo state networks with leaky-integrator
       neurons, Neural Networks 20, 2007.
    """

    _layer: layers.Reservoir
    _called: ClassVar[Mapping[str, str]] = {"Wff": "Win", "Wrec": "Wrec", "bias": "b", "leaky_rate": "leaky_rate"}

    def __init__(
        self,
        num_unit: int,
        leaky_rate: Any = 0.3,
        activation: str | Callable = "tanh",
        activation_type: str = "internal",
        ff_initializer: Any = _SMALL,
        rec_initializer: Any = _SMALL,
        fb_initializer: Any = _SMALL,
        bias_initializer: Any = _ZERO,
        ff_connectivity: float = 0.1,
        rec_connectivity: float = 0.1,
        fb_connectivity: float = 0.1,
        conn_type: str = "dense",
        spectral_radius: float | None = None,
        noise_ff: float = 0.0,
        noise_rec: float = 0.0,
        noise_fb: float = 0.0,
        noise_type: str = "normal",
        seed: Any = None,
        trainable: bool = False,
        state_trainable: bool = False,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        super().__init__(name, input_shape, trainable, state_trainable)
        where = type(self).__name__
        self.num_unit = whole(f"{where}(num_unit=...)", num_unit)
        keep(self, fb_initializer=fb_initializer)
        check_initial(self, ff_initializer=ff_initializer, rec_initializer=rec_initializer, bias_initializer=bias_initializer)
        self._fb_share = fraction(f"{where}.fb_connectivity", fb_connectivity)
        self.noise_fb = not_negative(f"{where}.noise_fb", noise_fb)
        if isinstance(leaky_rate, int | float):
            fraction(f"{where}.leaky_rate", leaky_rate)
        radius = None if spectral_radius is None else not_negative(f"{where}.spectral_radius", spectral_radius)
        settings = (
            leaky_rate,
            named_activation(activation),
            one_of(f"{where}.activation_type", activation_type, ("internal", "external")),
            ff_initializer,
            rec_initializer,
            bias_initializer,
            fraction(f"{where}.ff_connectivity", ff_connectivity),
            fraction(f"{where}.rec_connectivity", rec_connectivity),
            one_of(f"{where}.conn_type", conn_type, ("dense", "sparse")),
            radius,
            not_negative(f"{where}.noise_ff", noise_ff),
            not_negative(f"{where}.noise_rec", noise_rec),
            one_of(f"{where}.noise_type", noise_type, ("normal", "uniform")),
            seed,
        )
        keep(self, _settings=settings)
        self.set_output_shape((None, self.num_unit))

    def init_ff(self) -> None:
        """Connections, weights and a bias."""
        sizes = features(self, self.feedforward_shapes)
        rate, *settings = self._settings
        layer = layers.Reservoir(
            sum(sizes),
            self.num_unit,
            rate,
            *(begun(self, x) if k in _WEIGHTS else x for k, x in enumerate(settings)),
            mode=self.mode,
        )
        own(self, layer, **self._called)
        self.rng = layer.rng

    def init_fb(self) -> None:
        """Connections from the feedback."""
        sizes = features(self, self.feedback_shapes)
        layer, shape = self._layer, (sum(sizes), self.num_unit)
        layer._kept["Wfb"] = layer._connect("Wfb", begun(self, self.fb_initializer), shape, self._fb_share, layer.rng)
        own(self, layer, Wfb="Wfb")

    def init_state(self, num_batch: int = 1) -> jax.Array:
        """Zeros; the noise begins anew."""
        self._layer.reset_state(num_batch)
        return jnp.zeros((num_batch, self.num_unit), self._layer.state.dtype)

    def forward(self, ff: tuple[jax.Array, ...], fb: tuple[jax.Array, ...] | None = None) -> jax.Array:
        """The next state."""
        layer = self._layer
        drive = layer._noisy(layer._weighted(in_floats(ff, layer.Win.dtype), "Win"), layer.noise_in)
        if fb is not None:
            drive = drive + layer._noisy(layer._weighted(in_floats(fb, layer.Wfb.dtype), "Wfb"), self.noise_fb)
        self.state.value = r = layer._next(drive, self.state.value)
        return r


class NVAR(RecurrentNode):
    """The next-generation reservoir: the inputs now and before, and the products of these [1]_.

    Parameters
    ----------
    delay : int
        How many times the linear part holds, that of now among them.
    order : int or sequence of int, optional
        Orders of the products, each 2 or more. Default: none.
    stride : int
        Steps from one of these times to the next.
    constant : bool
        Whether a 1 comes first.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.

    State
    -----
    store : (num_batch, (delay - 1) * stride, inputs)
        The inputs of earlier steps, the newest first; there is no other state.

    Raises
    ------
    KindError, ValueRefused
        For sizes that are no whole numbers, below 1, or for an order below 2.

    References
    ----------
    .. [1] Gauthier, Bollt, Griffith and Barbosa, Next generation reservoir computing, Nature Communications 12, 5564, 2021.
    """

    _layer: layers.NVAR

    def __init__(
        self,
        delay: int,
        order: int | Sequence[int] | None = None,
        stride: int = 1,
        constant: bool = False,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        super().__init__(name, input_shape)
        where = type(self).__name__
        self.delay, self.stride = whole(f"{where}.delay", delay), whole(f"{where}.stride", stride)
        self.order, self.constant = _orders(f"{where}.order", order), bool(constant)

    def init_ff(self) -> None:
        """The number of features follows from that of the inputs."""
        sizes = features(self, self.feedforward_shapes)
        mode = BatchingMode(self._plan.num_batch)
        layer = layers.NVAR(sum(sizes), self.delay, self.order or None, self.stride, self.constant, mode)
        own(self, layer, store="store")
        self.set_output_shape((None, layer.num_out))

    def init_state(self, num_batch: int = 1) -> None:
        """What was before the first step is zero."""
        self._layer.reset_state(num_batch)

    def forward(self, ff: tuple[jax.Array, ...]) -> jax.Array:
        """The features of this step."""
        return self._layer.update(side_by_side(ff))

    def get_feature_names(self, for_plot: bool = False) -> list[str]:
        """What stands at each place of the output, as of :meth:`bouton.layers.NVAR.get_feature_names`.

        Raises
        ------
        ValueRefused
            Before it is initialised.
        """
        if "_layer" not in self.__dict__:
            raise ValueRefused(
                where=f"{self.name}.get_feature_names",
                expected="an initialised node",
                got="one that is not",
                fix="Call initialize() before: the number of inputs is known then.",
            )
        return self._layer.get_feature_names(for_plot)

    def _made_state(self) -> None:
        """The inputs of earlier steps take its place."""

    def _trials(self) -> int | None:
        return self.store.shape[0]
