"""Live traces: what a running simulation records, drawn while it runs, with the buttons to steer it."""

from collections.abc import Sequence
from typing import Any, ClassVar

import bouton as bp
from bouton import errors

from ._assets import script
from ._focus import follow as follow_tree
from ._focus import near
from ._frames import pack
from ._live_view import LiveView
from ._widget import ViewWidget

_MOST_COLUMNS = 1600


class TracesView(LiveView):
    """A live simulation as traces and rasters, without a screen.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    paths : str or sequence of str, optional
        Which of the recorded signals, in this order from the top. All of them if left out.
    units : int
        How many units of a trace are drawn at most; they are spread over the whole population.
    rows : int
        Height of a raster at most; of a larger population neighbours share a row.
    """

    script = "traces.js"

    def __init__(
        self,
        simulation: bp.run.LiveSimulation,
        paths: str | Sequence[str] | None = None,
        *,
        units: int = 8,
        rows: int = 192,
    ):
        super().__init__(simulation)
        self.focused: list[str] | None = None
        self._signals = _chosen(simulation, paths)
        self._units, self._rows = units, rows

    def content(self) -> dict[str, Any]:
        """Give the signals, their units and the speeds on offer."""
        return super().content() | {
            "signals": [{"path": s.path, "unit": s.unit or "", "units": s.units, "kind": s.kind} for s in self._signals],
            "focus": self.focused,
        }

    def focus(self, path: str | None) -> None:
        """Draw only the signals at or below a path, or if there are none those of the part around it; None draws all."""
        self.focused = near(path, [signal.path for signal in self._signals])
        self.publish({"type": "focus", "paths": self.focused})

    def plain(self) -> str:
        """Name the signals."""
        return f"Live traces of {self.title}: {', '.join(signal.path for signal in self._signals)}"

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the signals as they are drawn."""
        columns = max((int(said["columns"]) for said in tuple(self.pages.values())), default=700)
        frame = self.simulation.frame(
            [signal.path for signal in self._signals] if self.focused is None else self.focused,
            columns=max(2, min(_MOST_COLUMNS, columns)),
            units=self._units,
            rows=self._rows,
        )
        return *pack(frame), frame.change


def _chosen(simulation: bp.run.LiveSimulation, paths: str | Sequence[str] | None) -> list[bp.run.Signal]:
    known = {signal.path: signal for signal in simulation.signals}
    wanted = list(known) if paths is None else [paths] if isinstance(paths, str) else list(paths)
    for path in wanted:
        if path not in known:
            raise errors.UnknownPathError(
                where="bouton_widgets.traces(paths=...)",
                expected=f"paths that the simulation records: {', '.join(known)}",
                got=repr(path),
                fix="Name the path in LiveSimulation(record=...) too, or leave paths out to see all that is recorded.",
            )
    return [known[path] for path in wanted]


class LiveTraces(ViewWidget):
    """The widget that `traces` gives."""

    _esm: ClassVar[str] = script(TracesView.script)


def traces(
    simulation: bp.run.LiveSimulation,
    paths: str | Sequence[str] | None = None,
    *,
    units: int = 8,
    rows: int = 192,
    follow: ViewWidget | None = None,
) -> LiveTraces:
    """Show what a live simulation records while it runs, with buttons to play, pause, step and reset it.

    The simulation is paused when nobody has watched it for a few seconds (a closed tab, a cleared cell, a page in the
    background) and goes on by itself when somebody comes back.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    paths : str or sequence of str, optional
        Which of the recorded signals, in this order from the top. All of them if left out.
    units : int
        How many units of a trace are drawn at most; they are spread over the whole population.
    rows : int
        Height of a raster at most; of a larger population neighbours share a row.
    follow : ModuleTree, optional
        What `tree` gives for the same simulation: only what belongs to what is selected there is drawn.

    Returns
    -------
    LiveTraces
        A widget; the last expression of a cell displays it.

    Raises
    ------
    KindError
        When the first argument is no `bouton.run.LiveSimulation`, or ``follow`` is no tree.
    UnknownPathError
        When a path is not among those that the simulation records.
    ValueRefused
        When the tree is of another model.
    """
    if not isinstance(simulation, bp.run.LiveSimulation):
        raise errors.KindError(
            where="bouton_widgets.traces(simulation)",
            expected="a bouton.run.LiveSimulation",
            got=type(simulation).__name__,
            fix="Make one of your model first: bp.run.LiveSimulation(model, record=...).",
        )
    view = TracesView(simulation, paths, units=units, rows=rows)
    if follow is not None:
        follow_tree(view, follow, "bouton_widgets.traces")
    return LiveTraces(view)
