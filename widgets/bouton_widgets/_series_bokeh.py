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
    ColorBar,
    ColumnDataSource,
    CustomJSHover,
    CustomJSTickFormatter,
    HoverTool,
    Legend,
    LegendItem,
    LinearColorMapper,
    PanTool,
    PlainText,
    Range1d,
    ResetTool,
    SaveTool,
    Scatter,
    Title,
    WheelZoomTool,
)
from bokeh.plotting import figure as new_figure

from ._graph_looks import FONT
from ._series_columns import LEVELS, Window, columns_of, whole
from ._series_looks import DARK, LIGHT, Look, heat
from ._series_panels import LINES, Panel

_LEFT, _TOP = 64, 26
_NUMBER = """
const size = Math.abs(value);
if (Number.isNaN(size)) return "none";
const text = size !== 0 && (size >= 1e6 || size < 1e-4) ? value.toExponential(3) : String(Number(value.toPrecision(6)));
return text.replace("-", "−");
"""
_CHANNELS = """
const { y, dh, count } = cells.data;
const tall = dh[0] / count[0].shape[0];
const row = Math.floor((value - y[0]) / tall);
const [first, last] = [Math.ceil(y[0] + 0.5 + row * tall), Math.ceil(y[0] + 0.5 + (row + 1) * tall) - 1];
return last > first ? `${first} to ${last}` : String(first);
"""
_TICK = "return String(Number(tick.toPrecision(10))).replace('-', '−');"
_WHOLE = "return Number.isInteger(tick) ? String(tick) : '';"
_HOVER = """<div style="display: grid; grid-template-columns: auto auto; gap: 1px 10px; padding: 3px 5px; white-space: nowrap;
font: 12px/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums; color: #1c2024">{}</div>"""
_LINE = '<span style="color: #5f6468">{}</span><span>{}</span>'
_DOT = '<i style="display: inline-block; width: 8px; height: 8px; margin-right: 5px; border-radius: 50%; background: {}"></i>{}'
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
    shared = Range1d(
        start=window.start,
        end=window.stop,
        bounds=(window.start - room, window.stop + room),
        name="time",
        reset_start=window.start,
    )
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
    if panel.form == "events":
        _events(plot, sources, look)
    else:
        {"lines": _lines, "offset": _offset, "heatmap": _heatmap}[panel.form](plot, panel, sources, look)
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
        "formatter": CustomJSTickFormatter(code=_TICK),
    }


def _lines(plot: Any, panel: Panel, sources: dict, look: Look) -> None:
    channels = panel.series.num_channels
    drawn = []
    for k in range(channels):
        style: dict[str, Any] = {"line_color": look.line(k), "line_width": 1.4, "line_join": "bevel", "name": f"channel {k}"}
        drawn.append(plot.line("x", "y", source=sources[f"line{k}"], **style))
    if channels > LINES:
        told = _LINE.format("time", "@x{custom} s") + _LINE.format("channel", "$name") + _LINE.format("value", "@y{custom}")
        plot.add_tools(_hover(told, drawn, mode="mouse"))
        return
    # What is told stands at half the height, wherever the lines are.
    plot.extra_y_ranges = {"reading": Range1d(start=0, end=1, bounds=(0, 1), min_interval=1)}
    reading = plot.line("x", "y", source=sources["reading"], line_alpha=0.0, y_range_name="reading")
    values = [_LINE.format(_DOT.format(look.line(k), f"channel {k}"), f"@v{k}") for k in range(channels)]
    policy = "prev" if panel.series.interp_kind == "previous" else "nearest"
    told = _LINE.format("time", "@time") + "".join(values)
    plot.add_tools(_hover(told, [reading], mode="vline", line_policy=policy))
    if channels > 1:
        items = [LegendItem(label=f"channel {k}" if channels < 5 else f"{k}", renderers=[one]) for k, one in enumerate(drawn)]
        plot.add_layout(_legend(items, look), "above")


def _offset(plot: Any, panel: Panel, sources: dict, look: Look) -> None:
    for k in range(panel.series.num_channels):
        style: dict[str, Any] = {"line_color": look.line(k), "line_width": 1.1, "line_join": "bevel"}
        plot.line("x", "y", source=sources[f"line{k}"], **style)
    _cells(plot, panel, sources["cells"], None)


def _heatmap(plot: Any, panel: Panel, sources: dict, look: Look) -> None:
    low, high = panel.span
    mapper = LinearColorMapper(palette=heat(), low=low, high=high if high > low else low + 1.0, nan_color="rgba(0, 0, 0, 0)")
    _cells(plot, panel, sources["cells"], mapper)
    bar = ColorBar(
        color_mapper=mapper,
        width=9,
        padding=0,
        margin=0,
        location=(8, 0),
        background_fill_alpha=0.0,
        bar_line_color=None,
        border_line_color=None,
        major_label_text_font=FONT,
        major_label_text_font_size="11px",
        major_label_text_color=look.quiet,
        major_tick_line_color=None,
        ticker=BasicTicker(desired_num_ticks=5),
        formatter=CustomJSTickFormatter(code=_TICK),
    )
    plot.add_layout(bar, "right")


def _cells(plot: Any, panel: Panel, source: ColumnDataSource, mapper: LinearColorMapper | None) -> None:
    """An image of the values; unseen without colours, and there to be pointed at."""
    shown = mapper or LinearColorMapper(palette=["#000000"])
    image = plot.image(
        "image", x="x", y="y", dw="dw", dh="dh", source=source, color_mapper=shown, global_alpha=float(mapper is not None)
    )
    unit = f" {panel.unit}" if panel.unit else ""
    told = _LINE.format("time", "$x{custom} s") + _LINE.format("channel", "$y{0}") + _LINE.format("value", "@image{custom}$name")
    image.name = unit
    plot.add_tools(_hover(told, [image]))


def _events(plot: Any, sources: dict, look: Look) -> None:
    mapper = LinearColorMapper(palette=look.shades(LEVELS), low=0, high=LEVELS)
    image = plot.image("image", x="x", y="y", dw="dw", dh="dh", source=sources["cells"], color_mapper=mapper)
    told = _LINE.format("time", "$x{custom} s") + _LINE.format("channel", "$y{custom}") + _LINE.format("events", "@count")
    pointed = _hover(told, [image])
    pointed.formatters = pointed.formatters | {"$y": CustomJSHover(args={"cells": sources["cells"]}, code=_CHANNELS)}
    plot.add_tools(pointed)
    marks = Scatter(x="x", y="y", size="size", marker="dash", angle=1.5707963267948966, line_color=look.event, line_width=1.6)
    drawn = plot.add_glyph(sources["marks"], marks)
    plot.add_tools(_hover(_LINE.format("time", "@time") + _LINE.format("channel", "@y"), [drawn]))


def _hover(told: str, renderers: list, **more: Any) -> HoverTool:
    formatters: dict[str, Any] = {field: CustomJSHover(code=_NUMBER) for field in ("$x", "@x", "@y", "@image")}
    return HoverTool(tooltips=_HOVER.format(told), renderers=renderers, formatters=formatters, visible=False, **more)


def _legend(items: list[LegendItem], look: Look) -> Legend:
    style: dict[str, Any] = {
        "location": "left",
        "orientation": "horizontal",
        "click_policy": "hide",
        "background_fill_alpha": 0.0,
        "border_line_color": None,
        "label_text_color": look.quiet,
        "label_text_font": FONT,
        "label_text_font_size": "11px",
        "label_height": 14,
        "glyph_height": 12,
        "glyph_width": 14,
        "label_standoff": 3,
        "spacing": 8,
        "padding": 0,
        "margin": 0,
    }
    return Legend(items=items, **style)
