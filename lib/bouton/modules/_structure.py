"""All of a functional module but its arrays: what JAX compares to know whether compiled code fits."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..core import Object
from ..core._groups import Group
from ..core._slot import Slot, SlotFacts
from ..core._switch import SwitchedVariable
from ..transform import Variable

_NO_ATTRIBUTES = {"_slots", "_children", "_kin", "_groups", "_unique_name"}


class Kind(NamedTuple):
    """Of a cell all but its value, which a structure must not keep alive. The shape matters for a zero that is off."""

    cls: type[Variable]
    batch_axis: int | None
    off: tuple | None


class Structure:
    """A module without its arrays.

    A submodule or a Variable that stands in several places is one: it is described where it comes first, and elsewhere by its
    number. A zero that is left out of the compiled code is no array here: no arithmetic on the tree can turn it on unseen.

    Parameters
    ----------
    module : Object
    arrays : list
        Gets the arrays, in order.
    """

    __slots__ = ("cells", "children", "cls", "groups", "plain", "slots")

    def __init__(self, module: Object, arrays: list, numbers: dict[int, int] | None = None):
        numbers = {} if numbers is None else numbers
        numbers[id(module)] = len(numbers)
        self.cls = type(module)
        self.slots: dict[str, SlotFacts] = {}
        # Of each slot the kind of its cell, or the number of a cell that came before.
        self.cells: dict[str, int | Kind | None] = {}
        for name, slot in module._slots.items():
            self.slots[name] = facts = slot.facts()
            if slot.cell is None or id(slot.cell) in numbers:
                self.cells[name] = None if slot.cell is None else numbers[id(slot.cell)]
                continue
            numbers[id(slot.cell)] = len(numbers)
            self.cells[name] = _kind(slot.cell, off=facts.is_off)
            if not facts.is_off:
                arrays.append(slot.cell.value)
        self.children: dict[str, int | Structure] = {}
        for name, child in module._children.items():
            known = numbers.get(id(child))
            self.children[name] = Structure(child, arrays, numbers) if known is None else known
        self.groups = {name: (type(group), [key for key, _ in group.elements()]) for name, group in module._groups.items()}
        hidden = _NO_ATTRIBUTES | module._groups.keys() | module._slots.keys() | module._children.keys()
        shown = {name: v for name, v in module.__dict__.items() if name not in hidden and not name.startswith("_bouton_")}
        self.plain = {name: _as_now(value) for name, value in shown.items()}

    def __hash__(self) -> int:
        return hash((self.cls, tuple(self.slots), tuple(self.children)))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Structure)
            and self.cls is other.cls
            and list(self.slots) == list(other.slots)
            and all(_same_slot(a, other.slots[name]) for name, a in self.slots.items())
            and self.cells == other.cells
            and self.groups == other.groups
            and _same(self.plain, other.plain)
            and list(self.children) == list(other.children)
            and all(child == other.children[name] for name, child in self.children.items())
        )

    def build(self, arrays: Iterator, made: list | None = None) -> Any:
        """A module of this structure around the arrays of an iterator."""
        made = [] if made is None else made
        module = self.cls.__new__(self.cls)
        made.append(module)
        module.__dict__.update({name: _as_now(value) for name, value in self.plain.items()})
        for name, facts in self.slots.items():
            cell = _cell(self.cells[name], facts, arrays, made)
            module._slots[name] = Slot.build(facts, cell)
            if not facts.wrapper.remembers:
                module.__dict__[name] = cell
        for name, child in self.children.items():
            built = made[child] if isinstance(child, int) else child.build(arrays, made)
            module._children[name] = built
            if hasattr(self.cls, name):
                module.__dict__[name] = built
        for name, (kind, keys) in self.groups.items():
            _regroup(module, name, kind, keys)
        return module


def _kind(cell: Variable, *, off: bool) -> Kind:
    # Shape and dtype may be asked of a cell of a trace that is over; its value may not.
    return Kind(type(cell), cell.batch_axis, (cell._value.shape, cell._value.dtype) if off else None)


def _regroup(module: Object, name: str, kind: type[Group], keys: list[str]) -> None:
    elements = {key: module._children.get(f"{name}-{key}") for key in keys}
    elements = {key: module._slots[f"{name}-{key}"].cell if x is None else x for key, x in elements.items()}
    build: Any = kind
    group = build(list(elements.values()) if issubclass(kind, list) else elements)
    module._groups[name] = group
    if hasattr(type(module), name):
        module.__dict__[name] = group
    group.belongs_to(module, name)


def _cell(kind: int | Kind | None, facts: SlotFacts, arrays: Iterator, made: list) -> Variable | None:
    if kind is None:
        return None
    if isinstance(kind, int):
        return made[kind]
    new = kind.cls.holding(next(arrays) if kind.off is None else _zero(kind.off, facts), kind.batch_axis)
    if isinstance(new, SwitchedVariable) and kind.off is None:
        new.switch.turn_on()
    made.append(new)
    return new


def _zero(of: tuple, facts: SlotFacts) -> Any:
    # The very array by which a Python number is remembered, where there is one.
    if facts.literal is not None and not isinstance(facts.literal[1], Tracer):
        return facts.literal[1]
    return jnp.asarray(np.zeros(*of))


def _same_slot(a: SlotFacts, b: SlotFacts) -> bool:
    if a.has_cell != b.has_cell or a.kind != b.kind or a.is_off != b.is_off or not _same(a.static, b.static):
        return False
    # Copies share the wrapper; what was built apart is the same when it resets to the same.
    return a.wrapper is b.wrapper or a.wrapper.describes_the_same(b.wrapper)


def _as_now(value: Any) -> Any:
    """A copy of what can change in place: the structure describes the module at one moment."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) is dict:
        return {name: _as_now(v) for name, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_as_now, value))
    return set(value) if type(value) is set else value


def _same(a: Any, b: Any) -> bool:
    """Whether two plain attributes are the same constant of compiled code."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, Mapping) and type(a) is dict:
        return list(a) == list(b) and all(_same(v, b[name]) for name, v in a.items())
    if type(a) in (list, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if a is b:
        return True
    try:
        equal = a == b
    except ValueError:
        return False
    # What compares element by element, as JAX's arrays do, is the same constant only when it is the same array.
    return equal if isinstance(equal, bool) else False
