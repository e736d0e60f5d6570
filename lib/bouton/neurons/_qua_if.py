"""Quadratic integrate-and-fire neurons."""

from collections.abc import Callable
from typing import Any

import jax

from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._quantities import POTENTIAL, RESISTANCE, THRESHOLD, TIME, UPSTROKE, ZERO
from ._spiking import SpikingGroup, reset


class QuaIF(SpikingGroup):
    r"""Quadratic integrate-and-fire neurons.

    .. math:: \tau \dot V = c (V - V_\mathrm{rest})(V - V_c) + R I

    Where :math:`V \ge V_\mathrm{th}` after a step the neuron spikes, and :math:`V \leftarrow V_\mathrm{reset}`.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    V_rest, V_reset, V_th : () or (num,), mV
        Resting potential, potential after a spike, and where, above that, the upstroke is cut off.
    V_c : () or (num,), mV
        Where the upstroke begins without an input, above ``V_rest``.
    c : () or (num,), 1/mV
        How steep it is.
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

    References
    ----------
    .. [1] Latham, Richmond, Nelson and Nirenberg, Intrinsic dynamics in neuronal networks, *Journal of Neurophysiology* 83, 2000.
    """

    def __init__(
        self,
        size: int | tuple[int, ...],
        V_rest: Any = -65.0,
        V_reset: Any = -68.0,
        V_th: Any = -30.0,
        V_c: Any = -50.0,
        c: Any = 0.07,
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
        self._declare(POTENTIAL, V_rest=V_rest, V_reset=V_reset, V_c=V_c)
        self._declare(THRESHOLD, V_th=V_th)
        self._refuse_reset_above("V_reset", "V_th")
        self._declare(UPSTROKE, c=c)
        self._declare(RESISTANCE, R=R)
        self._declare(TIME, tau=tau)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equation above."""
        (V,) = values
        return ((self.c * (V - self.V_rest) * (V - self.V_c) + self.R * current) / self.tau,)

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        (V,) = values
        return (reset(V, did, self.V_reset),)
