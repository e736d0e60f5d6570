"""A model's parameters as sliders and number fields."""

import time
from collections.abc import Callable, Mapping, Sequence
from threading import RLock, Thread
from typing import Any, ClassVar
from weakref import WeakMethod, WeakSet

import bouton as bp
from bouton import errors

from ._assets import script
from ._controls import Control, adjustable
from ._summary import summary, table
from ._view import View
from ._widget import ViewWidget

Family = str | Sequence[str] | None

_LOOK_AGAIN = 0.5
"""Seconds between looks at a running model for what Python code has changed in it."""

# All that are open, so that two views of one model agree: what one changes, the others show too. Pages may be heard on several
# threads; nobody looks at a model between a change and the news of it.
_open: "WeakSet[ParametersView]" = WeakSet()
_turning = RLock()


class ParametersView(View):
    """Controls for a model's parameters, without a screen.

    Parameters
    ----------
    target : bouton.Object or bouton.run.LiveSimulation
        A model is written to directly; a running simulation takes each change into its next chunk.
    family : str or sequence of str, optional
        Only these families.
    simulation_parameters : bool
        Numeric simulation parameters too.
    """

    script = "parameters.js"

    def __init__(self, target: bp.Object | bp.run.LiveSimulation, family: Family = None, *, simulation_parameters: bool = False):
        super().__init__()
        if isinstance(target, bp.run.LiveSimulation):
            self.simulation, self.module = target, target.model
        else:
            self.simulation, self.module = None, target
        kinds = ("parameter", "simulation") if simulation_parameters else ("parameter",)
        found = [entry for entry in self.module.entries() if entry.kind in kinds and _in_family(entry, family)]
        self.controls = {entry.path: Control(entry) for entry in found if adjustable(entry)}
        self.fixed = [entry.path for entry in found if not adjustable(entry)]
        self._looked = 0.0
        _open.add(self)
        self._unsubscribe = None if self.simulation is None else self.simulation.subscribe(self._follower())

    def content(self) -> dict[str, Any]:
        """Give one row for each control."""
        with _turning:
            for control in self.controls.values():
                control.update()
            rows = [control.row() for control in self.controls.values()]
        return {"title": self.title, "rows": rows, "fixed": self.fixed}

    @property
    def title(self) -> str:
        """The model's class."""
        return self.module.class_name

    def plain(self) -> str:
        """Give each parameter's value and unit as an aligned table."""
        return table([(path, summary(control.entry.value), control.entry.unit or "") for path, control in self.controls.items()])

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

    def look(self) -> None:
        """Show the pages what has changed in the model since the last look."""
        with _turning:
            rows = self.changes()
        self._show(rows)

    def changes(self, source: Control | None = None) -> list[dict[str, Any]]:
        """Give the rows that have changed since the last look, perhaps through another view's control."""
        return [control.row() for control in tuple(self.controls.values()) if control.update(source)]

    def _show(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.publish({"type": "rows", "rows": rows})

    def close(self) -> None:
        """Follow the model no more."""
        super().close()
        _open.discard(self)
        if self._unsubscribe is not None:
            self._unsubscribe()

    def _set(self, path: str, typed: Any, page: str) -> None:
        control = self.controls[path]

        def turn() -> int | None:
            change = self._write(path, control.value_for(typed))
            control.took(typed)
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
        news: list[tuple[ParametersView, list]] = []
        with _turning:
            try:
                answer["change"] = turn()
                news = [(other, other.changes(control)) for other in tuple(_open) if other is not self]
            except errors.BoutonError as refusal:
                answer["error"] = str(refusal)
            answer["row"] = control.row()
        self.publish(answer)
        for other, rows in news:
            other._show(rows)

    def _follower(self) -> Callable[[], None]:
        # The simulation must not keep a view alive that nobody has any more.
        weakly = WeakMethod(self._simulated)

        def follow() -> None:
            method = weakly()
            if method is not None:
                method()

        return follow

    def _simulated(self) -> None:
        now = time.monotonic()
        if not self.pages or now - self._looked < _LOOK_AGAIN:
            return
        self._looked = now
        if any(control.stale for control in tuple(self.controls.values())):
            # Not here: the simulation's own thread must not wait for a page, nor fail with it.
            Thread(target=self.look, name="bouton parameters", daemon=True).start()


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
    target: bp.Object | bp.run.LiveSimulation, family: Family = None, *, simulation_parameters: bool = False
) -> ParameterControls:
    """Show a model's parameters as sliders, with number fields, units and reset buttons.

    A number, or an array of equal numbers, is moved as one number. An array of different numbers keeps its proportions and is
    scaled by a factor. A value that the model refuses is refused beside its field, in the model's own words.

    Parameters
    ----------
    target : bouton.Object or bouton.run.LiveSimulation
        A model is written to directly. A live simulation takes each change into its very next chunk, without compiling, and what
        Python code changes shows here within a second; otherwise call ``.refresh()``.
    family : str or sequence of str, optional
        Only the parameters of these families, such as ``"taus"``.
    simulation_parameters : bool
        Numeric simulation parameters too.

    Returns
    -------
    ParameterControls
        A widget; the last expression of a cell displays it.

    Raises
    ------
    KindError
        When the target is neither a model nor a simulation.
    ValueRefused
        When the model has no parameter of that family.
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
    return ParameterControls(view)
