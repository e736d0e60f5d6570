"""A fit steered from a page: what is turned, towards what, and how far it has come."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import bouton as bp
from bouton import errors

from ._controls import Control
from ._sensitivity import ReadOutChoice
from ._summary import number as written

_OFTEN = 0.1
"""Least seconds between two pictures of a fit that goes on."""

_POINTS = 160
"""Of the curve of the loss."""

MOST_STEPS = 2000
"""Of a fit that is started from a page."""


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
    """

    signal: str
    values: Any
    start: bp.run.Snapshot | None
    inputs: Any
    units: Any
    label: str


class FitDesk:
    """The fit of a view.

    Parameters
    ----------
    view : ParametersView
        Whose parameters are turned.
    """

    def __init__(self, view: Any):
        self._view = view
        self.target: Target | None = None
        self.chosen: set[str] = set()
        self.rate = 0.05
        self.fit: bp.run.Fit | None = None
        self._made: tuple | None = None
        self._told = 0.0

    def content(self) -> dict[str, Any]:
        """All that the page shows of it."""
        simulation = self._view.simulation
        return {
            "signals": [] if simulation is None else [signal.path for signal in simulation.signals],
            "able": [path for path, control in self._view.controls.items() if _able(control)],
            "chosen": sorted(self.chosen),
            "target": None if self.target is None else self.target.label,
            "rate": self.rate,
            **self._course(),
        }

    def aim(self, target: Target) -> None:
        """Take a target."""
        self._halt()
        self.target, self._made = target, None
        if self._view.simulation is not None and not isinstance(target.values, bp.modules.TSContinuous):
            distance = bp.run.DistanceTo(target.signal, target.values, target.units)
            self._view.slopes.aim(
                f"distance {target.signal}", ReadOutChoice(f"distance of {target.signal} to the target", "", distance)
            )
        self.tell()

    def ahead(self, signal: str, seconds: float) -> None:
        """Take what the simulation would do next as the target.

        Raises
        ------
        BoutonError
            When there is no such signal, or it is too long.
        """
        simulation = self._view.simulation
        if simulation is None:
            raise errors.ValueRefused(
                where="fit",
                expected="a live simulation",
                got="a model that does not run",
                fix="Give controls.fit(target, ...) one.",
            )
        values, start = bp.run.look_ahead(simulation, signal, seconds)
        inputs = np.asarray(simulation.inputs(start.steps, len(values)))
        label = f"{signal}, {written(len(values) * simulation.dt)} s from {written(start.steps * simulation.dt)} s on"
        self.aim(Target(signal, values, start, inputs, None, label))

    def choose(self, paths: Sequence[str]) -> None:
        """Turn these from now on.

        Raises
        ------
        UnsupportedError
            For what has no derivative.
        """
        for path in paths:
            control = self._view.controls.get(path)
            if control is None or not _able(control):
                raise errors.UnsupportedError(
                    where=f"fit, {path}",
                    expected="a parameter of floats",
                    got="another",
                    fix="Choose those with a box beside them.",
                )
        self.chosen = set(paths)
        self.tell()

    def made(self) -> bp.run.Fit:
        """The fit of the target by what is chosen; the same again as long as these are.

        Raises
        ------
        BoutonError
            Without a target or a parameter, and as of :class:`bouton.run.Fit`.
        """
        target, of = self.target, sorted(self.chosen)
        if target is None or not of:
            raise errors.ValueRefused(
                where="fit",
                expected="a target and at least one parameter",
                got="no target" if target is None else "no parameter",
                fix="Take a target first." if target is None else "Tick the boxes of what is to be turned.",
            )
        made = (target, of, self.rate)
        if self.fit is None or self._made != made:
            self._halt()
            self._made = made
            self.fit = bp.run.Fit(
                self._view.simulation or self._view.module,
                target.signal,
                target.values,
                of,
                units=target.units,
                inputs=target.inputs,
                start=target.start,
                rate=self.rate,
            )
            self.fit.subscribe(self._stepped)
        return self.fit

    def receive(self, message: Mapping[str, Any]) -> None:
        """Act on a button of a page.

        Raises
        ------
        BoutonError
            When it cannot be done.
        """
        match message["type"]:
            case "fit-target":
                self.ahead(str(message["signal"]), float(message["seconds"]))
            case "fit-choose":
                path = str(message["path"])
                self.choose(sorted(self.chosen | {path} if message["on"] else self.chosen - {path}))
            case "fit-start":
                self.rate = float(message["rate"])
                self.made().start(MOST_STEPS)
            case "fit-stop" if self.fit is not None:
                self.fit.stop()
            case "fit-undo" if self.fit is not None:
                self.fit.undo()

    def tell(self) -> None:
        """Tell the pages."""
        self._view.publish({"type": "fit", **self.content()})

    def close(self) -> None:
        """End what goes on."""
        self._halt()
        self.fit = None

    def _halt(self) -> None:
        if self.fit is not None and self.fit.running:
            self.fit.stop()

    def _stepped(self) -> None:
        # On the fit's own thread, after each step.
        fit, now = self.fit, time.monotonic()
        if fit is not None and fit.running and now - self._told < _OFTEN:
            return
        self._told = now
        self._view.look()
        self.tell()

    def _course(self) -> dict[str, Any]:
        fit = self.fit
        if fit is None:
            return {"running": False, "steps": 0, "losses": [], "best": None, "error": None}
        losses = fit.losses
        every = max(1, math.ceil(len(losses) / _POINTS))
        # Of each stretch the least, so that the curve never hides what was found.
        shown = [float(losses[k : k + every].min()) for k in range(0, len(losses), every)]
        best = None if fit.best is None else float(fit.best[0])
        return {"running": fit.running, "steps": len(losses), "losses": shown, "best": best, "error": fit.error}


def _able(control: Any) -> bool:
    entry = control.entry
    return isinstance(control, Control) and entry.kind == "parameter" and entry.dtype is not None and entry.dtype.kind == "f"
