"""Outputs: currents, conductances, and conductances that magnesium blocks."""

from typing import Any

import jax
import jax.numpy as jnp

from ..dynamics._declare import parameter
from ..neurons import NeuGroup
from ._synout import SynOut


class CUBA(SynOut):
    r"""A current, :math:`I = g`, whatever the membrane potential.

    Parameters
    ----------
    target_var : str or None
        The Variable of the postsynaptic group to which the current is added. With ``None`` it is returned instead.
    name : str, optional
        Unique among live objects.
    """

    unit = "nA"

    def __init__(self, target_var: str | None = "input", name: str | None = None):
        super().__init__(target_var, name=name)

    def current(self, g: jax.Array) -> jax.Array:
        """The current itself, ``(..., post.num)``, nA."""
        return g


class COBA(SynOut):
    r"""A conductance with a reversal potential, :math:`I = g\,(E - V)`, with the membrane potential before its step.

    Parameters
    ----------
    E : float, (post.num,) array, or initialiser, mV
        Reversal potential.
    target_var : str or None
        The Variable of the postsynaptic group to which the current is added. With ``None`` it is returned instead.
    membrane_var : str
        The Variable that is its membrane potential.
    name : str, optional
        Unique among live objects.
    """

    unit = "µS"

    def __init__(self, E: Any = 0.0, target_var: str | None = "input", membrane_var: str = "V", name: str | None = None):
        super().__init__(target_var, membrane_var, name)
        self._refuse_no_name("membrane_var", membrane_var)
        self.__dict__["_given"] = {"E": (E, {"unit": "mV"})}

    def bind(self, pre: NeuGroup, post: NeuGroup) -> None:
        """Find the Variables of the postsynaptic group, and declare the parameters for its size."""
        super().bind(pre, post)
        for name, (value, described) in self._given.items():
            parameter(self, name, value, post.num, **described)

    def current(self, g: jax.Array) -> jax.Array:
        """The current through a conductance, ``(..., post.num)``, nA."""
        return g * (self.E - self.membrane())


class MgBlock(COBA):
    r"""A conductance that magnesium blocks the more, the lower the membrane potential, as that of NMDA receptors.

    .. math:: I = \frac{g\,(E - V)}{1 + \frac{[\mathrm{Mg}^{2+}]}{\beta} e^{-\alpha V}}

    Parameters
    ----------
    E : float, (post.num,) array, or initialiser, mV
        Reversal potential.
    cc_Mg : float, array, or initialiser, mM
        Concentration of magnesium outside.
    alpha : float, array, or initialiser, 1/mV
        How steeply the block depends on the potential.
    beta : float, array, or initialiser, mM
        Concentration that blocks half of the receptors at 0 mV.
    target_var : str or None
        The Variable of the postsynaptic group to which the current is added. With ``None`` it is returned instead.
    membrane_var : str
        The Variable that is its membrane potential.
    name : str, optional
        Unique among live objects.

    References
    ----------
    .. [1] Jahr and Stevens, Voltage dependence of NMDA-activated macroscopic conductances predicted by single-channel kinetics,
       Journal of Neuroscience 10, 1990.
    """

    def __init__(
        self,
        E: Any = 0.0,
        cc_Mg: Any = 1.2,
        alpha: Any = 0.062,
        beta: Any = 3.57,
        target_var: str | None = "input",
        membrane_var: str = "V",
        name: str | None = None,
    ):
        super().__init__(E, target_var, membrane_var, name)
        at_least_none: dict[str, Any] = {"unit": "mM", "bounds": (0.0, None)}
        self._given.update(
            cc_Mg=(cc_Mg, at_least_none), alpha=(alpha, {"unit": "1/mV"}), beta=(beta, {**at_least_none, "strict": True})
        )

    def current(self, g: jax.Array) -> jax.Array:
        """The current through the receptors that are not blocked, ``(..., post.num)``, nA."""
        return super().current(g) / (1.0 + self.cc_Mg / self.beta * jnp.exp(-self.alpha * self.membrane()))
