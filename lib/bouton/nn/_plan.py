"""What wiring tells a node, and what it has made of it."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ._signature import Takes

if TYPE_CHECKING:
    from ._node import Node

Shape = tuple[int | None, ...]

NO_KEYWORDS = Takes(frozenset(), anything=False)


class Gone:
    """Stands for a node that sent feedback in a network that nobody holds any more, or did not come along in a pickle."""

    def __init__(self, name: str = "gone"):
        self.name = name


class Plan:
    """Facts about one node.

    Attributes
    ----------
    ff, fb : dict of Node to Shape
        Shapes of what comes in, by sender, in order; None as long as it is not known. For a node without senders, whose
        ``input_shape`` was given, None stands for the sender.
    given : tuple of int or None
        The ``input_shape``.
    listed : tuple of Node
        The order that a list gave to its inputs.
    left : set of str
        Parameters that hooks left as arrays.
    output : Shape or None
    has_ff, has_fb, has_states : bool
        What has been made.
    num_batch : int
        Of the states.
    forward, feedback : Takes
        Keywords of these methods.
    """

    __slots__ = (
        "_fb",
        "_was_listed",
        "feedback",
        "ff",
        "forward",
        "given",
        "has_fb",
        "has_ff",
        "has_states",
        "left",
        "listed",
        "num_batch",
        "output",
    )

    def __init__(self) -> None:
        self.ff: dict[Node | None, Shape] | None = None
        # Weakly: it would hold the sender, which holds its own senders, in a circle that nobody but Python's collector opens.
        self._fb: tuple[tuple[weakref.ref[Node], Shape], ...] | None = None
        self.given: tuple[int, ...] | None = None
        self.output: Shape | None = None
        self.listed: tuple[Node, ...] = ()
        self._was_listed = False
        self.left: set[str] = set()
        self.has_ff = self.has_fb = self.has_states = False
        self.num_batch = 1
        self.forward = self.feedback = NO_KEYWORDS

    @property
    def fb(self) -> dict[Node, Shape] | None:
        return None if self._fb is None else {_held(sender): shape for sender, shape in self._fb}

    @fb.setter
    def fb(self, shapes: Mapping[Node, Shape] | None) -> None:
        self._fb = None if shapes is None else tuple((weakref.ref(sender), shape) for sender, shape in shapes.items())

    def take(self, other: Plan) -> None:
        """Become what ``other`` is."""
        for name in Plan.__slots__:
            setattr(self, name, getattr(other, name))
        self.left = set(other.left)

    def __deepcopy__(self, memo: dict) -> Plan:
        # A copy of a node was wired to the same others, of which no copies are made.
        new = Plan()
        new.take(self)
        return new

    def __getstate__(self) -> dict[str, Any]:
        # Others by their names: a node alone is pickled alone, and a network says again who they are.
        kept = {name: getattr(self, name) for name in Plan.__slots__ if name not in ("_fb", "listed", "_was_listed")}
        for key, shapes in (("ff", self.ff), ("fb", self.fb)):
            kept[key] = None if shapes is None else [(node and node.name, shape) for node, shape in shapes.items()]
        return {**kept, "is_listed": bool(self.listed)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        Plan.__init__(self)
        for name in state.keys() - {"is_listed"}:
            value = state[name]
            if name in ("ff", "fb") and value is not None:
                value = {sender and cast("Node", Gone(sender)): shape for sender, shape in value}
            setattr(self, name, value)
        self._was_listed = state["is_listed"]

    def rejoin(self, senders: tuple[Node, ...], fb_senders: tuple[Node, ...]) -> None:
        """Say who the others are, out of a pickle."""
        if senders and self.ff is not None and len(senders) == len(self.ff):
            self.ff = dict(zip(senders, self.ff.values(), strict=True))
        if fb_senders and self.fb is not None and len(fb_senders) == len(self.fb):
            self.fb = dict(zip(fb_senders, self.fb.values(), strict=True))
        if self._was_listed and senders:
            self.listed = senders

    def rewire(self, copies: Mapping[Node, Node]) -> None:
        """Name other nodes by their copies."""
        if self.ff is not None:
            self.ff = {None if node is None else copies.get(node, node): shape for node, shape in self.ff.items()}
        if self._fb is not None:
            self._fb = tuple((_copied(sender, copies), shape) for sender, shape in self._fb)
        self.listed = tuple(copies.get(node, node) for node in self.listed)

    def shown(self) -> str:
        """The shapes of the inputs, in words."""
        told = ", ".join(map(str, (self.ff or {}).values())) or "(unknown)"
        return f"{told}; its feedback {', '.join(map(str, self.fb.values()))}" if self.fb else told


def _held(sender: weakref.ref[Node]) -> Node:
    node = sender()
    return cast("Node", Gone()) if node is None else node


def _copied(sender: weakref.ref[Node], copies: Mapping[Node, Node]) -> weakref.ref[Node]:
    node = sender()
    return sender if node is None else weakref.ref(copies.get(node, node))
