"""Synapses whose conductance rises and decays."""

from typing import Any

import jax
import jax.numpy as jnp

from ..dynamics import share
from ..dynamics._declare import parameter, state
from ..dynamics._integrate import EXPONENTIAL, step
from ..math import Mode
from ..neurons import NeuGroup
from ..synouts import Part, SynOut
from ._two_ended import TwoEndConn


class DualExponential(TwoEndConn):
    r"""Synapses whose conductance rises with one time constant and decays with another.

    .. math::

        \dot h &= -\frac{h}{\tau_\mathrm{rise}} + \sum_k g_\mathrm{max}\,\delta(t - t_k) \\
        \dot g &= -\frac{g}{\tau_\mathrm{decay}} + h

    A spike opens :math:`\int g\,dt = g_\mathrm{max} \tau_\mathrm{rise} \tau_\mathrm{decay}` in all, in ms². In a step both
    advance first, and then ``h`` jumps.

    Parameters
    ----------
    tau_decay, tau_rise : float, ms
        Time constants, one for all; they may be equal.
    method : str
        Integrator: ``'exp_auto'``, which is exact here, ``'euler'``, ``'rk4'`` or another.
    pre, post, conn, output, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient
        As for :class:`TwoEndConn`.

    State
    -----
    g, h : (\*batch, post.num)
        The conductance, and what makes it rise.

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
        tau_decay: Any = 10.0,
        tau_rise: Any = 1.0,
        delay_step: Any = None,
        method: str = "exp_auto",
        name: str | None = None,
        mode: Mode | None = None,
        stop_spike_gradient: bool = False,
    ):
        super().__init__(pre, post, conn, output, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient)
        self._integrate_by(method)
        self._declare_taus(tau_decay=tau_decay, tau_rise=tau_rise)
        state(self, "g", 0.0, post.num, unit=self.output.unit)
        state(self, "h", 0.0, post.num)

    def _declare_taus(self, **taus: Any) -> None:
        for name, tau in taus.items():
            parameter(self, name, tau, unit="ms", family="taus", bounds=(0.0, None), strict=True)

    def _taus(self) -> tuple[jax.Array, jax.Array]:
        return self.tau_decay, self.tau_rise

    def update(self, pre_spike: Any = None) -> jax.Array | None:
        """One step under ``pre_spike``, by default the spikes that the presynaptic group has."""
        received = self.received(self.counted(self.arriving(pre_spike)))
        g, h = _advanced(self.method, self.g.value, self.h.value, *self._taus())
        self.g.value, self.h.value = g, h + received
        return self.output(g)


class Alpha(DualExponential):
    r"""Synapses whose conductance rises and decays with one time constant: :math:`g(t) = g_\mathrm{max}\,t\,e^{-t/\tau}`.

    It is at most :math:`g_\mathrm{max} \tau / e`, at :math:`t = \tau` after a spike. The equations are those of
    :class:`DualExponential`.

    Parameters
    ----------
    tau_decay : float, ms
        Time constant, one for all.
    method : str
        Integrator: ``'exp_auto'``, which is exact here, ``'euler'``, ``'rk4'`` or another.
    pre, post, conn, output, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient
        As for :class:`TwoEndConn`.

    State
    -----
    g, h : (\*batch, post.num)
        The conductance, and what makes it rise.

    References
    ----------
    .. [1] Rall, Distinguishing theoretical synaptic potentials computed for different soma-dendritic distributions of synaptic
       input, Journal of Neurophysiology 30, 1967.
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
        tau_decay: Any = 10.0,
        method: str = "exp_auto",
        name: str | None = None,
        mode: Mode | None = None,
        stop_spike_gradient: bool = False,
    ):
        super().__init__(
            pre,
            post,
            conn,
            output,
            stp,
            comp_method,
            g_max,
            tau_decay,
            delay_step=delay_step,
            method=method,
            name=name,
            mode=mode,
            stop_spike_gradient=stop_spike_gradient,
        )

    def _declare_taus(self, **taus: Any) -> None:
        super()._declare_taus(tau_decay=taus["tau_decay"])

    def _taus(self) -> tuple[jax.Array, jax.Array]:
        return self.tau_decay, self.tau_decay


def _advanced(method: str, g: jax.Array, h: jax.Array, tau_decay: jax.Array, tau_rise: jax.Array) -> tuple:
    if method not in EXPONENTIAL:
        return step(method)(lambda gh, _: (-gh[0] / tau_decay + gh[1], -gh[1] / tau_rise))((g, h), 0.0)
    # The solution itself: exponential Euler would hold h during the step.
    decay, rise = share.dt / tau_decay, share.dt / tau_rise
    apart = jnp.abs(rise - decay)
    # (exp(-decay) - exp(-rise)) / (rise - decay), also where they are equal.
    passed = jnp.exp(-jnp.minimum(decay, rise)) * _mean_decay(apart)
    return g * jnp.exp(-decay) + share.dt * passed * h, h * jnp.exp(-rise)


def _mean_decay(z: jax.Array) -> jax.Array:
    """``(1 - exp(-z)) / z`` for z from 0, where it is 1."""
    small = z < 1e-3
    safe = jnp.where(small, 1.0, z)
    return jnp.where(small, 1.0 - z / 2 + z * z / 6, -jnp.expm1(-safe) / safe)
