"""Lists and dicts of objects that belong to another."""

from typing import Any

from ..errors import KindError
from ._groups import Group, Keyed, Listed


class Member:
    """What can be an element of a :class:`NodeList` or :class:`NodeDict`: every object."""


class _OfNodes(Group):
    def _checked(self, value: Any) -> Member:
        if not isinstance(value, Member):
            raise KindError(
                where=type(self).__name__,
                expected="objects with Variables of their own",
                got=f"{type(value).__name__}",
                fix="Derive its class from bouton.Object, or keep it in a plain list.",
            )
        for owner, name in self._known():
            alive: Any = owner()
            if alive is not None:
                alive._refuse_child(name, value)
        return value


class NodeList(_OfNodes, Listed):
    """A list of objects that belong to the object it is an attribute of.

    Parameters
    ----------
    seq : iterable of Object

    Raises
    ------
    KindError
        For an element that is no object.
    """

    def __setitem__(self, index: Any, value: Any) -> None:
        checked: Any = [self._checked(x) for x in value] if isinstance(index, slice) else self._checked(value)
        list.__setitem__(self, index, checked)
        self._changed()


class NodeDict(_OfNodes, Keyed):
    """A dict of objects that belong to the object it is an attribute of.

    Parameters
    ----------
    *dicts : mapping of str to Object
    **named : Object

    Raises
    ------
    KindError
        For a value that is no object.
    """

    def __setitem__(self, key: Any, value: Any) -> None:
        dict.__setitem__(self, key, self._checked(value))
        self._changed()
