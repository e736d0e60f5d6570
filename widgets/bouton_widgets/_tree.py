"""A model as a foldable, searchable table."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, ClassVar
from weakref import WeakSet

import traitlets

import bouton as bp
from bouton import errors

from ._assets import script
from ._choice import Choice
from ._controls import Control
from ._facts import facts
from ._focus import Focusing
from ._following import FollowingView, turning
from ._insets import Insets
from ._pictures import picture
from ._tree_rows import Rows, refuse_others
from ._widget import ViewWidget

_MOST_PICTURES = 100
"""Drawn for one message."""

_MOST_CELLS = 128
"""Of a picture, along an axis."""


class TreeView(FollowingView):
    """The table without a screen; folding and searching happen on the page.

    Parameters
    ----------
    target : bouton.Object or bouton.run.LiveSimulation
        The model, or a simulation of it.
    insets : bool
        Whether controls and traces of the selected row stand below it.
    """

    script = "tree.js"

    def __init__(self, target: bp.Object | bp.run.LiveSimulation, insets: bool = True):
        refuse_others(target, bp.Object, bp.run.LiveSimulation)
        super().__init__(target)
        self._rows = Rows(self.module)
        self._insets = Insets(self, target) if insets else None
        self._shown: list[dict[str, Any]] = []
        self.selected: str | None = None
        self.followers: WeakSet[Focusing] = WeakSet()
        """Views that show what is selected here, as long as they live."""
        self._selecting: list[Callable[[str | None], None]] = []

    def content(self) -> dict[str, Any]:
        """Give the rows as they are now."""
        with turning:
            self._shown = self._rows.read()
        if self.selected is not None and not self._has(self.selected):
            self.select(None)
        return {"title": self.title, "rows": self._shown, "selected": self.selected}

    def changes(self, source: Control | Choice | None = None) -> list[dict[str, Any]]:
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

    def news(self, source: Control | Choice) -> list[dict[str, Any]]:
        """Give nothing yet: whoever drags a slider waits for the traces first, and the table needs not follow every step."""
        self.look_soon()
        return []

    def plain(self) -> str:
        """Give the tree as text."""
        return repr(bp.tree(self.module))

    def select(self, path: str | None) -> None:
        """Select a row on every page, and tell who follows.

        Parameters
        ----------
        path : str or None
            Of a part or an attribute, ``""`` for the model itself; None selects nothing.

        Raises
        ------
        UnknownPathError
            When there is no such row; it names the nearest.
        """
        if path is not None and not self._has(path):
            near = get_close_matches(path, [*self._rows.entries, *self._rows.parts], 1, 0.0)
            raise errors.UnknownPathError(
                where="bouton_widgets.tree(...).selected",
                expected="the path of a part or an attribute of the model",
                got=repr(path),
                fix=f"The nearest is {near[0]!r}." if near else "The model has none.",
            )
        if path == self.selected:
            return
        self.selected = path
        self.publish({"type": "selected", "path": path})
        for follower in tuple(self.followers):
            follower.focus(path)
        for callback in tuple(self._selecting):
            callback(path)

    def on_select(self, callback: Callable[[str | None], None]) -> None:
        """Have a function called with the path whenever another row is selected, here or on a page."""
        self._selecting.append(callback)

    def receive(self, message: Mapping[str, Any]) -> None:
        """Note the pages, answer what they ask, and read the model again for those that want it."""
        page = str(message.get("view", ""))
        if self._insets is not None and "part" in message:
            self._insets.receive(message)
            return
        match message.get("type"):
            case "hello":
                # A page that has come is told everything, and one that says it again what has changed since.
                known = page in self.pages
                self.pages[page] = message
                with turning:
                    changed = self.changes()
                self.show(changed if known else self._shown)
                self.publish({"type": "selected", "path": self.selected})
            case "bye":
                self.pages.pop(page, None)
                if self._insets is not None:
                    self._insets.leave(page)
            case "refresh":
                self.refresh()
            case "select":
                path = message["path"]
                # A page may still show a row of parts that have gone.
                if path is None or self._has(str(path)):
                    self.select(path)
                # The page holds to what it chose until it hears that this choice, and none before it, has come.
                self.publish({"type": "selected", "path": self.selected, "to": page, "turn": message.get("turn")})
            case "look":
                self._look_at(page, message)
            case "facts":
                self._tell(page, str(message["path"]))

    def _has(self, path: str) -> bool:
        return path in self._rows.entries or path in self._rows.parts

    def _look_at(self, page: str, message: Mapping[str, Any]) -> None:
        """Draw arrays that a page has come to show."""
        columns, rows = (max(1, min(_MOST_CELLS, int(message[name]))) for name in ("columns", "rows"))
        known = {row["path"] for row in self._shown if row["look"]}
        paths = [path for path in map(str, message["paths"][:_MOST_PICTURES]) if path in known and path in self._rows.entries]
        drawn = [picture(self._rows.entries[path], columns, rows) for path in paths]
        answer = {"type": "pictures", "to": page, "place": str(message["place"]), "pictures": [head for head, _ in drawn]}
        self.publish(answer, [values for _, values in drawn])

    def _tell(self, page: str, path: str) -> None:
        if self._has(path):
            what = self._rows.entries.get(path) or self._rows.parts[path]
            answer = {"type": "facts", "to": page, "path": path, "facts": facts(path, what)}
            with turning:
                answer["insets"] = {} if self._insets is None else self._insets.show(path, self._rows.entries)
            self.publish(answer)

    def close(self) -> None:
        """Follow the model no more."""
        super().close()
        if self._insets is not None:
            self._insets.close()


class ModuleTree(ViewWidget):
    """The widget that `tree` gives.

    Attributes
    ----------
    selected : str or None
        Path of the selected row, ``""`` for the model itself. It can be observed, and assigning to it selects a row.
    """

    _esm: ClassVar[str] = script(TreeView.script)
    view: TreeView
    selected = traitlets.Unicode(None, allow_none=True)

    def __init__(self, view: TreeView):
        super().__init__(view)
        view.on_select(lambda path: self.set_trait("selected", path))

    @traitlets.validate("selected")
    def _refuse_unknown(self, proposal: Any) -> str | None:
        self.view.select(proposal["value"])
        return proposal["value"]

    @traitlets.observe("selected")
    def _select(self, change: Any) -> None:
        # None is not validated.
        self.view.select(change["new"])


def tree(module: bp.Object | bp.run.LiveSimulation) -> ModuleTree:
    """Show a model as a tree: its submodules, and every parameter and state with shape, dtype, memory, unit and value.

    Click or press the arrow keys to fold and unfold, type to search, press a kind to see only that. Arrays are drawn small, as
    heat maps or histograms, from a sample where they are large. What a slider changes shows here too, and what Python code
    changes when its cell has been executed. Below the selected row stand its controls, and of a simulation the trace of what is
    recorded.

    Parameters
    ----------
    module : bouton.Object or bouton.run.LiveSimulation
        The model. Of a simulation its model is shown, and the values follow while it runs.

    Returns
    -------
    ModuleTree
        A widget; the last expression of a cell displays it. Its ``selected`` is the path of the selected row, which
        `parameters` and `traces` follow when they are given the widget: ``bw.parameters(model, follow=tree)``.

    Raises
    ------
    KindError
        When it is no model.
    """
    return ModuleTree(TreeView(module))
