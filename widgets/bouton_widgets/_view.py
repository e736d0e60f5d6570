"""What stands between a model and a page: plain content and messages, whatever carries them."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol


class Carrier(Protocol):
    """Brings content and messages to the pages that show a view: Jupyter's comm, or Panel's websocket."""

    def present(self, content: str) -> None: ...

    def transmit(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None: ...


class View(ABC):
    """One view of a model, without a screen.

    A subclass says what a page has to know (`content`) and what a page may ask (`receive`). Carriers connect to it; there may
    be none, one or several, and several pages behind each.
    """

    script: ClassVar[str]
    """File name of the ES module that draws the view on a page."""

    def __init__(self):
        self._carriers: list[Carrier] = []
        self.pages: dict[str, Mapping[str, Any]] = {}
        """The pages that have said hello and not bye, with what they said."""
        self.busy: Callable[[], bool] = lambda: False
        """Whether this process is too busy to hear its pages; a carrier that can tell replaces it."""

    @abstractmethod
    def content(self) -> dict[str, Any]:
        """Give all that a page needs to draw itself, ready for JSON."""

    @abstractmethod
    def plain(self) -> str:
        """Give the view as plain text."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What is shown, in a word."""

    @abstractmethod
    def receive(self, message: Mapping[str, Any]) -> None:
        """Act on one message of a page; ``message["view"]`` names the page."""

    def text(self) -> str:
        """Give the content as JSON. Numbers that JSON does not have must not be in it."""
        return json.dumps(self.content(), allow_nan=False)

    def connect(self, carrier: Carrier) -> None:
        """Send to this carrier too."""
        self._carriers.append(carrier)

    def disconnect(self, carrier: Carrier) -> None:
        """Send to this carrier no more."""
        # A view that was closed has none.
        if carrier in self._carriers:
            self._carriers.remove(carrier)

    def refresh(self) -> None:
        """Read the model again and show it on every page."""
        text = self.text()
        for carrier in tuple(self._carriers):
            carrier.present(text)

    def publish(self, message: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send a message to every page."""
        for carrier in tuple(self._carriers):
            carrier.transmit(message, buffers)

    def close(self) -> None:
        """Let go of what the view holds; nothing is sent after this."""
        self._carriers.clear()
