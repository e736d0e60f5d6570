"""What a drawn network looks like, in light and in dark, and the words beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bouton.nn import NodeOfGraph

from ._graph_shapes import Places

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

WORDS = {
    "trainable": "trainable",
    "other": "not trainable",
    "feedforward": "input",
    "feedback": "feedback, one step later",
    "recurrent": "recurrent",
}


@dataclass(frozen=True)
class Look:
    """Colours.

    Attributes
    ----------
    ground, ink, quiet : str
        Of the page, of names, of what stands beside them.
    boxes : mapping of bool to (str, str)
        Ground and border of nodes, by whether they are trainable.
    lines : mapping of str to str
        Of arrows, by kind.
    """

    ground: str
    ink: str
    quiet: str
    boxes: Mapping[bool, tuple[str, str]]
    lines: Mapping[str, str]

    def box(self, trainable: bool) -> tuple[str, str]:
        """Ground and border."""
        return self.boxes[trainable]

    def line(self, kind: str) -> tuple[str, tuple[int, ...], float]:
        """Colour, dashes and width."""
        return self.lines[kind], (6, 4) if kind == "feedback" else (), 1.4 if kind == "feedforward" else 1.7


LIGHT = Look(
    "#ffffff",
    "#1c2024",
    "#5f6468",
    {True: ("#e3effb", "#2f7fd1"), False: ("#f4f5f6", "#9aa0a6")},
    {"feedforward": "#80868c", "feedback": "#d9730d", "recurrent": "#2a9d6f"},
)
DARK = Look(
    "#16191d",
    "#eceef0",
    "#a4aab0",
    {True: ("#1b3450", "#5fa5ec"), False: ("#262a2f", "#7b8289")},
    {"feedforward": "#8d949b", "feedback": "#f19a4a", "recurrent": "#4cc08f"},
)


def legend(places: Places) -> list[tuple[str, str]]:
    """What is drawn, (kind, word)."""
    found = {"trainable" if box.node.trainable else "other" for box in places.boxes} | {curve.kind for curve in places.curves}
    return [(kind, word) for kind, word in WORDS.items() if kind in found]


def words(node: NodeOfGraph) -> dict[str, str]:
    """What is told of a node."""
    told: dict[str, Any] = {
        "name": node.name,
        "class": node.kind,
        "inputs": _received(node.inputs),
        "feedback": _received(node.feedbacks),
        "output": "not known yet" if node.output is None else str(node.output),
        "trainable": "yes" if node.trainable else "no",
    }
    return {name: value for name, value in told.items() if value}


def _received(came: tuple[tuple[str, Any], ...]) -> str:
    shapes = [f"{'not known yet' if shape is None else shape}" + (f" from {sender}" if sender else "") for sender, shape in came]
    return ", ".join(shapes)
