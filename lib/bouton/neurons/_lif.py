"""Leaky integrate-and-fire neurons."""

from collections.abc import Callable
from typing import Any

import jax

from ..math import Mode
from ..math.surrogate import inv_square_grad
from ._quantities import POTENTIAL, RESISTANCE, THRESHOLD, TIME, ZERO
from ._spiking import SpikingGroup, reset


class LIF(SpikingGroup):
    r"""Leaky integrate-and-fire neurons.

    .. math:: \tau \dot V = -(V - V_\mathrm{rest}) + R I

    Where :math:`V \ge V_\mathrm{th}` after a step the neuron spikes, and :math:`V \leftarrow V_\mathrm{reset}`.
    ``update(x=None)`` returns the spikes of the step.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons; a tuple for a sheet of them.
    keep_size : bool
        Whether states keep the shape of the sheet.
    V_rest : () or (num,), mV
        Resting potential.
    V_reset : () or (num,), mV
        Potential after a spike, below ``V_th``.
    V_th : () or (num,), mV
        Threshold.
    R : () or (num,), MΩ
        Resistance: an input is in nA.
    tau : () or (num,), ms
        Time constant of the membrane, above 0.
    tau_ref : () or (num,), ms, optional
        Refractory time: steps within it after the one with the spike leave the membrane as it is, and their input is lost.
    V_initializer : (num,), mV
        Initial potential.
    noise : () or (num,), mV/√ms, or callable, optional
        Standard deviation of white noise on the membrane; or a function ``f(V, t)`` that gives it.
    mode : Mode, optional
        Whether states have a batch axis, and whether gradients pass spikes. Default: that of the environment.
    spike_fun : callable
        Of :math:`V - V_\mathrm{th}`: the spikes in a training mode, where they are floats with the derivative of this function.
        Where it gives a part of a spike, the potential goes that part of the way to ``V_reset``.
    input_var : bool
        Whether there is a Variable ``input``, which synapses add to. A step uses it up.
    ref_var : bool
        Whether there is a Variable ``refractory``.
    method : str
        Integrator: ``'exp_auto'``, ``'euler'``, ``'midpoint'``, ``'heun2'``, ``'rk2'``, ``'rk3'``, ``'rk4'``, ...
    name : str, optional
        Unique among live objects.

    State
    -----
    V : (\*batch, num), mV
        Membrane potential.
    spike : (\*batch, num)
        Spikes of the last step.
    input : (\*batch, num), nA
        What synapses have added for the next step.
    t_last_spike : (\*batch, num), ms
        Time of the last spike, with ``tau_ref`` only.
    refractory : (\*batch, num)
        Whether a neuron is refractory, with ``ref_var`` only.

    Notes
    -----
    Parameters may be numbers, arrays, initialisers or other functions of a shape, and are cells: another value compiles nothing.

    The default method is exact for an input that stays as it is during the step. The gradient of a spike does not pass through
    the reset that it makes [2]_.

    Refractory time is measured by the shared time ``t``, or where nobody shares it, in calls: ``t_last_spike`` is then relative
    to the present. In single precision it is exact for some ten million steps. A neuron does not spike in its refractory time; a
    potential that a synapse such as :class:`~bouton.synapses.Delta` has lifted counts afterwards.

    References
    ----------
    .. [1] Gerstner, Kistler, Naud and Paninski, *Neuronal Dynamics*, 2014, section 1.3.
    .. [2] Zenke and Vogels, The remarkable robustness of surrogate gradient learning, *Neural Computation* 33, 2021.

    Examples
    --------
    >>> import bouton.math as bm
    >>> lif = LIF(1, tau=10.0)
    >>> int(bm.for_loop(lif, bm.full(1000, 25.0)).sum())  # 100 ms
    5
    """

    def __init__(
        self,
        size: int | tuple[int, ...],
        keep_size: bool = False,
        V_rest: Any = 0.0,
        V_reset: Any = -5.0,
        V_th: Any = 20.0,
        R: Any = 1.0,
        tau: Any = 10.0,
        tau_ref: Any = None,
        V_initializer: Any = ZERO,
        noise: Any = None,
        mode: Mode | None = None,
        spike_fun: Callable = inv_square_grad,
        input_var: bool = True,
        ref_var: bool = False,
        method: str = "exp_auto",
        name: str | None = None,
    ):
        options = {"spike_fun": spike_fun, "tau_ref": tau_ref, "ref_var": ref_var, "noise": noise, "method": method}
        super().__init__(size, keep_size, mode, name, input_var=input_var, V=V_initializer, **options)
        self._declare(POTENTIAL, V_rest=V_rest, V_reset=V_reset)
        self._declare(THRESHOLD, V_th=V_th)
        self._refuse_reset_above("V_reset", "V_th")
        self._declare(RESISTANCE, R=R)
        self._declare(TIME, tau=tau)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The equation above."""
        (V,) = values
        # The reciprocal once, and not a division for each neuron.
        return ((self.V_rest - V + self.R * current) * (1.0 / self.tau),)

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        (V,) = values
        return (reset(V, did, self.V_reset),)
