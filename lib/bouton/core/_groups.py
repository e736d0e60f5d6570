"""Lists and dicts whose elements belong to the object that they are an attribute of."""

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self, SupportsIndex

from ..errors import ValueRefused

if TYPE_CHECKING:
    from ._object import Object


class Group:
    """What the four containers share: they refuse other elements, and tell their owners when they change.

    An owner registers the elements under names of its own, ``'layers-0'`` or ``'layers-first'``.
    """

    # Not a slot: list and dict leave no room for one beside each other.
    _owners: "list[tuple[weakref.ref[Object], str]]"

    def belongs_to(self, owner: "Object", name: str) -> None:
        """Tell ``owner`` of every change from now on."""
        self.released_by(owner, name)
        self._owners.append((weakref.ref(owner), name))

    def released_by(self, owner: "Object", name: str) -> None:
        """Tell ``owner`` no more."""
        self._owners = [pair for pair in self._known() if pair[0]() is not owner or pair[1] != name]

    def _known(self) -> "list[tuple[weakref.ref[Object], str]]":
        return self.__dict__.get("_owners", [])

    def _changed(self) -> None:
        for owner, name in self._known():
            alive = owner()
            if alive is not None:
                alive._regroup(name, self)

    def elements(self) -> Iterator[tuple[str, Any]]:
        """The elements with their index or key as text."""
        raise NotImplementedError

    def _checked(self, value: Any) -> Any:
        raise NotImplementedError

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple:
        # A copy belongs to the copy of its owner, which takes it up.
        return _rebuilt, (type(self), list(self) if isinstance(self, list) else dict(self) if isinstance(self, dict) else None)


def _rebuilt(cls: Callable, elements: Any) -> Any:
    return cls(elements)


class Listed(Group, list):
    """A list with checked elements."""

    def __init__(self, seq: Iterable = ()):
        list.__init__(self, map(self._checked, seq))

    def elements(self) -> Iterator[tuple[str, Any]]:
        """The elements with their index as text."""
        return ((str(i), x) for i, x in enumerate(self))

    def append(self, value: Any) -> None:
        list.append(self, self._checked(value))
        self._changed()

    def extend(self, values: Iterable) -> None:
        list.extend(self, [self._checked(x) for x in values])
        self._changed()

    def insert(self, index: SupportsIndex, value: Any) -> None:
        list.insert(self, index, self._checked(value))
        self._changed()

    def pop(self, index: SupportsIndex = -1) -> Any:
        value = list.pop(self, index)
        self._changed()
        return value

    def remove(self, value: Any) -> None:
        # By identity: Variables compare element by element.
        places = [i for i, x in enumerate(self) if x is value]
        if not places:
            raise ValueRefused(
                where=f"{type(self).__name__}.remove",
                expected="an element of the list, the very same object",
                got=f"{type(value).__name__}, which is none",
                fix="Take it away by its position, with del.",
            )
        del self[places[0]]

    def clear(self) -> None:
        list.clear(self)
        self._changed()

    def reverse(self) -> None:
        list.reverse(self)
        self._changed()

    def sort(self, **options: Any) -> None:
        list.sort(self, **options)
        self._changed()

    def __iadd__(self, values: Iterable) -> Self:
        self.extend(values)
        return self

    def __imul__(self, times: SupportsIndex) -> Self:
        list.__imul__(self, times)
        self._changed()
        return self

    def __delitem__(self, index: Any) -> None:
        list.__delitem__(self, index)
        self._changed()


class Keyed(Group, dict):
    """A dict with checked values."""

    def __init__(self, *dicts: Mapping[str, Any], **named: Any):
        merged = {}
        for one in (*dicts, named):
            merged.update(one)
        dict.__init__(self, {key: self._checked(x) for key, x in merged.items()})

    def elements(self) -> Iterator[tuple[str, Any]]:
        """The elements with their key as text."""
        return ((str(key), x) for key, x in self.items())

    def update(self, *args: Any, **named: Any) -> None:
        for key, x in dict(*args, **named).items():
            self[key] = x

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: Any, *default: Any) -> Any:
        value = dict.pop(self, key, *default)
        self._changed()
        return value

    def popitem(self) -> tuple:
        item = dict.popitem(self)
        self._changed()
        return item

    def clear(self) -> None:
        dict.clear(self)
        self._changed()

    def __ior__(self, other: Any) -> Self:
        self.update(other)
        return self

    def __delitem__(self, key: Any) -> None:
        dict.__delitem__(self, key)
        self._changed()
