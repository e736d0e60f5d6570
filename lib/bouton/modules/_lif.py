"""Leaky integrate-and-fire neurons with exponential synapses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from ..core import Parameter, State
from ..errors import ShapeError
from ._decay import decay
from ._declare import WEIGHTS, declare, declare_number, declare_time_step, refuse_recurrent_weights
from ._functional import Functional
from ._noise import declare_noise, draw, key
from ._series import SeriesModule, Values
from ._spike import spike_counts
from ._weights import kaiming


@dataclass(frozen=True)
class LIFStep:
    """One step of LIF neurons, each with the same number of synapses."""

    n: int
    synapses: int
    recurrent: bool
    noisy: bool

    signals = ("irec", "spikes", "vmem", "isyn", "U")

    @property
    def states(self) -> tuple[str, ...]:
        return ("spikes", "isyn", "vmem")

    def prepare(self, p: Values) -> Values:
        syn_decay = decay(p["dt"], p["tau_syn"])
        return {
            **p,
            "mem_decay": decay(p["dt"], p["tau_mem"]),
            # With one synapse a neuron, everything is (batch, N): an axis of length 1 would slow the loop down.
            "syn_decay": jnp.reshape(jnp.broadcast_to(syn_decay, (self.n, self.synapses)), self._synaptic),
            "noise": p["noise_std"] * jnp.sqrt(p["dt"]),
        }

    def start(self, p: Values, batch: int) -> Values:
        # Only recurrence reads the spikes of the step before; a carry less is a pass over memory less.
        carried = self.states if self.recurrent else ("isyn", "vmem")
        s = {name: jnp.broadcast_to(p[name], (batch, *p[name].shape)) for name in carried}
        s["isyn"] = jnp.reshape(s["isyn"], (batch, *self._synaptic))
        return {**s, "rng_key": p["rng_key"]} if self.noisy else s

    @property
    def _synaptic(self) -> tuple[int, ...]:
        return (self.n,) if self.synapses == 1 else (self.n, self.synapses)

    def __call__(self, p: Values, s: Values, u: jax.Array) -> tuple[Values, jax.Array, Values]:
        batch, new = u.shape[:1], {}
        irec = s["spikes"] @ p["w_rec"] if self.recurrent else jnp.zeros_like(u)
        arriving = u + irec if self.recurrent else u
        isyn = (s["isyn"] + jnp.reshape(arriving, batch + self._synaptic)) * p["syn_decay"]
        current = isyn if self.synapses == 1 else isyn.sum(-1)
        vmem = s["vmem"] * p["mem_decay"] + current + p["bias"]
        if self.noisy:
            new["rng_key"], normal = draw(s, vmem.shape, vmem.dtype)
            vmem = vmem + p["noise"] * normal
        spikes = spike_counts(vmem, p["threshold"], p["max_spikes_per_dt"])
        surrogate = (jnp.tanh(vmem - p["threshold"]) + 1) / 2
        vmem = vmem - spikes * p["threshold"]
        new |= {"isyn": isyn, "vmem": vmem} | ({"spikes": spikes} if self.recurrent else {})
        isyn = jnp.reshape(isyn, (*batch, self.n, self.synapses))
        irec = jnp.reshape(irec, (*batch, self.n, self.synapses))
        return new, spikes, {"irec": irec, "spikes": spikes, "vmem": vmem, "isyn": isyn, "U": surrogate}


class LIF(SeriesModule):
    r"""Leaky integrate-and-fire neurons with exponential synapses and subtractive reset.

    One step, with the input and the recurrent spikes reshaped to :math:`(N, S)`, :math:`S` synapses a neuron:

    .. math::
        I &\leftarrow (I + u + s W_\mathrm{rec})\, e^{-\mathrm{d}t/\tau_\mathrm{syn}} \\
        v &\leftarrow v\, e^{-\mathrm{d}t/\tau_\mathrm{mem}} + \textstyle\sum_S I + b + \sigma\sqrt{\mathrm{d}t}\,\xi \\
        s &= \lfloor v/\theta \rfloor \text{ where } v \ge \theta, \text{ else } 0; \qquad v \leftarrow v - s\,\theta

    Gradients pass through the spikes by a piecewise linear surrogate with a window of 0.5.

    Parameters
    ----------
    shape : int or (Nin, N)
        ``Nin`` is a multiple of ``N``; input channel ``n * S + k`` is synapse ``k`` of neuron ``n``.
    tau_mem : (N,) or scalar, s
        Membrane time constants, 20 ms by default. Family ``'taus'``.
    tau_syn : (N, S), (1, S) or scalar, s
        Synaptic time constants, 20 ms by default. Family ``'taus'``.
    bias : (N,) or scalar
        Added at every step, 0 by default. Family ``'bias'``.
    w_rec : (N, Nin)
        Recurrent weights, from neuron to synapse; only with ``has_rec``. Family ``'weights'``.
    has_rec : bool
        Whether there is recurrence.
    weight_init_func : callable
        ``f(shape)`` for ``w_rec``.
    threshold : (N,) or scalar
        1 by default. Family ``'threshold'``.
    noise_std : float
        Standard deviation of the noise on the membrane, per square root of a second.
    max_spikes_per_dt : float
        Most spikes of a neuron in one step.
    dt : float, s
        Time step.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.
    rng_key : key or int, optional
        For the noise.

    State
    -----
    spikes : (N,)
        Spikes of the last step.
    isyn : (N, S)
        Synaptic currents.
    vmem : (N,)
        Membrane potentials.

    Raises
    ------
    ShapeError
        For three or more dimensions, an ``Nin`` that is no multiple of ``N``, or an attribute with none of the shapes above.
    ValueRefused
        For ``w_rec`` without ``has_rec``, for negative time constants or noise, and for a threshold or time step of 0 or less.

    Notes
    -----
    ``U`` in the record, ``(tanh(v - θ) + 1)/2`` before the reset, is a smooth trace of how near a neuron is to threshold.

    Examples
    --------
    >>> import numpy as np
    >>> spikes, state, record = LIF(3)(np.ones((10, 3)))
    >>> spikes.shape
    (1, 10, 3)
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        tau_mem: Any = None,
        tau_syn: Any = None,
        bias: Any = None,
        w_rec: Any = None,
        has_rec: bool = False,
        weight_init_func: Callable = kaiming,
        threshold: Any = None,
        noise_std: Any = 0.0,
        max_spikes_per_dt: Any = jnp.inf,
        dt: Any = 1e-3,
        spiking_input: bool = False,
        spiking_output: bool = True,
        rng_key: Any = None,
    ):
        super().__init__(shape, spiking_input, spiking_output)
        if len(self.shape) > 2 or self.size_in % self.size_out:
            raise ShapeError(
                where=f"{self.class_name}(shape=...)",
                expected="N or (Nin, N), with Nin a multiple of N",
                got=f"{self.shape}",
                fix="Give every neuron the same number of synapses, or put a Linear in front.",
            )
        refuse_recurrent_weights(self, w_rec, has_rec)
        n, self._synapses, self._has_rec = self.size_out, self.size_in // self.size_out, bool(has_rec)
        per_neuron, per_synapse = [(n,), ()], [(n, self._synapses), (1, self._synapses), ()]
        taus = {"family": "taus", "unit": "s", "bounds": (0, None), "softbounds": (2e-3, 0.2), "scale": "log"}
        declare(self, "tau_mem", Parameter, tau_mem, 20e-3, shape=per_neuron, **taus)
        declare(self, "tau_syn", Parameter, tau_syn, 20e-3, shape=per_synapse, **taus)
        declare(self, "bias", Parameter, bias, 0.0, shape=per_neuron, family="bias", softbounds=(-1, 1))
        declare(
            self,
            "threshold",
            Parameter,
            threshold,
            1.0,
            shape=per_neuron,
            family="threshold",
            bounds=(0, None),
            strict=True,
            softbounds=(0.1, 5),
        )
        if has_rec:
            declare(self, "w_rec", Parameter, w_rec, weight_init_func, shape=(n, self.size_in), **WEIGHTS)
        self.rng_key = key(rng_key, self._functional)
        declare(self, "spikes", State, None, 0.0, shape=(n,))
        declare(self, "isyn", State, None, 0.0, shape=(n, self._synapses))
        declare(self, "vmem", State, None, 0.0, shape=(n,))
        declare_time_step(self, dt)
        declare_noise(self, noise_std)
        declare_number(self, "max_spikes_per_dt", max_spikes_per_dt, bounds=(0, None))

    def _step(self) -> LIFStep:
        return LIFStep(self.size_out, self._synapses, self._has_rec, not self._slots["noise_std"].is_off())


class LIFJax(Functional, LIF):
    """:class:`LIF` neurons in the functional form: a call leaves the module alone and returns the new state.

    Same arguments and numbers as :class:`LIF`; ``rng_key`` is a state. The module is a JAX pytree. Continue with
    ``module = module.set_attributes(new_state)``.
    """
