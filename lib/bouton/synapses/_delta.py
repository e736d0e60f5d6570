"""Synapses that make the membrane potential jump."""

from typing import Any

import jax

from ..math import Mode
from ..neurons import NeuGroup
from ..synouts import CUBA, Part, SynOut
from ._two_ended import TwoEndConn


class Delta(TwoEndConn):
    """A spike is felt at once: what it delivers is added to the membrane potential.

    Parameters
    ----------
    output : SynOut, optional
        Default: ``CUBA(target_var='V')``.
    g_max : number, array, initialiser, or Variable, mV
        Jump of the potential.
    pre, post, conn, stp, comp_method, delay_step, name, mode, stop_spike_gradient
        As for :class:`TwoEndConn`.
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
        name: str | None = None,
        mode: Mode | None = None,
        stop_spike_gradient: bool = False,
    ):
        output = CUBA(target_var="V") if output is None else output
        super().__init__(pre, post, conn, output, stp, comp_method, g_max, delay_step, name, mode, stop_spike_gradient)

    def update(self, pre_spike: Any = None) -> jax.Array | None:
        """One step: deliver the spikes of ``pre_spike``, by default those that the presynaptic group has."""
        return self.output(self.received(self.counted(self.arriving(pre_spike))))
