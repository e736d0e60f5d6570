"""Electrical synapses."""

from typing import Any

import jax
import jax.numpy as jnp

from ..errors import UnknownPathError
from ..math import Mode
from ..neurons import NeuGroup
from ..synouts import SynOut
from ..transform import Variable
from ._two_ended import TwoEndConn


class GapJunction(TwoEndConn):
    r"""Channels between neurons, through which current flows from the higher potential to the lower.

    .. math:: I_j = \sum_i g_{ij} (V_i - V_j)

    It drives the postsynaptic group alone. Where it is another group, a second one carries the current back; within one group
    the connections go both ways.

    Parameters
    ----------
    pre, post : NeuGroup
        With a membrane potential ``V``.
    g_max : number, array, initialiser, or Variable, µS
        Conductance of a channel.
    conn, output, comp_method, name, mode
        As for :class:`TwoEndConn`.

    Raises
    ------
    UnknownPathError
        For a group without ``V``, also.
    """

    def __init__(
        self,
        pre: NeuGroup,
        post: NeuGroup,
        conn: Any,
        comp_method: str = "sparse",
        g_max: Any = 1.0,
        output: SynOut | None = None,
        name: str | None = None,
        mode: Mode | None = None,
    ):
        super().__init__(pre, post, conn, output, comp_method=comp_method, g_max=g_max, name=name, mode=mode)
        for end, group in (("pre", pre), ("post", post)):
            if not isinstance(getattr(group, "V", None), Variable):
                raise UnknownPathError(
                    where=f"{type(self).__name__}({end}=...)",
                    expected="a group with a membrane potential V",
                    got=f"{type(group).__name__} without",
                    fix="Give the group a Variable V.",
                )

    def update(self) -> jax.Array | None:
        """One step: the current at the potentials as they are."""
        before, after = (_row(group) for group in (self.pre, self.post))
        conductance = self.received(jnp.ones(self.pre.num, before.dtype), active=1.0)
        return self.output(self.received(before, active=1.0) - conductance * after)


def _row(group: NeuGroup) -> jax.Array:
    v = group.V.value
    return v.reshape(*v.shape[: v.ndim - len(group.varshape)], group.num)
