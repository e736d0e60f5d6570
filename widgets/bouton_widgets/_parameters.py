"""A model's parameters as sliders and number fields."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

import bouton as bp
from bouton import errors

from ._assets import script
from ._controls import Control, adjustable
from ._focus import follow as follow_tree
from ._focus import near
from ._following import FollowingView, others, turning
from ._summary import table
from ._widget import ViewWidget

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
        found = [entry for entry in self.module.entries() if entry.kind in kinds and _in_family(entry, family)]
        found = [entry for entry in found if paths is None or entry.path in paths]
        self.controls = {entry.path: Control(entry) for entry in found if adjustable(entry)}
        self.fixed = [entry.path for entry in found if not adjustable(entry)]
        self.focused: list[str] | None = None

    def content(self) -> dict[str, Any]:
        """Give one row for each control."""
        with turning:
            for control in self.controls.values():
                control.update()
            rows = [control.row() for control in self.controls.values()]
        return {"title": self.title, "rows": rows, "fixed": self.fixed, "focus": self.focused}

    def focus(self, path: str | None) -> None:
        """Show only the controls at or below a path, or if there are none those of the part around it; None shows all."""
        self.focused = near(path, self.controls)
        self.publish({"type": "focus", "paths": self.focused})

    def plain(self) -> str:
        """Give each parameter's value and unit as an aligned table."""
        return table([(path, control.entry.summary(), control.entry.unit or "") for path, control in self.controls.items()])

    def receive(self, message: Mapping[str, Any]) -> None:
        """Act on a slider, a field or a reset button."""
        page = str(message.get("view", ""))
        match message.get("type"):
            case "hello":
                self.pages[page] = message
                self.publish({"type": "rows", "rows": self.content()["rows"]})
            case "bye":
                self.pages.pop(page, None)
            case "set":
                self._set(str(message["path"]), message["value"], page)
            case "reset":
                paths = list(self.controls) if message.get("path") is None else [str(message["path"])]
                for path in paths:
                    self._reset(path, page)

    def changes(self, source: Control | None = None) -> list[dict[str, Any]]:
        """Give the rows that have changed since the last look, perhaps through another view's control."""
        return [control.row() for control in tuple(self.controls.values()) if control.update(source)]

    @property
    def stale(self) -> bool:
        """Whether the model holds another value than at the last look."""
        return any(control.stale for control in tuple(self.controls.values()))

    def _set(self, path: str, typed: Any, page: str) -> None:
        control = self.controls[path]
        number = control.read(typed)
        sentence = control.objection(number)
        if number is None or sentence is not None:
            self.publish({"type": "answer", "to": page, "error": sentence, "change": None, "row": control.row()})
            return

        def turn() -> int | None:
            change = self._write(path, control.value_for(number))
            control.took(number, dragging=not isinstance(typed, str))
            return change

        self._turn(control, turn, page)

    def _reset(self, path: str, page: str) -> None:
        control = self.controls[path]

        def turn() -> int | None:
            change = self._write(path, control.initial)
            control.update()
            return change

        self._turn(control, turn, page)

    def _write(self, path: str, value: Any) -> int | None:
        if self.simulation is not None:
            return self.simulation.set(path, value)
        return self.controls[path].entry.set(value)

    def _turn(self, control: Control, turn: Callable[[], int | None], page: str) -> None:
        answer: dict[str, Any] = {"type": "answer", "to": page, "error": None, "change": None}
        news: list[tuple[FollowingView, list]] = []
        with turning:
            try:
                answer["change"] = turn()
                news = [(other, other.news(control)) for other in others(self)]
            except errors.BoutonError as refusal:
                answer["error"] = str(refusal)
            answer["row"] = control.row()
        self.publish(answer)
        for other, rows in news:
            other.show(rows)


def _in_family(entry: bp.Entry, family: Family) -> bool:
    if family is None:
        return True
    wanted = {family} if isinstance(family, str) else set(family)
    own = {entry.family} if isinstance(entry.family, str) else set(entry.family or ())
    return bool(wanted & own)


class ParameterControls(ViewWidget):
    """The widget that `parameters` gives."""

    _esm: ClassVar[str] = script(ParametersView.script)


def parameters(
    target: bp.Object | bp.run.LiveSimulation,
    family: Family = None,
    *,
    simulation_parameters: bool = False,
    follow: ViewWidget | None = None,
) -> ParameterControls:
    """Show a model's parameters as sliders, with number fields, units and reset buttons.

    A number, or an array of equal numbers, is moved as one number. An array of different numbers keeps its proportions and is
    scaled by a factor. A field takes a number in its unit, or with a unit of its own: ``20 ms`` in a field of seconds. What
    cannot be taken is refused beside the field, and nothing changes.

    Parameters
    ----------
    target : bouton.Object or bouton.run.LiveSimulation
        A model is written to directly. A live simulation takes each change into its very next chunk, without compiling. What
        Python code changes shows here when its cell has been executed, and within a second while a simulation runs.
    family : str or sequence of str, optional
        Only the parameters of these families, such as ``"taus"``.
    simulation_parameters : bool
        Numeric simulation parameters too.
    follow : ModuleTree, optional
        What `tree` gives for the same model: only the controls of what is selected there are shown.

    Returns
    -------
    ParameterControls
        A widget; the last expression of a cell displays it.

    Raises
    ------
    KindError
        When the target is neither a model nor a simulation, or ``follow`` is no tree.
    ValueRefused
        When the model has no parameter of that family, or the tree is of another model.
    """
    if not isinstance(target, bp.Object | bp.run.LiveSimulation):
        raise errors.KindError(
            where="bouton_widgets.parameters(target)",
            expected="a bouton model or a bouton.run.LiveSimulation",
            got=type(target).__name__,
            fix="Pass the module itself, such as bp.modules.LIF(10), or a simulation of it.",
        )
    view = ParametersView(target, family, simulation_parameters=simulation_parameters)
    if not view.controls and not view.fixed:
        known = sorted({e.family for e in view.module.entries() if e.kind == "parameter" and isinstance(e.family, str)})
        raise errors.ValueRefused(
            where=f"bouton_widgets.parameters(family={family!r})",
            expected=f"a family that the model has: {', '.join(known) or 'it has none'}",
            got="no parameter of it",
            fix="Leave family out to see every parameter.",
        )
    if follow is not None:
        follow_tree(view, follow, "bouton_widgets.parameters")
    return ParameterControls(view)
