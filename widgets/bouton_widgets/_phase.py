"""The phase plane: two states of a unit of a running simulation against each other, with the nullclines of the model as it is."""

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import contourpy
import numpy as np

import bouton as bp
from bouton import errors

from ._assets import script
from ._live_view import LiveView, checked_simulation
from ._phase_range import Shown
from ._phase_svg import picture
from ._widget import ViewWidget

_WHERE = "bouton_widgets.phase_plane"

# While nothing is turned, fields take at most this part of the time.
_SHARE = 0.2


class PhaseView(LiveView):
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
        super().__init__(simulation, transport)
        self.plane, self.seconds, self._arrows = plane, seconds, bool(arrows)
        self._axes = Shown(x_range), Shown(y_range)
        self._field: bp.run.PhaseField | None = None
        self._of: tuple = ()
        self._due, self._clock = 0.0, time.monotonic
        units = {entry.path: entry.unit or "" for entry in simulation.model.entries() if entry.kind == "state"}
        self.names = {path: units.get(path, "") for path in (plane.x, plane.y)}
        recorded = {signal.path for signal in simulation.signals}
        self.missing = [path for path in self.names if path not in recorded]
        """The states that the simulation does not record: where the unit has been is then not known."""

    def content(self) -> dict[str, Any]:
        """Give the names of the axes, and how many units there are."""
        x, y = self.names.items()
        more = {"units": self.plane.units, "seconds": self.seconds, "arrows": self._arrows, "missing": self.missing}
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

    def choose(self, unit: int) -> None:
        """Show another unit, if it is recorded, or nothing is."""
        before = self.plane.unit
        self.plane.unit = unit
        try:
            self._path(4)
        except errors.UnknownPathError:
            self.plane.unit = before
            raise

    def svg(self) -> str:
        """Draw it without a script, for a light page."""
        path, now, ends = self._seen()
        note, lines = None, [np.zeros((0, 2))] * 2
        try:
            lines = self._nullclines(self._now(*ends))
        except errors.RunningError as error:
            note = str(error)
        return picture(self.title, self.names, self.plane.unit, ends, (path.x, path.y), now, lines, note)

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the path, the nullclines, the field, and when the unit was at each point of the path."""
        path, now, ends = self._seen()
        head = {"x": ends[0], "y": ends[1], "at": now, "unit": self.plane.unit, "grid": [0, 0], "note": None}
        xy = np.stack([path.x, path.y]).astype(np.float32)
        # Apart from the time of the last, because single precision tells late times apart no more.
        last = int(path.steps[-1]) if len(path.steps) else self.simulation.steps
        head["last"] = last * self.simulation.dt
        ago = ((path.steps - last) * self.simulation.dt).astype(np.float32).tobytes()
        try:
            field = self._now(*ends)
        except errors.RunningError as error:
            # Told on the page: a model whose parts were replaced, or that raises.
            return head | {"note": str(error)}, [xy.tobytes(), b"", b"", b"", ago], self.simulation.change
        head |= {"grid": [len(field.x), len(field.y)], "span": [*_ends(field.x), *_ends(field.y)]}
        lines = [line.astype(np.float32).tobytes() for line in self._nullclines(field)]
        return head, [xy.tobytes(), *lines, np.stack([field.dx, field.dy]).tobytes(), ago], field.change

    def _seen(self) -> tuple[bp.run.PhasePath, tuple[float, float], tuple]:
        path = self._path(2400)
        # The model may have moved on since.
        now = (float(path.x[-1]), float(path.y[-1])) if len(path.x) else self.plane.now()
        ends = tuple(axis.ends(np.append(v, at)) for axis, v, at in zip(self._axes, (path.x, path.y), now, strict=True))
        return path, now, ends

    def _path(self, most: int) -> bp.run.PhasePath:
        if self.missing:
            none = np.zeros(0, np.float32)
            return bp.run.PhasePath(none, none, np.zeros(0, int))
        return self.plane.path(self.seconds, most)

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

    @staticmethod
    def _nullclines(field: bp.run.PhaseField) -> list[np.ndarray]:
        """Zero lines ``(points, 2)`` of both changes; a row of NaN is between two lines."""
        return [_zero_lines(field.x, field.y, change) for change in (field.dx, field.dy)]


def _zero_lines(x: np.ndarray, y: np.ndarray, change: np.ndarray) -> np.ndarray:
    lines = contourpy.contour_generator(x, y, np.ma.masked_invalid(change), corner_mask=True).lines(0.0)
    gap = np.full((1, 2), np.nan)
    return np.concatenate([np.zeros((0, 2)), *(part for line in lines for part in (np.asarray(line), gap))])


def _ends(values: np.ndarray) -> tuple[float, float]:
    return float(values[0]), float(values[-1])


class PhasePlot(ViewWidget):
    """The widget that `phase_plane` gives."""

    _esm: ClassVar[str] = script(PhaseView.script)
    view: PhaseView

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.view.svg()
        return (bundle, *metadata)


def phase_plane(
    simulation: bp.run.LiveSimulation,
    x: str,
    y: str,
    unit: int = 0,
    *,
    seconds: float | None = None,
    x_range: Sequence[float] | None = None,
    y_range: Sequence[float] | None = None,
    arrows: bool = True,
    points: int = 49,
    transport: bool = True,
) -> PhasePlot:
    """Show two states of one unit of a live simulation against each other, with the nullclines of the model as it is.

    The line behind the present point is where the unit has been. On a nullcline one of the two states would not change in the
    next step; these lines, and the arrows that show which way the point would go, follow the parameters, the input and the other
    units. Where the next step would be a reset, the plane is shaded.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered. Where the unit has been is drawn if it records both states.
    x, y : str
        Paths of two states with floats: ``"system.V"``, ``"system.w"``.
    unit : int
        Which unit; the page can choose another.
    seconds : float, s, optional
        How long the line behind the present point is. Default: what the simulation keeps.
    x_range, y_range : (float, float), optional
        What is shown of each axis to begin with. Default: room for what has been seen.
    arrows : bool
        Whether arrows show which way the point would go; the page can change it.
    points : int
        Places along each axis at which changes are computed; fewer for a model with many values.
    transport : bool
        Whether the view has buttons to steer the simulation; leave them out where another view beside it has them.

    Returns
    -------
    PhasePlot
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError, UnknownPathError, ShapeError, ValueRefused
        As `bouton.run.PhasePlane`; also for a unit that is not among those recorded, and for seconds and ranges that are none.
    """
    checked_simulation(simulation, "phase_plane")
    if seconds is not None and not (np.ndim(seconds) == 0 and 0 < float(seconds) < math.inf):
        raise errors.ValueRefused(
            where=f"{_WHERE}(seconds=...)",
            expected="seconds above 0",
            got=f"{seconds!r}",
            fix="Leave it out for all that is kept.",
        )
    plane = bp.run.PhasePlane(simulation, x, y, unit, points=points)
    shown = simulation.window if seconds is None else min(float(seconds), simulation.window)
    ranges = _range(x_range, "x_range"), _range(y_range, "y_range")
    view = PhaseView(plane, simulation, shown, *ranges, arrows, transport)
    view.choose(unit)
    return PhasePlot(view)


def _range(given: Sequence[float] | None, name: str) -> tuple[float, float] | None:
    if given is None:
        return None
    ends = np.asarray(given, float)
    if ends.shape != (2,) or not np.all(np.isfinite(ends)) or not ends[0] < ends[1]:
        raise errors.ValueRefused(
            where=f"{_WHERE}({name}=...)",
            expected="a smaller and a larger number",
            got=f"{given!r}",
            fix="Write for instance (-80.0, 40.0).",
        )
    return float(ends[0]), float(ends[1])
