"""Generalized integrate-and-fire neurons."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ..init import OneInit
from ..math import Mode
from ..math.surrogate import inv_square_grad
from ..transform._operators import plain
from ._quantities import CURRENT, NUMBER, POTENTIAL, RATE, RESISTANCE, THRESHOLD, TIME, ZERO
from ._spiking import SpikingGroup, reset

MINUS_SEVENTY, MINUS_FIFTY = OneInit(-70.0), OneInit(-50.0)


class GIF(SpikingGroup):
    r"""Generalized integrate-and-fire neurons: two currents from spikes, and a threshold that follows the potential.

    .. math::
        \dot I_1 &= -k_1 I_1, \qquad \dot I_2 = -k_2 I_2 \\
        \tau \dot V &= -(V - V_\mathrm{rest}) + R (I_1 + I_2 + I) \\
        \dot V_\mathrm{th} &= a (V - V_\mathrm{rest}) - b (V_\mathrm{th} - V_{\mathrm{th},\infty})

    Where :math:`V \ge V_\mathrm{th}` after a step the neuron spikes: :math:`I_j \leftarrow R_j I_j + A_j`,
    :math:`V \leftarrow V_\mathrm{reset}`, :math:`V_\mathrm{th} \leftarrow \max(V_{\mathrm{th,reset}}, V_\mathrm{th})`.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    V_rest, V_reset : () or (num,), mV
        Resting potential, and potential after a spike.
    V_th_inf : () or (num,), mV
        What the threshold settles at, at rest.
    V_th_reset : () or (num,), mV
        What the threshold is at least after a spike, above ``V_reset``.
    R : () or (num,), MΩ
        Resistance: an input is in nA.
    tau : () or (num,), ms
        Time constant of the membrane, above 0.
    a : () or (num,), 1/ms
        How strongly the potential drives the threshold.
    b : () or (num,), 1/ms
        How fast the threshold comes back.
    k1, k2 : () or (num,), 1/ms
        How fast the currents decay.
    R1, R2 : () or (num,)
        What part of a current is left after a spike.
    A1, A2 : () or (num,), nA
        What a spike adds to it.
    I1_initializer, I2_initializer : (num,), nA
        Initial currents.
    Vth_initializer : (num,), mV
        Initial threshold.
    V_initializer, noise, method, keep_size, input_var, mode, name, spike_fun
        As for :class:`LIF`.

    State
    -----
    V, V_th : (\*batch, num), mV
        Membrane potential and threshold.
    I1, I2 : (\*batch, num), nA
        Currents from spikes.
    spike, input
        As for :class:`LIF`.

    Notes
    -----
    Parameters of twenty firing patterns are in table 1 of [1]_, figure 1.

    References
    ----------
    .. [1] Mihalaş and Niebur, A generalized linear integrate-and-fire neural model produces diverse spiking behaviors, *Neural
       Computation* 21, 2009.
    """

    _units: ClassVar = {"V": "mV", "I1": "nA", "I2": "nA", "V_th": "mV"}

    def __init__(
        self,
        size: int | tuple[int, ...],
        V_rest: Any = -70.0,
        V_reset: Any = -70.0,
        V_th_inf: Any = -50.0,
        V_th_reset: Any = -60.0,
        R: Any = 20.0,
        tau: Any = 20.0,
        a: Any = 0.0,
        b: Any = 0.01,
        k1: Any = 0.2,
        k2: Any = 0.02,
        R1: Any = 0.0,
        R2: Any = 1.0,
        A1: Any = 0.0,
        A2: Any = 0.0,
        V_initializer: Any = MINUS_SEVENTY,
        I1_initializer: Any = ZERO,
        I2_initializer: Any = ZERO,
        Vth_initializer: Any = MINUS_FIFTY,
        noise: Any = None,
        method: str = "exp_auto",
        keep_size: bool = False,
        input_var: bool = True,
        mode: Mode | None = None,
        name: str | None = None,
        spike_fun: Callable = inv_square_grad,
    ):
        initial = {"V": V_initializer, "I1": I1_initializer, "I2": I2_initializer, "V_th": Vth_initializer}
        options = {"spike_fun": spike_fun, "noise": noise, "method": method, "input_var": input_var}
        super().__init__(size, keep_size, mode, name, **initial, **options)
        self._declare(POTENTIAL, V_rest=V_rest, V_reset=V_reset)
        self._declare(THRESHOLD, V_th_inf=V_th_inf, V_th_reset=V_th_reset)
        self._refuse_reset_above("V_reset", "V_th_reset")
        self._declare(RESISTANCE, R=R)
        self._declare(TIME, tau=tau)
        self._declare({"unit": "1/ms", "family": "adaptation"}, a=a)
        self._declare(RATE, b=b, k1=k1, k2=k2)
        self._declare(NUMBER, R1=R1, R2=R2)
        self._declare(CURRENT, A1=A1, A2=A2)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, I1, I2, V_th = values
        above = V - self.V_rest
        membrane = (self.R * (I1 + I2 + current) - above) / self.tau
        return membrane, -self.k1 * I1, -self.k2 * I2, self.a * above - self.b * (V_th - self.V_th_inf)

    def _distance(self, values: tuple[jax.Array, ...]) -> jax.Array:
        return values[0] - values[3]

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        V, I1, I2, V_th = values
        return (
            reset(V, did, self.V_reset),
            reset(I1, did, self.R1 * I1 + self.A1),
            reset(I2, did, self.R2 * I2 + self.A2),
            reset(V_th, did, jnp.maximum(plain(self.V_th_reset), V_th)),
        )
