"""Weights that become trained, or fixed, after they have been made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..core import Object
from ..core._groups import Group
from ..core._slot import Slot
from ..errors import RunningError
from ..transform import Parameter as FixedParameter
from ..transform import TrainVar, Variable
from ..transform._frame import STACK

if TYPE_CHECKING:
    from ._facts import Facts

# Of what layers register these are weights; others, such as a leaky rate, are never trained.
_WEIGHTS = ("weights", "biases", "scales")


class FixedWeights(FixedParameter):
    """Weights that are not trained now. They go on as the TrainVar that they were, if they were one."""

    __slots__ = ("reads_as_itself", "trained")

    def __init__(self, trained: TrainVar, reads_as_itself: bool):
        super().__init__(trained.value, batch_axis=trained.batch_axis)
        self.trained, self.reads_as_itself = trained, reads_as_itself


def switch(nodes: Iterable[Facts], trained: bool) -> None:
    """Let the weights that ``nodes`` have be TrainVars, or none.

    Raises
    ------
    RunningError
        While a function is being traced, which has found the cells as they are.
    """
    changed: dict[Variable, tuple[Variable, bool]] = {}
    places = [place for node in nodes for place in _places(node, trained)]
    if places and STACK.top is not None:
        raise RunningError(
            where=f"{places[0][0].name}.trainable",
            expected="an assignment outside of compiled code",
            got="one while a function is being traced",
            fix="Assign before the function is called.",
        )
    for holder, name, slot in places:
        old = slot.cell
        assert old is not None  # of weights
        # Two attributes that are one cell go on as one.
        new, as_itself = changed.setdefault(old, _made_of(old, trained, name in holder.__dict__))
        # Compiled code has found it where it was made, which may be the layer.
        old.taken_away()
        holder._kin.held.version += 1
        new.belongs_to(holder._kin.held)
        group = holder._groups.get(name.partition("-")[0])
        if group is not None:
            _replace(group, old, new)
            continue
        for each, its_name in _named(holder, slot):
            # What was assigned as a Variable goes on to be read as one.
            if as_itself and (trained or not slot.wrapper.remembers):
                each.__dict__[its_name] = new
            else:
                each.__dict__.pop(its_name, None)
        slot.cell = new


def _places(node: Facts, trained: bool) -> Iterator[tuple[Object, str, Slot]]:
    for holder, name, slot in [(each, name, slot) for each in node._weighed() for name, slot in each._slots.items()]:
        cell = slot.cell
        if slot.kind != "parameter" or (holder is node and name == "train_state"):
            continue
        if isinstance(cell, TrainVar):
            if not trained:
                yield holder, name, slot
        elif trained and (isinstance(cell, FixedWeights) or (holder is node and _was_drawn(node, name, slot))):
            yield holder, name, slot


def _was_drawn(node: Facts, name: str, slot: Slot) -> bool:
    """Whether they are fixed because the node was not trainable when they were made, and not because they were said to be."""
    made_here = name in node._plan.left or slot.wrapper.family in _WEIGHTS
    return made_here and slot.wrapper.remembers and isinstance(slot.cell, FixedParameter)


def _made_of(old: Variable, trained: bool, in_attribute: bool) -> tuple[Variable, bool]:
    if not trained:
        assert isinstance(old, TrainVar)
        return FixedWeights(old, in_attribute), in_attribute
    if isinstance(old, FixedWeights):
        old.trained.value = old.value
        return old.trained, old.reads_as_itself
    return TrainVar(old.value), True


def _named(holder: Object, slot: Slot) -> Iterator[tuple[Any, str]]:
    """Who has the slot, under which name: a node, and the layer that it owns."""
    for each in (holder, holder.__dict__.get("_layer")):
        if each is not None:
            yield from ((each, name) for name, known in each._slots.items() if known is slot)


def _replace(group: Group, old: Variable, new: Variable) -> None:
    """An element of a list or a dict of Variables."""
    if isinstance(group, dict):
        for key in [key for key, element in group.items() if element is old]:
            dict.__setitem__(group, key, new)
    elif isinstance(group, list):
        for k in [k for k, element in enumerate(group) if element is old]:
            list.__setitem__(group, k, new)
    group._changed()
