"""FitzHugh and Nagumo's neurons."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax

from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._quantities import NUMBER, TIME, ZERO
from ._spiking import SpikingGroup


class FHN(SpikingGroup):
    r"""FitzHugh and Nagumo's neurons: an excitable system of two variables without units.

    .. math::
        \dot V &= V - V^3/3 - w + I \\
        \tau \dot w &= V + a - b w

    A spike is a crossing of ``Vth`` from below.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    a, b : () or (num,)
        Where recovery settles, and how strongly it pulls itself back.
    tau : () or (num,), ms
        Time constant of recovery, above 0.
    Vth : () or (num,)
        What counts as a spike.
    w_initializer : (num,)
        Initial recovery.
    V_initializer, noise, method, keep_size, input_var, mode, name, spike_fun
        As for :class:`LIF`.

    State
    -----
    V, w : (\*batch, num)
        Membrane potential and recovery, without units.
    spike, input
        As for :class:`LIF`.

    References
    ----------
    .. [1] FitzHugh, Impulses and physiological states in theoretical models of nerve membrane, *Biophysical Journal* 1, 1961.
    .. [2] Nagumo, Arimoto and Yoshizawa, An active pulse transmission line simulating nerve axon, *Proceedings of the IRE* 50,
       1962.
    """

    _units: ClassVar = {"V": None, "w": None}
    _input_unit: ClassVar = None
    _crosses: ClassVar = True

    def __init__(
        self,
        size: int | tuple[int, ...],
        a: Any = 0.7,
        b: Any = 0.8,
        tau: Any = 12.5,
        Vth: Any = 1.8,
        V_initializer: Any = ZERO,
        w_initializer: Any = ZERO,
        noise: Any = None,
        method: str = "exp_auto",
        keep_size: bool = False,
        input_var: bool = True,
        mode: Mode | None = None,
        name: str | None = None,
        spike_fun: Callable = inv_square_grad,
    ):
        options = {"spike_fun": spike_fun, "noise": noise, "method": method, "input_var": input_var}
        super().__init__(size, keep_size, mode, name, V=V_initializer, w=w_initializer, **options)
        self._declare(NUMBER, a=a, b=b)
        self._declare(TIME, tau=tau)
        self._declare({"family": "thresholds"}, Vth=Vth)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, w = values
        return V - V * V * V / 3.0 - w + current, (V + self.a - self.b * w) / self.tau

    def _distance(self, values: tuple[jax.Array, ...]) -> jax.Array:
        return values[0] - self.Vth
