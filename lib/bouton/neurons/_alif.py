"""Leaky integrate-and-fire neurons with a threshold that adapts."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ..init import OneInit
from ..math import Mode
from ..math.surrogate import relu_grad
from ._quantities import POTENTIAL, RESISTANCE, THRESHOLD, TIME, ZERO
from ._spiking import SpikingGroup

MINUS_SEVENTY = OneInit(-70.0)


class ALIFBellec2020(SpikingGroup):
    r"""Leaky integrate-and-fire neurons with a threshold that rises by each spike, for training.

    .. math::
        \tau \dot V &= -(V - V_\mathrm{rest}) + R I \\
        \tau_a \dot a &= -a

    Where :math:`V \ge V_\mathrm{th} + \beta a` after a step the neuron spikes: :math:`V` goes down by
    :math:`V_\mathrm{th} - V_\mathrm{rest}`, :math:`a \leftarrow a + 1`.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    keep_size : bool
        Whether states keep the shape of the sheet.
    V_rest : () or (num,), mV
        Resting potential.
    V_th : () or (num,), mV
        Threshold without adaptation, above ``V_rest``.
    R : () or (num,), MΩ
        Resistance: an input is in nA.
    beta : () or (num,), mV
        How far a spike lifts the threshold.
    tau, tau_a : () or (num,), ms
        Time constants of membrane and adaptation, above 0.
    a_initializer : (num,)
        Initial adaptation.
    spike_fun : callable
        Of the distance from the threshold over :math:`V_\mathrm{th} - V_\mathrm{rest}`, as in [1]_.
    eprop : bool
        Whether no gradient passes from a spike to the adaptation either.
    tau_ref, V_initializer, noise, method, input_var, mode, name, ref_var
        As for :class:`LIF`. Adaptation goes on in refractory time.

    State
    -----
    V : (\*batch, num), mV
        Membrane potential.
    a : (\*batch, num)
        Adaptation: the spikes of the past, those further back counting less.
    spike, input, t_last_spike, refractory
        As for :class:`LIF`.

    Notes
    -----
    In [1]_ rest is 0. Some libraries begin with an adaptation of -50; here it is 0.

    References
    ----------
    .. [1] Bellec, Scherr, Subramoney, Hajek, Salaj, Legenstein and Maass, A solution to the learning dilemma for recurrent
       networks of spiking neurons, *Nature Communications* 11, 2020.
    """

    _units: ClassVar = {"V": "mV", "a": None}

    def __init__(
        self,
        size: int | tuple[int, ...],
        keep_size: bool = False,
        V_rest: Any = -70.0,
        V_th: Any = -60.0,
        R: Any = 1.0,
        beta: Any = 1.6,
        tau: Any = 20.0,
        tau_a: Any = 2000.0,
        tau_ref: Any = None,
        noise: Any = None,
        V_initializer: Any = MINUS_SEVENTY,
        a_initializer: Any = ZERO,
        spike_fun: Callable = relu_grad,
        method: str = "exp_auto",
        input_var: bool = True,
        mode: Mode | None = None,
        name: str | None = None,
        eprop: bool = False,
        ref_var: bool = False,
    ):
        options = {"spike_fun": spike_fun, "tau_ref": tau_ref, "ref_var": ref_var, "noise": noise, "method": method}
        super().__init__(size, keep_size, mode, name, input_var=input_var, V=V_initializer, a=a_initializer, **options)
        self.eprop = bool(eprop)
        self._declare(POTENTIAL, V_rest=V_rest)
        self._declare(THRESHOLD, V_th=V_th, beta=beta)
        self._refuse_reset_above("V_rest", "V_th")
        self._declare(RESISTANCE, R=R)
        self._declare(TIME, tau=tau, tau_a=tau_a)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, a = values
        return (self.V_rest - V + self.R * current) / self.tau, -a / self.tau_a

    def _distance(self, values: tuple[jax.Array, ...]) -> jax.Array:
        V, a = values
        return (V - self.V_th - self.beta * a) / (self.V_th - self.V_rest)

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        V, a = values
        one = did.astype(spike.dtype)
        return V - (self.V_th - self.V_rest) * one, a + (jnp.asarray(one) if self.eprop else spike)
