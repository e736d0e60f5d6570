"""What a drawing of a graph shows, as plain data and as text; ``bouton_widgets`` makes a figure of it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import KindError, UnsupportedError, ValueRefused
from ._plan import Shape

if TYPE_CHECKING:
    from ._node import Node

LAYOUTS = (
    "layered",
    "shell_layout",
    "circular_layout",
    "spring_layout",
    "spectral_layout",
    "kamada_kawai_layout",
    "multipartite_layout",
)

# What a figure is made with. Who has not installed one of them reads the text.
_FIGURES_NEED = {"anywidget", "bokeh", "bouton_widgets", "ipywidgets", "networkx", "traitlets"}

_KEY = {"●": "trainable", "○": "not trainable", "↺": "recurrent", "←": "input", "<<": "feedback, from the step before"}


@dataclass(frozen=True)
class NodeOfGraph:
    """One node of a drawing.

    Attributes
    ----------
    name, kind : str
        Its name, and its class; of a system that is wrapped the class of this too.
    trainable, recurrent : bool
    layer : int
        Length of the longest path that leads there from a node without inputs.
    inputs, feedbacks : tuple of (name, shape)
        What comes in, by sender; the name of an input from outside is empty. A shape is None as long as it is not known.
    output : tuple or None
        Shape of what it gives.
    """

    name: str
    kind: str
    trainable: bool
    recurrent: bool
    layer: int
    inputs: tuple[tuple[str, Shape | None], ...]
    feedbacks: tuple[tuple[str, Shape | None], ...]
    output: Shape | None


@dataclass(frozen=True, repr=False)
class NodeGraph:
    """What a drawing of a network shows; ``str`` draws it as text.

    Attributes
    ----------
    title : str
        Name of the network.
    nodes : tuple of NodeOfGraph
        In the order in which they run.
    """

    title: str
    nodes: tuple[NodeOfGraph, ...] = field(default=())

    @classmethod
    def of(cls, network: Node) -> NodeGraph:
        """What is to be drawn of a network, or of a single node, whether it is initialised or not."""
        graph, layers, nodes = network._graph, {}, []
        for node in graph.nodes:
            senders = graph.senders(node)
            layers[node] = 1 + max((layers[sender] for sender in senders), default=-1)
            given = node._plan.given
            outside = () if senders or given is None else (("", (None, *given)),)
            nodes.append(
                NodeOfGraph(
                    str(node.name),
                    _kind(node),
                    node.trainable,
                    # Of what RecurrentNode has, which this module cannot import: nodes draw themselves.
                    hasattr(node, "state_trainable"),
                    layers[node],
                    (*outside, *((str(sender.name), sender.output_shape) for sender in senders)),
                    tuple((str(sender.name), sender.output_shape) for sender in graph.fb_senders(node)),
                    node.output_shape,
                )
            )
        return cls(str(network.name), tuple(nodes))

    @property
    def edges(self) -> tuple[tuple[str, str, str], ...]:
        """(sender, receiver, kind), with the kinds ``'feedforward'``, ``'feedback'`` and ``'recurrent'``."""
        ff = [(sender, node.name, "feedforward") for node in self.nodes for sender, _ in node.inputs if sender]
        fb = [(sender, node.name, "feedback") for node in self.nodes for sender, _ in node.feedbacks]
        return (*ff, *fb, *((node.name, node.name, "recurrent") for node in self.nodes if node.recurrent))

    @property
    def facts(self) -> str:
        """How much of it there is, in words."""
        depth = max((node.layer for node in self.nodes), default=-1) + 1
        feedback = sum(len(node.feedbacks) for node in self.nodes)
        counted = [(len(self.nodes), "node"), (depth, "layer"), (feedback, "feedback edge")]
        return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counted if n or word == "node")

    def __str__(self) -> str:
        rows = [_cells(node) for node in self.nodes]
        widths = [max((len(row[k]) for row in rows), default=0) for k in range(4)]
        lines, layer = [f"{self.title}: {self.facts}", ""], 0
        for node, row in sorted(zip(self.nodes, rows, strict=True), key=lambda pair: pair[0].layer):
            if node.layer > layer:
                lines.append("  ↓")
                layer = node.layer
            *cells, received = row
            lines.append(
                "  ".join(["", *(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), received]).rstrip()
            )
        text = "\n".join(lines[2:])
        key = "   ".join(f"{mark} {word}" for mark, word in _KEY.items() if mark in text)
        return "\n".join([*lines, "", f"  {key}"])

    __repr__ = __str__


def plot(graph: NodeGraph, fig_size: Any, node_size: Any, arrow_size: Any, layout: Any) -> Any:
    """A figure where widgets are installed, and otherwise the graph itself, which reads as text."""
    options = {
        "fig_size": _size(fig_size),
        "node_size": _positive("node_size", node_size),
        "arrow_size": _positive("arrow_size", arrow_size),
        "layout": _layout(layout),
    }
    try:
        return importlib.import_module("bouton_widgets").node_graph(graph, **options)
    except ModuleNotFoundError as error:
        if str(error.name).split(".")[0] not in _FIGURES_NEED:
            raise
        return graph


def _layout(layout: Any) -> str:
    if layout not in LAYOUTS:
        raise UnsupportedError(
            where=f"plot_node_graph(layout={layout!r})",
            expected=f"one of {', '.join(LAYOUTS)}",
            got=f"{layout!r}",
            fix="Leave it out to draw the nodes in layers.",
        )
    return layout


def _size(fig_size: Any) -> tuple[float, float]:
    if not isinstance(fig_size, tuple | list) or len(fig_size) != 2:
        raise KindError(
            where="plot_node_graph(fig_size=...)",
            expected="a pair, width and height in inches",
            got=f"{fig_size!r}",
            fix="Write for instance fig_size=(10, 10).",
        )
    width, height = (_positive("fig_size", one) for one in fig_size)
    return width, height


def _positive(name: str, value: Any) -> float:
    if isinstance(value, bool) or not hasattr(value, "__float__") or not 0 < float(value) < float("inf"):
        raise ValueRefused(
            where=f"plot_node_graph({name}=...)",
            expected="a number above 0",
            got=f"{value!r}",
            fix="Leave it out for the usual size.",
        )
    return float(value)


def _kind(node: Any) -> str:
    wrapped = node.modules().get("system")
    return type(node).__name__ if wrapped is None else f"{type(node).__name__}({type(wrapped).__name__})"


def _cells(node: NodeOfGraph) -> tuple[str, str, str, str, str]:
    mark = "●" if node.trainable else "○"
    return (
        f"{mark} {node.name}",
        "↺" if node.recurrent else "",
        node.kind,
        "" if node.output is None else str(node.output),
        "   ".join(_received(node)),
    )


def _received(node: NodeOfGraph) -> Iterator[str]:
    for arrow, came in (("←", node.inputs), ("<<", node.feedbacks)):
        senders = [sender for sender, _ in came if sender]
        if senders:
            yield f"{arrow} {', '.join(senders)}"
