"""The carrier for Jupyter: an anywidget, so that a view displays itself in a cell and stacks with other widgets."""

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

import anywidget
import traitlets

from bouton import errors

from ._assets import style
from ._pulse import Pulse
from ._view import View


class ViewWidget(anywidget.AnyWidget):
    """A view as a widget of Jupyter.

    The last expression of a cell displays it, and ``ipywidgets.VBox([...])`` and the other boxes take it like any widget.

    Parameters
    ----------
    view : View
        What it shows. Stays readable as ``widget.view``.
    """

    _css = style()
    content = traitlets.Unicode().tag(sync=True)

    def __init__(self, view: View):
        self.view = view
        view.busy = Pulse.of_this_thread()
        super().__init__(content=view.text())
        self.on_msg(self._received)
        view.connect(self)

    def refresh(self) -> None:
        """Read the model again, and show what Python code has changed since."""
        self.view.refresh()

    def present(self, content: str) -> None:
        """Carry new content to the pages."""
        self.content = content

    def transmit(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Carry a message to the pages; the bytes travel beside it, as they are."""
        self.send(dict(message), buffers=list(buffers))

    def close(self) -> None:
        """Take the widget off every page and let go of the model."""
        self.view.close()
        super().close()

    def _received(self, _widget: object, message: Mapping[str, Any], _buffers: object) -> None:
        self.view.receive(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.view.title})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # Where no script runs (a terminal, a notebook on a code host), the view is still there to be read.
        bundle, *metadata = super()._repr_mimebundle_(**options) or ({},)
        bundle["text/plain"] = self.view.plain()
        return (bundle, *metadata)

    def __panel__(self) -> object:
        return to_panel(self)


@singledispatch
def to_panel(widget: ViewWidget) -> object:
    """Give the Panel component that shows the same view. `bouton_widgets.panel` fills this in when it is imported.

    Raises
    ------
    EnvironmentProblem
        As long as nobody has imported it: a notebook need not wait for the import of Panel.
    """
    raise errors.EnvironmentProblem(
        where=f"{type(widget).__name__} in a Panel app",
        expected="bouton_widgets.panel imported",
        got="an app that has not imported it",
        fix="Write `import bouton_widgets.panel` at the top of the app.",
    )
