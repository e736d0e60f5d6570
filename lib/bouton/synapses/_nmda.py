"""Synapses with NMDA receptors."""

from typing import Any

import jax

from ..dynamics import share
from ..dynamics._declare import parameter, state
from ..dynamics._integrate import EXPONENTIAL, step
from ..math import Mode
from ..neurons import NeuGroup
from ..synouts import MgBlock, Part, SynOut
from ._two_ended import TwoEndConn


class NMDA(TwoEndConn):
    r"""Receptors that open slowly and saturate, as NMDA receptors.

    .. math::

        \dot x &= -\frac{x}{\tau_\mathrm{rise}} + \sum_k \delta(t - t_k) \\
        \dot g &= -\frac{g}{\tau_\mathrm{decay}} + a\,x\,(1 - g)

    The conductance is the sum of :math:`g_\mathrm{max}\,g` over the synapses of a neuron. In a step both advance first, and then
    ``x`` jumps.

    Parameters
    ----------
    output : SynOut, optional
        Default: ``MgBlock()``.
    tau_decay, tau_rise : float, (pre.num,) array, or initialiser, ms
        Time constants.
    a : float, (pre.num,) array, or initialiser, 1/ms
        How fast receptors open.
    method : str
        Integrator: ``'exp_auto'``, which is of second order here, ``'euler'``, ``'rk4'`` or another.
    pre, post, conn, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient
        As for :class:`TwoEndConn`.

    State
    -----
    g, x : (\*batch, pre.num)
        The part of the receptors that is open, and what opens them: the same at all synapses of a presynaptic neuron.

    References
    ----------
    .. [1] Wang, Synaptic basis of cortical persistent activity: the importance of NMDA receptors to working memory, Journal of
       Neuroscience 19, 1999.
    """

    def __init__(
        self,
        pre: NeuGroup,
        post: NeuGroup,
        conn: Any,
        output: SynOut | None = None,
        stp: Part | None = None,
        comp_method: str = "sparse",
        g_max: Any = 0.15,
        delay_step: Any = None,
        tau_decay: Any = 100.0,
        a: Any = 0.5,
        tau_rise: Any = 2.0,
        method: str = "exp_auto",
        name: str | None = None,
        mode: Mode | None = None,
        stop_spike_gradient: bool = False,
    ):
        output = MgBlock() if output is None else output
        super().__init__(pre, post, conn, output, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient)
        self._integrate_by(method)
        for tau, value in (("tau_decay", tau_decay), ("tau_rise", tau_rise)):
            parameter(self, tau, value, pre.num, unit="ms", family="taus", bounds=(0.0, None), strict=True)
        parameter(self, "a", a, pre.num, unit="1/ms", bounds=(0.0, None))
        state(self, "g", 0.0, pre.num)
        state(self, "x", 0.0, pre.num)

    def update(self, pre_spike: Any = None) -> jax.Array | None:
        """One step under ``pre_spike``, by default the spikes that the presynaptic group has."""
        counted = self.counted(self.arriving(pre_spike))
        g, x = self._advanced(self.g.value, self.x.value)
        self.g.value, self.x.value = g, x + counted.astype(x.dtype)
        return self.output(self.received(g, active=1.0))

    def _advanced(self, g: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        def opening(g: jax.Array, x: jax.Array) -> jax.Array:
            return -g / self.tau_decay + self.a * x * (1.0 - g)

        def closing(x: jax.Array) -> jax.Array:
            return -x / self.tau_rise

        make = step(self.method)
        if self.method not in EXPONENTIAL:
            return make(lambda gx, _: (opening(*gx), closing(gx[1])))((g, x), 0.0)
        later = make(lambda x, _: closing(x))(x, 0.0)
        # Its mean during the step, from its own equation: exponential Euler would hold x at its beginning.
        mean = (x - later) * self.tau_rise / share.dt
        return make(lambda g, _: opening(g, mean))(g, 0.0), later
