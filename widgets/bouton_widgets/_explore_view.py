"""All views of a live model in one, without a screen."""

from collections.abc import Mapping, Sequence
from html import escape
from threading import RLock
from typing import Any, Protocol, runtime_checkable

import bouton as bp
from bouton import errors

from ._explore_children import Child
from ._explore_views import KINDS
from ._focus import Focusing
from ._parameters import ParametersView
from ._transport import TransportView
from ._tree import TreeView
from ._view import View

WHERE = "bouton_widgets.explore"


@runtime_checkable
class Drawn(Protocol):
    """A view that draws itself without a script too."""

    def svg(self) -> str: ...


class ExplorerView(View):
    """All views of a simulation, without a screen.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    views : sequence of str
        Names of the live views that are open to begin with.
    plays : bool
        Whether it begins to run when a page shows it.
    height : int or None
        Pixels; None fills the window.
    """

    script = "explore.js"

    def __init__(
        self, simulation: bp.run.LiveSimulation, views: Sequence[str] = (), plays: bool = False, height: int | None = 780
    ):
        super().__init__()
        self.simulation, self.module = simulation, simulation.model
        self.plays, self._height = plays, height
        self.tree = TreeView(simulation, insets=False)
        self.parameters = ParametersView(simulation)
        self.transport = TransportView(simulation, plays)
        self.open: dict[str, View] = {}
        """The live views that are shown, by name."""
        self._chosen: dict[str, list[str]] = {}
        self._serial: dict[str, int] = {}
        self._made = 0
        self._guard = RLock()
        self.tree.followers.add(self.parameters)
        for name, view in self._fixed().items():
            Child(self, name, view, self._remember)
        for name in views:
            self.show(name)

    def _fixed(self) -> dict[str, View]:
        return {"transport": self.transport, "tree": self.tree, "parameters": self.parameters}

    @property
    def children(self) -> dict[str, View]:
        """All views that it is made of, by name."""
        return {**self._fixed(), **self.open}

    def content(self) -> dict[str, Any]:
        """Give the content of every view, and which others could be opened."""
        # Asked without the guard: they have guards of their own, and their news come through this view.
        with self._guard:
            shown, chosen, serial = dict(self.open), dict(self._chosen), dict(self._serial)
        offered = {name: kind.offer(self.simulation, chosen.get(name, ())) for name, kind in KINDS.items()}
        return {
            "title": self.title,
            "height": self._height,
            "fixed": {name: view.content() for name, view in self._fixed().items()},
            "views": [
                {
                    "name": name,
                    "label": KINDS[name].label,
                    "choices": choices,
                    "serial": serial.get(name, 0),
                    "content": shown[name].content() if name in shown else None,
                }
                for name, choices in offered.items()
                if choices is not None
            ],
        }

    def plain(self) -> str:
        """Say where the simulation is, what it records, and what the model is made of."""
        recorded = ", ".join(signal.path for signal in self.simulation.signals)
        now = f"{self.title}, {self.simulation.status} at {self.simulation.time:.4g} s"
        return f"{now}\nrecords {recorded}\n\n{self.tree.plain()}"

    def html(self) -> str:
        """The same for a page without scripts."""
        first, second, *_ = self.plain().splitlines()
        drawn = [view.svg() for view in self.open.values() if isinstance(view, Drawn)] if self.simulation.steps else []
        return f"<p><strong>{escape(first)}</strong><br>{escape(second)}</p>{''.join(drawn)}{bp.tree(self.module)._repr_html_()}"

    @property
    def title(self) -> str:
        """The model's class, of a system of one step its own."""
        return getattr(self.module, "system", self.module).class_name

    def show(self, name: str, *paths: str) -> None:
        """Open a live view, or show another signal in one that is open.

        Parameters
        ----------
        name : str
            Of the view: ``"histogram"``.
        *paths : str
            What it shows, where that is to be chosen. What cannot be shown becomes the first that can.

        Raises
        ------
        UnknownPathError
            When there is no such view, or the simulation records nothing for it.
        """
        offered = {one: kind.offer(self.simulation, paths) for one, kind in KINDS.items()}
        choices = offered.get(name)
        if choices is None:
            known = ", ".join(one for one in offered if offered[one] is not None)
            raise errors.UnknownPathError(
                where=f"{WHERE}, view {name!r}",
                expected=f"a view of what the simulation records: {known}",
                got="none of these",
                fix="Record more signals to have more views.",
            )
        view = KINDS[name].make(self.simulation, *(chosen for *_, chosen in choices))
        with self._guard:
            before = self.open.get(name)
            self._made += 1
            self.open[name], self._serial[name] = view, self._made
            self._chosen[name] = [chosen for *_, chosen in choices]
            # They stand in one order, whichever was opened first.
            self.open = {one: self.open[one] for one in KINDS if one in self.open}
        Child(self, name, view, self._remember)
        if isinstance(view, Focusing):
            self.tree.followers.add(view)
            view.focus(self.tree.selected)
        if before is not None:
            before.close()
        self._remember()

    def hide(self, name: str) -> None:
        """Close a live view, if it is open."""
        with self._guard:
            view = self.open.pop(name, None)
        if view is not None:
            self._remember()
            view.close()

    def refresh(self) -> None:
        """Read the model again and show it on every page."""
        for view in (self.tree, self.parameters):
            view.refresh()

    def _remember(self) -> None:
        # Pages that come later begin with this; those that are there take from it which views are open.
        super().refresh()

    def receive(self, message: Mapping[str, Any]) -> None:
        """Hand a page's message to the view that it is for; open and close live views."""
        page = str(message.get("view", ""))
        if "child" in message:
            view = self.children.get(str(message["child"]))
            if view is not None:
                view.receive({key: value for key, value in message.items() if key != "child"})
            return
        match message.get("type"):
            case "hello":
                self.pages[page] = message
                self._play()
            case "bye":
                self.pages.pop(page, None)
                for view in self.children.values():
                    view.receive(message)
            case "open":
                name, paths = str(message["name"]), tuple(map(str, message.get("paths", ())))
                if name in self.open and not paths:
                    # Clicked twice, or by two pages: made anew it would forget what was done in it.
                    return
                try:
                    self.show(name, *paths)
                except errors.BoutonError as error:
                    self.publish({"type": "refused", "to": page, "text": str(error)})
            case "close":
                self.hide(str(message["name"]))

    def _play(self) -> None:
        with self._guard:
            plays, self.plays = self.plays, False
        if plays and self.simulation.status == "ready":
            self.simulation.start()

    def close(self) -> None:
        """Let go of the model; the simulation is paused if nobody else watches it."""
        super().close()
        for view in self.children.values():
            view.close()
