"""Where the current of a synapse goes."""

from typing import Any

import jax

from ..errors import KindError, NoImplementationError, RunningError, UnknownPathError
from ..neurons import NeuGroup
from ..transform import Variable
from ._part import Part


class SynOut(Part):
    """Base of outputs: a subclass writes ``current(g)``.

    Parameters
    ----------
    target_var : str or None
        The Variable of the postsynaptic group to which the current is added. With ``None`` it is returned instead.
    membrane_var : str or None
        The Variable of the postsynaptic group that is its membrane potential, for outputs that ask for it.
    name : str, optional
        Unique among live objects.
    """

    # Of what comes in.
    unit: str | None = None

    def __init__(self, target_var: str | None = "input", membrane_var: str | None = None, name: str | None = None):
        super().__init__(name)
        for argument, variable in (("target_var", target_var), ("membrane_var", membrane_var)):
            if variable is not None:
                self._refuse_no_name(argument, variable)
        self.target_var, self.membrane_var = target_var, membrane_var

    def bind(self, pre: NeuGroup, post: NeuGroup) -> None:
        """Find the Variables of the postsynaptic group.

        Raises
        ------
        UnknownPathError
            The group has no Variable of that name.
        """
        for name in (self.target_var, self.membrane_var):
            if name is not None:
                self._variable(post, name)
        # Not registered: the neurons belong to whoever made them.
        self.__dict__["post"] = post

    def current(self, g: jax.Array) -> jax.Array:
        """What flows into the neurons.

        Parameters
        ----------
        g : (..., post.num) array
            What the synapses open.

        Returns
        -------
        (..., post.num) array
        """
        raise NoImplementationError(
            where=f"{type(self).__name__}.current",
            expected="a method that says what flows",
            got="none",
            fix="Define current(g) in the class.",
        )

    def update(self, g: jax.Array) -> jax.Array | None:
        """Add the current to the target, or return it when there is none."""
        if not self._is_bound:
            raise RunningError(
                where=f"{type(self).__name__}(g)",
                expected="an output that belongs to a synapse",
                got="one that does not",
                fix="Pass it to a synapse: bp.synapses.Exponential(pre, post, conn, output=...).",
            )
        current = self.current(g)
        if self.target_var is None:
            return current
        target = self._variable(self.post, self.target_var)
        current = current.reshape(*current.shape[:-1], *self.post.varshape)
        target.value = target.value + current.astype(target.dtype)
        return None

    def membrane(self) -> jax.Array:
        """The membrane potential as it is now, ``(..., post.num)``."""
        self._refuse_no_name("membrane_var", self.membrane_var)
        v = self._variable(self.post, str(self.membrane_var)).value
        return v.reshape(*v.shape[: v.ndim - len(self.post.varshape)], self.post.num)

    def _refuse_no_name(self, argument: str, name: Any) -> None:
        if not isinstance(name, str):
            raise KindError(
                where=f"{type(self).__name__}({argument}=...)",
                expected="the name of a Variable of the postsynaptic group",
                got=f"{name!r}",
                fix="Write for instance 'V'.",
            )

    def _variable(self, post: NeuGroup, name: str) -> Variable:
        found = getattr(post, name, None)
        if isinstance(found, Variable):
            return found
        known = [key for key in post.vars("relative") if "." not in key]
        raise UnknownPathError(
            where=f"{type(self).__name__}: {type(post).__name__}.{name}",
            expected="a Variable of the postsynaptic group",
            got="none of this name",
            fix=f"It has {', '.join(known) or 'no Variable'}; name one of them, or pass target_var=None to get the current.",
        )
