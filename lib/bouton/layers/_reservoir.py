"""Recurrent units with random connections."""

import copy
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..connect import IJConn, Synapses, propagate
from ..dynamics._declare import _named, parameter, state, weight
from ..errors import ValueRefused
from ..init import Normal, ZeroInit
from ..init import parameter as fitted
from ..init._checks import not_negative, one_of
from ..init._drawn import Drawn
from ..math import Mode, TrainingMode, activation
from ..math.random import RandomState, default_rng
from ..transform import Variable
from ._layer import Layer, fraction, whole, with_features
from ._recurrent import refuse_batch

_SMALL, _ZERO = Normal(0.1), ZeroInit()


class Reservoir(Layer):
    r"""An echo state network without its readout: leaky recurrent units with sparse random connections [1]_.

    .. math::

        \text{internal:}\quad r &\leftarrow (1 - \alpha)\, r + \alpha f(u W_{in} + r W_{rec} + b) \\
        \text{external:}\quad r &\leftarrow f\big((1 - \alpha)\, r + \alpha (u W_{in} + r W_{rec} + b)\big)

    Parameters
    ----------
    input_shape : int or tuple of int
        Number of inputs; of a shape the last one.
    num_out : int
        Number of units.
    leaky_rate : float or (num_out,) array
        :math:`\alpha`, from 0 to 1.
    activation : str or callable
        The function f, or its name.
    activation_type : {'internal', 'external'}
        Which of the two equations.
    Win_initializer, Wrec_initializer : Initializer or another function of the shape, array, or number
        Weights of the input, ``(num_in, num_out)``, and of the state, ``(num_out, num_out)``, before most are taken away.
    b_initializer : the same with shape (num_out,), or None
        Bias; ``None`` for none.
    in_connectivity, rec_connectivity : float
        The probability with which each connection is there.
    conn_type : {'dense', 'sparse'}
        Whether weights are kept as matrices, or only those of the connections that are there, row by row.
    spectral_radius : float, optional
        Scales ``Wrec``, as it is without the missing connections, so that the largest modulus of its eigenvalues is this.
    noise_in, noise_rec : float
        Gain of the noise that is added to the weighted input and to the weighted state, fresh for each unit and step.
    noise_type : {'normal', 'uniform'}
        Normal with that standard deviation, or uniform between minus and plus the gain.
    seed : int, key or RandomState, optional
        For connections, for weights whose initialisers have no seed of their own, and for the noise.
    mode : Mode, optional
        In a training mode weights and bias are TrainVars; connections that are not there stay away. Default: that of the
        environment.
    name : str, optional
        Unique among live objects.

    State
    -----
    state : (num_out,), or (batch, num_out) in a mode that has a batch
        The last output.

    Raises
    ------
    ValueRefused
        For what is out of its range; for a spectral radius of recurrent weights that have none but 0.
    KindError, ShapeError, UnknownPathError
        For sizes, weights, an activation or an input that do not fit.

    References
    ----------
    .. [1] Jaeger, Lukoševičius, Popovici and Siewert, Optimization and applications of echo state networks with leaky-integrator
       neurons, Neural Networks 20, 2007.
    """

    _is_reset = True

    def __init__(
        self,
        input_shape: int | tuple[int, ...],
        num_out: int,
        leaky_rate: Any = 0.3,
        activation: str | Callable = "tanh",
        activation_type: str = "internal",
        Win_initializer: Any = _SMALL,
        Wrec_initializer: Any = _SMALL,
        b_initializer: Any = _ZERO,
        in_connectivity: float = 0.1,
        rec_connectivity: float = 0.1,
        conn_type: str = "dense",
        spectral_radius: float | None = None,
        noise_in: float = 0.0,
        noise_rec: float = 0.0,
        noise_type: str = "normal",
        seed: Any = None,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        inputs = input_shape[-1] if isinstance(input_shape, tuple | list) and input_shape else input_shape
        self.num_in, self.num_out = whole(f"{where}.input_shape", inputs), whole(f"{where}.num_out", num_out)
        self.activation = _function(activation)
        self.activation_type = one_of(f"{where}.activation_type", activation_type, ("internal", "external"))
        self.conn_type = one_of(f"{where}.conn_type", conn_type, ("dense", "sparse"))
        self.noise_type = one_of(f"{where}.noise_type", noise_type, ("normal", "uniform"))
        self.noise_in = not_negative(f"{where}.noise_in", noise_in)
        self.noise_rec = not_negative(f"{where}.noise_rec", noise_rec)
        shares = fraction(f"{where}.in_connectivity", in_connectivity), fraction(f"{where}.rec_connectivity", rec_connectivity)
        self.spectral_radius = None if spectral_radius is None else not_negative(f"{where}.spectral_radius", spectral_radius)
        parameter(self, "leaky_rate", leaky_rate, (self.num_out,), bounds=(0.0, 1.0))
        drawing = default_rng(seed)
        # Which connections are there: Synapses where only these are kept, otherwise an array of truth values.
        self._kept = {
            "Win": self._connect("Win", Win_initializer, (self.num_in, self.num_out), shares[0], drawing),
            "Wrec": self._connect("Wrec", Wrec_initializer, (self.num_out, self.num_out), shares[1], drawing),
        }
        bias = fitted(_seeded(b_initializer, drawing), (self.num_out,))
        weight(self, "b", bias, (self.num_out,), allow_none=True, family="biases")
        # The noise begins anew with each reset, from a key of its own.
        self.rng = drawing if seed is None else RandomState(drawing.split_key())
        state(self, "state", 0.0, (self.num_out,))

    def update(self, x: Any) -> jax.Array:
        """The next state.

        Parameters
        ----------
        x : (num_in,), or (batch, num_in) array in a mode that has a batch

        Returns
        -------
        (num_out,) or (batch, num_out) array
        """
        r = self.state.value
        array = with_features(x, self.num_in, r.dtype, type(self).__name__)
        refuse_batch(array.shape, r.shape, self.num_in, type(self).__name__)
        self.state.value = r = self._next(self._noisy(self._weighted(array, "Win"), self.noise_in), r)
        return r

    def _next(self, drive: jax.Array, r: jax.Array) -> jax.Array:
        """The next state, from what comes from outside and the state."""
        rate = self.leaky_rate
        drive = drive + self._noisy(self._weighted(r, "Wrec"), self.noise_rec)
        drive = drive if self.b is None else drive + self.b
        if self.activation_type == "internal":
            return (1 - rate) * r + rate * self.activation(drive)
        return self.activation((1 - rate) * r + rate * drive)

    def _connect(self, name: str, initial: Any, shape: tuple[int, int], share: float, rng: RandomState) -> Any:
        """Register the weights; which of them are there."""
        with _named(self._where(name)):
            given = fitted(_seeded(initial, rng), shape, allow_none=False)
        matrix = np.broadcast_to(np.asarray(given.value if isinstance(given, Variable) else given), shape)
        kept = np.asarray(rng.bernoulli(share, shape))
        matrix = np.where(kept, matrix, np.zeros((), matrix.dtype))
        if name == "Wrec" and self.spectral_radius is not None:
            matrix = matrix * np.asarray(self.spectral_radius / _radius(matrix, type(self).__name__), matrix.dtype)
        if self.conn_type == "sparse":
            joined = IJConn(*np.nonzero(kept))(*shape).synapses
            weight(self, name, matrix[kept], (int(kept.sum()),), family="weights")
            return joined
        weight(self, name, matrix, shape, family="weights")
        return kept

    def _weighted(self, x: jax.Array, name: str) -> jax.Array:
        kept, weights = self._kept[name], getattr(self, name)
        w = weights.value if isinstance(weights, Variable) else weights
        if isinstance(kept, Synapses):
            return propagate(x, kept, w, active=1.0)
        return x @ (jnp.where(kept, w, 0) if isinstance(self.mode, TrainingMode) else w)

    def _noisy(self, x: jax.Array, gain: float) -> jax.Array:
        if gain == 0:
            return x
        draw = self.rng.normal(size=x.shape) if self.noise_type == "normal" else self.rng.uniform(-1.0, 1.0, x.shape)
        return x + gain * draw.astype(x.dtype)

    def _described(self) -> dict[str, Any]:
        return {"num_in": self.num_in, "num_out": self.num_out, "conn_type": self.conn_type}


def _function(given: str | Callable) -> Callable:
    return activation(given)


def _seeded(initial: Any, rng: RandomState) -> Any:
    """An initialiser that has no seed of its own draws from the reservoir's."""
    if not isinstance(initial, Drawn) or initial.seed is not None:
        return initial
    own = copy.copy(initial)
    own._rng = rng
    return own


def _radius(matrix: np.ndarray, where: str) -> float:
    """The largest modulus of an eigenvalue, which is above 0."""
    wide = matrix.astype(np.float64)
    radius = float(np.abs(np.linalg.eigvals(wide)).max())
    # What the rounding of a nilpotent matrix leaves lies far below this.
    if radius > 1e-6 * np.linalg.norm(wide):
        return radius
    raise ValueRefused(
        where=f"{where}.spectral_radius",
        expected="recurrent weights with an eigenvalue other than 0",
        got="a nilpotent matrix: no connections that are left make a circle",
        fix="Raise rec_connectivity or the number of units, take another seed, or leave spectral_radius out.",
    )
