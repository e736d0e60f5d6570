"""The carrier for Panel: import this module in an app, and Panel takes the views like its own components.

.. code-block:: python

    import bouton_widgets as bw
    import bouton_widgets.panel
    import panel as pn

    pn.Column(bw.parameters(simulation), bw.traces(simulation)).servable()
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import param
from bokeh.model import Model
from panel.custom import JSComponent

from ._assets import style
from ._widget import ViewWidget, to_panel


class _Component(JSComponent):
    """The script of a view as a Panel component; subclasses only say which script."""

    content = param.String()
    _stylesheets: ClassVar[list[str]] = [style()]
    __abstract = True

    def __init__(self, widget: ViewWidget, **params: Any):
        self._view = widget.view
        super().__init__(content=widget.view.text(), sizing_mode="stretch_width", **params)
        self._view.connect(self)

    def show(self, content: str) -> None:
        """Carry new content to the pages."""
        self.content = content

    def send(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Carry a message to the pages. Panel itself moves it from a worker thread to its own."""
        self._send_msg({"text": json.dumps(message), "buffers": list(buffers)})

    def _handle_msg(self, data: Mapping[str, Any]) -> None:
        self._view.receive(data)

    def _cleanup(self, root: Model | None = None) -> None:
        # Panel calls this when a session ends: whoever watched through it watches no more.
        super()._cleanup(root)
        if not self._models:
            self._view.depart()


def _component(widget: ViewWidget) -> JSComponent:
    name = type(widget).__name__
    return type(name, (_Component,), {"_esm": type(widget)._esm})(widget)


to_panel.register(ViewWidget, _component)
