"""Live traces: what a running simulation records, drawn while it runs, with the buttons to steer it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import bouton as bp
from bouton import errors

from ._assets import script
from ._audience import audience_of
from ._focus import follow as follow_tree
from ._focus import near
from ._frames import pack
from ._stream import Stream
from ._view import View
from ._widget import ViewWidget

SPEEDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, None)
"""What the view offers, in simulated seconds per second; None is as fast as it goes."""

_MOST_COLUMNS = 1600


class TracesView(View):
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
        super().__init__()
        self.simulation = simulation
        self.module = simulation.model
        self.focused: list[str] | None = None
        self._signals = _chosen(simulation, paths)
        self._units, self._rows = units, rows
        self._stream = Stream(simulation, self._send_frame, lambda: self.busy())

    def content(self) -> dict[str, Any]:
        """Give the signals, their units and the speeds on offer."""
        return {
            "signals": [{"path": s.path, "unit": s.unit or "", "units": s.units, "kind": s.kind} for s in self._signals],
            "dt": float(self.simulation.dt),
            "speeds": list(SPEEDS),
            "focus": self.focused,
        }

    def focus(self, path: str | None) -> None:
        """Draw only the signals at or below a path, or if there are none those of the part around it; None draws all."""
        self.focused = near(path, [signal.path for signal in self._signals])
        self.publish({"type": "focus", "paths": self.focused})

    @property
    def title(self) -> str:
        """The model's class."""
        return self.simulation.model.class_name

    def plain(self) -> str:
        """Name the signals."""
        return f"Live traces of {self.title}: {', '.join(signal.path for signal in self._signals)}"

    def receive(self, message: Mapping[str, Any]) -> None:
        """Act on a button, or on the news that a page has drawn a frame, came or went."""
        page = str(message.get("view", ""))
        match message.get("type"):
            case "drawn":
                self._stream.answered(page, int(message["frame"]))
            case "hello":
                self.pages[page] = message
                self._stream.hello(page)
            case "bye":
                self.pages.pop(page, None)
                self._stream.bye(page)
            case "play" | "pause" | "step" | "reset" | "speed":
                self._steer(message)

    def close(self) -> None:
        """Stop watching; the simulation is paused if nobody else watches it."""
        super().close()
        self._stream.close()

    def _steer(self, message: Mapping[str, Any]) -> None:
        audience_of(self.simulation).decided()
        try:
            match message["type"]:
                case "play":
                    self.simulation.start()
                case "pause":
                    self.simulation.pause()
                case "step":
                    self.simulation.step(int(message.get("n", 1)))
                case "reset":
                    self.simulation.reset()
                case "speed":
                    self.simulation.speed = message["value"]
        except errors.BoutonError as error:
            self.publish({"type": "refused", "text": str(error)})
        self._stream.wake()

    def _send_frame(self, number: int) -> int:
        simulation = self.simulation
        for page in tuple(self.pages):
            if page not in self._stream:
                del self.pages[page]
        columns = max((int(said["columns"]) for said in tuple(self.pages.values())), default=700)
        frame = simulation.frame(
            [signal.path for signal in self._signals] if self.focused is None else self.focused,
            columns=max(2, min(_MOST_COLUMNS, columns)),
            units=self._units,
            rows=self._rows,
        )
        head, buffers = pack(frame)
        head |= {
            "type": "frame",
            "frame": number,
            "error": simulation.error,
            "compilations": simulation.compilations,
            "speed": simulation.speed,
        }
        self.publish(head, buffers)
        return frame.change


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
