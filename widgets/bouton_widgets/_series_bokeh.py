"""Time series as a figure of Bokeh: a panel for each, one above the other, over one axis of time."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bokeh.document import Document
from bokeh.layouts import gridplot
from bokeh.models import (
    BasicTicker,
    BoxZoomTool,
    ColumnDataSource,
    CustomJSTickFormatter,
    PanTool,
    PlainText,
    Range1d,
    ResetTool,
    SaveTool,
    Title,
    WheelZoomTool,
)
from bokeh.plotting import figure as new_figure

from ._graph_looks import FONT
from ._series_columns import columns_of
from ._series_glyphs import TICK, draw
from ._series_looks import DARK, LIGHT, Look
from ._series_panels import LINES, Panel
from ._series_window import Window, whole

_LEFT, _TOP = 64, 26
_WHOLE = "return Number.isInteger(tick) ? String(tick) : '';"
# Beside the name or the legend of the first panel, and not in a row of its own.
_TOOLBAR = ":host { background: transparent; width: 176px; margin: 0 0 -30px auto; z-index: 1; } .bk-divider { opacity: 0.35; }"


def data(
    panels: list[Panel], window: Window, rows: Mapping[int, tuple[float, float]] = MappingProxyType({})
) -> tuple[dict[str, dict[str, Any]], bool]:
    """Columns by name of source, and whether nothing would be gained by looking closer; of some panels only some rows."""
    found, exact = {}, True
    for i, panel in enumerate(panels):
        low, high = rows.get(i, (window.low, window.high))
        columns, fine = columns_of(panel, replace(window, low=low, high=high))
        exact = exact and fine
        found |= {f"{i}.{name}": one for name, one in columns.items()}
    return found, exact


def packed(columns: dict[str, dict[str, Any]]) -> Any:
    """Columns as Bokeh writes a document, which it reads on a page."""
    document = Document()
    for name, one in columns.items():
        document.add_root(ColumnDataSource(one, name=name))
    return document.to_json(deferred=False)


def figure(panels: list[Panel], dark: bool, columns: dict[str, dict[str, Any]], named: bool = True) -> Any:
    """A new figure; without ``columns`` it has no data yet. ``named`` says whether panels have their names above them."""
    look, window = (DARK if dark else LIGHT), whole(panels)
    room = 0.01 * (window.stop - window.start)
    limits: dict[str, Any] = {"bounds": (window.start - room, window.stop + room), "min_interval": 1e-7 * room}
    shared = Range1d(start=window.start, end=window.stop, name="time", **limits)
    right = 62 if any(panel.form == "heatmap" for panel in panels) else 12
    plots = []
    for i, panel in enumerate(panels):
        sources = {name: ColumnDataSource(columns.get(f"{i}.{name}", empty), name=f"{i}.{name}") for name, empty in _empty(panel)}
        plots.append(_plot(panel, i, sources, shared, look, right, i == len(panels) - 1, named))
    grid = gridplot([[plot] for plot in plots], merge_tools=True, toolbar_location="above", sizing_mode="stretch_width")
    grid.toolbar.logo = None
    grid.toolbar.autohide = True
    grid.toolbar.stylesheets = [_TOOLBAR]
    grid.update(name="dark" if dark else "light", width_policy="max")
    return grid


def _empty(panel: Panel) -> list[tuple[str, dict[str, Any]]]:
    cells: dict[str, Any] = dict.fromkeys(("x", "y", "dw", "dh", "image"), ())
    channels = range(panel.series.num_channels)
    if panel.form == "events":
        return [("marks", dict.fromkeys(("x", "y", "size", "time"), ())), ("cells", cells | {"count": ()})]
    if panel.form == "heatmap":
        return [("cells", cells)]
    lines = [(f"line{k}", {"x": (), "y": ()}) for k in channels]
    if panel.form == "offset":
        return [("cells", cells), *lines]
    told = dict.fromkeys(["x", "y", "time", *(f"v{k}" for k in channels if len(channels) <= LINES)], ())
    return [("reading", told), *lines]


def _plot(panel: Panel, i: int, sources: dict, shared: Range1d, look: Look, right: int, last: bool, named: bool) -> Any:
    low, high = panel.ends
    y_range = Range1d(start=low, end=high, bounds=None if panel.form == "lines" else (low, high))
    y_range.update(name=f"{i}.rows" if panel.form == "events" else f"{i}.values")
    plot = new_figure(
        height=panel.height + _TOP + (46 if last else 8),
        min_width=200,
        x_range=shared,
        y_range=y_range,
        background_fill_color=look.ground,
        border_fill_color=look.ground,
        outline_line_color=None,
        min_border_left=_LEFT,
        min_border_right=right,
        min_border_bottom=46 if last else 8,
        min_border_top=_TOP,
        tools="",
        name=f"panel {i}",
    )
    _dress(plot, panel, look, last)
    told = panel.told(named)
    text: dict[str, Any] = {"text_color": look.ink, "text_font": FONT, "text_font_size": "12px", "text_font_style": "bold"}
    plot.title = Title(text=PlainText(text=told), visible=bool(told), standoff=6, **text)
    draw(plot, panel, sources, look)
    wheel = WheelZoomTool(dimensions="width", description="Zoom with the wheel")
    tools = [PanTool(dimensions="width"), BoxZoomTool(), wheel, ResetTool(), SaveTool()]
    plot.add_tools(*tools)
    return plot


def _dress(plot: Any, panel: Panel, look: Look, last: bool) -> None:
    for axis in plot.axis:
        axis.update(**_axis(look))
    for grid in plot.grid:
        grid.update(grid_line_color=look.grid, level="underlay")
    (across,), (up,) = plot.xaxis, plot.yaxis
    if last:
        across.axis_label = "time (s)"
    else:
        across.update(major_label_text_font_size="0px", major_tick_line_color=None)
    if panel.form == "lines":
        up.axis_label = PlainText(text=panel.unit) if panel.unit else "value"
        return
    ticker = BasicTicker(min_interval=1, num_minor_ticks=0, desired_num_ticks=panel.ticks)
    up.update(axis_label="channel", ticker=ticker, formatter=CustomJSTickFormatter(code=_WHOLE))
    plot.ygrid.visible = False


def _axis(look: Look) -> dict[str, Any]:
    return {
        "axis_label_text_font": FONT,
        "axis_label_text_font_size": "12px",
        "axis_label_text_font_style": "normal",
        "axis_label_text_color": look.quiet,
        "major_label_text_font": FONT,
        "major_label_text_font_size": "11px",
        "major_label_text_color": look.quiet,
        "axis_line_color": look.grid,
        "major_tick_line_color": look.grid,
        "major_tick_in": 0,
        "minor_tick_line_color": None,
        "formatter": CustomJSTickFormatter(code=TICK),
    }
