"""The graph of a running model with the activity of its parts on it."""

import importlib
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import bouton as bp

from ._activity_svg import picture
from ._assets import script
from ._export import dataset
from ._kept_view import KeptView, KeptWidget, Span
from ._live_view import checked_simulation

if TYPE_CHECKING:
    import xarray

# Of a course on the page, and of one that is exported.
_BINS, _MOST_BINS = 32, 400
_WIDTH = 1020.0


class ActivityView(KeptView):
    """A model's parts and how active they are, without a screen.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    transport : bool
        Whether the page has buttons to steer it.
    """

    script = "activity.js"

    def __init__(self, simulation: bp.run.LiveSimulation, transport: bool = True):
        super().__init__(simulation, [signal.path for signal in simulation.signals], transport)
        # Not before somebody asks for it: it needs networkx.
        drawing: Any = importlib.import_module("bouton_widgets._activity_graph")
        self.graph, candidates = drawing.parts_of(simulation.model)
        self.places = drawing.laid_out(self.graph, _WIDTH)
        self.chosen = {name: _chosen(simulation, paths) for name, paths in candidates.items()}
        self.hints = {name: _hint(simulation, paths, self.chosen[name]) for name, paths in candidates.items()}
        self.activity = bp.run.Activity(simulation, [path for path in self.chosen.values() if path is not None])

    def content(self) -> dict[str, Any]:
        """Give where boxes and arrows lie, and what the activity of each part is told from."""
        places = self.places
        return super().content() | {
            "title": self.title,
            "width": places.width,
            "height": places.height,
            "boxes": [self._box(box) for box in places.boxes],
            "arrows": [
                {
                    "kind": curve.kind,
                    "from": curve.sender,
                    "to": curve.receiver,
                    "points": [[round(x, 1), round(y, 1)] for x, y in curve.points],
                    "head": [[round(x, 1), round(y, 1)] for x, y in curve.head],
                }
                for curve in places.curves
            ],
        }

    def plain(self) -> str:
        """Give each part with its activity."""
        found = self.activity(_BINS)
        lines = [f"Activity of {self.title}: {self.graph.facts}"]
        for node in self.graph.nodes:
            path = self.chosen[node.name]
            value = math.nan if path is None else found.now[path]
            told = "unknown" if path is None or math.isnan(value) else f"{value:.4g} {self.activity.sources[path].unit}".rstrip()
            lines.append(f"  {node.name} ({node.kind}): {told}")
        return "\n".join(lines)

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the present activity of each box, and its course."""
        found = self.activity(_BINS)
        return *self._packed(found), found.change

    def drawn(
        self, recording: bp.run.Recording, time: Span | None = None, at: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Give the same of a recording; the activity is that of its end."""
        head, buffers = self._packed(self.activity.of(recording, _BINS, time))
        return head | {"now": (recording.first + recording.steps) * recording.dt}, buffers

    def dataset(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give the course of every part that is recorded, at the middle of each bin."""
        found = self.activity.of(recording, _MOST_BINS, time)
        units = {path: source.unit for path, source in self.activity.sources.items() if source.recorded}
        width = (found.time[1] - found.time[0]) / max((len(course) for course in found.courses.values()), default=1)
        bins = next((len(found.courses[path]) for path in units), 0)
        middles = found.time[0] + width * (np.arange(bins) + 0.5)
        variables = {path: ("time", found.courses[path], unit) for path, unit in units.items()}
        return dataset(variables, {"time": ("time", middles, {"units": "s"})})

    def svg(self, recording: bp.run.Recording | None = None, time: Span | None = None) -> str:
        """Draw it without a script, for a light page."""
        found = self.activity(_BINS) if recording is None else self.activity.of(recording, _BINS, time)
        now, courses = self._by_box(found)
        sources = [self._source(box.node.name) for box in self.places.boxes]
        kept = [
            self._by_box(self.activity.of(run.recording, _BINS, its))[1] for run, its, _ in self.under(self._of(recording), time)
        ]
        return picture(self.places, f"{self.title}, activity", self.plain(), sources, now, courses, kept)

    def _of(self, recording: bp.run.Recording | None) -> bp.run.Recording:
        # Only its times are asked for.
        return self.simulation.recording(()) if recording is None else recording

    def _packed(self, found: bp.run.ActivityCourses) -> tuple[dict[str, Any], list[bytes]]:
        now, courses = self._by_box(found)
        head = {"levels": [None if math.isnan(value) else value for value in now], "span": list(found.time)}
        return head, [np.asarray(courses, np.float32).tobytes()]

    def _by_box(self, found: bp.run.ActivityCourses) -> tuple[list[float], np.ndarray]:
        bins = len(next(iter(found.courses.values()), np.zeros(_BINS)))
        unknown = np.full(bins, np.nan)
        paths = [self.chosen[box.node.name] for box in self.places.boxes]
        now = [math.nan if path is None else found.now[path] for path in paths]
        return now, np.array([unknown if path is None else found.courses[path] for path in paths])

    def _source(self, name: str) -> bp.run.ActivitySource | None:
        path = self.chosen[name]
        return None if path is None else self.activity.sources[path]

    def _box(self, box: Any) -> dict[str, Any]:
        source = self._source(box.node.name)
        told = {"path": None, "measure": None, "unit": "", "recorded": False} if source is None else dict(vars(source))
        return told | {
            "part": box.node.name,
            "name": box.name,
            "kind": box.kind,
            "left": round(box.left, 1),
            "top": round(box.top, 1),
            "width": round(box.width, 1),
            "height": round(box.height, 1),
            "hint": self.hints[box.node.name],
        }


def _chosen(simulation: bp.run.LiveSimulation, paths: tuple[str, ...]) -> str | None:
    """What is recorded, or else a state that can be looked at."""
    recorded = {signal.path for signal in simulation.signals}
    states = {entry.path for entry in simulation.model.entries() if entry.kind == "state" and entry.is_array}
    known = [path for path in paths if path in recorded]
    return next(iter(known), None) or next((path for path in paths if path == "input" or path in states), None)


def _hint(simulation: bp.run.LiveSimulation, paths: tuple[str, ...], chosen: str | None) -> str:
    """How more would be known."""
    if chosen == "input" or chosen in {signal.path for signal in simulation.signals}:
        return ""
    better = next((path for path in paths if path != "input"), None)
    if better is None:
        return "It keeps no state and its output is no signal of the model, so nothing is known."
    known = "Not recorded, so it is only seen now and then" if chosen is not None else "Not recorded, so nothing is known"
    return f"{known}: add {better!r} to record= of the simulation."


class ActivityGraph(KeptWidget):
    """The widget that `activity` gives."""

    _esm: ClassVar[str] = script(ActivityView.script)


def activity(simulation: bp.run.LiveSimulation, *, transport: bool = True) -> ActivityGraph:
    """Show the parts of a live simulation as a graph, each with its present activity and its course.

    The parts are the nodes of a graph, the groups and synapses of a network of steps, or the modules of a chain. Of spiking parts
    the rate is shown, of others the mean of the absolute values. What the simulation records is told from the record. A state
    that it does not record is looked at whenever a picture is drawn, and marked so. Of other parts nothing is known, and the page
    says what to record.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    transport : bool
        Whether the view has buttons to steer the simulation; leave them out where another view beside it has them.

    Returns
    -------
    ActivityGraph
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError
        For what is no simulation.
    """
    checked_simulation(simulation, "activity")
    return ActivityGraph(ActivityView(simulation, transport))
