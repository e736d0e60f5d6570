"""Synapses whose conductance jumps and decays."""

from typing import Any

import jax

from ..dynamics._declare import parameter, state
from ..dynamics._integrate import step
from ..math import Mode
from ..neurons import NeuGroup
from ..synouts import Part, SynOut
from ._two_ended import TwoEndConn


class Exponential(TwoEndConn):
    r"""Synapses whose conductance jumps at a spike and decays.

    .. math:: \dot g = -\frac{g}{\tau} + \sum_k g_\mathrm{max}\,\delta(t - t_k)

    In a step ``g`` decays first and then jumps, and the output sees it after the jump.

    Parameters
    ----------
    tau : float, ms
        Time constant, one for all.
    method : str
        Integrator: ``'exp_auto'``, which is exact here, ``'euler'``, ``'rk4'`` or another.
    pre, post, conn, output, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient
        As for :class:`TwoEndConn`.

    State
    -----
    g : (\*batch, post.num)
        The conductance.

    References
    ----------
    .. [1] Gerstner, Kistler, Naud and Paninski, *Neuronal Dynamics*, 2014, section 3.1.
    """

    def __init__(
        self,
        pre: NeuGroup,
        post: NeuGroup,
        conn: Any,
        output: SynOut | None = None,
        stp: Part | None = None,
        comp_method: str = "sparse",
        g_max: Any = 1.0,
        delay_step: Any = None,
        tau: Any = 8.0,
        method: str = "exp_auto",
        name: str | None = None,
        mode: Mode | None = None,
        stop_spike_gradient: bool = False,
    ):
        super().__init__(pre, post, conn, output, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient)
        self._integrate_by(method)
        parameter(self, "tau", tau, unit="ms", family="taus", bounds=(0.0, None), strict=True)
        state(self, "g", 0.0, post.num, unit=self.output.unit)

    def update(self, pre_spike: Any = None) -> jax.Array | None:
        """One step under ``pre_spike``, by default the spikes that the presynaptic group has."""
        received = self.received(self.counted(self.arriving(pre_spike)))
        self.g.value = step(self.method)(lambda g, _: g * (-1.0 / self.tau))(self.g.value, 0.0) + received
        return self.output(self.g.value)
