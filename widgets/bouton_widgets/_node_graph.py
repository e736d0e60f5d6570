"""A network of nodes as a figure."""

import importlib
from typing import Any, ClassVar, Literal

import bouton as bp
from bouton import errors

from ._assets import script
from ._figures import FigureView, FigureWidget

Layout = Literal[
    "layered",
    "shell_layout",
    "circular_layout",
    "spring_layout",
    "spectral_layout",
    "kamada_kawai_layout",
    "multipartite_layout",
]


class NodeGraphView(FigureView):
    """A drawn network, without a screen.

    Parameters
    ----------
    drawing : Drawing
    """

    script = "graph.js"

    def __init__(self, drawing: Any):
        super().__init__()
        self.drawing = drawing

    @property
    def title(self) -> str:
        """The name of the network."""
        return self.drawing.graph.title

    @property
    def word(self) -> str:
        """What it is, beside the title."""
        return "graph"

    @property
    def facts(self) -> str:
        """How much there is, in words."""
        return self.drawing.graph.facts

    def plain(self) -> str:
        """Give the nodes layer by layer."""
        return str(self.drawing.graph)

    def figure(self, dark: bool = False) -> Any:
        """Make a new figure."""
        return self.drawing.figure(dark)

    def svg(self) -> str:
        """Draw it without a script, for a light page."""
        return self.drawing.svg()


class NodeGraph(FigureWidget):
    """The widget that `node_graph` and ``plot_node_graph`` give."""

    _esm: ClassVar[str] = script(NodeGraphView.script)


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
    bokeh = importlib.import_module("bouton_widgets._graph_bokeh")
    return NodeGraph(NodeGraphView(bokeh.Drawing(network, fig_size, node_size, arrow_size, layout)))
