"""How a view of a model's parameters writes to it: all at once, as a step that can be undone, seen by all other views."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import bouton as bp

from ._choice import Choice, choosable
from ._controls import Control, adjustable
from ._following import FollowingView, others, turning
from ._undo import Step, named

AnyControl = Control | Choice


def control_of(entry: bp.Entry) -> AnyControl | None:
    """What turns an entry; None for what cannot be turned on a page."""
    return Control(entry) if adjustable(entry) else Choice(entry) if choosable(entry) else None


class Writing:
    """Writes to the model of a view.

    Parameters
    ----------
    view : ParametersView
        Whose controls show what is written.
    """

    def __init__(self, view: Any):
        self._view = view

    def write(
        self,
        values: Mapping[str, Any],
        *,
        settle: Callable[[], None] | None = None,
        label: str | None = None,
        gesture: Hashable = None,
        name: str = "",
    ) -> int | None:
        """Write values by path; all, or none when one is refused.

        Parameters
        ----------
        values : mapping of str to value
            What the entries take.
        settle : callable, optional
            Called when they are written, instead of a look of each control.
        label : str, optional
            Of the step. Default: the path, or how many.
        gesture : hashable, optional
            What is written with the same belongs to one step.
        name : str
            Of the preset that the values are, for what is told when it does not fit.

        Returns
        -------
        int or None
            Number of the change; None for a model that does not run.

        Raises
        ------
        BoutonError
            As for the assignment.
        """
        view = self._view
        with turning:
            rows = view.changes()
            controls = {path: view.controls[path] for path in values if path in view.controls}
            entries = {path: control.entry for path, control in controls.items()}
            if len(entries) < len(values):
                entries |= {entry.path: entry for entry in view.module.entries() if entry.path in values}
            before = {path: entry.value for path, entry in entries.items()}
            looks = {path: control.look() for path, control in controls.items()}
            change = self._apply(values, name)
            if settle is None:
                for control in controls.values():
                    control.update()
            else:
                settle()
            after = {path: entry.value for path, entry in entries.items()}
            moved = [path for path in entries if after[path] is not before[path]]
            if moved:
                pairs = {path: (looks[path], controls[path].look()) for path in moved if path in controls}
                kept = {path: before[path] for path in moved}, {path: after[path] for path in moved}
                view.undo.did(Step(*kept, pairs, label or named(moved), gesture))
            news = self._news([controls[path] for path in moved if path in controls])
        # What has come from elsewhere meanwhile.
        view.show([row for row in rows if row["path"] not in values])
        self._tell(news)
        return change

    def undo(self) -> None:
        """Go one step back, if there is one."""
        self._step(back=True)

    def redo(self) -> None:
        """Do again what was undone last, if anything."""
        self._step(back=False)

    def _step(self, *, back: bool) -> None:
        view = self._view
        with turning:
            rows = view.changes()
            step = view.undo.back() if back else view.undo.forth()
            if step is None:
                view.show(rows)
                return
            self._apply(step.before if back else step.after)
            if back:
                view.undo.went_back()
            else:
                view.undo.went_forth()
            controls = [view.controls[path] for path in step.before if path in view.controls]
            for control in controls:
                pair = step.looks.get(control.entry.path)
                control.recall(None if pair is None else pair[0 if back else 1])
            rows += [control.row() for control in controls]
            news = self._news(controls)
        view.show(rows)
        self._tell(news)

    def _apply(self, values: Mapping[str, Any], name: str = "") -> int | None:
        simulation = self._view.simulation
        if name or len(values) > 1:
            change = bp.run.Preset(values, name).apply(self._view.module if simulation is None else simulation)
            return None if simulation is None else change
        change = None
        for path, value in values.items():
            if simulation is None:
                self._view.module.entry(path).set(value)
            else:
                change = simulation.set(path, value)
        return change

    def _news(self, controls: list[AnyControl]) -> list[tuple[FollowingView, list]]:
        # Of several at once the others look for themselves: one control cannot stand for all.
        source = controls[0] if len(controls) == 1 else None
        return [(other, other.changes() if source is None else other.news(source)) for other in others(self._view)]

    def _tell(self, news: list[tuple[FollowingView, list]]) -> None:
        self._view.tell_steps()
        for other, rows in news:
            other.show(rows)
