"""Non-spiking rate neurons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from ..core import Parameter, SimulationParameter, State
from ..errors import ShapeError, ValueRefused
from ._declare import WEIGHTS, declare, declare_time_step, refuse_recurrent_weights
from ._functional import Functional
from ._noise import declare_key, declare_noise, draw
from ._series import SeriesModule, Values
from ._weights import unit_eigs


def relu(x: jax.Array, threshold: jax.Array) -> jax.Array:
    """``max(x - threshold, 0)``."""
    return jnp.maximum(x - threshold, 0)


def tanh(x: jax.Array, threshold: jax.Array) -> jax.Array:
    """``tanh(x - threshold)``."""
    return jnp.tanh(x - threshold)


def sigmoid(x: jax.Array, threshold: jax.Array) -> jax.Array:
    """``(tanh(x - threshold) + 1) / 2``."""
    return (jnp.tanh(x - threshold) + 1) / 2


CHOICES = {"ReLU": relu, "tanh": tanh, "sigmoid": sigmoid}
_ACTIVATIONS = {name.lower(): function for name, function in CHOICES.items()}


def activation(chosen: str | Callable) -> Callable:
    """The activation function of that name, or the function itself.

    Raises
    ------
    ValueRefused
        For an unknown name.
    """
    if callable(chosen):
        return chosen
    if isinstance(chosen, str) and chosen.lower() in _ACTIVATIONS:
        return _ACTIVATIONS[chosen.lower()]
    raise ValueRefused(
        where="activation_func",
        expected="'ReLU', 'tanh', 'sigmoid' or a function f(x, threshold)",
        got=f"{chosen!r}",
        fix="Choose one of these names, or pass a function.",
    )


@dataclass(frozen=True)
class RateStep:
    """Forward Euler step of rate neurons."""

    recurrent: bool
    noisy: bool
    act: Callable

    signals = ("rec_input", "x")

    @property
    def states(self) -> tuple[str, ...]:
        return ("x",)

    def prepare(self, p: Values) -> Values:
        alpha = p["dt"] / jnp.maximum(p["tau"], 10 * p["dt"])
        return {**p, "alpha": alpha, "noise": p["noise_std"] * jnp.sqrt(p["dt"])}

    def start(self, p: Values, batch: int) -> Values:
        s = {"x": jnp.broadcast_to(p["x"], (batch, *p["x"].shape))}
        return {**s, "rng_key": p["rng_key"]} if self.noisy else s

    def __call__(self, p: Values, s: Values, u: jax.Array) -> tuple[Values, jax.Array, Values]:
        x, new = s["x"], {}
        drive = u + p["bias"]
        rec = self.act(x, p["threshold"]) @ p["w_rec"] if self.recurrent else jnp.zeros_like(x)
        if self.recurrent:
            drive = drive + rec
        if self.noisy:
            new["rng_key"], normal = draw(s, x.shape, x.dtype)
            drive = drive + p["noise"] * normal
        x = x + p["alpha"] * (drive - x)
        return {"x": x, **new}, self.act(x, p["threshold"]), {"rec_input": rec, "x": x}


class Rate(SeriesModule):
    r"""Rate neurons: leaky units with a static activation function.

    With :math:`\alpha = \mathrm{d}t / \max(\tau, 10\,\mathrm{d}t)`, one step is

    .. math::
        r &= H(x) W_\mathrm{rec} \\
        x &\leftarrow x + \alpha\,(-x + u + b + r + \sigma \sqrt{\mathrm{d}t}\, \xi), \qquad y = H(x)

    where :math:`u` is the input, :math:`b` the bias, :math:`\xi` standard normal noise, and :math:`H` is ``max(x - θ, 0)``
    (ReLU), ``tanh(x - θ)`` or ``(tanh(x - θ) + 1)/2`` (sigmoid) with threshold :math:`\theta`.

    Parameters
    ----------
    shape : int or (N, N)
        Number of neurons.
    tau : (N,) or scalar, s
        Time constants, 20 ms by default; below ten time steps they act as ten. Family ``'taus'``.
    bias : (N,) or scalar
        Added to the input, 0 by default. Family ``'bias'``.
    threshold : (N,) or scalar
        Of the activation function, 0 by default. Family ``'thresholds'``.
    w_rec : (N, N)
        Recurrent weights, from row to column; only with ``has_rec``. Family ``'weights'``.
    weight_init_func : callable
        ``f(shape)`` for ``w_rec``. Default: eigenvalues in the unit circle.
    has_rec : bool
        Whether there is recurrence.
    activation_func : {'ReLU', 'tanh', 'sigmoid'} or callable
        ``f(x, threshold)``; names in upper or lower case.
    noise_std : float
        Standard deviation of the noise, per square root of a second.
    dt : float, s
        Time step.
    rng_key : key or int, optional
        For the noise.

    State
    -----
    x : (N,)
        Activity.

    Raises
    ------
    ShapeError
        When input and output sizes differ, or an attribute has none of the shapes above.
    ValueRefused
        For ``w_rec`` without ``has_rec``, an unknown activation function, a negative time constant, noise or time step.

    Examples
    --------
    >>> import numpy as np
    >>> output, state, record = Rate(4)(np.ones((5, 4)), record=True)
    >>> output.shape, sorted(record)
    ((1, 5, 4), ['rec_input', 'x'])
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        tau: Any = None,
        bias: Any = None,
        threshold: Any = None,
        w_rec: Any = None,
        weight_init_func: Callable = unit_eigs,
        has_rec: bool = False,
        activation_func: str | Callable = "ReLU",
        noise_std: Any = 0.0,
        dt: Any = 1e-3,
        rng_key: Any = None,
        spiking_input: bool = False,
        spiking_output: bool = False,
    ):
        super().__init__(shape, spiking_input, spiking_output)
        if self.size_in != self.size_out:
            raise ShapeError(
                where=f"{self.class_name}(shape=...)",
                expected="as many outputs as inputs",
                got=f"{self.shape}",
                fix="Put a Linear in front to change the number of channels.",
            )
        refuse_recurrent_weights(self, w_rec, has_rec)
        n = self.size_out
        per_neuron = [(n,), ()]
        self._has_rec = bool(has_rec)
        facts = {"shape": per_neuron}
        declare(
            self,
            "tau",
            Parameter,
            tau,
            20e-3,
            family="taus",
            unit="s",
            bounds=(0, None),
            # With the usual time step, less is as much as 10 ms.
            softbounds=(1e-2, 0.5),
            scale="log",
            **facts,
        )
        declare(self, "bias", Parameter, bias, 0.0, family="bias", softbounds=(-1, 1), **facts)
        declare(self, "threshold", Parameter, threshold, 0.0, family="thresholds", softbounds=(-1, 1), **facts)
        if has_rec:
            declare(self, "w_rec", Parameter, w_rec, weight_init_func, shape=(n, n), **WEIGHTS)
        declare_key(self, rng_key)
        declare(self, "x", State, None, 0.0, shape=(n,))
        declare_time_step(self, dt)
        declare_noise(self, noise_std)
        self.act_fn = SimulationParameter(activation(activation_func), choices=CHOICES)

    def _admit(self, name: str, value: Any) -> Any:
        return activation(value) if name == "act_fn" else value

    def _step(self) -> RateStep:
        return RateStep(self._has_rec, not self._slots["noise_std"].is_off(), self._slots["act_fn"].read())


class RateJax(Functional, Rate):
    """:class:`Rate` neurons in the functional form: a call leaves the module alone and returns the new state.

    Same arguments and numbers as :class:`Rate`; ``rng_key`` is a state. The module is a JAX pytree. Continue with
    ``module = module.set_attributes(new_state)``.
    """
