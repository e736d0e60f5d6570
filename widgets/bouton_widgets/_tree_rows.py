"""The rows of a model's tree, ready for JSON."""

from collections.abc import Mapping
from typing import Any

import bouton as bp
from bouton import errors
from bouton.core import memory

from ._pictures import can_be_drawn


def tree_rows(module: bp.Object) -> list[dict[str, Any]]:
    """One row for each submodule and each registered attribute, depth first, ready for JSON.

    Parameters
    ----------
    module : bouton.Object
        The model.

    Returns
    -------
    list of dict
        With ``path, depth, name, module`` (whether the row is a module), ``class, kind, family, shape, dtype, unit, memory``
        (of a module all that it holds), ``value`` (a summary in words), ``trainable`` and ``look`` (whether its numbers can be
        drawn); all but ``depth`` and the three flags are strings, empty where there is nothing to say.

    Raises
    ------
    KindError
        When it is no model.
    """
    refuse_others(module, bp.Object)
    return Rows(module).read()


def refuse_others(target: Any, *kinds: type) -> None:
    """Raise what tells that a model was expected."""
    if not isinstance(target, kinds):
        raise errors.KindError(
            where="bouton_widgets.tree(module)",
            expected=" or ".join(("a bouton model", "a bouton.run.LiveSimulation")[: len(kinds)]),
            got=type(target).__name__,
            fix="Pass the module itself, such as bp.modules.LIF(10).",
        )


class Rows:
    """A model's rows; what has not changed since they were read is not read again."""

    def __init__(self, module: bp.Object):
        self._module = module
        self._known: dict[str, tuple[Any, dict[str, Any]]] = {}
        self.entries: dict[str, bp.Entry] = {}
        """By path, as of the last look."""
        self.parts: dict[str, Any] = {}
        """The modules, likewise."""

    def read(self) -> list[dict[str, Any]]:
        """Look at the model."""
        self.entries = {entry.path: entry for entry in self._module.entries()}
        self.parts = {}
        attributes: dict[str, list[bp.Entry]] = {}
        for entry in self.entries.values():
            # Not up to the last dot: an attribute that was set by setattr may have one in its name.
            attributes.setdefault(entry.path.removesuffix(entry.name).removesuffix("."), []).append(entry)
        known, self._known = self._known, {}
        rows: list[dict[str, Any]] = []
        self._below(rows, self._module, "", self._module.name or self._module.class_name, (), attributes, known)
        return rows

    def _below(
        self, rows: list, module: Any, path: str, name: str, above: tuple, attributes: Mapping, known: Mapping
    ) -> dict[int, int]:
        """Append the rows of a module; give the bytes of each cell in it."""
        self.parts[path] = module
        row = _module_row(module, path, name, len(above))
        rows.append(row)
        held: dict[int, int] = {}
        for entry in attributes.get(path, ()):
            rows.append(self._attribute(entry, len(above) + 1, known))
            held[id(entry.cell)] = entry.nbytes
        for child_name, child in module.modules().items():
            if not any(child is one for one in (*above, module)):
                child_path = f"{path}.{child_name}" if path else child_name
                held |= self._below(rows, child, child_path, child_name, (*above, module), attributes, known)
        # What stands in two places counts once.
        size = sum(held.values())
        row["memory"] = memory(size) if size else ""
        return held

    def _attribute(self, entry: bp.Entry, depth: int, known: Mapping) -> dict[str, Any]:
        value = entry.value
        # An array of JAX never changes in place, so the same object is the same value.
        old, row = known.get(entry.path, (None, None))
        if row is None or value is not old:
            row = _attribute_row(entry, value, depth)
        self._known[entry.path] = value, row
        return row


def _module_row(module: Any, path: str, name: str, depth: int) -> dict[str, Any]:
    shape = getattr(module, "shape", None)
    return {
        "path": path,
        "depth": depth,
        "name": name,
        "module": True,
        "class": "" if module.class_name == name else module.class_name,
        "kind": "module",
        "family": "",
        "shape": str(shape) if isinstance(shape, tuple) else "",
        "dtype": "",
        "unit": "",
        "memory": "",
        "value": "",
        "trainable": False,
        "look": False,
    }


def _attribute_row(entry: bp.Entry, value: Any, depth: int) -> dict[str, Any]:
    cell = entry.cell
    return {
        "path": entry.path,
        "depth": depth,
        "name": entry.name,
        "module": False,
        "class": entry.owner.class_name,
        "kind": entry.kind,
        "family": families(entry),
        "shape": "" if cell is None else str(entry.shape),
        "dtype": type(value).__name__ if cell is None else str(cell.value.dtype),
        "unit": str(entry.unit or ""),
        "memory": "" if cell is None else memory(entry.nbytes),
        "value": entry.summary(),
        "trainable": bool(entry.trainable),
        "look": can_be_drawn(entry),
    }


def families(entry: bp.Entry) -> str:
    """The families of an entry in words."""
    found = entry.family
    return ", ".join(map(str, found)) if isinstance(found, tuple | list | set) else str(found or "")
