"""Time series as figures: lines, heat maps and rasters of events over one axis of time."""

import importlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from ._assets import script
from ._figures import FigureView, FigureWidget
from ._series_panels import Form, Panel, TimeSeries, panels_of, summary
from ._series_svg import svg
from ._series_window import Window, whole
from ._summary import number

_MOST = 4000
"""Columns of pixels that a page may ask for."""


class SeriesView(FigureView):
    """Time series, without a screen.

    A page gets what can be seen of all of it, and asks for more when it looks closer.

    Parameters
    ----------
    panels : list of Panel
    """

    script = "series.js"

    def __init__(self, panels: list[Panel]):
        super().__init__()
        self.panels = panels

    @property
    def title(self) -> str:
        """The name of the series, where there is one."""
        return self.panels[0].name if len(self.panels) == 1 else "Time series"

    @property
    def word(self) -> str:
        """What it is, beside the title."""
        return "time series" if len(self.panels) == 1 else ""

    @property
    def facts(self) -> str:
        """How much there is, in words."""
        shown = whole(self.panels)
        facts = self.panels[0].facts if len(self.panels) == 1 else f"{len(self.panels)} series"
        return f"{facts} · {number(shown.start)} s to {number(shown.stop)} s"

    def plain(self) -> str:
        """Give range, number and extremes of each series."""
        return summary(self.panels)

    def figure(self, dark: bool = False) -> Any:
        """Make a new figure, with its data."""
        bokeh = _bokeh()
        return bokeh.figure(self.panels, dark, bokeh.data(self.panels, whole(self.panels))[0])

    def svg(self) -> str:
        """Draw it without a script, for a light page."""
        return svg(self.panels, self.title, self.facts)

    def skeleton(self, dark: bool) -> Any:
        """Make a new figure without data, which come once for both themes."""
        return _bokeh().figure(self.panels, dark, {}, named=len(self.panels) > 1)

    def content(self) -> dict[str, Any]:
        """Give the figures, and their data apart."""
        bokeh = _bokeh()
        shown = whole(self.panels)
        columns, exact = bokeh.data(self.panels, shown)
        more = {"span": [shown.start, shown.stop], "panels": len(self.panels), "exact": exact}
        return super().content() | more | {"data": bokeh.packed(columns)}

    def receive(self, message: Mapping[str, Any]) -> None:
        """Send what there is between two times to the page that asks for it."""
        super().receive(message)
        if message.get("type") != "look":
            return
        window = _window(message)
        if window is not None:
            bokeh = _bokeh()
            columns, _ = bokeh.data(self.panels, window, _rows(message.get("rows")))
            self.publish({"type": "data", "for": str(message.get("view", "")), "data": json.dumps(bokeh.packed(columns))})


def _window(message: Mapping[str, Any]) -> Window | None:
    """What a page asks for, if it can be shown."""
    try:
        start, stop, columns = (float(message[name]) for name in ("start", "stop", "columns"))
    except (KeyError, TypeError, ValueError):
        return None
    shown = math.isfinite(start) and math.isfinite(stop) and start < stop and 1 <= columns <= _MOST
    return Window(start, stop, int(columns)) if shown else None


def _rows(asked: Any) -> dict[int, tuple[float, float]]:
    """Which rows of events can be seen, by panel."""
    return {int(i): (float(low), float(high)) for i, (low, high) in asked.items()} if isinstance(asked, Mapping) else {}


class SeriesPlot(FigureWidget):
    """The widget that `series` and the ``plot`` of a time series give."""

    _esm: ClassVar[str] = script(SeriesView.script)


def series(
    series: TimeSeries | Mapping[str, Any] | Iterable[Any], *, form: Form | None = None, height: float | None = None
) -> SeriesPlot:
    """Draw time series, each in a panel, one above the other over one axis of time.

    Point at a panel to read time, channel and value. Drag to move in time; zoom by the box or the wheel once its button is
    pressed; the circle arrow shows all again. Long series come in outline, and in full when somebody looks closer.

    Parameters
    ----------
    series : TSContinuous, TSEvent, list of these, or mapping
        A mapping, such as the record of a timed module, may be nested and names the panels. Also what a runner has read,
        ``runner.mon``, or an `xarray.Dataset` with an axis ``time``: truth values, such as spikes, are drawn as events. Channels
        are counted as they were read: of neurons 5 and 9 they are 0 and 1.
    form : {'lines', 'offset', 'heatmap'}, optional
        Of continuous series: all channels in one frame; each in a row of its own; as colours. Up to 8 channels are lines, up to
        40 have rows, more are colours unless it is given.
    height : float, optional
        Of each panel, in pixels.

    Returns
    -------
    SeriesPlot
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError
        For what is no time series, and for complex samples.
    ValueRefused
        For no series at all, an unknown form and a height that is none.
    """
    return SeriesPlot(SeriesView(panels_of(series, form, height)))


def _bokeh() -> Any:
    return importlib.import_module("bouton_widgets._series_bokeh")
