"""Systems made of systems."""

import reprlib
from typing import Any

from ..core import Object
from ..core._names import nearest
from ..errors import UnknownPathError, ValueRefused
from ..math._delay import LengthDelay
from ..math._modes import Mode
from ._reset import children
from ._system import DynamicalSystem, Turn


class Container(DynamicalSystem):
    """Systems that belong together.

    Members are given here or assigned as attributes; ``net['name']`` finds one by the name of its attribute, or by its own. Those
    given by position are attributes of their own names. The default step updates one after the other, without an input, in the
    order in which they came.

    Parameters
    ----------
    *systems : DynamicalSystem
        Members.
    name : str, optional
        Unique among live objects.
    mode : Mode, optional
        Default: that of the environment.
    **named : DynamicalSystem
        Members by name.

    Raises
    ------
    ValueRefused
        For a member that is no system, or two of one name.
    """

    _is_reset = False

    def __init__(self, *systems: DynamicalSystem, name: str | None = None, mode: Mode | None = None, **named: DynamicalSystem):
        super().__init__(name, mode)
        given = [(str(system.name if isinstance(system, DynamicalSystem) else k), system) for k, system in enumerate(systems)]
        for key, system in (*given, *named.items()):
            if not isinstance(system, DynamicalSystem):
                raise ValueRefused(
                    where=f"{type(self).__name__}, member {key!r}",
                    expected="a DynamicalSystem",
                    got=f"{type(system).__name__}",
                    fix="Derive its class from bp.DynamicalSystem, or assign it as an attribute.",
                )
            if key in self._children:
                raise ValueRefused(
                    where=f"{type(self).__name__}, member {key!r}",
                    expected="one member of each name",
                    got="two",
                    fix="Give them names of their own, or leave one out.",
                )
            setattr(self, key, system)

    def members(self) -> list[DynamicalSystem | LengthDelay]:
        """What is updated, in this order, each once."""
        return [child for child in children(self) if isinstance(child, DynamicalSystem | LengthDelay)]

    def update(self, shared: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        """One step of every member.

        Raises
        ------
        NoImplementationError
            For arguments: which member they are for is a subclass's to say.
        """
        if args or kwargs:
            return super().update(*args, **kwargs)
        for member in self.members():
            if isinstance(member, LengthDelay):
                member.update()
            else:
                member(shared)
        return None

    def __getitem__(self, name: str) -> Any:
        """The member of that name.

        Raises
        ------
        UnknownPathError
            When there is none.
        """
        members = self.modules()
        if name in members:
            return members[name]
        by_own_name = {str(child.name): child for child in reversed(members.values())}
        if name not in by_own_name:
            raise UnknownPathError(
                where=f"{type(self).__name__}[{name!r}]",
                expected="the name of a member",
                got=f"{name!r}",
                fix=nearest(str(name), {**members, **by_own_name}),
            )
        return by_own_name[name]

    @reprlib.recursive_repr()
    def __repr__(self) -> str:
        lines = "".join(f"  {name} = {_indented(child)},\n" for name, child in self.modules().items())
        return f"{type(self).__name__}(name={self.name}, mode={self.mode}" + (f",\n{lines})" if lines else ")")


class Network(Container):
    """Neurons and synapses; the default step updates synapses first, then neurons, others and delays.

    So a synapse sees the spikes of the step before, whatever the order of construction. Among their kind members are updated in
    the order in which they came.

    Parameters
    ----------
    *systems : DynamicalSystem
        Members.
    name : str, optional
        Unique among live objects.
    mode : Mode, optional
        Default: that of the environment.
    **named : DynamicalSystem
        Members by name.

    Raises
    ------
    ValueRefused
        For a member that is no system, or two of one name.
    """

    def members(self) -> list[DynamicalSystem | LengthDelay]:
        """What is updated, in this order, each once."""
        return sorted(super().members(), key=_turn)


def _turn(member: Object) -> Turn:
    return member._turn if isinstance(member, DynamicalSystem) else Turn.DELAYS


def _indented(child: Object) -> str:
    return (
        repr(child).replace("\n", "\n  ") if isinstance(child, DynamicalSystem) else f"{type(child).__name__}(name={child.name})"
    )
