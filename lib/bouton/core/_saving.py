"""What a model holds, taken out and put in again: as a dict, and as a file."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jax.core import Tracer

from .._version import __version__
from ..errors import BoutonError, UnknownPathError, UnsupportedError
from ..transform import Variable, VariableView
from ..transform._frame import STACK
from ..transform._journal import Journal
from . import _files, _search
from ._collector import ArrayCollector
from ._slot import Slot

if TYPE_CHECKING:
    from ._object import Object


def cells(root: "Object") -> ArrayCollector:
    """Each Variable once, by its first relative path; no view of one that is there itself."""
    found = root.vars("relative").unique()
    there = {id(cell) for cell in found.values()}
    # What an attribute begins with comes with the code that builds the model, also where a cell of its own holds it.
    initial = {id(slot.cell) for slot in _search.slots(root).values() if slot.kind == "random" and slot.wrapper.initial_in}
    return ArrayCollector({p: cell for p, cell in found.items() if id(cell) not in initial and not _is_part(cell, there)})


def _is_part(cell: Variable, there: set[int]) -> bool:
    while isinstance(cell, VariableView):
        cell = cell.base
        if id(cell) in there:
            return True
    return False


def load(root: "Object", state: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Write all values that are known, or none; the missing paths, and the unknown ones."""
    known = root.vars("relative")
    of_cell: dict[int, list[Slot]] = {}
    for slot in _search.slots(root).values():
        of_cell.setdefault(id(slot.cell), []).append(slot)
    admitted = [(known[p], _admitted(known[p], of_cell.get(id(known[p]), []), p, x)) for p, x in state.items() if p in known]
    with Journal():
        for cell, value in admitted:
            if not any(slot.reads_as(value) for slot in of_cell.get(id(cell), [])):
                cell.value = value
    found = {id(cell) for cell, _ in admitted}
    missing = [path for path, cell in cells(root).items() if id(cell) not in found]
    return missing, [path for path in state if path not in known]


def _admitted(cell: Variable, slots: list[Slot], path: str, value: Any) -> Any:
    """``value`` as ``cell`` takes it and every attribute that it stands behind allows it, or the error with the path."""
    try:
        admitted = cell.admit(value)
    except BoutonError as error:
        raise type(error)(where=path, expected=error.expected, got=error.got, fix=error.fix) from error
    for slot in slots:
        slot.check_bounds(admitted, path)
    return admitted


def save(root: "Object", file: str | os.PathLike[str]) -> None:
    """Save each Variable once, by its first relative path."""
    where = f"{type(root).__name__}.save_states"
    path = _files.as_path(file, where)
    _files.check_folder(path, where)
    arrays = cells(root).dict()
    _refuse_trace(where, any(isinstance(x, Tracer) for x in arrays.values()))
    slots = _search.slots(root)
    about = {key: _described(slots[key]) for key in arrays if key in slots}
    _files.write(path, arrays, about, {"bouton_version": __version__, "model": type(root).__name__, **root._file_facts()})


def read(root: "Object", file: str | os.PathLike[str]) -> tuple[list[str], list[str]]:
    """Load what :func:`save` has saved."""
    where = f"{type(root).__name__}.load_states"
    path = _files.as_path(file, where)
    now = root.vars("relative").dict()
    _refuse_trace(where, any(isinstance(x, Tracer) for x in now.values()))
    arrays, keys = _files.read(path, now)
    root._check_file_facts(_files.facts(path), f"{where}, file {str(path)!r}")
    if keys and now and not set(keys) & set(now):
        raise UnknownPathError(
            where=f"{where}, file {str(path)!r}",
            expected=f"at least one of the model's paths, {next(iter(now))!r} for instance",
            got=f"{len(keys)} others, {keys[0]!r} for instance",
            fix="Load it into a model that is built as the one that was saved.",
        )
    missing, _ = _files.in_file(path, lambda: load(root, arrays))
    return missing, [key for key in keys if key not in now]


def _described(slot: Slot) -> dict[str, str]:
    unit = slot.wrapper.unit
    return {"kind": slot.kind} if unit is None else {"kind": slot.kind, "unit": unit}


def _refuse_trace(where: str, traced: bool) -> None:
    if traced or STACK.top is not None:
        raise UnsupportedError(
            where=where,
            expected="to be called where values are known",
            got="a call in a function that is being traced",
            fix="Save and load outside of compiled functions and other transforms.",
        )
