"""What wiring tells a node, and what it has made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._signature import Takes

if TYPE_CHECKING:
    from ._node import Node

Shape = tuple[int | None, ...]

NO_KEYWORDS = Takes(frozenset(), anything=False)


class Plan:
    """Facts about one node.

    Attributes
    ----------
    ff, fb : dict of Node to Shape
        Shapes of what comes in, by sender, in order; None as long as it is not known. For a node without senders, whose
        ``input_shape`` was given, None stands for the sender.
    given : tuple of int or None
        The ``input_shape``.
    output : Shape or None
    has_ff, has_fb, has_states : bool
        What has been made.
    num_batch : int
        Of the states.
    forward, feedback : Takes
        Keywords of these methods.
    """

    __slots__ = ("fb", "feedback", "ff", "forward", "given", "has_fb", "has_ff", "has_states", "num_batch", "output")

    def __init__(self) -> None:
        self.ff: dict[Node | None, Shape] | None = None
        self.fb: dict[Node, Shape] | None = None
        self.given: tuple[int, ...] | None = None
        self.output: Shape | None = None
        self.has_ff = self.has_fb = self.has_states = False
        self.num_batch = 1
        self.forward = self.feedback = NO_KEYWORDS
