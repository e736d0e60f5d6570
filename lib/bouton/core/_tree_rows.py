"""The rows that a model has as a tree: each part, below it its attributes, then its own parts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _inspect
from ._entry import Entry
from ._glance import memory

if TYPE_CHECKING:
    from ._object import Object


class Row(NamedTuple):
    """A part of a model, or an attribute of one."""

    depth: int
    name: str
    what: "Object | Entry"

    @property
    def is_part(self) -> bool:
        return not isinstance(self.what, Entry)

    def cells(self) -> tuple[str, ...]:
        """Texts for the columns: name, kind (the class of a part), family, shape, type, memory, value and unit."""
        if isinstance(self.what, Entry):
            return _attribute(self.what)
        size, shape = held(self.what), getattr(self.what, "shape", None)
        shown = str(shape) if isinstance(shape, tuple) else ""
        return self.name, self.what.class_name, "", shown, "", memory(size) if size else "", "", ""


def _attribute(entry: Entry) -> tuple[str, ...]:
    cell = entry.cell
    facts = (
        ("", type(entry.value).__name__, "") if cell is None else (str(entry.shape), str(cell.value.dtype), memory(entry.nbytes))
    )
    mark = ", trainable" if entry.trainable else ""
    return entry.name, entry.kind + mark, families(entry.family), *facts, entry.summary(), str(entry.unit or "")


def families(family: Any) -> str:
    """One family or several, as one text."""
    return ", ".join(map(str, family)) if isinstance(family, tuple | list | set) else str(family or "")


def held(obj: "Object") -> int:
    """Bytes of all attributes here and below; what stands in two places counts once."""
    return sum({id(entry.cell): entry.nbytes for entry in _inspect.walk(obj, "", ())}.values())


def rows(obj: "Object", name: str, depth: int = 0, above: tuple = ()) -> Iterator[Row]:
    """Yield every row, depth first."""
    yield Row(depth, name, obj)
    for entry in own(obj):
        yield Row(depth + 1, entry.name, entry)
    for child_name, child in children(obj, above).items():
        yield from rows(child, child_name, depth + 1, (*above, obj))


def own(obj: "Object") -> list[Entry]:
    """The attributes of the object itself."""
    return [Entry(name, obj, name, slot) for name, slot in obj._slots.items()]


def children(obj: "Object", above: tuple) -> "dict[str, Object]":
    """The parts of the object; one that contains itself is not met again."""
    return {name: child for name, child in obj.modules().items() if not any(child is a for a in (*above, obj))}
