"""A drawn network as a figure of Bokeh."""

from typing import Any

from bokeh.core.properties import value
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    HoverTool,
    Legend,
    LegendItem,
    PanTool,
    Range1d,
    ResetTool,
    SaveTool,
    WheelZoomTool,
)
from bokeh.plotting import figure

from bouton.nn import NodeGraph

from ._graph_looks import DARK, FONT, LIGHT, WORDS, Look, legend, words
from ._graph_places import Room, placed
from ._graph_shapes import TALL, Places
from ._graph_svg import svg
from ._hover_box import LINE, hover_box

_INCH, _POINT = 96.0, 96.0 / 72.0
_SMALLEST = 0.72
"""No drawing is made so small that its names had less than nine pixels."""
_KEY_ROW, _KEY_ALL = 26, 580

_FOLLOW = """
const size = plot.inner_height / Math.abs(range.end - range.start);
for (const glyph of texts) glyph.text_font_size = `${(glyph.tags[0] * size).toFixed(2)}px`;
"""

_TOOLBAR = ":host(.bk-inner) { background: transparent; width: fit-content; margin-left: auto; }"


class Drawing:
    """A network that is laid out, and drawn as often as it takes.

    Parameters
    ----------
    graph : NodeGraph
    fig_size : (float, float)
        Room in inches.
    node_size, arrow_size : float
        In square points, and in points.
    layout : str
    """

    def __init__(self, graph: NodeGraph, fig_size: tuple[float, float], node_size: float, arrow_size: float, layout: str):
        self.graph = graph
        tall = TALL * (node_size / 2000.0) ** 0.5
        width, height, head = fig_size[0] * _INCH, fig_size[1] * _INCH, arrow_size * _POINT * 0.42
        for scale in (1.0, 0.9, 0.8, _SMALLEST):
            self._places = placed(graph, layout, Room(width / scale, height / scale, tall, head))
            self._scale = scale
            if max(self._places.width / width, self._places.height / height) * scale <= 1.0:
                break
        self._least = min(width, _KEY_ALL)

    @property
    def facts(self) -> str:
        """How much there is, in words."""
        return self.graph.facts

    def svg(self) -> str:
        """Draw it without a script, for a light page."""
        return svg(self._places, self.graph.title, self.facts, LIGHT, self._scale, self._least)

    def figure(self, dark: bool = False) -> figure:
        """A new figure of Bokeh."""
        return _figure(self._places, DARK if dark else LIGHT, self._scale, self._least)


def _figure(places: Places, look: Look, scale: float, least: float) -> figure:
    items = legend(places)
    width = max(places.width, least / scale)
    columns = len(items) if sum(36 + 6.4 * len(word) for _, word in items) <= width * scale else 2
    height = places.height + _KEY_ROW * -(-len(items) // max(1, columns)) / scale
    plot = figure(
        width=round(width * scale),
        height=round(height * scale),
        x_range=Range1d(start=0, end=width),
        y_range=Range1d(start=height, end=0),
        background_fill_color=look.ground,
        border_fill_color=look.ground,
        outline_line_color=None,
        min_border=0,
        name="dark" if look is DARK else "light",
        toolbar_location="above",
        toolbar_inner=True,
        tools="",
    )
    plot.axis.visible = False
    plot.grid.visible = False
    plot.toolbar.logo = None
    plot.toolbar.autohide = True
    plot.toolbar.stylesheets = [_TOOLBAR]
    keys = {**_arrows(plot, places, look), **_boxes(plot, places, look, scale)}
    entries = [LegendItem(label=word, renderers=[keys[kind]]) for kind, word in items]
    plot.add_layout(_legend(entries, columns, look))
    plot.add_tools(PanTool(), WheelZoomTool(), ResetTool(), SaveTool())
    return plot


def _arrows(plot: figure, places: Places, look: Look) -> dict[str, Any]:
    keys = {}
    for kind in look.lines:
        curves = [curve for curve in places.curves if curve.kind == kind]
        if not curves:
            continue
        colour, dash, width = look.line(kind)
        lines: dict[str, Any] = {
            "xs": [[x for x, _ in curve.points] for curve in curves],
            "ys": [[y for _, y in curve.points] for curve in curves],
            "sender": [curve.sender for curve in curves],
            "receiver": [curve.receiver for curve in curves],
            "kind": [WORDS[kind]] * len(curves),
        }
        style: dict[str, Any] = {
            "line_color": colour,
            "line_width": width,
            "line_dash": " ".join(map(str, dash)) or "solid",
            "line_join": "round",
            "hover_line_color": colour,
            "hover_line_width": 2.2 * width,
        }
        keys[kind] = plot.multi_line("xs", "ys", source=ColumnDataSource(lines), **style)
        heads: dict[str, Any] = {
            "xs": [[x for x, _ in curve.head] for curve in curves],
            "ys": [[y for _, y in curve.head] for curve in curves],
        }
        plot.patches("xs", "ys", source=ColumnDataSource(heads), fill_color=colour, line_color=None)
        told = _hover(look, {"from": "sender", "to": "receiver", "as": "kind"})
        plot.add_tools(HoverTool(renderers=[keys[kind]], line_policy="interp", tooltips=told, visible=False))
    return keys


def _boxes(plot: figure, places: Places, look: Look, scale: float) -> dict[str, Any]:
    keys, texts = {}, []
    for trainable in (True, False):
        boxes = [box for box in places.boxes if box.node.trainable is trainable]
        if not boxes:
            continue
        fill, line = look.box(trainable)
        told = [words(box.node) for box in boxes]
        names = list(dict.fromkeys(name for one in told for name in one))
        columns: dict[str, Any] = {
            "x": [box.x for box in boxes],
            "y": [box.y for box in boxes],
            "width": [box.width for box in boxes],
            "height": [box.height for box in boxes],
            "upper": [box.y - 7.5 * box.unit for box in boxes],
            "lower": [box.y + 9 * box.unit for box in boxes],
            "first": [box.name for box in boxes],
            "second": [box.kind for box in boxes],
        }
        columns |= {name: [one.get(name, "none") for one in told] for name in names}
        source = ColumnDataSource(columns)
        style: dict[str, Any] = {
            "border_radius": round(8 * boxes[0].unit * scale),
            "fill_color": fill,
            "line_color": line,
            "line_width": 1.5,
            "hover_fill_color": fill,
            "hover_line_color": look.ink,
        }
        keys["trainable" if trainable else "other"] = drawn = plot.rect("x", "y", "width", "height", source=source, **style)
        plot.add_tools(HoverTool(renderers=[drawn], tooltips=_hover(look, {name: name for name in names}), visible=False))
        for y, text, size, weight, colour in (
            ("upper", "first", 13, "bold", look.ink),
            ("lower", "second", 11, "normal", look.quiet),
        ):
            tall = size * boxes[0].unit
            style = {
                "text_align": "center",
                "text_baseline": "middle",
                "text_color": colour,
                "text_font": value(FONT),
                "text_font_style": weight,
                "text_font_size": f"{tall * scale:.2f}px",
            }
            written = plot.text("x", y, text, source=source, **style)
            written.glyph.tags = [tall]
            texts.append(written.glyph)
    # Bokeh writes in pixels of the page: names grow and shrink with their boxes.
    follow = CustomJS(args={"plot": plot, "range": plot.y_range, "texts": texts}, code=_FOLLOW)
    plot.js_on_change("inner_height", follow)
    plot.y_range.js_on_change("start", follow)
    return keys


def _hover(look: Look, names: dict[str, str]) -> str:
    told = "".join(LINE.format(name, f"@{{{field}}}") for name, field in names.items())
    return hover_box(told, look.ground, look.ink, look.quiet, widest=340)


def _legend(entries: list[LegendItem], columns: int, look: Look) -> Legend:
    style: dict[str, Any] = {
        "location": "bottom_left",
        "orientation": "horizontal",
        "ncols": max(1, columns),
        "background_fill_alpha": 0.0,
        "border_line_color": None,
        "label_text_color": look.quiet,
        "label_text_font": FONT,
        "label_text_font_size": "12px",
        "label_height": 16,
        "glyph_height": 14,
        "glyph_width": 22,
        "spacing": 10,
        "padding": 2,
        "margin": 4,
    }
    return Legend(items=entries, **style)
