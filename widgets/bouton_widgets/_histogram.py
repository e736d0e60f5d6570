"""How a state of a running simulation is distributed over its units: now, and over the time that is kept."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import bouton as bp

from ._assets import script
from ._export import dataset
from ._history_picture import PALETTE
from ._kept_view import KeptView, KeptWidget, Span
from ._live_view import checked_simulation
from ._phase_range import Shown
from ._svg_axes import Axes, legend, with_unit
from ._traces_svg import kept_stroke

if TYPE_CHECKING:
    import xarray

_BINS = 60


class HistogramView(KeptView):
    """The distribution of a signal over its units, without a screen.

    Parameters
    ----------
    distribution : bouton.run.Distribution
        What is shown.
    simulation : bouton.run.LiveSimulation
        Of which.
    transport : bool
        Whether the page has buttons to steer it.
    """

    script = "histogram.js"

    def __init__(self, distribution: bp.run.Distribution, simulation: bp.run.LiveSimulation, transport: bool = True):
        super().__init__(simulation, [distribution.signal.path], transport)
        self.distribution = distribution
        self._axis = Shown()

    def content(self) -> dict[str, Any]:
        """Give the name of the signal, its unit and how many units it has."""
        signal = self.distribution.signal
        return super().content() | {
            "path": signal.path,
            "unit": signal.unit or "",
            "units": signal.units * signal.every,
        }

    def plain(self) -> str:
        """Name the signal."""
        signal = self.distribution.signal
        return f"Distribution of {signal.path} of {self.title} over {signal.units * signal.every} units"

    def asked(self, message: Any) -> None:
        """Fit the axis to the values anew."""
        if message.get("type") == "fit":
            self._axis.fit()
            self._show_kept()

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the parts of the values in each bin, now and over the time that is kept."""
        values = self.distribution()
        return *self._packed(values, self._axis.ends(values.window)), values.change

    def drawn(
        self, recording: bp.run.Recording, time: Span | None = None, at: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Give the parts of a recording, and what was at one time, or its end, for what is now."""
        values = self.distribution.of(recording, time, at)
        now = (recording.first + recording.steps) * recording.dt
        shown = {"now": now} if at is None else {"now": now, "at": float(recording.time[recording.nearest(at)])}
        head, buffers = self._packed(values, self._axis.ends(values.window))
        return head | shown, buffers

    def dataset(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give the parts of the units in each bin, between its ends."""
        signal, values = self.distribution.signal, self.distribution.of(recording, time)
        edges, now, window = values.histogram(self._axis.ends(values.window), _BINS)
        unit = {"units": signal.unit} if signal.unit else {}
        bins = {name: ("bin", part, unit) for name, part in (("low", edges[:-1]), ("high", edges[1:]))}
        middles = {"bin": ("bin", (edges[:-1] + edges[1:]) / 2, unit)}
        return dataset({"now": ("bin", now, ""), "window": ("bin", window, "")}, middles | bins)

    def svg(self, recording: bp.run.Recording | None = None, time: Span | None = None) -> str:
        """Draw it without a script, for a light page."""
        recording = self._recorded() if recording is None else recording
        signal, values = self.distribution.signal, self.distribution.of(recording, time)
        ends = self._axis.ends(values.window)
        edges, now, window = values.histogram(ends, _BINS)
        runs = [
            (run.name, self.distribution.of(run.recording, None if time is None else its).histogram(ends, _BINS)[2])
            for run, its, _ in self.under(recording, time)
        ]
        most = max(part.max() for part in (now, window, *(part for _, part in runs)))
        axes = Axes((ends, (0.0, 108 * most or 1.0)), 180)
        seconds = self.simulation.window if time is None else time[1] - time[0]
        last = f"{'last ' if time is None else ''}{seconds:.4g} s"
        marks = [
            *((name, part, kept_stroke(k, PALETTE[1], 1.6)) for k, (name, part) in enumerate(runs)),
            ("now", now, f'stroke="{PALETTE[0]}" stroke-width="1.6"'),
            (last, window, f'stroke="{PALETTE[1]}" stroke-width="1.6" stroke-dasharray="7 4"'),
        ]
        outlines = [
            axes.line(np.stack([np.repeat(edges, 2), 100 * np.concatenate([[0], np.repeat(part, 2), [0]])], axis=1), stroke)
            for _, part, stroke in marks
        ]
        words = axes.names(with_unit(signal.path, signal.unit or ""), "Part of the units (%)")
        strokes = [(name, stroke) for name, _, stroke in marks]
        return axes.svg(f"{self.title}, {signal.path}", self.plain(), [axes.inside(*outlines), *words, *legend(strokes)])

    def _packed(self, values: bp.run.SignalValues, ends: tuple[float, float]) -> tuple[dict[str, Any], list[bytes]]:
        _, *parts = values.histogram(ends, _BINS)
        told = {"mean": values.now.mean(), "std": values.now.std()} if len(values.now) else {}
        # JSON has no NaN.
        told = {name: float(told[name]) if name in told and np.isfinite(told[name]) else None for name in ("mean", "std")}
        return {"ends": list(ends), "bins": _BINS, **told}, [part.astype(np.float32).tobytes() for part in parts]


class HistogramPlot(KeptWidget):
    """The widget that `histogram` gives."""

    _esm: ClassVar[str] = script(HistogramView.script)


def histogram(simulation: bp.run.LiveSimulation, path: str, *, transport: bool = True) -> HistogramPlot:
    """Show how a signal of a live simulation is distributed over its units: now as bars, over the time that is kept as a line.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    path : str
        A signal of values that it records: ``"system.V"``.
    transport : bool
        Whether the view has buttons to steer the simulation; leave them out where another view beside it has them.

    Returns
    -------
    HistogramPlot
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError, UnknownPathError
        As `bouton.run.Distribution`.
    """
    checked_simulation(simulation, "histogram")
    return HistogramPlot(HistogramView(bp.run.Distribution(simulation, path), simulation, transport))
