"""A fit steered from a page: what is turned, towards what, and how far it has come."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import bouton as bp
from bouton import errors

from ._controls import Control
from ._fit_targets import Target, advice, ahead, back, drawn, sketched
from ._kept import shelf_of
from ._sensitivity import ReadOutChoice

_OFTEN = 0.1
"""Least seconds between two pictures of a fit that goes on."""

_POINTS = 160
"""Of the curve of the loss."""

MOST_STEPS = 2000
"""Of a fit that is started from a page."""

_MOST_TARGETS = 50
"""That one can go back to."""


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
        self.smooth: float | None = None
        """Time constant of the low pass of the distance, s."""
        self._before: list[Target | None] = []
        self.fit: bp.run.Fit | None = None
        self._made: tuple | None = None
        self._told = 0.0
        if view.simulation is not None:
            shelf_of(view.simulation).watch(self.tell)

    def content(self) -> dict[str, Any]:
        """All that the page shows of it."""
        simulation = self._view.simulation
        return {
            "signals": [] if simulation is None else [signal.path for signal in simulation.signals],
            "events": [] if simulation is None else [signal.path for signal in simulation.signals if signal.kind == "events"],
            "kept": [] if simulation is None else [[run.number, run.name] for run in shelf_of(simulation).runs],
            "sketch": None if self.target is None else self.target.sketch,
            "back": len(self._before),
            "smooth": self.smooth,
            "able": [path for path, control in self._view.controls.items() if _able(control)],
            "chosen": sorted(self.chosen),
            "target": None if self.target is None else self.target.label,
            "rate": self.rate,
            **self._course(),
        }

    def aim(self, target: Target | None, *, keeps: bool = True) -> None:
        """Take a target; the one before can be gone back to."""
        self._halt()
        if keeps:
            self._before = [*self._before, self.target][-_MOST_TARGETS:]
        self.target, self._made = target, None
        self._offer()
        self.tell()

    def go_back(self) -> None:
        """Take the target before, if there was one."""
        if self._before:
            self.aim(self._before.pop(), keeps=False)

    def _offer(self) -> None:
        """Offer the distance to the target beside the sliders, too."""
        target = self.target
        if self._view.simulation is None or target is None or isinstance(target.values, bp.modules.TSContinuous):
            return
        distance = bp.run.DistanceTo(target.signal, target.values, target.units, self.smooth)
        label = f"{'smoothed ' if self.smooth else ''}distance of {target.signal} to the target"
        self._view.slopes.aim(f"distance {target.signal}", ReadOutChoice(label, "", distance))

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
        made = (target, of, self.rate, self.smooth)
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
                smooth=self.smooth,
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
            case "fit-target" | "fit-kept" | "fit-sketch" | "fit-draw":
                self.aim(self._asked(message))
            case "fit-back":
                self.go_back()
            case "fit-smooth":
                self._smooth(message["seconds"])
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

    def _asked(self, message: Mapping[str, Any]) -> Target:
        """The target that a page asks for."""
        simulation, signal, seconds = self._view.simulation, str(message["signal"]), float(message["seconds"])
        if simulation is None:
            raise errors.ValueRefused(
                where="fit",
                expected="a live simulation",
                got="a model that does not run",
                fix="Give controls.fit(target, ...) one.",
            )
        match message["type"]:
            case "fit-kept":
                return back(simulation, int(message["number"]), signal, seconds)
            case "fit-sketch":
                return sketched(simulation, signal, seconds, int(message["unit"]))
            case "fit-draw":
                # A curve goes on from where it was begun.
                begun = self.target if self.target is not None and self.target.sketch is not None else None
                ends = {"low": float(message["low"]), "high": float(message["high"])}
                start = None if begun is None else begun.start
                target = drawn(simulation, signal, seconds, int(message["unit"]), message["heights"], ends, start)
                # For the page that drew it: whether this is what it has drawn last.
                whose = {"by": message.get("view"), "turn": message.get("turn")}
                return replace(target, sketch=(target.sketch or {}) | whose)
        return ahead(simulation, signal, seconds)

    def _smooth(self, seconds: Any) -> None:
        if seconds is not None:
            # Refused here, beside the field, and not when the fit begins.
            bp.run.DistanceTo("the signal", 0.0, smooth=float(seconds))
        self._halt()
        self.smooth = None if seconds is None else float(seconds)
        self._offer()
        self.tell()

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
            return {"running": False, "steps": 0, "losses": [], "best": None, "error": None, "advice": None}
        losses = fit.losses
        every = max(1, math.ceil(len(losses) / _POINTS))
        # Of each stretch the least, so that the curve never hides what was found.
        shown = [float(losses[k : k + every].min()) for k in range(0, len(losses), every)]
        best = None if fit.best is None else float(fit.best[0])
        said = None if self.target is None else advice(self._view.simulation, self.target, fit, self.rate, fit.distance.smooth)
        told = {"running": fit.running, "steps": len(losses), "losses": shown, "best": best}
        return told | {"error": fit.error, "advice": said}


def _able(control: Any) -> bool:
    entry = control.entry
    return isinstance(control, Control) and entry.kind == "parameter" and entry.dtype is not None and entry.dtype.kind == "f"
