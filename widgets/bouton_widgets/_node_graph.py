"""A network of nodes as a figure."""

import importlib
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import bouton as bp
from bouton import errors

from ._assets import script
from ._view import View
from ._widget import ViewWidget

Layout = Literal[
    "layered",
    "shell_layout",
    "circular_layout",
    "spring_layout",
    "spectral_layout",
    "kamada_kawai_layout",
    "multipartite_layout",
]


class NodeGraphView(View):
    """A drawn network, without a screen.

    Parameters
    ----------
    drawing : Drawing
    """

    script = "graph.js"

    def __init__(self, drawing: Any):
        super().__init__()
        self.drawing = drawing
        self._items = drawing.items()

    def content(self) -> dict[str, Any]:
        """Give the figures, and which script draws them."""
        graph = self.drawing.graph
        return {
            "title": self.title,
            "facts": graph.facts,
            "told": self.plain(),
            "figures": self._items,
            "bokeh": _bokeh().version(),
        }

    @property
    def title(self) -> str:
        """The name of the network."""
        return self.drawing.graph.title

    def plain(self) -> str:
        """Give the nodes layer by layer."""
        return str(self.drawing.graph)

    def receive(self, message: Mapping[str, Any]) -> None:
        """Hand out the script that draws figures, to pages that do not have it."""
        if message.get("type") == "library":
            packed = zlib.compress(_bokeh().library().encode())
            self.publish({"type": "library", "for": str(message.get("view", ""))}, [packed])


class NodeGraph(ViewWidget):
    """The widget that `node_graph` and ``plot_node_graph`` give."""

    _esm: ClassVar[str] = script(NodeGraphView.script)
    view: NodeGraphView

    def __repr__(self) -> str:
        return self.view.plain()

    __str__ = __repr__

    def figure(self, dark: bool = False) -> Any:
        """Make a figure of Bokeh of the same drawing, to put into a layout or a page of your own.

        Parameters
        ----------
        dark : bool
            Whether the page has a dark ground.
        """
        return self.view.drawing.figure(dark)

    def svg(self) -> str:
        """Give the drawing as SVG, which needs no script."""
        return self.view.drawing.svg()

    def save(self, file: str | Path) -> None:
        """Write the drawing into a file: SVG, whatever its name ends in."""
        Path(file).write_text(self.svg(), encoding="utf-8")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.svg()
        return (bundle, *metadata)


def node_graph(
    network: bp.nn.Node | bp.nn.NodeGraph,
    *,
    fig_size: tuple[float, float] = (10, 10),
    node_size: float = 2000,
    arrow_size: float = 20,
    layout: Layout = "layered",
) -> NodeGraph:
    """Draw a network of nodes; the same as ``network.plot_node_graph()``.

    Point at a node to read its class and shapes, and at an arrow to read what it joins.

    Parameters
    ----------
    network : bouton.nn.Network, other node, or bouton.nn.NodeGraph
        What is drawn, initialised or not.
    fig_size, node_size, arrow_size, layout
        See `bouton.nn.Node.plot_node_graph`.

    Returns
    -------
    NodeGraph
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError
        For what is no node.
    """
    if isinstance(network, bp.nn.Node):
        return network.plot_node_graph(fig_size, node_size, arrow_size, layout)
    if not isinstance(network, bp.nn.NodeGraph):
        raise errors.KindError(
            where="bouton_widgets.node_graph(network)",
            expected="a bouton.nn.Network, or another node",
            got=type(network).__name__,
            fix="Pass what >> has made.",
        )
    return NodeGraph(NodeGraphView(_bokeh().Drawing(network, fig_size, node_size, arrow_size, layout)))


def _bokeh() -> Any:
    return importlib.import_module("bouton_widgets._graph_bokeh")
