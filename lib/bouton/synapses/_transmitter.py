"""Synapses whose receptors bind a pulse of transmitter: AMPA and GABA-A."""

from typing import Any

import jax
import jax.numpy as jnp

from ..dynamics import share
from ..dynamics._declare import parameter, state
from ..dynamics._integrate import step
from ..math import Mode
from ..neurons import NeuGroup
from ..synouts import COBA, Part, SynOut
from ._two_ended import TwoEndConn


class AMPA(TwoEndConn):
    r"""Receptors that a pulse of transmitter opens, as AMPA receptors.

    .. math:: \dot g = \alpha\,[T]\,(1 - g) - \beta g

    where :math:`[T]` is ``T`` for ``T_duration`` after a spike arrives, and 0 otherwise; another spike makes the pulse begin
    anew. The conductance is the sum of :math:`g_\mathrm{max}\,g` over the synapses of a neuron. In a step the pulse begins first,
    and then ``g`` advances. Spikes are 0 or 1. In a training mode, the gradient of a spike that did not come is that of the first
    step of its pulse.

    Parameters
    ----------
    output : SynOut, optional
        Default: ``COBA(E=0.)``.
    alpha : float, (pre.num,) array, or initialiser, 1/(mM ms)
        Rate of binding.
    beta : float, (pre.num,) array, or initialiser, 1/ms
        Rate of unbinding.
    T : float, (pre.num,) array, or initialiser, mM
        Concentration of transmitter in a pulse. Short-term plasticity scales it.
    T_duration : float, (pre.num,) array, or initialiser, ms
        Length of a pulse.
    method : str
        Integrator: ``'exp_auto'``, which is exact where ``T_duration`` is a whole number of steps, ``'euler'``, ``'rk4'`` or
        another.
    pre, post, conn, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient
        As for :class:`TwoEndConn`.

    State
    -----
    g : (\*batch, pre.num)
        The part of the receptors that is open: the same at all synapses of a presynaptic neuron.
    pulse, height : (\*batch, pre.num)
        What is left of the pulse, ms, and the part of ``T`` in it.

    References
    ----------
    .. [1] Destexhe, Mainen and Sejnowski, Kinetic models of synaptic transmission, in Koch and Segev (editors), *Methods in
       Neuronal Modeling*, 2nd edition, 1998.
    """

    def __init__(
        self,
        pre: NeuGroup,
        post: NeuGroup,
        conn: Any,
        output: SynOut | None = None,
        stp: Part | None = None,
        comp_method: str = "sparse",
        g_max: Any = 0.42,
        delay_step: Any = None,
        alpha: Any = 0.98,
        beta: Any = 0.18,
        T: Any = 0.5,
        T_duration: Any = 0.5,
        method: str = "exp_auto",
        name: str | None = None,
        mode: Mode | None = None,
        stop_spike_gradient: bool = False,
    ):
        output = COBA(E=0.0) if output is None else output
        super().__init__(pre, post, conn, output, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient)
        self._integrate_by(method)
        for parameter_name, value, unit in (
            ("alpha", alpha, "1/(mM ms)"),
            ("beta", beta, "1/ms"),
            ("T", T, "mM"),
            ("T_duration", T_duration, "ms"),
        ):
            parameter(self, parameter_name, value, pre.num, unit=unit, bounds=(0.0, None))
        state(self, "g", 0.0, pre.num)
        state(self, "pulse", 0.0, pre.num, unit="ms")
        state(self, "height", 0.0, pre.num)

    def update(self, pre_spike: Any = None) -> jax.Array | None:
        """One step under ``pre_spike``, by default the spikes that the presynaptic group has."""
        arrived = self.arriving(pre_spike)
        spike = arrived.astype(self.g.dtype)
        counted = self.counted(arrived).astype(spike.dtype)
        # Sums of products instead of choices: surrogate gradients pass, also to a neuron that has not spiked.
        goes_on = self.height * (1.0 - spike)
        # A pulse that ends within the step counts as a lower one.
        transmitter = self.T * (goes_on * self._part_of_step(self.pulse) + counted * self._part_of_step(self.T_duration))
        pulse = self.pulse * (1.0 - spike) + self.T_duration * spike
        self.pulse.value, self.height.value = jnp.maximum(pulse - share.dt, 0.0), goes_on + counted
        advance = step(self.method)(lambda g, _: self.alpha * transmitter * (1.0 - g) - self.beta * g)
        self.g.value = advance(self.g.value, 0.0)
        return self.output(self.received(self.g.value, active=1.0))

    def _part_of_step(self, pulse: Any) -> jax.Array:
        return jnp.minimum(pulse / share.dt, 1.0)


class GABAa(AMPA):
    r"""Receptors that a pulse of transmitter opens, as GABA-A receptors: :class:`AMPA` with other constants.

    Parameters
    ----------
    output : SynOut, optional
        Default: ``COBA(E=-80.)``.
    alpha, beta, T, T_duration, method
        As for :class:`AMPA`.
    pre, post, conn, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient
        As for :class:`TwoEndConn`.

    State
    -----
    g, pulse, height : (\*batch, pre.num)
        As for :class:`AMPA`.

    References
    ----------
    .. [1] Destexhe and Paré, Impact of network activity on the integrative properties of neocortical pyramidal neurons in vivo,
       Journal of Neurophysiology 81, 1999.
    """

    def __init__(
        self,
        pre: NeuGroup,
        post: NeuGroup,
        conn: Any,
        output: SynOut | None = None,
        stp: Part | None = None,
        comp_method: str = "sparse",
        g_max: Any = 0.04,
        delay_step: Any = None,
        alpha: Any = 0.53,
        beta: Any = 0.18,
        T: Any = 1.0,
        T_duration: Any = 1.0,
        method: str = "exp_auto",
        name: str | None = None,
        mode: Mode | None = None,
        stop_spike_gradient: bool = False,
    ):
        output = COBA(E=-80.0) if output is None else output
        super().__init__(
            pre,
            post,
            conn,
            output,
            stp,
            comp_method,
            g_max,
            delay_step,
            alpha,
            beta,
            T,
            T_duration,
            method,
            name,
            mode,
            stop_spike_gradient,
        )
