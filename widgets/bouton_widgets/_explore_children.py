"""Views inside an explorer: what they tell their pages goes with what the explorer tells, marked with their name."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ._view import View


class Child:
    """Carries the content and the messages of one view through the view around it.

    Parameters
    ----------
    around : View
        Whose pages show it.
    name : str
        By which a page knows it.
    view : View
        The view.
    changed : callable
        Called when its content is another, for pages that are yet to come.
    """

    def __init__(self, around: View, name: str, view: View, changed: Callable[[], None]):
        self._around, self._name, self._changed = around, name, changed
        # As busy as the other: their pages are the same.
        view.busy = lambda: around.busy()
        view.connect(self)

    def present(self, content: str) -> None:
        """Carry new content to the pages."""
        self._changed()
        self._around.publish({"type": "content", "content": json.loads(content), "child": self._name})

    def transmit(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Carry a message to the pages."""
        self._around.publish({**message, "child": self._name}, buffers)
