"""A stimulus by hand: a step, pulses, noise or a drawn curve, given to a running simulation."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import bouton as bp
from bouton import errors

from ._assets import script
from ._export import dataset
from ._history_picture import PALETTE
from ._kept_view import KeptView, KeptWidget, Span
from ._live_view import checked_simulation
from ._svg_axes import QUIET, RIGHT, TOP, Axes, legend, text, with_unit
from ._traces_svg import kept_stroke

if TYPE_CHECKING:
    import xarray

_MOST_COLUMNS = 1200
_POINTS = 51
"""Of a curve, as a page draws it."""


class StimulusView(KeptView):
    """Hands on the input of a simulation, without a screen.

    Parameters
    ----------
    stimulus : bouton.run.Stimulus
        What is given.
    simulation : bouton.run.LiveSimulation
        To which.
    height : float
        What the page offers to begin with, in the unit of the input.
    transport : bool
        Whether the page has buttons to steer it.
    """

    script = "stimulus.js"

    def __init__(self, stimulus: bp.run.Stimulus, simulation: bp.run.LiveSimulation, height: float = 1.0, transport: bool = True):
        # What was given is told by the drive; the steps of a signal say when.
        least = min(simulation.signals, key=lambda signal: signal.units, default=None)
        super().__init__(simulation, () if least is None else (least.path,), transport)
        self.stimulus, self.height = stimulus, height
        self.channel = 0
        # By page, up to which of its messages what is on is known.
        self._heard: dict[str, int] = {}

    def content(self) -> dict[str, Any]:
        """Give the unit and the number of the inputs, what drives them besides, and what to begin with."""
        stimulus = self.stimulus
        told = {"unit": stimulus.unit, "channels": stimulus.channels, "drive": stimulus.drive}
        return super().content() | told | {"height": self.height, "on": self.on()}

    def on(self) -> dict[str, Any]:
        """Give by kind what is on, the youngest of its kind, as a page fills its fields with it."""
        return {one.shape.kind: self._told(one) for one in self.stimulus.given}

    def plain(self) -> str:
        """Name what is on."""
        said = ", ".join(_words(one, self.stimulus) for one in self.stimulus.given)
        return f"Stimulus of {self.title}: {said or 'nothing is given'}"

    def asked(self, message: Mapping[str, Any]) -> None:
        """Give something, call it off, or show another channel."""
        match message.get("type"):
            case "give" | "off":
                try:
                    if message["type"] == "give":
                        self._give(message)
                    else:
                        self.stimulus.off(message.get("what"))
                finally:
                    self._heard[str(message.get("view", ""))] = int(message.get("turn", 0))
            case "channel":
                self.stimulus.trace(message["value"], 1)
                self.channel = int(message["value"])
                # Kept runs and what is frozen are asked for anew, of this channel.
                self._show_kept()

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give what is on, and what has been given to a channel."""
        change = self.simulation.change
        # Before what is on, which then contains what was heard.
        heard = {page: turn for page, turn in tuple(self._heard.items()) if page in self.pages}
        head, buffers = self._packed(self.stimulus.trace(self.channel, self.columns(10, _MOST_COLUMNS)))
        return head | {"on": self.on(), "heard": heard, "drive": self.stimulus.drive}, buffers, change

    def drawn(
        self, recording: bp.run.Recording, time: Span | None = None, at: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Give what had been given to the channel in a recording."""
        head, buffers = self._packed(self.stimulus.of(recording, self.channel, self.columns(10, _MOST_COLUMNS), time))
        return head | {"now": (recording.first + recording.steps) * recording.dt}, buffers

    def dataset(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give what was given to the channel in every step."""
        found = self.stimulus.of(recording, self.channel, recording.window, time)
        steps = round(found.time[0] / recording.dt) + np.arange(1, len(found.lo) + 1)
        known = np.isfinite(found.lo)
        name = f"stimulus to input {self.channel}"
        times = {"time": ("time", (steps * recording.dt)[known], {"units": "s"})}
        return dataset({name: ("time", found.lo[known], self.stimulus.unit)}, times)

    def svg(self, recording: bp.run.Recording | None = None, time: Span | None = None) -> str:
        """Draw it without a script, for a light page."""
        recording = self._recorded() if recording is None else recording
        trace = self.stimulus.of(recording, self.channel, 480, time)
        runs = [
            (run.name, self.stimulus.of(run.recording, self.channel, 480, its), by)
            for run, its, by in self.under(recording, time)
        ]
        every = np.concatenate([edge for one in (trace, *(one for _, one, _ in runs)) for edge in (one.lo, one.hi)])
        low, high = float(np.nanmin(every, initial=0.0)), float(np.nanmax(every, initial=0.0))
        room = 0.08 * (high - low) or 1.0
        axes = Axes((trace.time if time is None else time, (low - room, high + room)), 150)
        lines = [axes.line(_points(one, by), kept_stroke(k, PALETTE[0], 1.4)) for k, (_, one, by) in enumerate(runs)]
        lines.append(axes.line(_points(trace), f'stroke="{PALETTE[0]}" stroke-width="1.4"'))
        # On the line of the heading: that above the frame belongs to the kept runs.
        note = text(RIGHT, TOP - 40, f"to input {self.channel} of {self.stimulus.channels}", QUIET, anchor="end")
        names = axes.names("Simulated time (s)", with_unit("Stimulus", self.stimulus.unit))
        marks = legend([(name, kept_stroke(k)) for k, (name, *_) in enumerate(runs)])
        return axes.svg(f"{self.title}, stimulus", self.plain(), [axes.inside(*lines), *names, note, *marks])

    def _packed(self, trace: bp.run.StimulusTrace) -> tuple[dict[str, Any], list[bytes]]:
        head = {"time": list(trace.time), "channel": self.channel}
        return head, [np.asarray(edge, np.float32).tobytes() for edge in (trace.lo, trace.hi)]

    def _give(self, message: Mapping[str, Any]) -> None:
        stimulus, first, last = self.stimulus, message.get("first"), message.get("last")
        channels = None if first is None or last is None else range(int(first), int(last) + 1)
        where = {"channels": channels, "instead": bool(message.get("instead"))}
        match message.get("what"):
            case "step":
                stimulus.step(message["height"], **where)
            case "pulse":
                stimulus.pulse(message["height"], message["width"], **where)
            case "noise":
                stimulus.noise(message["mean"], message["sd"], message["seed"], **where)
            case "curve":
                stimulus.curve(message["heights"], message["seconds"], repeat=bool(message["repeat"]), **where)

    def _told(self, one: Any) -> dict[str, Any]:
        told = {key: value for key, value in vars(one.shape).items() if key not in ("kind", "steps")}
        if one.shape.kind == "curve":
            places = np.linspace(0, len(one.shape.heights) - 1, _POINTS)
            heights = np.interp(places, np.arange(len(one.shape.heights)), one.shape.heights)
            told |= {"heights": heights.tolist(), "seconds": one.shape.steps * self.simulation.dt}
        whole = len(one.channels) == self.stimulus.channels
        edges = {"first": None, "last": None} if whole else {"first": one.channels[0], "last": one.channels[-1]}
        return told | edges | {"instead": one.instead}


def _points(trace: bp.run.StimulusTrace, by: float = 0.0) -> np.ndarray:
    width = (trace.time[1] - trace.time[0]) / len(trace.lo)
    times = np.repeat(trace.time[0] + by + width * (np.arange(len(trace.lo)) + 0.5), 2)
    return np.stack([times, np.stack([trace.lo, trace.hi], axis=1).ravel()], axis=1)


def _words(one: Any, stimulus: bp.run.Stimulus) -> str:
    shape, first, last = one.shape, one.channels[0], one.channels[-1]
    size = {
        "step": lambda: f"{shape.height:g}",
        "pulse": lambda: f"{shape.height:g}",
        "noise": lambda: f"{shape.mean:g} ± {shape.sd:g}",
        "curve": lambda: f"{min(shape.heights):g} to {max(shape.heights):g}",
    }[shape.kind]()
    whole = len(one.channels) == stimulus.channels
    to = "all inputs" if whole else f"input {first}" if first == last else f"inputs {first} to {last}"
    return " ".join(
        [shape.kind, f"{size} {stimulus.unit}".rstrip(), "to", to, *(["instead of the drive"] if one.instead else [])]
    )


class StimulusHands(KeptWidget):
    """The widget that `stimulus` gives."""

    _esm: ClassVar[str] = script(StimulusView.script)


def stimulus(simulation: bp.run.LiveSimulation, *, height: float = 1.0, transport: bool = True) -> StimulusHands:
    """Give a live simulation a stimulus by hand, and show what has been given.

    A step, noise and a drawn curve stay until they are switched off, and follow their fields meanwhile; a press of a button is a
    pulse. They add up, go to all inputs or a range of them, and are added to what drives the simulation or given instead of it.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is driven and steered.
    height : float
        What the fields hold to begin with, in the unit of the input.
    transport : bool
        Whether the view has buttons to steer the simulation; leave them out where another view beside it has them.

    Returns
    -------
    StimulusHands
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError
        For what is no simulation.
    ValueRefused
        For a height that is no finite number above 0.
    """
    checked_simulation(simulation, "stimulus")
    if isinstance(height, bool) or not isinstance(height, int | float | np.number) or not 0 < float(height) < np.inf:
        raise errors.ValueRefused(
            where="bouton_widgets.stimulus(height=...)",
            expected="a finite number above 0",
            got=f"{height!r}",
            fix="Write what a usual stimulus is, in the unit of the input.",
        )
    return StimulusHands(StimulusView(bp.run.Stimulus(simulation), simulation, float(height), transport))
