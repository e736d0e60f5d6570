"""From the values of presynaptic neurons to what postsynaptic ones receive, through weights of the right shape."""

import copy
import dataclasses
import math
from typing import Any

import jax
import jax.numpy as jnp

from ..connect import All2All, One2One, Synapses, as_connector, propagate
from ..connect._plan import Method
from ..core._names import nearest
from ..errors import ValueRefused
from ..neurons import NeuGroup
from ..transform import Parameter, Variable

# How a product is computed, by the names that users know.
METHODS: dict[str, Method] = {"sparse": "auto", "dense": "dense", "auto": "auto", "events": "events", "all": "all"}


class Wiring:
    """Who is joined with whom.

    Parameters
    ----------
    conn : Connector or (pre, post) matrix
        One that knows its groups, since it has been called with their sizes, is used as it is.
    pre, post : NeuGroup
        The groups.
    comp_method : str
        One of ``METHODS``.
    trains : bool
        Whether the weights are trained: full matrices are then multiplied as such.
    where : str
        Of the synapse, for errors.

    Attributes
    ----------
    conn : Connector
        Bound to the groups.
    shape : tuple of int
        Of the weights: ``(pre, post)`` for All2All, ``(pre,)`` for One2One, ``(synapses,)`` otherwise.
    """

    def __init__(self, conn: Any, pre: NeuGroup, post: NeuGroup, comp_method: str, trains: bool, where: str):
        if comp_method not in METHODS:
            raise ValueRefused(
                where=f"{where}(comp_method=...)",
                expected="the name of a method",
                got=f"{comp_method!r}",
                fix=nearest(str(comp_method), METHODS),
            )
        known = copy.copy(as_connector(conn))
        sizes = pre.size, post.size
        # What a random connector draws belongs to this synapse; the connector of the user may go on to draw others.
        self.conn = known if (known.pre_size, known.post_size) == sizes else known(*sizes)
        synapses: Synapses = self.conn.synapses
        self.pre_num, self.post_num = pre.num, post.num
        self.one_to_one, self.all_to_all = isinstance(known, One2One), isinstance(known, All2All)
        # All2All leaves out nothing but the synapses of neurons with themselves.
        self.lacks_self = self.all_to_all and synapses.size < pre.num * post.num
        self.shape = (pre.num,) if self.one_to_one else (pre.num, post.num) if self.all_to_all else (synapses.size,)
        self.method: Method = "dense" if self.all_to_all and trains else METHODS[comp_method]
        # In cells they are arguments of compiled code; as constants, millions of them would make it slow to compile.
        ids = (synapses.pre_ids, synapses.post_ids, synapses.starts)
        self._cells: tuple[Variable, ...] = tuple(Parameter(jnp.asarray(x)) for x in ids)
        self._synapses = synapses

    def __call__(self, values: jax.Array, weight: Any, active: float = 0.01) -> jax.Array:
        """``values @ W``.

        Parameters
        ----------
        values : (..., pre) array of bool or numbers
            Of the presynaptic neurons.
        weight : array of one element, or of ``shape``
            Weights.
        active : float
            The share of the neurons whose value is not 0, roughly.

        Returns
        -------
        (..., post) array
        """
        weight = weight.value if isinstance(weight, Variable) else weight
        if self.one_to_one:
            return values.astype(weight.dtype) * weight
        if self.all_to_all and math.prod(weight.shape) == 1:
            values = values.astype(weight.dtype)
            total = jnp.sum(values, -1, keepdims=True)
            total = total - values if self.lacks_self else jnp.broadcast_to(total, (*values.shape[:-1], self.post_num))
            return total * weight.reshape(())
        if self.lacks_self and weight.ndim == 2:
            weight = _without_diagonal(weight)
        pre_ids, post_ids, starts = (cell.value for cell in self._cells)
        synapses = dataclasses.replace(self._synapses, pre_ids=pre_ids, post_ids=post_ids, starts=starts)
        return propagate(values, synapses, weight, method=self.method, active=active)


def _without_diagonal(matrix: jax.Array) -> jax.Array:
    """The other elements of an ``(n, n)`` matrix in a row, ``(n * (n - 1),)``."""
    n = matrix.shape[0]
    # Rows of n + 1, counted from after the first element, end with an element of the diagonal.
    return matrix.reshape(-1)[1:].reshape(n - 1, n + 1)[:, :-1].reshape(-1)
