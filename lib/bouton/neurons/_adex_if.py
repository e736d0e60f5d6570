"""Adaptive exponential integrate-and-fire neurons."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax

from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._exp_if import upstroke
from ._quantities import CONDUCTANCE_OF_CELL, CURRENT, POTENTIAL, RESISTANCE, SLOPE, THRESHOLD, TIME, ZERO
from ._spiking import SpikingGroup, reset


class AdExIF(SpikingGroup):
    r"""Adaptive exponential integrate-and-fire neurons.

    .. math::
        \tau \dot V &= -(V - V_\mathrm{rest}) + \Delta_T e^{(V - V_T)/\Delta_T} - R w + R I \\
        \tau_w \dot w &= a (V - V_\mathrm{rest}) - w

    Where :math:`V \ge V_\mathrm{th}` after a step the neuron spikes: :math:`V \leftarrow V_\mathrm{reset}`,
    :math:`w \leftarrow w + b`.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    V_rest, V_reset, V_th : () or (num,), mV
        Resting potential, potential after a spike, and where, above that, the upstroke is cut off.
    V_T : () or (num,), mV
        Where the upstroke begins.
    delta_T : () or (num,), mV
        How sharply, above 0.
    a : () or (num,), µS
        How strongly the potential drives adaptation.
    b : () or (num,), nA
        What a spike adds to it.
    tau, tau_w : () or (num,), ms
        Time constants of membrane and adaptation, above 0.
    R : () or (num,), MΩ
        Resistance: an input is in nA.
    w_initializer : (num,), nA
        Initial adaptation.
    tau_ref, V_initializer, noise, method, keep_size, input_var, mode, name, ref_var, spike_fun
        As for :class:`LIF`. Adaptation goes on in refractory time.

    State
    -----
    V : (\*batch, num), mV
        Membrane potential.
    w : (\*batch, num), nA
        Adaptation.
    spike, input, t_last_spike, refractory
        As for :class:`LIF`.

    Notes
    -----
    The default initial potential, 0 mV, lies above ``V_th``: the first step is a spike, as in BrainPy. Begin at rest with
    ``V_initializer=bp.init.Constant(-65.0)``.

    Within a step the exponential does not grow beyond its value at ``V_th``. In a training mode the gradient of a spike passes
    through ``b``, and not through the reset.

    References
    ----------
    .. [1] Brette and Gerstner, Adaptive exponential integrate-and-fire model as an effective description of neuronal activity,
       *Journal of Neurophysiology* 94, 2005.
    .. [2] Naud, Marcille, Clopath and Gerstner, Firing patterns in the adaptive exponential integrate-and-fire model,
       *Biological Cybernetics* 99, 2008.
    """

    _units: ClassVar = {"V": "mV", "w": "nA"}

    def __init__(
        self,
        size: int | tuple[int, ...],
        V_rest: Any = -65.0,
        V_reset: Any = -68.0,
        V_th: Any = -30.0,
        V_T: Any = -59.9,
        delta_T: Any = 3.48,
        a: Any = 1.0,
        b: Any = 1.0,
        tau: Any = 10.0,
        tau_w: Any = 30.0,
        R: Any = 1.0,
        tau_ref: Any = None,
        V_initializer: Any = ZERO,
        w_initializer: Any = ZERO,
        noise: Any = None,
        method: str = "exp_auto",
        keep_size: bool = False,
        input_var: bool = True,
        mode: Mode | None = None,
        name: str | None = None,
        ref_var: bool = False,
        spike_fun: Callable = inv_square_grad,
    ):
        options = {"spike_fun": spike_fun, "tau_ref": tau_ref, "ref_var": ref_var, "noise": noise, "method": method}
        super().__init__(size, keep_size, mode, name, input_var=input_var, V=V_initializer, w=w_initializer, **options)
        self._declare(POTENTIAL, V_rest=V_rest, V_reset=V_reset, V_T=V_T)
        self._declare(THRESHOLD, V_th=V_th)
        self._refuse_reset_above("V_reset", "V_th")
        self._declare(SLOPE, delta_T=delta_T)
        self._declare(CONDUCTANCE_OF_CELL, a=a)
        self._declare(CURRENT, b=b)
        self._declare(RESISTANCE, R=R)
        self._declare(TIME, tau=tau, tau_w=tau_w)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, w = values
        driven = self.V_rest - V + upstroke(V, self.V_th, self.V_T, self.delta_T) + self.R * (current - w)
        return driven / self.tau, (self.a * (V - self.V_rest) - w) / self.tau_w

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        V, w = values
        return reset(V, did, self.V_reset), w + self.b * spike
