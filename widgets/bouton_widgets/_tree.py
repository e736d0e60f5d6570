"""A model as a foldable, searchable table."""

from collections.abc import Mapping
from typing import Any, ClassVar

import bouton as bp
from bouton import errors

from ._assets import script
from ._summary import dtype_name, summary, table
from ._view import View
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
    _refuse_others(module)
    attributes: dict[str, list] = {}
    for entry in module.entries():
        attributes.setdefault(entry.path.rpartition(".")[0], []).append(entry)
    return _rows(module, "", module.name or module.class_name, 0, attributes)


def _refuse_others(module: Any) -> None:
    if not isinstance(module, bp.Object):
        raise errors.KindError(
            where="bouton_widgets.tree(module)",
            expected="a bouton model",
            got=type(module).__name__,
            fix="Pass the module itself, such as bp.modules.LIF(10).",
        )


def _rows(module: Any, path: str, name: str, depth: int, attributes: Mapping[str, list]) -> list[dict[str, Any]]:
    rows = [_module_row(module, path, name, depth)]
    rows += [_attribute_row(entry, depth + 1) for entry in attributes.get(path, ())]
    for child_name, child in module.modules().items():
        child_path = f"{path}.{child_name}" if path else child_name
        rows += _rows(child, child_path, child_name, depth + 1, attributes)
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


def _attribute_row(entry: bp.Entry, depth: int) -> dict[str, Any]:
    value = entry.value
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


class TreeView(View):
    """The table without a screen; folding and searching happen on the page.

    Parameters
    ----------
    module : bouton.Object
        The model.
    """

    script = "tree.js"

    def __init__(self, module: bp.Object):
        super().__init__()
        _refuse_others(module)
        self.module = module

    def content(self) -> dict[str, Any]:
        """Give the rows as they are now."""
        return {"title": self.title, "rows": tree_rows(self.module)}

    @property
    def title(self) -> str:
        """The model's class."""
        return self.module.class_name

    def plain(self) -> str:
        """Give the rows as an aligned table."""
        rows = tree_rows(self.module)
        names = ["  " * row["depth"] + row["name"] for row in rows]
        kinds = [row["class"] if row["module"] else row["kind"] for row in rows]
        rest = [[row["family"], row["shape"], row["value"], row["unit"]] for row in rows]
        return table([[name, kind, *cells] for name, kind, cells in zip(names, kinds, rest, strict=True)])

    def receive(self, message: Mapping[str, Any]) -> None:
        """Read the model again; a page asks for nothing else."""
        if message.get("type") == "refresh":
            self.refresh()


class ModuleTree(ViewWidget):
    """The widget that `tree` gives."""

    _esm: ClassVar[str] = script(TreeView.script)


def tree(module: bp.Object) -> ModuleTree:
    """Show a model as a tree: its submodules, and every parameter and state with shape, dtype, unit and value.

    Click or press the arrow keys to fold and unfold, type to search, press a kind to see only that. ``.refresh()`` reads the
    values again.

    Parameters
    ----------
    module : bouton.Object
        The model.

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
