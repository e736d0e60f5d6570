"""Beside each slider how much a read-out depends on it, taken again and again in the background."""

import atexit
import math
import time
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Any
from weakref import WeakSet, ref

import numpy as np

import bouton as bp
from bouton import errors

from ._controls import Control

_REST = 0.25
"""Least seconds between two looks."""

_PATIENCE = 5.0
"""Seconds that the end of the interpreter waits for derivatives that are being taken."""

_FLAT = (
    "No slopes: nothing that a derivative tells changes it here. Spikes have a derivative only in neurons made with "
    "mode=bm.training_mode, and near their threshold."
)

_SHARE = 0.2
"""Most of the time that is spent on it, so that the simulation is not slowed down."""


@dataclass(frozen=True)
class ReadOutChoice:
    """One read-out that the menu offers.

    Attributes
    ----------
    label, unit : str
        In words.
    read_out : bouton.run.ReadOut
    """

    label: str
    unit: str
    read_out: bp.run.ReadOut


def read_outs(simulation: bp.run.LiveSimulation | None) -> dict[str, ReadOutChoice]:
    """What there is to choose from, by key: a rate of each signal of events, a mean of each other."""
    found = {}
    for signal in () if simulation is None else simulation.signals:
        if signal.kind == "events":
            found[f"rate {signal.path}"] = ReadOutChoice(f"rate of {signal.path}", "Hz", bp.run.RateOf(signal.path))
        else:
            found[f"mean {signal.path}"] = ReadOutChoice(f"mean of {signal.path}", signal.unit or "", bp.run.MeanOf(signal.path))
    return found


class Slopes:
    """The derivatives that a view shows.

    Parameters
    ----------
    view : ParametersView
        Whose parameters, and whose simulation.
    """

    def __init__(self, view: Any):
        self._view = view
        self.chosen: str | None = None
        self._targets: dict[str, ReadOutChoice] = {}
        self._made: dict[str, bp.run.Sensitivity] = {}
        self._thread: Thread | None = None
        self.wakes = Event()
        """Set when there is something to do before the rest is over."""
        self._last: dict[str, Any] | None = None
        self._at: tuple | None = None
        self._turn = 0
        """Counts what was chosen, and what that aims at."""
        self._guard = Lock()
        """Between the choice and what the thread has found for it."""

    @property
    def menu(self) -> dict[str, ReadOutChoice]:
        """What there is to choose from."""
        return read_outs(self._view.simulation) | self._targets

    def aim(self, key: str, choice: ReadOutChoice) -> None:
        """Offer the distance to a target too; one of the same key is replaced."""
        self._targets[key] = choice
        self._made.pop(key, None)
        if key == self.chosen:
            with self._guard:
                self._turn, self._last = self._turn + 1, None
            self.wake()
        self.tell_menu()

    def content(self) -> dict[str, Any]:
        """What the menu needs, and what is shown."""
        menu = [[key, choice.label] for key, choice in self.menu.items()]
        return {"menu": menu, "chosen": self.chosen, "slopes": self._last}

    def tell_menu(self) -> None:
        """Tell the pages what there is to choose from."""
        self._view.publish({"type": "slopes-menu", **self.content()})

    def choose(self, key: str | None) -> None:
        """Show the derivatives of a read-out from now on; None shows none.

        Raises
        ------
        UnknownPathError
            When there is no such read-out.
        """
        if key is not None and key not in self.menu:
            raise errors.UnknownPathError(
                where="sensitivity",
                expected=f"one of {', '.join(map(repr, self.menu))}" if self.menu else "a live simulation with recorded signals",
                got=f"{key!r}",
                fix="Choose from the menu, or record the signal.",
            )
        with self._guard:
            self.chosen, self._turn, self._last = key, self._turn + 1, None
        self.tell_menu()
        self.wake()

    def wake(self) -> None:
        """Go on: somebody looks, or something was chosen."""
        self.wakes.set()
        if self.chosen is not None and self._view.pages and (self._thread is None or not self._thread.is_alive()):
            self._thread = Thread(target=_run, args=(ref(self),), name="bouton slopes", daemon=True)
            _at_work.add(self)
            self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self.chosen = None
        self.wakes.set()

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread."""
        if self._thread is not None:
            self._thread.join(seconds)

    def take(self) -> dict[str, Any] | None:
        """Take the derivatives where the simulation stands; None if there is nothing new, or nothing to take.

        Raises
        ------
        BoutonError
            When the model cannot be differentiated.
        """
        view, key = self._view, self.chosen
        choice = None if key is None else self.menu.get(key)
        if choice is None or view.simulation is None:
            return None
        at = self._turn, key, view.simulation.steps, view.simulation.change, tuple(view.controls)
        if at == self._at:
            return None
        controls = dict(view.controls)
        of = [path for path, control in controls.items() if _why_not(control) is None]
        sensitivity = self._made.get(str(key))
        if sensitivity is None or list(sensitivity.of) != of:
            sensitivity = self._made[str(key)] = bp.run.Sensitivity(view.simulation, choice.read_out, of)
        found = sensitivity()
        self._at = at
        seconds = sensitivity.steps * view.simulation.dt
        rows = {path: _row(control, found) for path, control in controls.items()}
        # Spikes of which nothing tells a derivative: a bare 0 beside each slider would say that nothing matters.
        flat = bool(found.slopes) and not any(np.any(slope) for slope in found.slopes.values())
        if flat:
            rows = {path: row if row["slope"] is None else row | {"slope": None, "bar": None} for path, row in rows.items()}
        return {
            "read": key,
            "label": choice.label,
            "unit": choice.unit,
            "value": _finite(found.value),
            "seconds": seconds,
            "why": _FLAT if flat else None,
            "rows": rows,
        }

    def tick(self) -> float | None:
        """Take and tell; the seconds to rest, None to end."""
        turn, key = self._turn, self.chosen
        if key is None or not self._view.pages:
            return None
        began = time.monotonic()
        try:
            found, text = self.take(), None
        except errors.BoutonError as refusal:
            found, text = None, str(refusal)
        with self._guard:
            if turn != self._turn:
                # Something else was chosen, or aimed at, while these were taken.
                self._made.pop(key, None)
                self._at = None
                return _REST
            if text is not None:
                self.chosen = None
            if found is not None:
                self._last = found
        if found is not None:
            self._view.publish({"type": "slopes", "slopes": found})
        if text is not None:
            self._view.publish({"type": "slopes-menu", **self.content(), "refused": text})
        return max(_REST, (time.monotonic() - began) * (1 / _SHARE - 1))


_at_work: "WeakSet[Slopes]" = WeakSet()


@atexit.register
def _end() -> None:
    """The interpreter takes daemon threads down wherever they are, which is no place to be inside compiled code."""
    for slopes in tuple(_at_work):
        slopes.close()
        slopes.join(_PATIENCE)


def _run(weakly: "ref[Slopes]") -> None:
    # The thread must not keep a view alive that nobody has any more.
    while (slopes := weakly()) is not None and (seconds := slopes.tick()) is not None:
        wake = slopes.wakes
        del slopes
        wake.wait(seconds)
        wake.clear()


def _why_not(control: Any) -> str | None:
    """Why there is no derivative by a parameter; None if there is one."""
    if not isinstance(control, Control):
        return "chosen by name: no slope"
    if control.entry.kind != "parameter":
        return "a setting of the simulation: no slope"
    kind = control.entry.dtype.kind if control.entry.dtype is not None else ""
    return {"b": "a switch: no slope", "i": "whole numbers: no slope", "u": "whole numbers: no slope"}.get(kind)


def _row(control: Any, found: bp.run.Slopes) -> dict[str, Any]:
    """The slope by what the slider moves, and what that makes over its range."""
    reason = _why_not(control)
    if reason is not None or control.entry.path not in found.slopes:
        return {"slope": None, "bar": None, "why": reason or "not taken"}
    slope = control.slope(found.slopes[control.entry.path])
    if not math.isfinite(slope):
        return {"slope": None, "bar": None, "why": "the derivative is not finite here"}
    why = "no effect here, or none that a derivative tells" if slope == 0 else None
    return {"slope": slope, "bar": _finite(slope * control.span), "why": why}


def _finite(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
