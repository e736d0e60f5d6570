"""Hindmarsh and Rose's neurons."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax

from ..init import OneInit
from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._quantities import NUMBER, RATE, ZERO
from ._spiking import SpikingGroup

MINUS_TEN = OneInit(-10.0)


class HindmarshRose(SpikingGroup):
    r"""Hindmarsh and Rose's neurons: bursts from three variables without units.

    .. math::
        \dot V &= y - a V^3 + b V^2 - z + I \\
        \dot y &= c - d V^2 - y \\
        \dot z &= r (s (V - V_\mathrm{rest}) - z)

    A spike is a crossing of ``V_th`` from below.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    a, b, c, d : () or (num,)
        Of the fast currents.
    r : () or (num,), 1/ms
        How fast adaptation is.
    s : () or (num,)
        How strongly the potential drives it.
    V_rest : () or (num,)
        Resting potential.
    V_th : () or (num,)
        What counts as a spike.
    y_initializer, z_initializer : (num,)
        Initial fast recovery and adaptation.
    V_initializer, noise, method, keep_size, input_var, mode, name, spike_fun
        As for :class:`LIF`.

    State
    -----
    V, y, z : (\*batch, num)
        Membrane potential, fast recovery and adaptation, without units.
    spike, input
        As for :class:`LIF`.

    References
    ----------
    .. [1] Hindmarsh and Rose, A model of neuronal bursting using three coupled first order differential equations,
       *Proceedings of the Royal Society of London B* 221, 1984.
    """

    _units: ClassVar = {"V": None, "y": None, "z": None}
    _input_unit: ClassVar = None
    _crosses: ClassVar = True

    def __init__(
        self,
        size: int | tuple[int, ...],
        a: Any = 1.0,
        b: Any = 3.0,
        c: Any = 1.0,
        d: Any = 5.0,
        r: Any = 0.01,
        s: Any = 4.0,
        V_rest: Any = -1.6,
        V_th: Any = 1.0,
        V_initializer: Any = ZERO,
        y_initializer: Any = MINUS_TEN,
        z_initializer: Any = ZERO,
        noise: Any = None,
        method: str = "exp_auto",
        keep_size: bool = False,
        input_var: bool = True,
        mode: Mode | None = None,
        name: str | None = None,
        spike_fun: Callable = inv_square_grad,
    ):
        options = {"spike_fun": spike_fun, "noise": noise, "method": method, "input_var": input_var}
        super().__init__(size, keep_size, mode, name, V=V_initializer, y=y_initializer, z=z_initializer, **options)
        self._declare(NUMBER, a=a, b=b, c=c, d=d, s=s)
        self._declare(RATE, r=r)
        self._declare({"family": "potentials"}, V_rest=V_rest)
        self._declare({"family": "thresholds"}, V_th=V_th)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equations above."""
        V, y, z = values
        square = V * V
        fast = y - self.a * square * V + self.b * square - z + current
        return fast, self.c - self.d * square - y, self.r * (self.s * (V - self.V_rest) - z)
