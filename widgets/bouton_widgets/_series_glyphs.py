"""What stands in the panels of time series: lines, images and marks, and what is told where one points."""

from typing import Any

from bokeh.models import (
    BasicTicker,
    ColorBar,
    ColumnDataSource,
    CustomJSHover,
    CustomJSTickFormatter,
    HoverTool,
    Legend,
    LegendItem,
    LinearColorMapper,
    Range1d,
    Scatter,
)

from ._graph_looks import FONT
from ._hover_box import LINE, hover_box
from ._series_events import LEVELS
from ._series_looks import Look, heat
from ._series_panels import LINES, Panel

TICK = "return String(Number(tick.toPrecision(10))).replace('-', '−');"
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
_DOT = '<i style="display: inline-block; width: 8px; height: 8px; margin-right: 5px; border-radius: 50%; background: {}"></i>{}'


def draw(plot: Any, panel: Panel, sources: dict[str, ColumnDataSource], look: Look) -> None:
    """Put what shows the series into its panel."""
    if panel.form == "events":
        _events(plot, sources, look)
    else:
        {"lines": _lines, "offset": _offset, "heatmap": _heatmap}[panel.form](plot, panel, sources, look)


def _lines(plot: Any, panel: Panel, sources: dict, look: Look) -> None:
    channels = panel.series.num_channels
    drawn = []
    for k in range(channels):
        style: dict[str, Any] = {"line_color": look.line(k), "line_width": 1.4, "line_join": "bevel", "name": f"channel {k}"}
        drawn.append(plot.line("x", "y", source=sources[f"line{k}"], **style))
    if channels > LINES:
        told = LINE.format("time", "@x{custom} s") + LINE.format("channel", "$name") + LINE.format("value", "@y{custom}")
        plot.add_tools(_hover(look, told, drawn, mode="mouse"))
        return
    # What is told stands at half the height, wherever the lines are.
    plot.extra_y_ranges = {"reading": Range1d(start=0, end=1, bounds=(0, 1), min_interval=1)}
    reading = plot.line("x", "y", source=sources["reading"], line_alpha=0.0, y_range_name="reading")
    values = [LINE.format(_DOT.format(look.line(k), f"channel {k}"), f"@v{k}") for k in range(channels)]
    policy = "prev" if panel.series.interp_kind == "previous" else "nearest"
    told = LINE.format("time", "@time") + "".join(values)
    plot.add_tools(_hover(look, told, [reading], mode="vline", line_policy=policy))
    if channels > 1:
        items = [LegendItem(label=f"channel {k}" if channels < 5 else f"{k}", renderers=[one]) for k, one in enumerate(drawn)]
        plot.add_layout(_legend(items, look), "above")


def _offset(plot: Any, panel: Panel, sources: dict, look: Look) -> None:
    for k in range(panel.series.num_channels):
        style: dict[str, Any] = {"line_color": look.line(k), "line_width": 1.1, "line_join": "bevel"}
        plot.line("x", "y", source=sources[f"line{k}"], **style)
    _cells(plot, panel, sources["cells"], None, look)


def _heatmap(plot: Any, panel: Panel, sources: dict, look: Look) -> None:
    low, high = panel.span
    mapper = LinearColorMapper(palette=heat(), low=low, high=high if high > low else low + 1.0, nan_color="rgba(0, 0, 0, 0)")
    _cells(plot, panel, sources["cells"], mapper, look)
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
        formatter=CustomJSTickFormatter(code=TICK),
    )
    plot.add_layout(bar, "right")


def _cells(plot: Any, panel: Panel, source: ColumnDataSource, mapper: LinearColorMapper | None, look: Look) -> None:
    """An image of the values; unseen without colours, and there to be pointed at."""
    shown = mapper or LinearColorMapper(palette=["#000000"])
    image = plot.image(
        "image", x="x", y="y", dw="dw", dh="dh", source=source, color_mapper=shown, global_alpha=float(mapper is not None)
    )
    unit = f" {panel.unit}" if panel.unit else ""
    told = LINE.format("time", "$x{custom} s") + LINE.format("channel", "$y{0}") + LINE.format("value", "@image{custom}$name")
    image.name = unit
    plot.add_tools(_hover(look, told, [image]))


def _events(plot: Any, sources: dict, look: Look) -> None:
    mapper = LinearColorMapper(palette=look.shades(LEVELS), low=0, high=LEVELS)
    image = plot.image("image", x="x", y="y", dw="dw", dh="dh", source=sources["cells"], color_mapper=mapper)
    told = LINE.format("time", "$x{custom} s") + LINE.format("channel", "$y{custom}") + LINE.format("events", "@count")
    pointed = _hover(look, told, [image])
    pointed.formatters = pointed.formatters | {"$y": CustomJSHover(args={"cells": sources["cells"]}, code=_CHANNELS)}
    plot.add_tools(pointed)
    marks = Scatter(x="x", y="y", size="size", marker="dash", angle=1.5707963267948966, line_color=look.event, line_width=1.6)
    drawn = plot.add_glyph(sources["marks"], marks)
    # Of marks on one another the first few; Bokeh knows this from 3.8 on.
    few: dict[str, Any] = {"limit": 4} if "limit" in HoverTool.properties() else {}
    plot.add_tools(_hover(look, LINE.format("time", "@time") + LINE.format("channel", "@y"), [drawn], **few))


def _hover(look: Look, told: str, renderers: list, **more: Any) -> HoverTool:
    formatters: dict[str, Any] = {field: CustomJSHover(code=_NUMBER) for field in ("$x", "@x", "@y", "@image")}
    box = hover_box(told, look.ground, look.ink, look.grid)
    return HoverTool(tooltips=box, renderers=renderers, formatters=formatters, visible=False, **more)


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
