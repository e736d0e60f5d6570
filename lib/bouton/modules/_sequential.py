"""Modules one after the other."""

from ._chain import Chain
from ._functional import Functional


class Sequential(Chain):
    """Modules one after the other, each fed with the output of the one before.

    They become attributes named ``'0_Linear'``, ``'1_LIF'``, ...; ``seq[i]`` is the i-th, and
    ``seq['1_LIF']`` the one of that name. Shape and kind of input and output are
    those of the first and the last. The record has ``f'{name}_output'`` for every stage beside its own record. With functional
    modules the result is functional, a :class:`SequentialJax`.

    Parameters
    ----------
    *modules : Module
        At least one.

    Raises
    ------
    ShapeError
        When the output size of one is not the input size of the next.
    ValueRefused
        For no modules, when only some are functional, when one with states stands in two places, or for ``shape``,
        ``spiking_input`` or ``spiking_output``, which follow from the modules.
    KindError
        For something that is no module.

    Examples
    --------
    >>> import numpy as np
    >>> from bouton.modules import LIF, Linear
    >>> net = Sequential(Linear((2, 3)), LIF(3))
    >>> net
    Sequential with shape (2, 3) {
        Linear '0_Linear' with shape (2, 3)
        LIF '1_LIF' with shape (3,)
    }
    """


class SequentialJax(Functional, Sequential):
    """:class:`Sequential` of functional modules; a JAX pytree."""
