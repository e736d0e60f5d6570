"""Population rates: how often the units of a running simulation have events, over time."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import bouton as bp

from ._assets import script
from ._export import dataset
from ._history_picture import PALETTE
from ._kept_view import KeptView, KeptWidget, Span
from ._live_view import checked_simulation
from ._svg_axes import Axes, legend
from ._traces_svg import kept_stroke

if TYPE_CHECKING:
    import xarray

_KERNELS = {"gaussian": "Gaussian", "box": "Box", "exponential": "Exponential", "": "None"}
_MOST_BINS = 800


class RatesView(KeptView):
    """Rates of populations over time, without a screen.

    Parameters
    ----------
    rates : bouton.run.Rates
        What is shown.
    simulation : bouton.run.LiveSimulation
        Of which.
    transport : bool
        Whether the page has buttons to steer it.
    """

    script = "rates.js"

    def __init__(self, rates: bp.run.Rates, simulation: bp.run.LiveSimulation, transport: bool = True):
        super().__init__(simulation, [signal.path for signal in rates.signals], transport)
        self.rates = rates

    def content(self) -> dict[str, Any]:
        """Give the populations, and the kernels on offer."""
        populations = [{"path": signal.path, "units": signal.units * signal.every} for signal in self.rates.signals]
        return super().content() | {"populations": populations, "kernels": list(_KERNELS.items())}

    def plain(self) -> str:
        """Name the populations."""
        return f"Rates of {self.title}: {', '.join(signal.path for signal in self.rates.signals)}"

    def asked(self, message: Mapping[str, Any]) -> None:
        """Smooth by another kernel."""
        match message.get("type"):
            case "kernel":
                self.rates.kernel = message["value"] or None
            case "width":
                self.rates.width = message["value"]
            case _:
                return
        self._show_kept()

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the rates in as many bins as the widest page has room for, two pixels each."""
        curves = self.rates(bins=self._bins)
        return *self._packed(curves), curves.change

    def drawn(
        self, recording: bp.run.Recording, time: Span | None = None, at: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Give the rates of a recording."""
        head, buffers = self._packed(self.rates.of(recording, self._bins * (1 if time is None else 2), time))
        return head | {"now": (recording.first + recording.steps) * recording.dt}, buffers

    def dataset(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give the rates in hertz, at the middle of each bin."""
        curves = self.rates.of(recording, _MOST_BINS, time)
        times = {"time": ("time", _middles(curves), {"units": "s"})}
        return dataset({path: ("time", rate, "Hz") for path, rate in curves.rates.items()}, times)

    def svg(self, recording: bp.run.Recording | None = None, time: Span | None = None) -> str:
        """Draw them without a script, for a light page."""
        recording = self._recorded() if recording is None else recording
        span = self.span(recording) if time is None else time
        curves = self.rates.of(recording, 240, span)
        runs = [(run.name, self.rates.of(run.recording, 240, its), shift) for run, its, shift in self.under(recording, time)]
        most = max(float(np.nanmax(r, initial=0.0)) for c in (curves, *(c for _, c, _ in runs)) for r in c.rates.values())
        axes = Axes((span, (0.0, 1.08 * most or 1.0)), 180)
        lines, marks = [], []
        for k, (path, rate) in enumerate(curves.rates.items()):
            colour = PALETTE[k % len(PALETTE)]
            for number, (_, run, shift) in enumerate(runs):
                points = np.stack([_middles(run) + shift, run.rates[path]], axis=1)
                lines.append(axes.line(points, kept_stroke(number, colour, 1.5)))
            stroke = f'stroke="{colour}" stroke-width="1.5" stroke-linejoin="round"'
            lines.append(axes.line(np.stack([_middles(curves), rate], axis=1), stroke))
            marks.append((path, stroke))
        marks += [(name, kept_stroke(number)) for number, (name, *_) in enumerate(runs)]
        parts = [axes.inside(*lines), *axes.names("Simulated time (s)", "Rate (Hz)"), *legend(marks)]
        return axes.svg(f"{self.title}, population rates", self.plain(), parts)

    @property
    def _bins(self) -> int:
        return max(10, min(_MOST_BINS, self.columns() // 2))

    def _packed(self, curves: bp.run.RateCurves) -> tuple[dict[str, Any], list[bytes]]:
        head = {
            "time": list(curves.time),
            "populations": list(curves.rates),
            "kernel": self.rates.kernel or "",
            "width": self.rates.width,
        }
        return head, [rate.astype(np.float32).tobytes() for rate in curves.rates.values()]


def _middles(curves: bp.run.RateCurves) -> np.ndarray:
    bins = len(next(iter(curves.rates.values())))
    return curves.time[0] + (curves.time[1] - curves.time[0]) / bins * (np.arange(bins) + 0.5)


class RatesPlot(KeptWidget):
    """The widget that `rates` gives."""

    _esm: ClassVar[str] = script(RatesView.script)


def rates(
    simulation: bp.run.LiveSimulation,
    paths: str | Sequence[str] | None = None,
    *,
    kernel: str | None = "gaussian",
    width: float = 0.02,
    transport: bool = True,
) -> RatesPlot:
    """Show how often the units of each population of a live simulation have events, over time.

    A line is pale near its ends, where the kernel has not yet all that it weighs; the number beside the name is the last before
    that.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    paths : str or sequence of str, optional
        Signals of events that it records, a line each. Default: all.
    kernel : {'gaussian', 'box', 'exponential'} or None
        What smooths the rates; the page can choose another.
    width : float, s
        Standard deviation, whole width or time constant of the kernel; the page can change it.
    transport : bool
        Whether the view has buttons to steer the simulation; leave them out where another view beside it has them.

    Returns
    -------
    RatesPlot
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError, UnknownPathError, ValueRefused
        As `bouton.run.Rates`.
    """
    checked_simulation(simulation, "rates")
    return RatesPlot(RatesView(bp.run.Rates(simulation, paths, kernel=kernel, width=width), simulation, transport))
