"""A model as a foldable, searchable table."""

from collections.abc import Mapping
from typing import Any, ClassVar

import bouton as bp
from bouton import errors

from ._assets import script
from ._controls import Control
from ._following import FollowingView, turning
from ._summary import dtype_name, summary, table
from ._widget import ViewWidget


def tree_rows(module: bp.Object) -> list[dict[str, Any]]:
    """One row for each submodule and each registered attribute, depth first, ready for JSON.

    Parameters
    ----------
    module : bouton.Object
        The model.

    Returns
    -------
    list of dict
        With ``path, depth, name, module`` (whether the row is a module), ``class, kind, family, shape, dtype, unit, value`` (a
        summary in words) and ``trainable``; all but ``depth`` and the two flags are strings, empty where there is nothing to say.

    Raises
    ------
    KindError
        When it is no model.
    """
    _refuse_others(module, bp.Object)
    return _Rows(module).read()


def _refuse_others(target: Any, *kinds: type) -> None:
    if not isinstance(target, kinds):
        raise errors.KindError(
            where="bouton_widgets.tree(module)",
            expected=" or ".join(("a bouton model", "a bouton.run.LiveSimulation")[: len(kinds)]),
            got=type(target).__name__,
            fix="Pass the module itself, such as bp.modules.LIF(10).",
        )


class _Rows:
    """A model's rows; what has not changed since they were read is not read again."""

    def __init__(self, module: bp.Object):
        self._module = module
        self._known: dict[str, tuple[Any, dict[str, Any]]] = {}

    def read(self) -> list[dict[str, Any]]:
        attributes: dict[str, list[bp.Entry]] = {}
        for entry in self._module.entries():
            attributes.setdefault(entry.path.rpartition(".")[0], []).append(entry)
        known, self._known = self._known, {}
        return self._below(self._module, "", self._module.name or self._module.class_name, 0, attributes, known)

    def _below(self, module: Any, path: str, name: str, depth: int, attributes: Mapping, known: Mapping) -> list[dict[str, Any]]:
        rows = [_module_row(module, path, name, depth)]
        for entry in attributes.get(path, ()):
            value = entry.value
            # An array of JAX never changes in place, so the same object is the same value.
            old, row = known.get(entry.path, (None, None))
            if row is None or value is not old:
                row = _attribute_row(entry, value, depth + 1)
            self._known[entry.path] = value, row
            rows.append(row)
        for child_name, child in module.modules().items():
            child_path = f"{path}.{child_name}" if path else child_name
            rows += self._below(child, child_path, child_name, depth + 1, attributes, known)
        return rows


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
        "shape": "" if shape is None else str(tuple(shape)),
        "dtype": "",
        "unit": "",
        "value": "",
        "trainable": False,
    }


def _attribute_row(entry: bp.Entry, value: Any, depth: int) -> dict[str, Any]:
    return {
        "path": entry.path,
        "depth": depth,
        "name": entry.name,
        "module": False,
        "class": entry.owner.class_name,
        "kind": entry.kind,
        "family": _words(entry.family),
        "shape": str(tuple(entry.shape)) if entry.is_array else "",
        "dtype": str(entry.dtype) if entry.is_array else dtype_name(value),
        "unit": entry.unit or "",
        "value": summary(value),
        "trainable": bool(entry.trainable),
    }


def _words(family: Any) -> str:
    if not family:
        return ""
    return family if isinstance(family, str) else ", ".join(family)


class TreeView(FollowingView):
    """The table without a screen; folding and searching happen on the page.

    Parameters
    ----------
    target : bouton.Object or bouton.run.LiveSimulation
        The model, or a simulation of it.
    """

    script = "tree.js"

    def __init__(self, target: bp.Object | bp.run.LiveSimulation):
        _refuse_others(target, bp.Object, bp.run.LiveSimulation)
        super().__init__(target)
        self._rows = _Rows(self.module)
        self._shown: list[dict[str, Any]] = []

    def content(self) -> dict[str, Any]:
        """Give the rows as they are now."""
        with turning:
            self._shown = self._rows.read()
        return {"title": self.title, "rows": self._shown}

    def changes(self, source: Control | None = None) -> list[dict[str, Any]]:
        """Give the rows that have changed since the last look; after a change of the model's parts, show all of it anew."""
        before, now = self._shown, self._rows.read()
        if [row["path"] for row in before] != [row["path"] for row in now]:
            self.refresh()
            return []
        self._shown = now
        return [new for old, new in zip(before, now, strict=True) if new is not old and new != old]

    @property
    def stale(self) -> bool:
        """Always: while a model runs, its states change."""
        return True

    def news(self, source: Control) -> list[dict[str, Any]]:
        """Give nothing yet: whoever drags a slider waits for the traces first, and the table needs not follow every step."""
        self.look_soon()
        return []

    def plain(self) -> str:
        """Give the rows as an aligned table."""
        rows = tree_rows(self.module)
        names = ["  " * row["depth"] + row["name"] for row in rows]
        kinds = [row["class"] if row["module"] else row["kind"] for row in rows]
        rest = [[row["family"], row["shape"], row["value"], row["unit"]] for row in rows]
        return table([[name, kind, *cells] for name, kind, cells in zip(names, kinds, rest, strict=True)])

    def receive(self, message: Mapping[str, Any]) -> None:
        """Note the pages, and read the model again for those that ask."""
        page = str(message.get("view", ""))
        match message.get("type"):
            case "hello":
                self.pages[page] = message
                with turning:
                    self.changes()
                self.show(self._shown)
            case "bye":
                self.pages.pop(page, None)
            case "refresh":
                self.refresh()


class ModuleTree(ViewWidget):
    """The widget that `tree` gives."""

    _esm: ClassVar[str] = script(TreeView.script)


def tree(module: bp.Object | bp.run.LiveSimulation) -> ModuleTree:
    """Show a model as a tree: its submodules, and every parameter and state with shape, dtype, unit and value.

    Click or press the arrow keys to fold and unfold, type to search, press a kind to see only that. What a slider changes shows
    here too, and what Python code changes when its cell has been executed.

    Parameters
    ----------
    module : bouton.Object or bouton.run.LiveSimulation
        The model. Of a simulation its model is shown, and the values follow while it runs.

    Returns
    -------
    ModuleTree
        A widget; the last expression of a cell displays it.

    Raises
    ------
    KindError
        When it is no model.
    """
    return ModuleTree(TreeView(module))
