"""Steps one after the other."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..core import Object
from ..core._names import nearest
from ..errors import KindError, PositionError, UnknownPathError, ValueRefused
from ..math._modes import Mode
from ._system import DynamicalSystemNS


class Sequential(DynamicalSystemNS):
    """Systems, objects and functions one after the other, each called with what the one before returned.

    Members given by position are named by it, ``'0'``, ``'1'``, ...; their Variables stand under the members' own names in
    :meth:`vars`. A dict before the first input is taken as shared arguments, and kept in :data:`bouton.share`.
    Modules of :mod:`bouton.modules` return an output, a state and a record: :class:`bouton.modules.Sequential` joins those.

    Parameters
    ----------
    *modules : callable
        Systems, other objects that can be called, or plain functions such as ``bm.relu``.
    name : str, optional
        Unique among live objects.
    mode : Mode, optional
        Default: that of the environment.
    **named : callable
        More of them, each an attribute of that name.

    Raises
    ------
    KindError
        For what cannot be called.
    ValueRefused
        When there is no member.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> net = Sequential(jnp.negative, root=jnp.sqrt)
    >>> float(net(-4.0)), len(net)
    (2.0, 2)
    >>> net
    Sequential(
      [0] negative
      [1] sqrt
    )
    """

    _is_reset = False

    def __init__(self, *modules: Callable, name: str | None = None, mode: Mode | None = None, **named: Callable):
        super().__init__(name, mode)
        if not modules and not named:
            raise ValueRefused(where=type(self).__name__, expected="at least one member", got="none", fix="Pass them in order.")
        members = {**{str(i): member for i, member in enumerate(modules)}, **named}
        for key, member in members.items():
            if not callable(member):
                raise KindError(
                    where=f"{type(self).__name__}, member {key!r}",
                    expected="an object that can be called, or a function",
                    got=f"{type(member).__name__}" + (", without a __call__ of its own" if isinstance(member, Object) else ""),
                    fix="Give its class a method __call__(self, x)."
                    if isinstance(member, Object)
                    else "Pass the function itself.",
                )
        self._order = tuple(members)
        for key, member in members.items():
            setattr(self, key, member)

    def update(self, *args: Any) -> Any:
        """One step: the input through every member."""
        first, *rest = self
        out = first(*args)
        for member in rest:
            out = member(out)
        return out

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Callable]:
        return (getattr(self, key) for key in self._order)

    def __getitem__(self, index: int | str | slice) -> Any:
        """The member at a position or of a name; a slice gives a :class:`Sequential` of the same members, in its order."""
        if isinstance(index, str):
            if index not in self._order:
                raise UnknownPathError(
                    where=f"{self.class_name}[{index!r}]",
                    expected="the name of a member",
                    got=f"{index!r}",
                    fix=nearest(index, self._order),
                )
            return getattr(self, index)
        if isinstance(index, slice):
            return self._part(self._order[index])
        if not isinstance(index, int | np.integer):
            raise KindError(
                where=f"{self.class_name}[...]",
                expected="a position, a name or a slice",
                got=f"{type(index).__name__}",
                fix="Write for instance net[0] or net[:2].",
            )
        if not -len(self) <= index < len(self):
            raise PositionError(
                where=f"{self.class_name}[{index}]",
                expected=f"a position from 0 to {len(self) - 1}, or from -{len(self)} to -1 counted from the end",
                got=f"{index}",
                fix=f"It holds {len(self)} members.",
            )
        return getattr(self, self._order[index])

    def _part(self, keys: tuple[str, ...]) -> "Sequential":
        # Names of places are those in the slice. A subclass may be built from something else than members.
        members = {str(i) if key.isdecimal() else key: getattr(self, key) for i, key in enumerate(keys)}
        return Sequential(mode=self.mode, **members)

    def __repr__(self) -> str:
        lines = (f"  [{i}] {_shown(member)}" for i, member in enumerate(self))
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])


def _shown(member: Any) -> str:
    text = repr(member) if isinstance(member, Object) else getattr(member, "__name__", None) or repr(member)
    return text.replace("\n", "\n  ")
