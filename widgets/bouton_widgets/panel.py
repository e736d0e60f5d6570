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

from ._activity import ActivityGraph, ActivityView
from ._assets import script, style
from ._explore import Explorer
from ._explore_view import ExplorerView
from ._histogram import HistogramPlot, HistogramView
from ._history import HistoryView, TrainingHistory
from ._node_graph import NodeGraph, NodeGraphView
from ._parameters import ParameterControls, ParametersView
from ._phase import PhasePlot
from ._phase_view import PhaseView
from ._rates import RatesPlot, RatesView
from ._series import SeriesPlot, SeriesView
from ._stimulus import StimulusHands, StimulusView
from ._traces import LiveTraces, TracesView
from ._tree import ModuleTree, TreeView
from ._weights import WeightsPlot, WeightsView
from ._widget import ViewWidget, to_panel


class Served(JSComponent):
    """A view as a Panel component; subclasses only say which script. Bokeh registers no class whose name is private."""

    content = param.String()
    _stylesheets: ClassVar[list[str]] = [style()]
    __abstract = True

    def __init__(self, widget: ViewWidget, **params: Any):
        self._view = widget.view
        self._pages: set[str] = set()
        super().__init__(content=widget.view.text(), sizing_mode="stretch_width", **params)

    def present(self, content: str) -> None:
        """Carry new content to the pages."""
        self.content = content

    def transmit(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Carry a message to the pages. Panel itself moves it from a worker thread to its own."""
        self._send_msg({"text": json.dumps(message), "buffers": list(buffers)})

    def _handle_msg(self, data: Mapping[str, Any]) -> None:
        if data["type"] == "hello":
            self._pages.add(data["view"])
        self._view.receive(data)

    def _get_model(self, *args: Any, **options: Any) -> Model:
        if not self._models:
            self.content = self._view.text()
            self._view.connect(self)
        return super()._get_model(*args, **options)

    def _cleanup(self, root: Model | None = None) -> None:
        # Panel calls this when a session ends: who watched through it watches no more, and nothing here keeps the view alive.
        shown = bool(self._models)
        super()._cleanup(root)
        if shown and not self._models:
            self._view.disconnect(self)
            for page in self._pages:
                self._view.receive({"type": "bye", "view": page})
            self._pages.clear()


class ServedTree(Served):
    _esm = script(TreeView.script)


class ServedParameters(Served):
    _esm = script(ParametersView.script)


class ServedTraces(Served):
    _esm = script(TracesView.script)


class ServedHistory(Served):
    _esm = script(HistoryView.script)


class ServedGraph(Served):
    _esm = script(NodeGraphView.script)


class ServedPhase(Served):
    _esm = script(PhaseView.script)


class ServedRates(Served):
    _esm = script(RatesView.script)


class ServedHistogram(Served):
    _esm = script(HistogramView.script)


class ServedSeries(Served):
    _esm = script(SeriesView.script)


class ServedExplorer(Served):
    _esm = script(ExplorerView.script)


class ServedStimulus(Served):
    _esm = script(StimulusView.script)


class ServedActivity(Served):
    _esm = script(ActivityView.script)


class ServedWeights(Served):
    _esm = script(WeightsView.script)


to_panel.register(ModuleTree, ServedTree)
to_panel.register(ParameterControls, ServedParameters)
to_panel.register(LiveTraces, ServedTraces)
to_panel.register(TrainingHistory, ServedHistory)
to_panel.register(NodeGraph, ServedGraph)
to_panel.register(PhasePlot, ServedPhase)
to_panel.register(RatesPlot, ServedRates)
to_panel.register(HistogramPlot, ServedHistogram)
to_panel.register(SeriesPlot, ServedSeries)
to_panel.register(Explorer, ServedExplorer)
to_panel.register(WeightsPlot, ServedWeights)
to_panel.register(StimulusHands, ServedStimulus)
to_panel.register(ActivityGraph, ServedActivity)
