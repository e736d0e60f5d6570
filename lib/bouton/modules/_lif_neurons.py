"""What all leaky integrate-and-fire neurons with exponential synapses have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from ..core import Parameter, State
from ..errors import ShapeError
from ._decay import decay
from ._declare import WEIGHTS, declare, declare_number, declare_time_step, refuse_recurrent_weights
from ._noise import declare_key, declare_noise, draw
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

    @property
    def carried(self) -> tuple[str, ...]:
        """The states that the next step reads. A carry less is a pass over memory less."""
        return self.states if self.recurrent else ("isyn", "vmem")

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
        s = {name: jnp.broadcast_to(p[name], (batch, *p[name].shape)) for name in self.carried}
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
        above = self.above(p, s, vmem)
        spikes = spike_counts(above, p["threshold"], p["max_spikes_per_dt"])
        surrogate = (jnp.tanh(above - p["threshold"]) + 1) / 2
        vmem = vmem - spikes * p["threshold"]
        new |= {"isyn": isyn, "vmem": vmem} | ({"spikes": spikes} if self.recurrent else {})
        isyn = jnp.reshape(isyn, (*batch, self.n, self.synapses))
        irec = jnp.reshape(irec, (*batch, self.n, self.synapses))
        return new, spikes, {"irec": irec, "spikes": spikes, "vmem": vmem, "isyn": isyn, "U": surrogate}

    def above(self, p: Values, s: Values, vmem: jax.Array) -> jax.Array:
        """What is compared with the threshold."""
        return vmem


class LIFNeurons(SeriesModule):
    """Leaky integrate-and-fire neurons with exponential synapses; a subclass says what lets them spike.

    Parameters are those of :class:`bouton.modules.LIF`.
    """

    # Whether there is recurrence.
    _has_rec: bool
    # How many synapses a neuron has.
    _synapses: int

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
        declare_key(self, rng_key)
        declare(self, "spikes", State, None, 0.0, shape=(n,))
        declare(self, "isyn", State, None, 0.0, shape=(n, self._synapses))
        declare(self, "vmem", State, None, 0.0, shape=(n,))
        declare_time_step(self, dt)
        declare_noise(self, noise_std)
        declare_number(self, "max_spikes_per_dt", max_spikes_per_dt, bounds=(0, None))
