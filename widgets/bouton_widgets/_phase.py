"""The phase plane: two states of a unit of a running simulation against each other, with the nullclines of the model as it is."""

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

import bouton as bp
from bouton import errors

from ._assets import script
from ._kept_view import KeptWidget
from ._live_view import checked_simulation
from ._phase_view import PhaseView

_WHERE = "bouton_widgets.phase_plane"


class PhasePlot(KeptWidget):
    """The widget that `phase_plane` gives."""

    _esm: ClassVar[str] = script(PhaseView.script)


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
