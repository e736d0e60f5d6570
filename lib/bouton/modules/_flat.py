"""A functional module taken apart and put together, again and again: what stays the same in between is looked up, not made."""

import operator
import threading
from typing import Any

import jax

from ..core import Object
from ..core._slot import Slot
from ..transform._frame import STACK
from ..transform._trace import present_trace
from ..transform._variable import values_of
from ._initial import ORIGIN
from ._plain import plain_attributes, same
from ._structure import Origin, Structure
from ._whole_arrays import refuse_gone

# Names that begin so are no attributes of a model.
FLAT, _ASLEEP = "_bouton_flat", "_bouton_asleep"
_AWAKENING = threading.RLock()
_cell_of = operator.attrgetter("cell")
_ABSENT = object()


class _Part:
    """One module of a tree, as it was when it was looked at; a later look tells whether all but its arrays is the same."""

    __slots__ = ("changing", "child", "kin", "literals", "off", "plain", "size", "slots", "static")

    def __init__(self, module: Object, structure: Structure, child: Object | None):
        # Not the root, which this belongs to: circles are freed late, and with them names.
        self.child = child
        slots = module._slots
        self.slots, self.kin, self.size = tuple(slots.values()), module._kin.version, len(module.__dict__)
        self.static = [(slot, slot.version) for slot in self.slots if slot.cell is None]
        self.off = [(slot, structure.slots[name].is_off) for name, slot in slots.items() if slot.wrapper.zero_is_off]
        self.literals = [(slot, slot._literal) for slot in self.slots if slot.kind == "simulation"]
        plain, then = plain_attributes(module), structure.plain
        # What cannot change in place the structure holds as it is; of the rest it has a copy.
        self.plain = [(name, value) for name, value in plain.items() if then[name] is value]
        self.changing = [(name, then[name]) for name, value in plain.items() if then[name] is not value]

    def is_as_it_was(self, module: Object) -> bool:
        d = module.__dict__
        if len(d) != self.size or d["_kin"].version != self.kin or tuple(d["_slots"].values()) != self.slots:
            return False
        for name, value in self.plain:
            if d.get(name, _ABSENT) is not value:
                return False
        for name, value in self.changing:
            if not same(d.get(name, _ABSENT), value):
                return False
        for slot, version in self.static:
            if slot.version != version:
                return False
        for slot, literal in self.literals:
            if slot._literal is not literal:
                return False
        # By asking, so that a trace under way depends on the answer.
        return not any(slot.is_off() != off for slot, off in self.off)


class _Flat:
    """What a module is without its arrays, and the slots that hold them."""

    __slots__ = ("parts", "slots", "structure")

    def __init__(self, structure: Structure, slots: list[Slot], parts: list[tuple[Object, Structure]]):
        self.structure, self.slots = structure, slots
        self.parts = [_Part(module, made, module if i else None) for i, (module, made) in enumerate(parts)]

    def holds(self, module: Object) -> bool:
        return all(part.is_as_it_was(part.child or module) for part in self.parts)

    def arrays(self) -> list:
        # The way around the properties is a good part of the time.
        return values_of(map(_cell_of, self.slots))


class _Asleep:
    """An instance that nobody has looked into yet: the arrays it will hold."""

    __slots__ = ("arrays", "origin", "structure")

    def __init__(self, structure: Structure, arrays: list, origin: Origin):
        self.structure, self.arrays, self.origin = structure, arrays, origin


def flatten(module: Any) -> tuple[list, Structure]:
    """The arrays of a module, and all the rest."""
    asleep = module.__dict__.get(_ASLEEP)
    if asleep is not None:
        if asleep.origin.frame is STACK.top and same(plain_attributes(module), asleep.structure.plain):
            refuse_gone(type(module), asleep.arrays)
            return list(asleep.arrays), asleep.structure
        awaken(module)
    flat = module.__dict__.get(FLAT)
    if flat is None or not flat.holds(module):
        slots: list[Slot] = []
        parts: list[tuple[Object, Structure]] = []
        structure = Structure(module, slots, parts)
        # Before it is looked at: the look counts the attributes.
        module.__dict__[FLAT] = None
        module.__dict__[FLAT] = flat = _Flat(structure, slots, parts)
    arrays = flat.arrays()
    refuse_gone(type(module), arrays)
    return arrays, flat.structure


def unflatten(structure: Structure, arrays: Any) -> Any:
    """A module of that structure around these arrays.

    It is completed when somebody looks into it: most are made to be taken apart again, by the next call of a compiled function.
    """
    module = structure.begin()
    module.__dict__[_ASLEEP] = _Asleep(structure, list(arrays), Origin(STACK.top, present_trace()))
    if not structure.can_wait:
        awaken(module)
    return module


def awaken(module: Any) -> bool:
    """Complete a module that is asleep; whether it was."""
    if _ASLEEP not in module.__dict__:
        return False
    with _AWAKENING:
        asleep: _Asleep | None = module.__dict__.get(_ASLEEP)
        if asleep is not None:
            slots: list[Slot] = []
            parts: list[tuple[Object, Structure]] = []
            plain_then = asleep.structure.plain
            plain_now = plain_attributes(module)
            asleep.structure.complete(module, iter(asleep.arrays), asleep.origin, slots, parts)
            del module.__dict__[_ASLEEP]
            module.__dict__[FLAT] = None
            # Its parent may have named it meanwhile.
            module.__dict__[FLAT] = _Flat(asleep.structure, slots, parts) if same(plain_now, plain_then) else None
    return True


def copied(module: Any) -> Any:
    """A copy, whose initial values are known as well as those of the module."""
    arrays, structure = flatten(module)
    copy = unflatten(structure, arrays)
    if _ASLEEP not in module.__dict__:
        awaken(copy)
        for old, new in zip(module.__dict__[FLAT].parts, copy.__dict__[FLAT].parts, strict=True):
            (new.child or copy).__dict__[ORIGIN] = (old.child or module).__dict__.get(ORIGIN)
    return copy


class _Path(jax.tree_util.GetAttrKey):
    """The path of an attribute, as JAX shows it, and as its message on different numbers of attributes asks for it."""

    @property
    def key(self) -> str:
        return self.name


def flatten_with_keys(module: Any) -> tuple[list[tuple[Any, Any]], Structure]:
    """The same with the path of each array, for messages of JAX."""
    arrays, structure = flatten(module)
    paths: dict[int, str] = {}
    for entry in module.entries():
        paths.setdefault(id(entry._slot), entry.path)
    keys = [_Path(paths[id(slot)]) for slot in module.__dict__[FLAT].slots]
    return list(zip(keys, arrays, strict=True)), structure
