"""The Variables of a model, by the names that a user gives them."""

from typing import NamedTuple

from ..core import Object
from ..core._names import nearest
from ..core._search import slots
from ..errors import UnknownPathError
from ..neurons import NeuGroup
from ..transform import Variable

_LISTED = 40


class Found(NamedTuple):
    """A Variable of a model, and what is known of it.

    Attributes
    ----------
    cell : Variable
    owner : Object
        Whose attribute it is.
    path : str
        From the model to the owner, empty for the model itself.
    name : str
        Of the attribute.
    unit : str or None
    """

    cell: Variable
    owner: Object
    path: str
    name: str
    unit: str | None


def lookup(target: Object, name: str, where: str, error: type[UnknownPathError] = UnknownPathError) -> Found:
    """The Variable of that name: ``'V'``, ``'E.V'`` by attributes, or ``'LIF0.V'`` by the name of its object.

    Raises
    ------
    UnknownPathError
        When there is none; the error lists all there are.
    """
    found = _by_path(target, name)
    if found is None:
        head, _, tail = name.partition(".")
        owner = next(
            (node for node in target.nodes("relative", -1, include_self=True).values() if tail and node.name == head), None
        )
        found = None if owner is None else _by_path(owner, tail)
        if found is not None and owner is not None:
            above = next(path for path, node in target.nodes("relative", -1, include_self=True).items() if node is owner)
            found = found._replace(path=".".join(part for part in (above, found.path) if part))
    if found is not None:
        return found
    known = [path for path, slot in slots(target).items() if slot.cell is not None]
    listed = ", ".join(map(repr, known[:_LISTED])) + (f", and {len(known) - _LISTED} more" if len(known) > _LISTED else "")
    close = nearest(name, known)
    raise error(
        where=where,
        expected=f"a Variable of {type(target).__name__}: {listed}" if known else f"a Variable of {type(target).__name__}",
        got=f"{name!r}",
        fix=close if close.startswith("Did") or not known else "Choose one of them.",
    )


def owner_of(target: Object, cell: Variable) -> Found | None:
    """Where the Variable stands in the model, if it does."""
    path = next((path for path, slot in slots(target).items() if slot.cell is cell), None)
    return None if path is None else _by_path(target, path)


def gathers(found: Found | None) -> NeuGroup | None:
    """The group of neurons of which the input was found that is used up by a step, if it was."""
    if found is None or found.name != "input" or not isinstance(found.owner, NeuGroup) or not found.owner._has_input:
        return None
    return found.owner if found.cell is found.owner.input else None


def _by_path(target: Object, path: str) -> Found | None:
    slot = slots(target).get(path)
    if slot is None or slot.cell is None:
        return None
    above, _, name = path.rpartition(".")
    owner = target.nodes("relative", -1, include_self=True)[above] if above else target
    return Found(slot.cell, owner, above, name, slot.wrapper.unit)
