"""All of a functional module but its arrays: what JAX compares to know whether compiled code fits."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..core import Object
from ..core._groups import Group
from ..core._names import wait_for_name
from ..core._searchable import Kin
from ..core._slot import Slot, SlotFacts
from ..core._switch import SwitchedVariable
from ..transform import Variable, VariableView
from ..transform._frame import Frame
from ..transform._rebound import note_made
from ._initial import ORIGIN, inherited
from ._plain import as_now, plain_attributes, same
from ._structure_text import as_text


class Origin(NamedTuple):
    """The traces in which a copy was made, of bouton and of JAX."""

    frame: Frame | None
    trace: Any


class Kind(NamedTuple):
    """Of a cell all but its value, which a structure must not keep alive. The shape matters for a zero that is off."""

    cls: type[Variable]
    batch_axis: int | None
    off: tuple | None


class Structure:
    """A module without its arrays.

    A submodule or a Variable that stands in several places is one: it is described where it comes first, and elsewhere by its
    number. A zero that is left out of the compiled code is no array here: no arithmetic on the tree can turn it on unseen. What
    attributes begin with is compared only where it stands in compiled code.

    Parameters
    ----------
    module : Object
    leaves : list
        Gets the slots whose arrays are the leaves of the tree, in order.
    parts : list
        Gets the module and those below it, each with its structure.
    """

    __slots__ = ("_hash", "can_wait", "cells", "changing", "children", "cls", "groups", "likeness", "plain", "slots")

    def __init__(
        self,
        module: Object,
        leaves: list[Slot],
        parts: "list[tuple[Object, Structure]]",
        numbers: dict[int, int] | None = None,
    ):
        numbers = {} if numbers is None else numbers
        numbers[id(module)] = len(numbers)
        parts.append((module, self))
        self.cls, self.likeness = type(module), inherited(module)
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
                leaves.append(slot)
        self.children: dict[str, int | Structure] = {}
        for name, child in module._children.items():
            known = numbers.get(id(child))
            self.children[name] = Structure(child, leaves, parts, numbers) if known is None else known
        self.groups = {name: (type(group), [key for key, _ in group.elements()]) for name, group in module._groups.items()}
        plain = plain_attributes(module)
        self.plain = {name: as_now(value) for name, value in plain.items()}
        self.changing = [name for name, value in plain.items() if self.plain[name] is not value]
        # Whether no attribute of the instance hides one of the class: that would be found before the instance is complete.
        bare = (name for name, facts in self.slots.items() if not facts.wrapper.remembers)
        self.can_wait = not any(hasattr(self.cls, name) for name in (*bare, *self.children, *self.groups))
        self._hash = hash((self.cls, tuple(self.slots), tuple(self.children)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Structure):
            return False
        mine, theirs = self.likeness.oldest(), other.likeness.oldest()
        if mine is theirs:
            return True
        if self._hash != other._hash or not self._is_alike(other):
            return False
        differing = {name for name, facts in self.slots.items() if not _begins_alike(facts, other.slots[name])}
        if differing & (mine.baked | theirs.baked):
            return False
        self.likeness.join(other.likeness, differing)
        return True

    def _is_alike(self, other: "Structure") -> bool:
        return (
            self.cls is other.cls
            and list(self.slots) == list(other.slots)
            and all(_same_slot(a, other.slots[name]) for name, a in self.slots.items())
            and self.cells == other.cells
            and self.groups == other.groups
            and same(self.plain, other.plain)
            and list(self.children) == list(other.children)
            and all(child == other.children[name] for name, child in self.children.items())
        )

    def __repr__(self) -> str:
        return as_text(self)

    def begin(self) -> Any:
        """An instance with its plain attributes, before :meth:`complete`."""
        module = object.__new__(self.cls)
        module.__dict__.update(self.plain, _unique_name=None, _implicit_vars={}, _implicit_nodes={})
        module.__dict__[ORIGIN] = self.likeness
        for name in self.changing:
            module.__dict__[name] = as_now(self.plain[name])
        note_made(module)
        return module

    def complete(
        self,
        module: Any,
        arrays: Iterator,
        origin: Origin,
        leaves: list[Slot],
        parts: "list[tuple[Object, Structure]]",
        made: list | None = None,
    ) -> Any:
        """The instance with cells of its own around the arrays of an iterator.

        Parameters
        ----------
        module : Object
            From :meth:`begin`.
        arrays : iterator
            The leaves of the tree.
        origin : Origin
            The traces that the arrays belong to.
        leaves, parts : list
            As for the constructor.
        """
        made = [] if made is None else made
        made.append(module)
        parts.append((module, self))
        slots, shown = {}, {}
        for name, facts in self.slots.items():
            kind = self.cells[name]
            cell = _cell(kind, facts, arrays, made, origin)
            slots[name] = slot = Slot.build(facts, cell)
            if isinstance(kind, Kind) and kind.off is None:
                leaves.append(slot)
            if not facts.wrapper.remembers:
                shown[name] = cell
        children = {}
        for name, child in self.children.items():
            children[name] = (
                made[child] if isinstance(child, int) else child.complete(child.begin(), arrays, origin, leaves, parts, made)
            )
        groups = {name: _group(kind, keys, name, slots, children) for name, (kind, keys) in self.groups.items()}
        shown |= {name: x for registry in (children, groups) for name, x in registry.items() if hasattr(self.cls, name)}
        # All at once: another thread may be looking.
        module.__dict__.update(shown, _slots=slots, _children=children, _groups=groups, _kin=Kin())
        for name, group in groups.items():
            group.belongs_to(module, name)
        wait_for_name(module)
        return module


def _kind(cell: Variable, *, off: bool) -> Kind:
    if isinstance(cell, VariableView):
        # Now, and not when somebody looks into the copy: it says that there can be none.
        cell.refuse_copy()
    # Shape and dtype may be asked of a cell of a trace that is over; its value may not.
    return Kind(type(cell), cell.batch_axis, (cell._value.shape, cell._value.dtype) if off else None)


def _group(kind: type[Group], keys: list[str], name: str, slots: dict[str, Slot], children: dict[str, Object]) -> Group:
    elements = {key: children.get(f"{name}-{key}") for key in keys}
    elements = {key: slots[f"{name}-{key}"].cell if x is None else x for key, x in elements.items()}
    build: Any = kind
    return build(list(elements.values()) if issubclass(kind, list) else elements)


def _cell(kind: int | Kind | None, facts: SlotFacts, arrays: Iterator, made: list, origin: Origin) -> Variable | None:
    if kind is None:
        return None
    if isinstance(kind, int):
        return made[kind]
    new = kind.cls.holding(next(arrays) if kind.off is None else _zero(kind.off, facts), kind.batch_axis, *origin)
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
    if a.has_cell != b.has_cell or a.kind != b.kind or a.is_off != b.is_off or not same(a.static, b.static):
        return False
    return a.wrapper is b.wrapper or a.wrapper.describes_alike(b.wrapper)


def _begins_alike(a: SlotFacts, b: SlotFacts) -> bool:
    # Copies share the wrapper. Where an attribute beside it holds the initial value, that is an array of the tree.
    return a.wrapper is b.wrapper or a.wrapper.initial_in is not None or a.wrapper.begins_alike(b.wrapper)
