"""What a page needs to draw figures of Bokeh: the figures as items, and the script."""

from collections.abc import Callable
from typing import Any

import bokeh
from bokeh.embed import json_item
from bokeh.models import LayoutDOM, Plot
from bokeh.resources import Resources


def version() -> str:
    """Of the script that draws figures on a page."""
    return bokeh.__version__


def library() -> str:
    """The script that draws figures on a page; no page has to ask another machine for it."""
    return "\n".join(Resources(mode="inline", components=["bokeh"], log_level="warn").js_raw)


def items(figure: Callable[[bool], LayoutDOM]) -> dict[str, Any]:
    """Figures for a page with a light and with a dark ground, which shows through.

    Parameters
    ----------
    figure : callable
        From whether the ground is dark to a new figure.
    """
    made = {"light": figure(False), "dark": figure(True)}
    for one in made.values():
        for plot in one.select({"type": Plot}):
            plot.update(background_fill_color=None, border_fill_color=None)
    return {name: json_item(one) for name, one in made.items()}
