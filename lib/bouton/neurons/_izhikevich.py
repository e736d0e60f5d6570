"""Izhikevich's neurons."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax

from ..init import OneInit
from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._quantities import NUMBER, POTENTIAL, RATE, THRESHOLD, ZERO
from ._spiking import SpikingGroup, reset

ONE = OneInit()


class Izhikevich(SpikingGroup):
    r"""Izhikevich's neurons, with many firing patterns from four parameters.

    .. math::
        \dot V &= 0.04 V^2 + 5 V + 140 - u + I \\
        \dot u &= a (b V - u)

    Where :math:`V \ge V_\mathrm{th}` after a step the neuron spikes: :math:`V \leftarrow c`, :math:`u \leftarrow u + d`.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    a : () or (num,), 1/ms
        How fast recovery is.
    b : () or (num,)
        How sensitive recovery is to the potential.
    c : () or (num,), mV
        Potential after a spike, below ``V_th``.
    d : () or (num,)
        What a spike adds to recovery.
    V_th : () or (num,), mV
        Where the upstroke is cut off.
    u_initializer : (num,)
        Initial recovery.
    tau_ref, V_initializer, noise, method, keep_size, input_var, mode, name, ref_var, spike_fun
        As for :class:`LIF`. Recovery goes on in refractory time. The input is in the model's own unit, mV/ms.

    State
    -----
    V : (\*batch, num), mV
        Membrane potential.
    u : (\*batch, num), mV/ms
        Recovery.
    spike, input, t_last_spike, refractory
        As for :class:`LIF`.

    Notes
    -----
    Patterns of [1]_, as ``(a, b, c, d)``: regular spiking (0.02, 0.2, -65, 8), intrinsically bursting (0.02, 0.2, -55, 4),
    chattering (0.02, 0.2, -50, 2), fast spiking (0.1, 0.2, -65, 2).

    In a training mode the gradient of a spike passes through ``d``, and not through the reset.

    References
    ----------
    .. [1] Izhikevich, Simple model of spiking neurons, *IEEE Transactions on Neural Networks* 14, 2003.
    """

    _units: ClassVar = {"V": "mV", "u": "mV/ms"}
    _input_unit: ClassVar = "mV/ms"

    def __init__(
        self,
        size: int | tuple[int, ...],
        a: Any = 0.02,
        b: Any = 0.2,
        c: Any = -65.0,
        d: Any = 8.0,
        V_th: Any = 30.0,
        tau_ref: Any = None,
        V_initializer: Any = ZERO,
        u_initializer: Any = ONE,
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
        super().__init__(size, keep_size, mode, name, input_var=input_var, V=V_initializer, u=u_initializer, **options)
        self._declare(RATE, a=a)
        self._declare(NUMBER, b=b, d=d)
        self._declare(POTENTIAL, c=c)
        self._declare(THRESHOLD, V_th=V_th)
        self._refuse_reset_above("c", "V_th")

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, u = values
        return 0.04 * V * V + 5.0 * V + 140.0 - u + current, self.a * (self.b * V - u)

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        V, u = values
        return reset(V, did, self.c), u + self.d * spike
