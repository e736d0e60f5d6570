"""Morris and Lecar's neurons."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ..init import OneInit, Uniform
from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._quantities import CAPACITANCE, CONDUCTANCE, POTENTIAL, RATE, SLOPE, THRESHOLD
from ._spiking import SpikingGroup

NEAR_CLOSED = OneInit(0.02)
AROUND_REST = Uniform(-70.0, -60.0)


class MorrisLecar(SpikingGroup):
    r"""Morris and Lecar's neurons: the muscle fibre of the barnacle, with an instantaneous calcium current.

    .. math::
        C \dot V &= -g_\mathrm{Ca} M_\infty (V - V_\mathrm{Ca}) - g_\mathrm{K} W (V - V_\mathrm{K})
        - g_\mathrm{leak} (V - V_\mathrm{leak}) + I \\
        \dot W &= \phi \cosh\frac{V - V_3}{2 V_4}\, (W_\infty - W)

    with :math:`M_\infty = \frac12(1 + \tanh\frac{V - V_1}{V_2})` and :math:`W_\infty = \frac12(1 + \tanh\frac{V - V_3}{V_4})`.
    A spike is a crossing of ``V_th`` from below.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    V_Ca, V_K, V_leak : () or (num,), mV
        Reversal potentials.
    g_Ca, g_K, g_leak : () or (num,), mS/cm²
        Greatest conductances.
    C : () or (num,), µF/cm²
        Capacitance, above 0.
    V1, V3 : () or (num,), mV
        Where half of the channels are open.
    V2, V4 : () or (num,), mV
        Over which range they open, above 0.
    phi : () or (num,), 1/ms
        How fast the potassium channels are.
    V_th : () or (num,), mV
        What counts as a spike.
    W_initializer : (num,)
        Initial part of the potassium channels that is open.
    keep_size, V_initializer, noise, method, input_var, mode, name, spike_fun
        As for :class:`LIF`. The input is in µA/cm².

    State
    -----
    V : (\*batch, num), mV
        Membrane potential.
    W : (\*batch, num)
        Part of the potassium channels that is open.
    spike, input
        As for :class:`LIF`.

    Notes
    -----
    The defaults are of class II: firing begins with a rate above 0 (Hopf bifurcation). ``g_Ca=4.0, V3=12.0, V4=17.4,
    phi=1/15`` is of class I, where it begins at any low rate [2]_. Both have the calcium battery at ``V_Ca=120.0`` there, and
    then begin near 94 and 40 µA/cm².

    References
    ----------
    .. [1] Morris and Lecar, Voltage oscillations in the barnacle giant muscle fiber, *Biophysical Journal* 35, 1981.
    .. [2] Rinzel and Ermentrout, Analysis of neural excitability and oscillations, in Koch and Segev, *Methods in Neuronal
       Modeling*, 1998, table 7.1.
    """

    _units: ClassVar = {"V": "mV", "W": None}
    _input_unit: ClassVar = "µA/cm²"
    _crosses: ClassVar = True

    def __init__(
        self,
        size: int | tuple[int, ...],
        keep_size: bool = False,
        V_Ca: Any = 130.0,
        g_Ca: Any = 4.4,
        V_K: Any = -84.0,
        g_K: Any = 8.0,
        V_leak: Any = -60.0,
        g_leak: Any = 2.0,
        C: Any = 20.0,
        V1: Any = -1.2,
        V2: Any = 18.0,
        V3: Any = 2.0,
        V4: Any = 30.0,
        phi: Any = 0.04,
        V_th: Any = 10.0,
        W_initializer: Any = NEAR_CLOSED,
        V_initializer: Any = AROUND_REST,
        noise: Any = None,
        method: str = "exp_auto",
        input_var: bool = True,
        mode: Mode | None = None,
        name: str | None = None,
        spike_fun: Callable = inv_square_grad,
    ):
        options = {"spike_fun": spike_fun, "noise": noise, "method": method, "input_var": input_var}
        super().__init__(size, keep_size, mode, name, V=V_initializer, W=W_initializer, **options)
        self._declare(POTENTIAL, V_Ca=V_Ca, V_K=V_K, V_leak=V_leak, V1=V1, V3=V3)
        self._declare(CONDUCTANCE, g_Ca=g_Ca, g_K=g_K, g_leak=g_leak)
        self._declare(CAPACITANCE, C=C)
        self._declare(SLOPE, V2=V2, V4=V4)
        self._declare(RATE, phi=phi)
        self._declare(THRESHOLD, V_th=V_th)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, W = values
        open_Ca = 0.5 * (1.0 + jnp.tanh((V - self.V1) / self.V2))
        calcium = self.g_Ca * open_Ca * (V - self.V_Ca)
        potassium = self.g_K * W * (V - self.V_K)
        leak = self.g_leak * (V - self.V_leak)
        away = (V - self.V3) / self.V4
        to = 0.5 * (1.0 + jnp.tanh(away))
        return (current - calcium - potassium - leak) / self.C, self.phi * jnp.cosh(away / 2.0) * (to - W)
