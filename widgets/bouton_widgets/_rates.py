"""Population rates: how often the units of a running simulation have events, over time."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

import bouton as bp

from ._assets import script
from ._history_picture import PALETTE
from ._live_view import LiveView, checked_simulation
from ._svg_axes import Axes, legend
from ._widget import ViewWidget

_KERNELS = {"gaussian": "Gaussian", "box": "Box", "exponential": "Exponential", "": "None"}
_MOST_BINS = 800


class RatesView(LiveView):
    """Rates of populations over time, without a screen.

    Parameters
    ----------
    rates : bouton.run.Rates
        What is shown.
    simulation : bouton.run.LiveSimulation
        Of which.
    """

    script = "rates.js"

    def __init__(self, rates: bp.run.Rates, simulation: bp.run.LiveSimulation):
        super().__init__(simulation)
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

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the rates in as many bins as the widest page has room for, two pixels each."""
        columns = max((int(said["columns"]) for said in tuple(self.pages.values())), default=700)
        curves = self.rates(bins=max(10, min(_MOST_BINS, columns // 2)))
        head = {
            "time": list(curves.time),
            "populations": list(curves.rates),
            "kernel": self.rates.kernel or "",
            "width": self.rates.width,
        }
        return head, [rate.astype(np.float32).tobytes() for rate in curves.rates.values()], curves.change

    def svg(self) -> str:
        """Draw them without a script, for a light page."""
        curves = self.rates(bins=240)
        most = max((float(np.nanmax(rate, initial=0.0)) for rate in curves.rates.values()), default=0.0)
        axes = Axes((curves.time, (0.0, 1.08 * most or 1.0)), 180)
        lines, marks = [], []
        for k, (path, rate) in enumerate(curves.rates.items()):
            width = (curves.time[1] - curves.time[0]) / len(rate)
            times = curves.time[0] + width * (np.arange(len(rate)) + 0.5)
            stroke = f'stroke="{PALETTE[k % len(PALETTE)]}" stroke-width="1.5" stroke-linejoin="round"'
            lines.append(axes.line(np.stack([times, rate], axis=1), stroke))
            marks.append((path, stroke))
        parts = [axes.inside(*lines), *axes.names("Simulated time (s)", "Rate (Hz)"), *legend(marks)]
        return axes.svg(f"{self.title}, population rates", self.plain(), parts)


class RatesPlot(ViewWidget):
    """The widget that `rates` gives."""

    _esm: ClassVar[str] = script(RatesView.script)
    view: RatesView

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.view.svg()
        return (bundle, *metadata)


def rates(
    simulation: bp.run.LiveSimulation,
    paths: str | Sequence[str] | None = None,
    *,
    kernel: str | None = "gaussian",
    width: float = 0.02,
) -> RatesPlot:
    """Show how often the units of each population of a live simulation have events, over time.

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
    return RatesPlot(RatesView(bp.run.Rates(simulation, paths, kernel=kernel, width=width), simulation))
