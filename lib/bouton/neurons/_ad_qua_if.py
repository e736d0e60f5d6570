"""Adaptive quadratic integrate-and-fire neurons."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax

from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._quantities import NUMBER, POTENTIAL, THRESHOLD, TIME, UPSTROKE, ZERO
from ._spiking import SpikingGroup, reset


class AdQuaIF(SpikingGroup):
    r"""Adaptive quadratic integrate-and-fire neurons.

    .. math::
        \tau \dot V &= c (V - V_\mathrm{rest})(V - V_c) - w + I \\
        \tau_w \dot w &= a (V - V_\mathrm{rest}) - w

    Where :math:`V \ge V_\mathrm{th}` after a step the neuron spikes: :math:`V \leftarrow V_\mathrm{reset}`,
    :math:`w \leftarrow w + b`.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    V_rest, V_reset, V_th : () or (num,), mV
        Resting potential, potential after a spike, and where, above that, the upstroke is cut off.
    V_c : () or (num,), mV
        Where the upstroke begins without an input, above ``V_rest``.
    a : () or (num,)
        How strongly the potential drives adaptation.
    b : () or (num,), mV
        What a spike adds to it.
    c : () or (num,), 1/mV
        How steep the upstroke is.
    tau, tau_w : () or (num,), ms
        Time constants of membrane and adaptation, above 0.
    w_initializer : (num,), mV
        Initial adaptation.
    tau_ref, V_initializer, noise, method, keep_size, input_var, mode, name, ref_var, spike_fun
        As for :class:`LIF`. Adaptation goes on in refractory time.

    State
    -----
    V, w : (\*batch, num), mV
        Membrane potential and adaptation. The input is in mV too: there is no resistance.
    spike, input, t_last_spike, refractory
        As for :class:`LIF`.

    Notes
    -----
    The default initial potential, 0 mV, lies above ``V_th``: the first step is a spike, as in BrainPy. Begin at rest with
    ``V_initializer=bp.init.Constant(-65.0)``.

    In a training mode the gradient of a spike passes through ``b``, and not through the reset.

    References
    ----------
    .. [1] Izhikevich, Which model to use for cortical spiking neurons?, *IEEE Transactions on Neural Networks* 15, 2004.
    .. [2] Touboul, Bifurcation analysis of a general class of nonlinear integrate-and-fire neurons, *SIAM Journal on Applied
       Mathematics* 68, 2008.
    """

    _units: ClassVar = {"V": "mV", "w": "mV"}
    _input_unit: ClassVar = "mV"

    def __init__(
        self,
        size: int | tuple[int, ...],
        V_rest: Any = -65.0,
        V_reset: Any = -68.0,
        V_th: Any = -30.0,
        V_c: Any = -50.0,
        a: Any = 1.0,
        b: Any = 0.1,
        c: Any = 0.07,
        tau: Any = 10.0,
        tau_w: Any = 10.0,
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
        self._declare(POTENTIAL, V_rest=V_rest, V_reset=V_reset, V_c=V_c)
        self._declare(THRESHOLD, V_th=V_th)
        self._refuse_reset_above("V_reset", "V_th")
        self._declare({**NUMBER, "family": "adaptation"}, a=a)
        self._declare({"unit": "mV", "family": "adaptation"}, b=b)
        self._declare(UPSTROKE, c=c)
        self._declare(TIME, tau=tau, tau_w=tau_w)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, w = values
        above = V - self.V_rest
        return (self.c * above * (V - self.V_c) - w + current) / self.tau, (self.a * above - w) / self.tau_w

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        V, w = values
        return reset(V, did, self.V_reset), w + self.b * spike
