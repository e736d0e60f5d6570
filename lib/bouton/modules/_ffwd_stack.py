"""Modules one after the other, with weights between them."""

import itertools
from collections.abc import Callable
from typing import Any

import jax

from ..core import Parameter
from ._chain import Chain
from ._declare import WEIGHTS, Full, declare
from ._functional import Functional
from ._graph import ModuleGraph, of_one
from ._linear import product
from ._module import Module

_ZEROS = Full(0.0)


class FFwdStack(Chain):
    """Modules one after the other, each fed with the weighted output of the one before.

    Modules are named as in :class:`Sequential`, and so are their records; the weights between them are ``'0_1_weight'``,
    ``'1_2_weight'``, ... With functional modules the result is functional, an :class:`FFwdStackJax`.

    Parameters
    ----------
    *modules : Module
        At least two, of any sizes.
    weight_init_func : callable
        ``f(shape)`` for the weights, ``(outputs of one, inputs of the next)``; zeros by default. Family ``'weights'``.

    Raises
    ------
    ValueRefused, KindError
        As for :class:`Sequential`; for fewer than two modules.

    Examples
    --------
    >>> from bouton.modules import LIF, kaiming
    >>> net = FFwdStack(LIF(3), LIF(5), weight_init_func=kaiming)
    >>> net.parameters("weights")["0_1_weight"].shape
    (3, 5)
    """

    _least = 2

    def __init__(self, *modules: Module, weight_init_func: Callable = _ZEROS, **kwargs: Any):
        super().__init__(*modules, **kwargs)
        for i, (one, two) in enumerate(itertools.pairwise(modules)):
            shape = (one.size_out, two.size_in)
            declare(self, self._weight_name(i + 1), Parameter, None, weight_init_func, shape=shape, **WEIGHTS)

    @staticmethod
    def _weight_name(index: int) -> str:
        return f"{index - 1}_{index}_weight"

    def _check_sizes(self, modules: tuple[Module, ...]) -> None:
        # The weights fit any.
        return

    def _between(self, data: Any, index: int) -> jax.Array:
        return product(data, getattr(self, self._weight_name(index)), None)

    def _graph_between(self, index: int) -> ModuleGraph:
        name = self._weight_name(index)
        weight = getattr(self, name)
        return of_one(name, "weight", weight.shape, {"weight": weight})


class FFwdStackJax(Functional, FFwdStack):
    """:class:`FFwdStack` of functional modules; a JAX pytree."""
