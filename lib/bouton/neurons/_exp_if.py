"""Exponential integrate-and-fire neurons."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ..math import Mode
from ..math.surrogate import inv_square_grad
from ..transform._operators import plain
from ._quantities import POTENTIAL, RESISTANCE, SLOPE, THRESHOLD, TIME, ZERO
from ._spiking import SpikingGroup, reset


class ExpIF(SpikingGroup):
    r"""Exponential integrate-and-fire neurons: the upstroke of a spike is part of the equation.

    .. math:: \tau \dot V = -(V - V_\mathrm{rest}) + \Delta_T e^{(V - V_T)/\Delta_T} + R I

    Where :math:`V \ge V_\mathrm{th}` after a step the neuron spikes, and :math:`V \leftarrow V_\mathrm{reset}`.

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
    R : () or (num,), MΩ
        Resistance: an input is in nA.
    tau : () or (num,), ms
        Time constant of the membrane, above 0.
    tau_ref, V_initializer, noise, keep_size, input_var, ref_var, mode, method, spike_fun, name
        As for :class:`LIF`.

    State
    -----
    V : (\*batch, num), mV
        Membrane potential.
    spike, input, t_last_spike, refractory
        As for :class:`LIF`.

    Notes
    -----
    The default initial potential, 0 mV, lies above ``V_th``: the first step is a spike, as in BrainPy. Begin at rest with
    ``V_initializer=bp.init.Constant(-65.0)``.

    Within a step the exponential does not grow beyond its value at ``V_th``.

    References
    ----------
    .. [1] Fourcaud-Trocmé, Hansel, van Vreeswijk and Brunel, How spike generation mechanisms determine the neuronal response to
       fluctuating inputs, *Journal of Neuroscience* 23, 2003.
    """

    def __init__(
        self,
        size: int | tuple[int, ...],
        V_rest: Any = -65.0,
        V_reset: Any = -68.0,
        V_th: Any = -30.0,
        V_T: Any = -59.9,
        delta_T: Any = 3.48,
        R: Any = 1.0,
        tau: Any = 10.0,
        tau_ref: Any = None,
        V_initializer: Any = ZERO,
        noise: Any = None,
        keep_size: bool = False,
        input_var: bool = True,
        ref_var: bool = False,
        mode: Mode | None = None,
        method: str = "exp_auto",
        name: str | None = None,
        spike_fun: Callable = inv_square_grad,
    ):
        options = {"spike_fun": spike_fun, "tau_ref": tau_ref, "ref_var": ref_var, "noise": noise, "method": method}
        super().__init__(size, keep_size, mode, name, input_var=input_var, V=V_initializer, **options)
        self._declare(POTENTIAL, V_rest=V_rest, V_reset=V_reset, V_T=V_T)
        self._declare(THRESHOLD, V_th=V_th)
        self._refuse_reset_above("V_reset", "V_th")
        self._declare(SLOPE, delta_T=delta_T)
        self._declare(RESISTANCE, R=R)
        self._declare(TIME, tau=tau)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equation above."""
        (V,) = values
        return ((self.V_rest - V + upstroke(V, self.V_th, self.V_T, self.delta_T) + self.R * current) / self.tau,)

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        (V,) = values
        return (reset(V, did, self.V_reset),)


def upstroke(V: jax.Array, V_th: Any, V_T: Any, delta_T: Any) -> jax.Array:
    """What drives a spike upwards, mV; above ``V_th``, where it is over, no more than there."""
    return delta_T * jnp.exp((jnp.minimum(V, plain(V_th)) - V_T) / delta_T)
