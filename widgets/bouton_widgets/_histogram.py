"""How a state of a running simulation is distributed over its units: now, and over the time that is kept."""

from typing import Any, ClassVar

import numpy as np

import bouton as bp

from ._assets import script
from ._history_picture import PALETTE
from ._live_view import LiveView, checked_simulation
from ._phase_range import Shown
from ._svg_axes import Axes, legend, with_unit
from ._widget import ViewWidget

_BINS = 60


class HistogramView(LiveView):
    """The distribution of a signal over its units, without a screen.

    Parameters
    ----------
    distribution : bouton.run.Distribution
        What is shown.
    simulation : bouton.run.LiveSimulation
        Of which.
    """

    script = "histogram.js"

    def __init__(self, distribution: bp.run.Distribution, simulation: bp.run.LiveSimulation):
        super().__init__(simulation)
        self.distribution = distribution
        self._axis = Shown()

    def content(self) -> dict[str, Any]:
        """Give the name of the signal, its unit and how many units it has."""
        signal = self.distribution.signal
        return super().content() | {
            "path": signal.path,
            "unit": signal.unit or "",
            "units": signal.units * signal.every,
            "window": float(self.simulation.window),
        }

    def plain(self) -> str:
        """Name the signal."""
        signal = self.distribution.signal
        return f"Distribution of {signal.path} of {self.title} over {signal.units * signal.every} units"

    def asked(self, message: Any) -> None:
        """Fit the axis to the values anew."""
        if message.get("type") == "fit":
            self._axis.fit()

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the parts of the values in each bin, now and over the time that is kept."""
        values = self.distribution()
        ends = self._axis.ends(values.window)
        _, *parts = values.histogram(ends, _BINS)
        told = (
            {"mean": float(values.now.mean()), "std": float(values.now.std())} if len(values.now) else {"mean": None, "std": None}
        )
        return {"ends": list(ends), "bins": _BINS, **told}, [part.astype(np.float32).tobytes() for part in parts], values.change

    def svg(self) -> str:
        """Draw it without a script, for a light page."""
        signal, values = self.distribution.signal, self.distribution()
        ends = self._axis.ends(values.window)
        edges, now, window = values.histogram(ends, _BINS)
        axes = Axes((ends, (0.0, 108 * max(now.max(), window.max()) or 1.0)), 180)
        strokes = [
            f'stroke="{PALETTE[0]}" stroke-width="1.6"',
            f'stroke="{PALETTE[1]}" stroke-width="1.6" stroke-dasharray="7 4"',
        ]
        outlines = [
            axes.line(np.stack([np.repeat(edges, 2), 100 * np.concatenate([[0], np.repeat(part, 2), [0]])], axis=1), stroke)
            for part, stroke in zip((now, window), strokes, strict=True)
        ]
        marks = list(zip(("now", f"last {self.simulation.window:g} s"), strokes, strict=True))
        words = axes.names(with_unit(signal.path, signal.unit or ""), "Part of the units (%)")
        return axes.svg(f"{self.title}, {signal.path}", self.plain(), [axes.inside(*outlines), *words, *legend(marks)])


class HistogramPlot(ViewWidget):
    """The widget that `histogram` gives."""

    _esm: ClassVar[str] = script(HistogramView.script)
    view: HistogramView

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.view.svg()
        return (bundle, *metadata)


def histogram(simulation: bp.run.LiveSimulation, path: str) -> HistogramPlot:
    """Show how a signal of a live simulation is distributed over its units: now as bars, over the time that is kept as a line.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    path : str
        A signal of values that it records: ``"system.V"``.

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
    return HistogramPlot(HistogramView(bp.run.Distribution(simulation, path), simulation))
