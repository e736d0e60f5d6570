"""Views inside another view: the controls and the live trace of what is selected in a tree."""

from collections.abc import Mapping, Sequence
from typing import Any

import bouton as bp

from ._choice import choosable
from ._controls import adjustable
from ._parameters import ParametersView
from ._traces import TracesView
from ._view import View
from ._writing import control_of

_MOST_CONTROLS = 12
"""Of one part."""


class Inset:
    """Carries the messages of a view with those of the view around it, marked with a name."""

    def __init__(self, around: View, name: str, view: View):
        self._around, self._name = around, name
        # As busy as the other: their pages are the same.
        view.busy = lambda: around.busy()
        view.connect(self)

    def present(self, content: str) -> None:
        """Nothing: the page is given the content with the facts."""

    def transmit(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Carry a message to the pages."""
        self._around.publish({**message, "part": self._name}, buffers)


class Insets:
    """What a tree shows below the facts of a row, made when it is first needed.

    Parameters
    ----------
    around : View
        The tree's view.
    target : bouton.Object or bouton.run.LiveSimulation
        What it shows.
    """

    def __init__(self, around: View, target: bp.Object | bp.run.LiveSimulation):
        self._around, self._target = around, target
        self._controls: ParametersView | None = None
        self._traces: TracesView | None = None

    def show(self, path: str, entries: Mapping[str, bp.Entry]) -> dict[str, Any]:
        """Turn to a row; give the content of each inset, None for what there is nothing to be shown in.

        Parameters
        ----------
        path : str
            Of the row.
        entries : mapping of str to bouton.Entry
            All of the model's.
        """
        return {"controls": self._turn_controls(path, entries), "traces": self._turn_traces(path)}

    def receive(self, message: Mapping[str, Any]) -> None:
        """Hand a page's message to the inset that it is for."""
        view = {"controls": self._controls, "traces": self._traces}.get(str(message["part"]))
        if view is not None:
            view.receive(message)

    def leave(self, page: str) -> None:
        """Tell the insets that a page has gone."""
        for view in (self._controls, self._traces):
            if view is not None:
                view.receive({"type": "bye", "view": page})

    def close(self) -> None:
        """Let go of the model."""
        for view in (self._controls, self._traces):
            if view is not None:
                view.close()

    def _turn_controls(self, path: str, entries: Mapping[str, bp.Entry]) -> dict[str, Any] | None:
        below = path in entries
        found = [entry for entry in entries.values() if (entry.path if below else entry.path.rpartition(".")[0]) == path]
        found = [entry for entry in found if _has_control(entry)][:_MOST_CONTROLS]
        if not found:
            return None
        if self._controls is None:
            self._controls = ParametersView(self._target, paths=())
            Inset(self._around, "controls", self._controls)
        view = self._controls
        for entry in found:
            # Kept, so that a reset leads back to the value that was met first.
            known = view.controls.get(entry.path)
            control = None if known is not None and known.entry.owner is entry.owner else control_of(entry)
            if control is not None:
                view.controls[entry.path] = control
        view.controls = {one: view.controls[one] for one in entries if one in view.controls}
        view.focused = [entry.path for entry in found]
        return view.content()

    def _turn_traces(self, path: str) -> dict[str, Any] | None:
        if not isinstance(self._target, bp.run.LiveSimulation) or path not in {signal.path for signal in self._target.signals}:
            return None
        if self._traces is None:
            self._traces = TracesView(self._target)
            Inset(self._around, "traces", self._traces)
        if self._traces.focused != [path]:
            self._traces.focus(path)
        return self._traces.content()


def _has_control(entry: bp.Entry) -> bool:
    return choosable(entry) or (entry.kind in ("parameter", "simulation") and adjustable(entry))
