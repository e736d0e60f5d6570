"""What a fit is to come to: what a simulation would do, what it did in a kept run, or what somebody draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import bouton as bp
from bouton import errors

from ._kept import shelf_of
from ._summary import number as written

POINTS = 51
"""Of a curve, as a page draws it."""

Simulation = bp.run.LiveSimulation


@dataclass(frozen=True)
class Target:
    """What a signal is to follow.

    Attributes
    ----------
    signal : str
    values : array or TSContinuous
    start : Snapshot or None
        From where it sets out; None for the initial states.
    inputs : see bouton.run.Fit
    units : int, sequence of int or None
        Of the signal.
    label : str
        What the page says of it.
    sketch : dict or None
        Of one that was drawn: the curve, as a page draws it.
    """

    signal: str
    values: Any
    start: bp.run.Snapshot | None
    inputs: Any
    units: Any
    label: str
    sketch: dict[str, Any] | None = None


def ahead(simulation: Simulation, signal: str, seconds: float) -> Target:
    """What the simulation would do next, as it is set now.

    Raises
    ------
    BoutonError
        When there is no such signal, or it is too long.
    """
    values, start = bp.run.look_ahead(simulation, signal, seconds)
    label = f"{signal}, {written(len(values) * simulation.dt)} s from {written(start.steps * simulation.dt)} s on"
    return Target(signal, values, start, _driven(simulation, start.steps, len(values)), None, label)


def back(simulation: Simulation, number: int, signal: str, seconds: float) -> Target:
    """What it did in a kept run, at most so many seconds of it.

    Raises
    ------
    BoutonError
        When there is no such run or signal, or what it did cannot be done again.
    """
    run = next((run for run in shelf_of(simulation).runs if run.number == number), None)
    if run is None:
        raise errors.ValueRefused(where="fit", expected="a run that is kept", got="one that is gone", fix="Keep another.")
    values, start, inputs, units = bp.run.look_back(run.recording, signal, seconds)
    label = f"{signal} of {run.name}, {written(len(values) * simulation.dt)} s from {written(start.steps * simulation.dt)} s on"
    return Target(signal, values, start, inputs, units, label)


def sketched(simulation: Simulation, signal: str, seconds: float, unit: int) -> Target:
    """A curve to begin to draw with: what one unit would do next.

    Raises
    ------
    BoutonError
        As of `ahead`, for events, and for a unit that there is not.
    """
    found = ahead(simulation, signal, seconds)
    info = next((one for one in simulation.signals if one.path == signal), None)
    if info is not None and info.kind == "events":
        raise errors.UnsupportedError(
            where="fit, a drawn target",
            expected="a signal of values",
            got=f"{signal}, which has events",
            fix="Draw the potential or a current, or take what comes next or a kept run as the target.",
        )
    count = found.values.shape[1]
    if not 0 <= unit < count:
        raise errors.ValueRefused(
            where="fit, a drawn target", expected=f"a unit from 0 to {count - 1}", got=f"{unit}", fix="Units are counted from 0."
        )
    values = found.values[:, unit]
    low, high = float(values.min()), float(values.max())
    room = 0.5 * (high - low) or 0.5 * abs(high) or 1.0
    places = np.linspace(0, len(values) - 1, POINTS)
    heights = np.interp(places, np.arange(len(values)), values).tolist()
    ends = {"low": low - room, "high": high + room}
    return drawn(simulation, signal, seconds, unit, heights, ends, found.start)


def drawn(
    simulation: Simulation,
    signal: str,
    seconds: float,
    unit: int,
    heights: Sequence[float],
    ends: dict[str, float],
    start: bp.run.Snapshot | None,
) -> Target:
    """A curve that was drawn, for one unit, from where the simulation stood when it was begun.

    Raises
    ------
    BoutonError
        For heights that are none.
    """
    curve = np.asarray(heights, float)
    if curve.ndim != 1 or len(curve) < 2 or not np.all(np.isfinite(curve)):
        raise errors.ValueRefused(
            where="fit, a drawn target", expected="two finite heights or more", got="others", fix="Draw anew."
        )
    start = simulation.snapshot() if start is None else start
    steps = max(round(seconds / simulation.dt), 1)
    values = np.interp(np.linspace(0, len(curve) - 1, steps), np.arange(len(curve)), curve)
    known = next((one.unit for one in simulation.signals if one.path == signal), None)
    sketch = {"signal": signal, "seconds": steps * simulation.dt, "unit": unit, "heights": curve.tolist(), **ends}
    sketch |= {"words": known or ""}
    label = f"a curve drawn for unit {unit} of {signal}, {written(steps * simulation.dt)} s"
    inputs = _driven(simulation, start.steps, steps)
    return Target(signal, values[:, None], start, inputs, [unit], label, sketch)


def _driven(simulation: Simulation, first: int, steps: int) -> np.ndarray:
    return np.asarray(simulation.inputs(first, steps))


def advice(simulation: Simulation | None, target: Target, fit: bp.run.Fit, rate: float, smooth: float | None) -> str | None:
    """What to try when a fit has ended and found next to nothing; None when it has found something, or goes on."""
    losses = fit.losses
    if fit.running or len(losses) < _LEAST or fit.best is None or not losses[0] or fit.best[0] < _BETTER * losses[0]:
        return None
    tried = f"{len(losses)} steps of at most {100 * rate:g} % have found nothing that is clearly nearer to the target."
    part = target.signal.rpartition(".")[0]
    names = {f"{part}.{name}" if part else name for name in ("spike", "spikes")}
    known = {entry.path for entry in fit.model.entries()}
    known |= {signal.path for signal in simulation.signals} if simulation is not None else set()
    spikes = sorted(names & known)
    if target.signal in spikes:
        unsmoothed = (
            " Smooth the distance, over 20 ms for instance: without that spikes of different steps are all equally wrong."
        )
        more = unsmoothed if smooth is None else ""
        return f"{tried} Its slopes pass spikes by a surrogate.{more} Or begin nearer to the target."
    if spikes:
        return (
            f"{tried} Spikes reset this signal: slopes pass them by a surrogate, and one that comes at another step is a large"
            f" distance. Fit {spikes[0]} with a smoothed distance, or a stretch without spikes, or begin nearer to the target."
        )
    return f"{tried} Try other parameters, larger steps, or a target that is nearer to what it does now."


# A fit that has taken so many steps and come no nearer than this part of the first distance has found nothing.
_LEAST, _BETTER = 20, 0.9
