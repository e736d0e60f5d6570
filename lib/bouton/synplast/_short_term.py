"""Depression and facilitation that pass by."""

from typing import Any

import jax

from ..core import SimulationParameter
from ..dynamics._declare import parameter, state
from ..dynamics._integrate import step
from ..errors import RunningError
from ..neurons import NeuGroup
from ..synouts import Part


class STD(Part):
    r"""Short-term depression: a spike uses up a part of what is there to be released, which comes back.

    .. math:: \dot x = \frac{1 - x}{\tau} - U x\,\delta(t - t_\mathrm{spike})

    A spike counts as much as was there before it: the first one 1.

    Parameters
    ----------
    tau : float, (pre.num,) array, or initialiser, ms
        Time constant of recovery.
    U : float, (pre.num,) array, or initialiser
        Part that a spike uses up.
    method : str
        Integrator: ``'exp_auto'``, which is exact here, ``'euler'``, ``'rk4'`` or another.
    name : str, optional
        Unique among live objects.

    State
    -----
    x : (\*batch, pre.num)
        What is there, as a part of all.

    References
    ----------
    .. [1] Abbott, Varela, Sen and Nelson, Synaptic depression and cortical gain control, Science 275, 1997.
    """

    method: Any

    def __init__(self, tau: Any = 200.0, U: Any = 0.07, method: str = "exp_auto", name: str | None = None):
        super().__init__(name)
        step(method)  # which refuses a name that is none
        self.method = SimulationParameter(method)
        self.__dict__["_given"] = {"tau": tau, "U": U}

    def bind(self, pre: NeuGroup, post: NeuGroup) -> None:
        """Declare parameters and states for the size of the presynaptic group."""
        for name, value in self._given.items():
            _declare(self, name, value, pre.num)
        state(self, "x", 1.0, pre.num)

    def update(self, spike: jax.Array) -> jax.Array:
        """What each spike counts, ``(..., pre.num)``; 0 where there is none."""
        _refuse_unbound(self)
        x = step(self.method)(lambda x, _: (1.0 - x) / self.tau)(self.x.value, 0.0)
        counts = spike.astype(x.dtype) * x
        self.x.value = x - self.U * counts
        return counts


class STP(Part):
    r"""Short-term plasticity: spikes use up what is there to be released, and for a while release a larger part of it.

    .. math::

        \dot u &= -\frac{u}{\tau_f} + U (1 - u)\,\delta(t - t_\mathrm{spike}) \\
        \dot x &= \frac{1 - x}{\tau_d} - u^+ x\,\delta(t - t_\mathrm{spike})

    A spike counts :math:`u^+ x`: ``u`` after its own jump, ``x`` before it; the first one :math:`U`.

    Parameters
    ----------
    U : float, (pre.num,) array, or initialiser
        Part that the first spike releases.
    tau_f, tau_d : float, (pre.num,) array, or initialiser, ms
        Time constants of facilitation and of recovery from depression.
    method : str
        Integrator: ``'exp_auto'``, which is exact here, ``'euler'``, ``'rk4'`` or another.
    name : str, optional
        Unique among live objects.

    State
    -----
    u, x : (\*batch, pre.num)
        The part that is released, and what is there.

    References
    ----------
    .. [1] Tsodyks, Pawelzik and Markram, Neural networks with dynamic synapses, Neural Computation 10, 1998.
    """

    method: Any

    def __init__(self, U: Any = 0.15, tau_f: Any = 1500.0, tau_d: Any = 200.0, method: str = "exp_auto", name: str | None = None):
        super().__init__(name)
        step(method)  # which refuses a name that is none
        self.method = SimulationParameter(method)
        self.__dict__["_given"] = {"U": U, "tau_f": tau_f, "tau_d": tau_d}

    def bind(self, pre: NeuGroup, post: NeuGroup) -> None:
        """Declare parameters and states for the size of the presynaptic group."""
        for name, value in self._given.items():
            _declare(self, name, value, pre.num)
        state(self, "u", 0.0, pre.num)
        state(self, "x", 1.0, pre.num)

    def update(self, spike: jax.Array) -> jax.Array:
        """What each spike counts, ``(..., pre.num)``; 0 where there is none."""
        _refuse_unbound(self)
        advance = step(self.method)(lambda ux, _: (-ux[0] / self.tau_f, (1.0 - ux[1]) / self.tau_d))
        u, x = advance((self.u.value, self.x.value), 0.0)
        spike = spike.astype(x.dtype)
        u = u + self.U * (1.0 - u) * spike
        counts = u * x * spike
        self.u.value, self.x.value = u, x - counts
        return counts


def _refuse_unbound(part: Part) -> None:
    if not part._is_bound:
        raise RunningError(
            where=f"{type(part).__name__}(spike)",
            expected="plasticity that belongs to a synapse",
            got="one that does not",
            fix="Pass it to a synapse: bp.synapses.Exponential(pre, post, conn, stp=...).",
        )


def _declare(part: Part, name: str, value: Any, size: int) -> None:
    if name == "U":
        parameter(part, name, value, size, bounds=(0.0, 1.0))
    else:
        parameter(part, name, value, size, unit="ms", family="taus", bounds=(0.0, None), strict=True)
