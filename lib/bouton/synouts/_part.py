"""Parts that a synapse is put together from."""

from typing import Any, Self

from ..dynamics import DynamicalSystem, DynamicalSystemNS
from ..errors import NoImplementationError
from ..neurons import NeuGroup


class Part(DynamicalSystemNS):
    """What a synapse has for itself alone: its output, or its plasticity.

    A part is made without knowing the groups that the synapse joins. A subclass keeps what it is given, and declares parameters
    and states in :meth:`bind`, where the groups are known. One that has a synapse already is not taken from it: another synapse
    gets a new one, made with the same arguments.
    """

    _is_reset = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls, *args, **kwargs)
        given = {name: value for name, value in kwargs.items() if name != "name"}
        self.__dict__.update(_made_with=(args, given), _is_bound=False)
        return self

    def bind(self, pre: NeuGroup, post: NeuGroup) -> None:
        """Declare what depends on the groups; a subclass says what.

        Parameters
        ----------
        pre, post : NeuGroup
            That the synapse joins.

        Raises
        ------
        NoImplementationError
            When it does not.
        """
        raise NoImplementationError(
            where=f"{type(self).__name__}.bind",
            expected="a method that declares parameters and states",
            got="none",
            fix="Define bind(pre, post) in the class.",
        )

    def bound(self, synapse: DynamicalSystem, pre: NeuGroup, post: NeuGroup) -> Self:
        """This part, or another one like it when it has a synapse, in the mode of this synapse and bound to these groups."""
        if self._is_bound:
            args, given = self._made_with
            return type(self)(*args, **given).bound(synapse, pre, post)
        self.mode = synapse.mode
        self.bind(pre, post)
        self.__dict__["_is_bound"] = True
        return self
