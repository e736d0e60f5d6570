"""Figures of Bokeh as a view and as a widget, with a picture for pages on which no script runs."""

import importlib
import zlib
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._view import View
from ._widget import ViewWidget


class FigureView(View):
    """A figure of Bokeh, without a screen. A notebook does not wait for Bokeh before it draws the first one."""

    @property
    @abstractmethod
    def word(self) -> str:
        """What it is, beside the title."""

    @property
    @abstractmethod
    def facts(self) -> str:
        """How much is shown, in words."""

    @abstractmethod
    def figure(self, dark: bool = False) -> Any:
        """Make a new figure."""

    def skeleton(self, dark: bool) -> Any:
        """Make a new figure for a page: that whose data come apart, if they do."""
        return self.figure(dark)

    @abstractmethod
    def svg(self) -> str:
        """Draw it without a script, for a light page."""

    def content(self) -> dict[str, Any]:
        """Give the figures, and which script draws them."""
        return {
            "title": self.title,
            "word": self.word,
            "facts": self.facts,
            "told": self.plain(),
            "figures": _page().items(self.skeleton),
            "bokeh": _page().version(),
        }

    def receive(self, message: Mapping[str, Any]) -> None:
        """Hand out the script that draws figures, to pages that do not have it."""
        if message.get("type") == "library":
            packed = zlib.compress(_page().library().encode())
            self.publish({"type": "library", "for": str(message.get("view", ""))}, [packed])


class FigureWidget(ViewWidget):
    """A figure of Bokeh as a widget of Jupyter."""

    view: FigureView

    def __repr__(self) -> str:
        return self.view.plain()

    __str__ = __repr__

    def figure(self, dark: bool = False) -> Any:
        """Make a figure of Bokeh of the same, to put into a layout or a page of your own.

        Parameters
        ----------
        dark : bool
            Whether the page has a dark ground.
        """
        return self.view.figure(dark)

    def svg(self) -> str:
        """Give the drawing as SVG, which needs no script."""
        return self.view.svg()

    def save(self, file: str | Path) -> None:
        """Write the drawing into a file: SVG, whatever its name ends in."""
        Path(file).write_text(self.svg(), encoding="utf-8")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.svg()
        return (bundle, *metadata)


def _page() -> Any:
    return importlib.import_module("bouton_widgets._bokeh_page")
