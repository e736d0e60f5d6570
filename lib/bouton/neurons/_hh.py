"""Hodgkin and Huxley's neurons."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ..dynamics._integrate import _relative_growth
from ..init import OneInit, Uniform
from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._quantities import CAPACITANCE, CONDUCTANCE, POTENTIAL, THRESHOLD
from ._spiking import SpikingGroup

AROUND_REST = Uniform(-70.0, -60.0)
M0, H0, N0 = OneInit(0.5), OneInit(0.6), OneInit(0.32)


class HH(SpikingGroup):
    r"""Hodgkin and Huxley's neurons: the giant axon of the squid at 6.3 °C, with rest near -65 mV.

    .. math::
        C \dot V &= -g_\mathrm{Na} m^3 h (V - E_\mathrm{Na}) - g_\mathrm{K} n^4 (V - E_\mathrm{K})
        - g_\mathrm{L} (V - E_\mathrm{L}) + I \\
        \dot x &= \alpha_x (1 - x) - \beta_x x, \quad x \in \{m, h, n\}

    with, V in mV and rates in 1/ms,

    .. math::
        \alpha_m &= \frac{0.1 (V + 40)}{1 - e^{-(V + 40)/10}}, & \beta_m &= 4 e^{-(V + 65)/18}, \\
        \alpha_h &= 0.07 e^{-(V + 65)/20}, & \beta_h &= \frac{1}{1 + e^{-(V + 35)/10}}, \\
        \alpha_n &= \frac{0.01 (V + 55)}{1 - e^{-(V + 55)/10}}, & \beta_n &= 0.125 e^{-(V + 65)/80}.

    A spike is a crossing of ``V_th`` from below.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    ENa, EK, EL : () or (num,), mV
        Reversal potentials.
    gNa, gK, gL : () or (num,), mS/cm²
        Greatest conductances.
    V_th : () or (num,), mV
        What counts as a spike.
    C : () or (num,), µF/cm²
        Capacitance, above 0.
    m_initializer, h_initializer, n_initializer : (num,)
        Initial values of the gates, between 0 and 1.
    keep_size, V_initializer, noise, method, input_var, mode, name, spike_fun
        As for :class:`LIF`. The input is in µA/cm².

    State
    -----
    V : (\*batch, num), mV
        Membrane potential.
    m, h, n : (\*batch, num)
        How far the gates are open.
    spike, input
        As for :class:`LIF`.

    Notes
    -----
    The leak is that of [1]_, 0.3 mS/cm²; some libraries have a tenth of it.

    References
    ----------
    .. [1] Hodgkin and Huxley, A quantitative description of membrane current and its application to conduction and excitation in
       nerve, *Journal of Physiology* 117, 1952.
    """

    _units: ClassVar = {"V": "mV", "m": None, "h": None, "n": None}
    _input_unit: ClassVar = "µA/cm²"
    _crosses: ClassVar = True

    def __init__(
        self,
        size: int | tuple[int, ...],
        keep_size: bool = False,
        ENa: Any = 50.0,
        gNa: Any = 120.0,
        EK: Any = -77.0,
        gK: Any = 36.0,
        EL: Any = -54.387,
        gL: Any = 0.3,
        V_th: Any = 20.0,
        C: Any = 1.0,
        V_initializer: Any = AROUND_REST,
        m_initializer: Any = M0,
        h_initializer: Any = H0,
        n_initializer: Any = N0,
        noise: Any = None,
        method: str = "exp_auto",
        input_var: bool = True,
        mode: Mode | None = None,
        name: str | None = None,
        spike_fun: Callable = inv_square_grad,
    ):
        options = {"spike_fun": spike_fun, "noise": noise, "method": method, "input_var": input_var}
        gates = {"m": m_initializer, "h": h_initializer, "n": n_initializer}
        super().__init__(size, keep_size, mode, name, V=V_initializer, **gates, **options)
        self._declare(POTENTIAL, ENa=ENa, EK=EK, EL=EL)
        self._declare(CONDUCTANCE, gNa=gNa, gK=gK, gL=gL)
        self._declare(THRESHOLD, V_th=V_th)
        self._declare(CAPACITANCE, C=C)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, m, h, n = values
        sodium = self.gNa * m * m * m * h * (V - self.ENa)
        potassium = self.gK * n * n * n * n * (V - self.EK)
        leak = self.gL * (V - self.EL)
        # y / (1 - exp(-y)), which is 1 at y = 0.
        opens_m = 1.0 / _relative_growth(-(V + 40.0) / 10.0)
        opens_n = 0.1 / _relative_growth(-(V + 55.0) / 10.0)
        return (
            (current - sodium - potassium - leak) / self.C,
            opens_m * (1.0 - m) - 4.0 * jnp.exp(-(V + 65.0) / 18.0) * m,
            0.07 * jnp.exp(-(V + 65.0) / 20.0) * (1.0 - h) - jax.nn.sigmoid((V + 35.0) / 10.0) * h,
            opens_n * (1.0 - n) - 0.125 * jnp.exp(-(V + 65.0) / 80.0) * n,
        )
