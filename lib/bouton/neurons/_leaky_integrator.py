"""Leaky integrators, which do not spike."""

from typing import Any

import jax

from ..math import Mode
from ._membrane import MembraneGroup
from ._quantities import POTENTIAL, RESISTANCE, TIME, ZERO


class LeakyIntegrator(MembraneGroup):
    r"""Leaky integrators: the membrane of :class:`LIF` without spikes.

    .. math:: \tau \dot V = -(V - V_\mathrm{rest}) + R I

    ``update(x=None)`` returns ``V``, of shape ``(num,)`` or ``(batch, num)``, mV.

    Parameters
    ----------
    size : int or tuple of int
        How many.
    V_rest : () or (num,), mV
        What the potential decays to.
    R : () or (num,), MΩ
        Resistance: an input is in nA.
    tau : () or (num,), ms
        Time constant, above 0.
    V_initializer : (num,), mV
        Initial potential.
    noise, input_var, keep_size, mode, method, name
        As for :class:`LIF`.

    State
    -----
    V : (\*batch, num), mV
        Potential.
    input : (\*batch, num), nA
        What synapses have added for the next step.

    Notes
    -----
    The default method is exact for an input that stays as it is during the step.

    References
    ----------
    .. [1] Gerstner, Kistler, Naud and Paninski, *Neuronal Dynamics*, 2014, section 1.3.
    """

    def __init__(
        self,
        size: int | tuple[int, ...],
        V_rest: Any = 0.0,
        R: Any = 1.0,
        tau: Any = 10.0,
        V_initializer: Any = ZERO,
        noise: Any = None,
        input_var: bool = True,
        keep_size: bool = False,
        mode: Mode | None = None,
        method: str = "exp_auto",
        name: str | None = None,
    ):
        super().__init__(size, keep_size, mode, name, method=method, noise=noise, input_var=input_var, V=V_initializer)
        self._declare(POTENTIAL, V_rest=V_rest)
        self._declare(RESISTANCE, R=R)
        self._declare(TIME, tau=tau)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equation above."""
        (V,) = values
        # The reciprocal once, and not a division for each neuron.
        return ((self.V_rest - V + self.R * current) * (1.0 / self.tau),)

    def update(self, x: Any = None) -> jax.Array:
        """One step under the input ``x``, nA; the potential after it."""
        self._write(self._integrated(x))
        return self.V.value
