"""The functional form: modules that calls leave alone, and that JAX takes for trees of arrays."""

from collections.abc import Mapping
from typing import Any, Self

import jax

from ..core import Object
from ..core._slot import Slot, SlotFacts
from ..errors import ValueRefused
from ._module import Module


class Functional(Module):
    """Mixed in front of a module class, gives its functional form.

    A call leaves the module unchanged; ``set_attributes``, ``reset_state`` and ``reset_parameters`` return a new module. The
    module is a JAX pytree: its arrays are the leaves, everything else is static.

    Raises
    ------
    ValueRefused
        When a submodule that is not functional is assigned.
    """

    _functional = True

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        jax.tree_util.register_pytree_node(cls, _flatten, _unflatten)

    def _adopt(self, name: str, child: Object) -> None:
        if not getattr(child, "_functional", False):
            raise ValueRefused(
                where=self._where(name),
                expected="a functional submodule, since calls leave this module alone",
                got=f"{type(child).__name__}, which moves its own state",
                fix=f"Use {type(child).__name__}Jax where there is one, or make the parent a plain Module.",
            )
        super()._adopt(name, child)

    def set_attributes(self, attributes: Mapping[str, Any]) -> Self:
        """A new module with the values of a nested dict; this one is left alone. See :meth:`Module.set_attributes`."""
        copy = self._copy()
        Object.set_attributes(copy, attributes)
        return copy

    def reset_state(self) -> Self:
        """A new module with every state at its initial value."""
        copy = self._copy()
        Object.reset_state(copy)
        return copy

    def reset_parameters(self) -> Self:
        """A new module with every parameter at its initial value."""
        copy = self._copy()
        Object.reset_parameters(copy)
        return copy

    def _copy(self) -> Self:
        leaves, structure = _flatten(self)
        return _unflatten(structure, leaves)


class Structure:
    """All of a module but its arrays: what JAX compares to know whether compiled code fits."""

    __slots__ = ("children", "cls", "plain", "slots")

    def __init__(self, module: Object):
        self.cls = type(module)
        self.slots = {name: slot.facts() for name, slot in module._slots.items()}
        self.children = {name: Structure(child) for name, child in module._children.items()}
        hidden = {"_slots", "_children", "_unique_name", *module._children}
        self.plain = {name: v for name, v in module.__dict__.items() if name not in hidden and not name.startswith("_bouton_")}

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
            and self.plain.keys() == other.plain.keys()
            and all(_same(v, other.plain[name]) for name, v in self.plain.items())
            and list(self.children) == list(other.children)
            and all(child == other.children[name] for name, child in self.children.items())
        )

    def build(self, leaves: Any) -> Any:
        """A module of this structure around the arrays of an iterator."""
        module = self.cls.__new__(self.cls)
        module.__dict__.update(self.plain)
        for name, slot in self.slots.items():
            module._slots[name] = Slot.build(slot, next(leaves) if slot.has_cell else None)
        for name, child in self.children.items():
            module._children[name] = module.__dict__[name] = child.build(leaves)
        return module


def _flatten(module: Object) -> tuple[list, Structure]:
    return _leaves(module), Structure(module)


def _leaves(module: Object) -> list:
    leaves = [slot.cell.value for slot in module._slots.values() if slot.cell is not None]
    for child in module._children.values():
        leaves += _leaves(child)
    return leaves


def _unflatten(structure: Structure, leaves: Any) -> Any:
    return structure.build(iter(leaves))


def _same_slot(a: SlotFacts, b: SlotFacts) -> bool:
    if a.has_cell != b.has_cell or a.kind != b.kind or a.was_nonzero != b.was_nonzero or not _same(a.static, b.static):
        return False
    # Copies share the wrapper; what was built apart is the same when it resets to the same.
    return a.wrapper is b.wrapper or a.wrapper.describes_the_same(b.wrapper)


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    try:
        equal = a == b
    except ValueError:
        # A list of arrays does not compare at all.
        return False
    # Arrays compare element by element: only the same array counts as the same constant.
    return equal if isinstance(equal, bool) else False
