"""Leaky integrate-and-fire neurons whose threshold adapts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from ..core import Parameter, State
from ._decay import decay
from ._declare import declare
from ._functional import Functional
from ._lif_neurons import LIFNeurons, LIFStep
from ._series import Values
from ._weights import kaiming


@dataclass(frozen=True)
class AdaptiveStep(LIFStep):
    """One step of LIF neurons whose own spikes lift their threshold."""

    signals = (*LIFStep.signals, "ada")

    @property
    def states(self) -> tuple[str, ...]:
        return (*super().states, "ada")

    @property
    def carried(self) -> tuple[str, ...]:
        return (*super().carried, "ada")

    def prepare(self, p: Values) -> Values:
        return {**super().prepare(p), "ada_decay": decay(p["dt"], p["tau_ada"])}

    def above(self, p: Values, s: Values, vmem: jax.Array) -> jax.Array:
        return vmem - p["beta"] * s["ada"]

    def __call__(self, p: Values, s: Values, u: jax.Array) -> tuple[Values, jax.Array, Values]:
        new, spikes, signals = super().__call__(p, s, u)
        ada = s["ada"] * p["ada_decay"] + spikes
        return {**new, "ada": ada}, spikes, {**signals, "ada": ada}


class aLIF(LIFNeurons):
    r"""Adaptive leaky integrate-and-fire neurons: each spike lifts the neuron's threshold for a while.

    As :class:`LIF`, but for the spikes. With the adaptation :math:`a` that the step before has left,

    .. math::
        s &= \lfloor (v - \beta a)/\theta \rfloor \text{ where } v \ge \theta + \beta a, \text{ else } 0; \qquad
        v \leftarrow v - s\,\theta \\
        a &\leftarrow a\, e^{-\mathrm{d}t/\tau_\mathrm{ada}} + s

    Parameters
    ----------
    shape : int or (Nin, N)
        As for :class:`LIF`.
    tau_ada : (N,) or scalar, s
        Time constants of the adaptation, 200 ms by default. Family ``'taus'``.
    beta : (N,) or scalar
        How far a spike lifts the threshold, 0.1 by default; with 0 the neurons are those of :class:`LIF`. Family
        ``'adaptation'``.
    tau_mem, tau_syn, bias, w_rec, has_rec, weight_init_func, threshold
        As for :class:`LIF`; ``threshold`` is that of a neuron that has not spiked.
    noise_std, max_spikes_per_dt, dt, spiking_input, spiking_output, rng_key
        As for :class:`LIF`.

    State
    -----
    spikes, isyn, vmem
        As for :class:`LIF`.
    ada : (N,)
        Adaptation: the spikes of the past, those further back counting less. Also recorded.

    Raises
    ------
    ShapeError, ValueRefused
        As for :class:`LIF`.

    Notes
    -----
    With at most one spike a step, spikes, reset and adaptation are those of [2]_ (ALIF). In [1]_ (LSNN) the reset takes the
    lifted threshold off, and the adaptation has another scale. Some libraries give this name to another model, in which spikes
    feed a current that inhibits the neuron.

    References
    ----------
    .. [1] Bellec, Salaj, Subramoney, Legenstein and Maass, Long short-term memory and learning-to-learn in networks of spiking
       neurons, *NeurIPS* 31, 2018.
    .. [2] Bellec, Scherr, Subramoney, Hajek, Salaj, Legenstein and Maass, A solution to the learning dilemma for recurrent
       networks of spiking neurons, *Nature Communications* 11, 2020.

    Examples
    --------
    >>> import numpy as np
    >>> spikes, state, record = aLIF(1, beta=0.5, bias=0.3)(np.zeros((60, 1)))
    >>> first, last = spikes[0, :30].sum(), spikes[0, 30:].sum()
    >>> bool(first > last)
    True
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        tau_mem: Any = None,
        tau_syn: Any = None,
        tau_ada: Any = None,
        beta: Any = None,
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
        super().__init__(
            shape,
            tau_mem,
            tau_syn,
            bias,
            w_rec,
            has_rec,
            weight_init_func,
            threshold,
            noise_std,
            max_spikes_per_dt,
            dt,
            spiking_input,
            spiking_output,
            rng_key,
        )
        per_neuron = [(self.size_out,), ()]
        taus = {"family": "taus", "unit": "s", "bounds": (0, None), "softbounds": (1e-2, 2.0), "scale": "log"}
        declare(self, "tau_ada", Parameter, tau_ada, 0.2, shape=per_neuron, **taus)
        declare(self, "beta", Parameter, beta, 0.1, shape=per_neuron, family="adaptation", softbounds=(0, 1))
        declare(self, "ada", State, None, 0.0, shape=(self.size_out,))

    def _step(self) -> AdaptiveStep:
        return AdaptiveStep(self.size_out, self._synapses, self._has_rec, not self._slots["noise_std"].is_off())


class aLIFJax(Functional, aLIF):
    """:class:`aLIF` neurons in the functional form: a call leaves the module alone and returns the new state.

    Same arguments and numbers as :class:`aLIF`; ``rng_key`` is a state. The module is a JAX pytree. Continue with
    ``module = module.set_attributes(new_state)``.
    """
