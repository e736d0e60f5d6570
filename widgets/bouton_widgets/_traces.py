"""Live traces: what a running simulation records, drawn while it runs, with the buttons to steer it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import bouton as bp
from bouton import errors

from ._assets import script
from ._focus import follow as follow_tree
from ._focus import near
from ._frames import pack
from ._kept_view import KeptView, KeptWidget, Span
from ._live_view import checked_simulation
from ._traces_svg import Laid, picture
from ._widget import ViewWidget

if TYPE_CHECKING:
    import xarray

_COLUMNS = 320
"""Of a picture for a page without scripts."""


class TracesView(KeptView):
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
    transport : bool
        Whether the page has buttons to steer the simulation.
    """

    script = "traces.js"

    def __init__(
        self,
        simulation: bp.run.LiveSimulation,
        paths: str | Sequence[str] | None = None,
        *,
        units: int = 8,
        rows: int = 192,
        transport: bool = True,
    ):
        self._signals = _chosen(simulation, paths)
        super().__init__(simulation, [signal.path for signal in self._signals], transport)
        self.focused: list[str] | None = None
        self._units, self._rows = units, rows

    def content(self) -> dict[str, Any]:
        """Give the signals, their units and the speeds on offer."""
        return super().content() | {
            "signals": [
                {"path": s.path, "unit": s.unit or "", "units": s.units, "every": s.every, "kind": s.kind} for s in self._signals
            ],
            "focus": self.focused,
        }

    def focus(self, path: str | None) -> None:
        """Draw only the signals at or below a path, or if there are none those of the part around it; None draws all."""
        self.focused = near(path, [signal.path for signal in self._signals])
        self.publish({"type": "focus", "paths": self.focused})
        self._show_kept()

    def plain(self) -> str:
        """Name the signals."""
        return f"Live traces of {self.title}: {', '.join(signal.path for signal in self._signals)}"

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the signals as they are drawn."""
        frame = self.simulation.frame(self._shown, columns=self.columns(), units=self._units, rows=self._rows)
        return *pack(frame), frame.change

    def drawn(
        self, recording: bp.run.Recording, time: Span | None = None, at: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Give the signals of a recording, and the values of the units drawn at one time."""
        # More columns for what is shown in part: its page asks for some beside it, too.
        columns = self.columns() * (1 if time is None else 2)
        head, buffers = pack(recording.frame(self._shown, columns, self._units, self._rows, time))
        if at is not None and recording.steps:
            head["at"] = self.reading(recording, at)
        return head, buffers

    def reading(self, recording: bp.run.Recording, at: float) -> dict[str, Any]:
        """Give the values of the units that are drawn, at the step that is nearest to a time."""
        step = recording.nearest(at)
        traces = recording.frame(self._shown, 1, self._units).traces
        values = {path: recording.values[path][step][trace.units].tolist() for path, trace in traces.items()}
        # JSON has no NaN.
        values = {path: [v if np.isfinite(v) else None for v in row] for path, row in values.items()}
        return {"time": float(recording.time[step]), "values": values}

    def dataset(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give the signals, all units that are kept."""
        return _between(recording.restricted(self._shown).to_xarray(), recording, time)

    def table(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give the units that are drawn as lines, and all units of events."""
        frame = recording.frame(self._shown, 1, self._units)
        found = recording.restricted(self._shown, {path: trace.units for path, trace in frame.traces.items()})
        return _between(found.to_xarray(), recording, time)

    def svg(self, recording: bp.run.Recording | None = None, time: Span | None = None) -> str:
        """Draw them without a script, for a light page."""
        recording = self._recorded() if recording is None else recording
        span = self.span(recording) if time is None else time

        def frame(of: bp.run.Recording, between: Span) -> bp.run.Frame:
            return of.frame(self._shown, _COLUMNS, self._units, self._rows, between)

        runs = [Laid(run.name, frame(run.recording, its), shift) for run, its, shift in self.under(recording, time)]
        signals = [signal for signal in self._signals if signal.path in self._shown]
        return picture(f"{self.title}, live traces", self.plain(), signals, span, frame(recording, span), runs)

    @property
    def _shown(self) -> list[str]:
        return [signal.path for signal in self._signals] if self.focused is None else list(self.focused)


def _between(found: "xarray.Dataset", recording: bp.run.Recording, time: Span | None) -> "xarray.Dataset":
    # Of a step that is shown in part, too: its time is that after it.
    return found if time is None else found.sel(time=slice(time[0], time[1] + recording.dt * 0.999))


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


class LiveTraces(KeptWidget):
    """The widget that `traces` gives."""

    _esm: ClassVar[str] = script(TracesView.script)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # Without the picture: it would be most of a notebook.
        return ViewWidget._repr_mimebundle_(self, **options)


def traces(
    simulation: bp.run.LiveSimulation,
    paths: str | Sequence[str] | None = None,
    *,
    units: int = 8,
    rows: int = 192,
    follow: ViewWidget | None = None,
    transport: bool = True,
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
    transport : bool
        Whether the view has buttons to steer the simulation; leave them out where another view beside it has them.

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
    checked_simulation(simulation, "traces")
    view = TracesView(simulation, paths, units=units, rows=rows, transport=transport)
    if follow is not None:
        follow_tree(view, follow, "bouton_widgets.traces")
    return LiveTraces(view)
