"""A stimulus by hand: a step, pulses, noise or a drawn curve, given to a running simulation."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

import bouton as bp
from bouton import errors

from ._assets import script
from ._history_picture import PALETTE
from ._live_view import LiveView, checked_simulation
from ._svg_axes import QUIET, RIGHT, TOP, Axes, text, with_unit
from ._widget import ViewWidget

_MOST_COLUMNS = 1200
_POINTS = 51
"""Of a curve, as a page draws it."""


class StimulusView(LiveView):
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
        super().__init__(simulation, transport)
        self.stimulus, self.height = stimulus, height
        self.channel = 0

    def content(self) -> dict[str, Any]:
        """Give the unit and the number of the inputs, and what to begin with."""
        stimulus = self.stimulus
        return super().content() | {"unit": stimulus.unit, "channels": stimulus.channels, "height": self.height, "on": self.on()}

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
            case "give":
                self._give(message)
            case "off":
                self.stimulus.off(message.get("what"))
            case "channel":
                self.stimulus.trace(message["value"], 1)
                self.channel = int(message["value"])

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give what is on, and what has been given to a channel."""
        change = self.simulation.change
        columns = max((int(said["columns"]) for said in tuple(self.pages.values())), default=700)
        trace = self.stimulus.trace(self.channel, max(10, min(_MOST_COLUMNS, columns)))
        head = {"time": list(trace.time), "channel": self.channel, "on": self.on()}
        return head, [np.asarray(edge, np.float32).tobytes() for edge in (trace.lo, trace.hi)], change

    def svg(self) -> str:
        """Draw it without a script, for a light page."""
        trace = self.stimulus.trace(self.channel, 480)
        low, high = (float(edge(np.nan_to_num(part))) for edge, part in ((np.min, trace.lo), (np.max, trace.hi)))
        room = 0.08 * (high - low) or 1.0
        axes = Axes((trace.time, (low - room, high + room)), 150)
        width = (trace.time[1] - trace.time[0]) / len(trace.lo)
        times = np.repeat(trace.time[0] + width * (np.arange(len(trace.lo)) + 0.5), 2)
        values = np.stack([trace.lo, trace.hi], axis=1).ravel()
        line = axes.line(np.stack([times, values], axis=1), f'stroke="{PALETTE[0]}" stroke-width="1.4"')
        note = text(RIGHT, TOP - 10, f"to input {self.channel} of {self.stimulus.channels}", QUIET, anchor="end")
        names = axes.names("Simulated time (s)", with_unit("Stimulus", self.stimulus.unit))
        return axes.svg(f"{self.title}, stimulus", self.plain(), [axes.inside(line), *names, note])

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


class StimulusHands(ViewWidget):
    """The widget that `stimulus` gives."""

    _esm: ClassVar[str] = script(StimulusView.script)
    view: StimulusView

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.view.svg()
        return (bundle, *metadata)


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
