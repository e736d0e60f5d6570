"""Controls for a model's parameters: what pages are told, and what becomes of what they ask."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import bouton as bp
from bouton import errors

from ._array_edit import ArrayEdit
from ._choice import choosable
from ._fit import FitDesk
from ._focus import near
from ._following import FollowingView, others, turning
from ._presets import Presets
from ._sensitivity import Slopes
from ._summary import table
from ._undo import undo_of
from ._writing import AnyControl, Writing, control_of

Family = str | Sequence[str] | None


class ParametersView(FollowingView):
    """Controls for a model's parameters, without a screen.

    Parameters
    ----------
    target : bouton.Object or bouton.run.LiveSimulation
        A model is written to directly; a running simulation takes each change into its next chunk.
    family : str or sequence of str, optional
        Only these families.
    simulation_parameters : bool
        Numeric simulation parameters too.
    paths : collection of str, optional
        Only these parameters.
    """

    script = "parameters.js"

    def __init__(
        self,
        target: bp.Object | bp.run.LiveSimulation,
        family: Family = None,
        *,
        simulation_parameters: bool = False,
        paths: Collection[str] | None = None,
    ):
        super().__init__(target)
        kinds = ("parameter", "simulation") if simulation_parameters else ("parameter",)
        found = [entry for entry in self.module.entries() if entry.kind in kinds or choosable(entry)]
        found = [entry for entry in found if _in_family(entry, family) and (paths is None or entry.path in paths)]
        self.controls = {entry.path: control for entry in found if (control := control_of(entry)) is not None}
        self.fixed = [entry.path for entry in found if entry.path not in self.controls]
        self.focused: list[str] | None = None
        self.undo = undo_of(self.module)
        self._told = self.undo.labels
        self.writing = Writing(self)
        self.presets = Presets(self)
        self.arrays = ArrayEdit(self)
        self.slopes = Slopes(self)
        self.fitting = FitDesk(self)

    def content(self) -> dict[str, Any]:
        """Give one row for each control."""
        with turning:
            self._renew()
            self.undo.note(self._values())
            for control in self.controls.values():
                control.update()
            rows = [control.row() for control in self.controls.values()]
        self._told = self.undo.labels
        return {
            "title": self.title,
            "rows": rows,
            "fixed": self.fixed,
            "focus": self.focused,
            "steps": self._told,
            "presets": self.presets.names,
            "slopes": self.slopes.content(),
            "fit": self.fitting.content(),
        }

    def focus(self, path: str | None) -> None:
        """Show only the controls at or below a path, or if there are none those of the part around it; None shows all."""
        self.focused = near(path, self.controls)
        self.publish({"type": "focus", "paths": self.focused})

    def plain(self) -> str:
        """Give each parameter's value and unit as an aligned table."""
        return table([(path, control.entry.summary(), control.entry.unit or "") for path, control in self.controls.items()])

    def receive(self, message: Mapping[str, Any]) -> None:
        """Act on a slider, a field or a button."""
        page = str(message.get("view", ""))
        match message.get("type"):
            case "hello":
                self.pages[page] = message
                self._greet()
            case "bye":
                self.pages.pop(page, None)
            case "set":
                self._set(message, page)
            case "reset":
                path = message.get("path")
                self._reset(list(self.controls) if path is None else [str(path)], page)
            case "undo" | "redo":
                self._tried(self.writing.undo if message["type"] == "undo" else self.writing.redo, page)
            case str(kind) if kind.startswith("preset-"):
                self._tried(lambda: self.presets.receive(message, page), page)
            case "slopes":
                self._tried(lambda: self.slopes.choose(message.get("read") or None), page)
            case str(kind) if kind.startswith("fit-"):
                self._tried(lambda: self.fitting.receive(message), page)
            case str(kind) if kind.startswith("array-"):
                self.arrays.receive(message, page)

    def changes(self, source: AnyControl | None = None) -> list[dict[str, Any]]:
        """Give the rows that have changed since the last look, perhaps through another view's control."""
        renewed = self._renew()
        self.undo.note(self._values())
        found = [path for path, control in tuple(self.controls.items()) if control.update(source) or path in renewed]
        return [self.controls[path].row() for path in found]

    @property
    def stale(self) -> bool:
        """Whether the model holds another value than at the last look."""
        return any(control.stale for control in tuple(self.controls.values()))

    def _renew(self) -> set[str]:
        """Turn to the parts that Python code has put in place of others; the paths of what is another's now."""
        if self.simulation is not None:
            # It refuses a model whose parts were replaced.
            return set()
        now = {entry.path: entry for entry in self.module.entries()}
        replaced = {
            path: control_of(now[path])
            for path, one in tuple(self.controls.items())
            if path in now and now[path].owner is not one.entry.owner
        }
        self.controls |= {path: control for path, control in replaced.items() if control is not None}
        return {path for path, control in replaced.items() if control is not None}

    def _greet(self) -> None:
        # A page may begin with what was so when the widget was made.
        content = self.content()
        self.show(content["rows"])
        self.publish({"type": "presets", "presets": content["presets"]})
        self.publish({"type": "slopes-menu", **content["slopes"]})
        self.publish({"type": "fit", **content["fit"]})
        self.slopes.wake()

    def _set(self, message: Mapping[str, Any], page: str) -> None:
        typed = message["value"]
        control: Any = self.controls[str(message["path"])]
        chosen = control.read(typed)
        sentence = control.objection(chosen)
        if chosen is None or sentence is not None:
            self._answer(page, [control], sentence, None, message.get("turn"))
            return
        gesture = None if message.get("gesture") is None else (page, control.entry.path, message["gesture"])
        self._answered(
            page,
            {control.entry.path: control.value_for(chosen)},
            lambda: control.took(chosen, dragging=not isinstance(typed, str)),
            gesture,
            message.get("turn"),
        )

    def _reset(self, paths: list[str], page: str) -> None:
        self._answered(page, {path: self.controls[path].initial for path in paths}, None, None)

    def _answered(
        self, page: str, values: Mapping[str, Any], settle: Callable[[], None] | None, gesture: Any, turn: int | None = None
    ) -> None:
        sentence, change = None, None
        try:
            change = self.writing.write(values, settle=settle, gesture=gesture)
        except errors.BoutonError as refusal:
            sentence = str(refusal)
        self._answer(page, [self.controls[path] for path in values], sentence, change, turn)

    def _answer(
        self, page: str, controls: Iterable[AnyControl], sentence: str | None, change: int | None, turn: int | None
    ) -> None:
        # The page tells by the turn whether it has asked for something else since.
        told = {"type": "answer", "to": page, "error": sentence, "change": change, "turn": turn}
        for control in controls:
            self.publish(told | {"row": control.row()})

    def _tried(self, act: Callable[[], None], page: str) -> None:
        try:
            act()
        except errors.BoutonError as refusal:
            self.publish({"type": "refused", "to": page, "text": str(refusal)})

    def show(self, rows: list[dict[str, Any]]) -> None:
        """Send rows to the pages, and what can be undone."""
        if rows:
            self._told = self.undo.labels
            self.publish({"type": "rows", "rows": rows, "steps": self._told})

    def close(self) -> None:
        """Follow the model no more."""
        self.slopes.close()
        self.fitting.close()
        super().close()

    def tell_steps(self) -> None:
        """Tell the pages of all views of this model what can be undone, if that is something else."""
        for view in self._of_same_model():
            if view._told != self.undo.labels:
                view._told = self.undo.labels
                view.publish({"type": "steps", "steps": view._told})

    def tell_all(self, message: Mapping[str, Any]) -> None:
        """Tell the pages of all views of this model."""
        for view in self._of_same_model():
            view.publish(message)

    def _of_same_model(self) -> list["ParametersView"]:
        return [self, *(one for one in others(self) if isinstance(one, ParametersView) and one.undo is self.undo)]

    def _values(self) -> dict[str, Any]:
        return {path: control.entry.value for path, control in tuple(self.controls.items())}


def _in_family(entry: bp.Entry, family: Family) -> bool:
    if family is None:
        return True
    wanted = {family} if isinstance(family, str) else set(family)
    own = {entry.family} if isinstance(entry.family, str) else set(entry.family or ())
    return bool(wanted & own)
