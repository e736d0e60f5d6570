"""Modules one after the other, around which the input goes as well."""

from typing import Any

import jax

from ..errors import ShapeError
from ._chain import Chain
from ._functional import Functional
from ._graph import INPUT, ModuleGraph, of_one
from ._module import Module


class Residual(Chain):
    """Modules one after the other; the input is added to the output of the last.

    They are named as in :class:`Sequential`, and so are their records. With functional modules the result is functional, a
    :class:`ResidualJax`.

    Parameters
    ----------
    *modules : Module
        At least one.

    Raises
    ------
    ShapeError
        When the output size of one is not the input size of the next, or that of the last not the input size of the first.
    ValueRefused, KindError
        As for :class:`Sequential`.

    Examples
    --------
    >>> import numpy as np
    >>> from bouton.modules import Linear
    >>> net = Residual(Linear((2, 2), weight=3 * np.eye(2)))
    >>> float(net(np.ones((5, 2)))[0][0, 0, 0])
    4.0
    """

    def _check_sizes(self, modules: tuple[Module, ...]) -> None:
        super()._check_sizes(modules)
        if modules[0].size_in != modules[-1].size_out:
            raise ShapeError(
                where=type(self).__name__,
                expected=f"as many outputs as inputs, {modules[0].size_in}, to add the input to the output",
                got=f"{modules[-1].size_out} outputs",
                fix="End with a Linear that gives as many.",
            )

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        output, state, recorded = super().evolve(input_data, record)
        return output + input_data.astype(output.dtype), state, recorded

    def as_graph(self) -> ModuleGraph:
        inner, both = super().as_graph(), of_one("add", "add", (self.size_in,), {})
        whole = inner.then(both)
        return ModuleGraph(whole.nodes, (*whole.edges[:-1], (INPUT, "add"), whole.edges[-1]))

    as_graph.__doc__ = Module.as_graph.__doc__


class ResidualJax(Functional, Residual):
    """:class:`Residual` of functional modules; a JAX pytree."""
