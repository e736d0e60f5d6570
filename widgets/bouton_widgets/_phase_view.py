"""Two states of a unit of a running simulation against each other, without a screen."""

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

import bouton as bp
from bouton import errors

from ._export import dataset
from ._kept_view import KeptView, Span
from ._phase_lines import field_or_why, nullclines, packed
from ._phase_range import Shown
from ._phase_svg import Course, picture

if TYPE_CHECKING:
    import xarray

# While nothing is turned, fields take at most this part of the time.
_SHARE = 0.2

_POINTS = 2400
"""Of a path as it is drawn, about, and at most."""


class PhaseView(KeptView):
    """Two states of a unit against each other, without a screen.

    Parameters
    ----------
    plane : bouton.run.PhasePlane
        What is shown.
    simulation : bouton.run.LiveSimulation
        Of which.
    seconds : float, s
        How long the line behind the present point is.
    x_range, y_range : (float, float), optional
        What is shown of each axis to begin with. Default: room for what has been seen.
    arrows : bool
        Whether arrows show which way the point would go.
    transport : bool
        Whether the page has buttons to steer it.
    """

    script = "phase.js"

    def __init__(
        self,
        plane: bp.run.PhasePlane,
        simulation: bp.run.LiveSimulation,
        seconds: float,
        x_range: tuple[float, float] | None = None,
        y_range: tuple[float, float] | None = None,
        arrows: bool = True,
        transport: bool = True,
    ):
        units = {entry.path: entry.unit or "" for entry in simulation.model.entries() if entry.kind == "state"}
        self.names = {path: units.get(path, "") for path in (plane.x, plane.y)}
        recorded = {signal.path for signal in simulation.signals}
        self.missing = [path for path in self.names if path not in recorded]
        """The states that the simulation does not record: where the unit has been is then not known."""
        self.plane, self.seconds, self._arrows = plane, seconds, bool(arrows)
        self._axes = Shown(x_range), Shown(y_range)
        self._field: bp.run.PhaseField | None = None
        self._of: tuple = ()
        self._due, self._clock = 0.0, time.monotonic
        # Of the kept runs: between which ends they were sent last, between which they are wanted, and their extremes.
        self._sent_between: tuple = ()
        self._between: tuple = ()
        self._reached = np.zeros((2, 0))
        super().__init__(simulation, [path for path in self.names if path in recorded], transport)

    def content(self) -> dict[str, Any]:
        """Give the names of the axes, and how many units there are."""
        x, y = self.names.items()
        more = {
            "units": self.plane.units,
            "seconds": self.seconds,
            "arrows": self._arrows,
            "missing": self.missing,
            "align": False,
        }
        return super().content() | {"x": x, "y": y} | more

    def plain(self) -> str:
        """Name the states, and where the unit is."""
        return (
            f"Phase plane of {self.title}: {self.plane.y} over {self.plane.x}, unit {self.plane.unit} of {self.plane.units}, "
            "now at ({:.4g}, {:.4g})".format(*self.plane.now())
        )

    def asked(self, message: Mapping[str, Any]) -> None:
        """Show another unit, or another part of the plane."""
        match message.get("type"):
            case "unit":
                self.choose(message["value"])
            case "fit":
                for axis in self._axes:
                    axis.fit()
            case "zoom":
                for axis, about in zip(self._axes, message.get("about") or (None, None), strict=True):
                    axis.zoom(float(message["factor"]), about)
            case _:
                return
        self._show_kept()

    def choose(self, unit: int) -> None:
        """Show another unit, if it is recorded, or nothing is."""
        before = self.plane.unit
        self.plane.unit = unit
        try:
            self._path(4)
        except errors.UnknownPathError:
            self.plane.unit = before
            raise

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the path, the nullclines, the field, and when the unit was at each point of the path."""
        path = self._path(_POINTS)
        # The model may have moved on since.
        now = (float(path.x[-1]), float(path.y[-1])) if len(path.x) else self.plane.now()
        ends = self._ends(path, now)
        if ends != self._sent_between and self._shelf.runs:
            self._show_kept()
        # Told on the page: a model whose parts were replaced, or that raises.
        field, note = field_or_why(lambda: self._now(*ends))
        change = self.simulation.change if field is None else field.change
        head, buffers = packed(path, self.simulation.dt, self.simulation.steps, field)
        return head | self._told(now, ends, note), buffers, change

    def drawn(
        self, recording: bp.run.Recording, time: Span | None = None, at: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Give the path of a recording, or that between two times, and the nullclines and the place of its end."""
        path, now = self._path(_POINTS, recording, time), self._end(recording)
        ends = self._between = self._ends(path, now)
        field, note = field_or_why(lambda: self.plane.field(*ends, of=recording))
        last = recording.first + recording.steps
        head, buffers = packed(path, recording.dt, last, field)
        return head | self._told(now, ends, note) | {"now": last * recording.dt}, buffers

    def laid(self, recording: bp.run.Recording, time: Span | None = None) -> tuple[dict[str, Any], list[bytes]]:
        """Give the path of a kept run, the nullclines that it had at its end, and its place there."""
        path, now, field = self._of_run(recording, time, self._between)
        lines = nullclines(field)
        return {"at": now}, [part.astype(np.float32).tobytes() for part in (np.stack([path.x, path.y]), *lines)]

    def dataset(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give where the unit has been, and how both states would change from every point of the plane."""
        path, now = self._path(sys.maxsize, recording, time), self._end(recording)
        variables: dict[str, Any] = {}
        coordinates: dict[str, Any] = {}
        if not self.missing:
            for (name, unit), values in zip(self.names.items(), (path.x, path.y), strict=True):
                variables[name] = ("time", values, unit)
            coordinates["time"] = ("time", path.steps * recording.dt, {"units": "s"})
        field, _ = field_or_why(lambda: self.plane.field(*self._ends(path, now), of=recording))
        if field is not None:
            for axis, (name, unit), values, change in zip(
                "xy", self.names.items(), (field.x, field.y), (field.dx, field.dy), strict=True
            ):
                coordinates[axis] = (axis, values, {"long_name": name} | ({"units": unit} if unit else {}))
                variables[f"d{axis}"] = (("y", "x"), change, f"{unit or '1'}/s")
        return dataset(variables, coordinates)

    def table(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give where the unit has been.

        Raises
        ------
        ValueRefused
            Where that is not known.
        """
        if self.missing:
            raise errors.ValueRefused(
                where="bouton_widgets.phase_plane, to_csv",
                expected="a simulation that records both states",
                got=f"one that does not record {' and '.join(self.missing)}",
                fix="Name them in LiveSimulation(record=...), or take the field from to_xarray().",
            )
        return self.dataset(recording, time)[list(self.names)]

    def svg(self, recording: bp.run.Recording | None = None, time: Span | None = None) -> str:
        """Draw it without a script, for a light page."""
        recording = self._recorded() if recording is None else recording
        path, now = self._path(_POINTS, recording, time), self._end(recording)
        ends = self._ends(path, now)
        field, note = field_or_why(lambda: self.plane.field(*ends, of=recording))
        runs = []
        for run, its, _ in self.under(recording, time):
            way, there, found = self._of_run(run.recording, None if time is None else its, ends)
            runs.append(Course(run.name, (way.x, way.y), there, nullclines(found)))
        course = Course("", (path.x, path.y), now, nullclines(field))
        return picture(self.title, self.names, self.plane.unit, ends, course, runs, note)

    def _show_kept(self) -> None:
        runs = [self._path(_POINTS, run.recording) for run in self._shelf.runs]
        extremes = [[[v.min(), v.max()] for v in (path.x, path.y)] for path in runs if len(path.x)]
        self._reached = np.concatenate([np.zeros((2, 0)), *extremes], axis=1)
        path = self._path(_POINTS)
        self._between = self._sent_between = self._ends(path, self.plane.now())
        super()._show_kept()

    def _told(self, now: Span, ends: tuple[Span, Span], note: str | None) -> dict[str, Any]:
        return {"x": ends[0], "y": ends[1], "at": now, "unit": self.plane.unit, "note": note}

    def _of_run(
        self, recording: bp.run.Recording, time: Span | None, ends: tuple
    ) -> tuple[bp.run.PhasePath, Span, bp.run.PhaseField | None]:
        """Path, end and field of a kept run, between the ends of axes that others have."""
        path, now = self._path(_POINTS, recording, time), self._end(recording)
        return path, now, field_or_why(lambda: self.plane.field(*ends, of=recording))[0]

    def _end(self, recording: bp.run.Recording) -> Span:
        """Where the unit was at the end of a recording."""
        values = {} if recording.end is None else recording.end.values
        x, y = (float(np.asarray(values[path]).reshape(-1)[self.plane.unit]) for path in self.names)
        return x, y

    def _ends(self, path: bp.run.PhasePath, now: Span) -> tuple[Span, Span]:
        """Ends of both axes, with room for a path and a place, and for the kept runs."""
        seen = zip(self._axes, (path.x, path.y), now, self._reached, strict=True)
        x, y = (axis.ends(np.concatenate([values, [at], reached])) for axis, values, at, reached in seen)
        return x, y

    def _path(self, most: int, recording: bp.run.Recording | None = None, time: Span | None = None) -> bp.run.PhasePath:
        if self.missing:
            none = np.zeros(0, np.float32)
            return bp.run.PhasePath(none, none, np.zeros(0, int))
        return self.plane.path(self.seconds, most, of=recording, time=time)

    def _now(self, x: tuple[float, float], y: tuple[float, float]) -> bp.run.PhaseField:
        """The field: at once when a hand has moved, or else as often as it is cheap."""
        simulation = self.simulation
        of, began = (x, y, self.plane.unit, simulation.change, id(simulation.inputs)), self._clock()
        moved = self._field is None or self._field.step != simulation.steps
        # At rest nothing comes after it.
        settled = simulation.status != "running" or began >= self._due
        if self._field is None or of != self._of or (moved and settled):
            self._field, self._of = self.plane.field(x, y), of
            ended = self._clock()
            self._due = ended + (1 / _SHARE - 1) * (ended - began)
        return self._field
