"""bouton on the screen: a model's tree, graph and controls; traces, phase planes and rates, live; trainings, time series.

Each call gives a widget that displays itself in a notebook's cell. In a Panel app, import `bouton_widgets.panel` too.
"""

from ._activity import ActivityGraph as ActivityGraph
from ._activity import activity as activity
from ._explore import Explorer as Explorer
from ._explore import explore as explore
from ._histogram import HistogramPlot as HistogramPlot
from ._histogram import histogram as histogram
from ._history import TrainingHistory as TrainingHistory
from ._history import history as history
from ._node_graph import NodeGraph as NodeGraph
from ._node_graph import node_graph as node_graph
from ._parameters import ParameterControls as ParameterControls
from ._parameters import parameters as parameters
from ._phase import PhasePlot as PhasePlot
from ._phase import phase_plane as phase_plane
from ._rates import RatesPlot as RatesPlot
from ._rates import rates as rates
from ._series import SeriesPlot as SeriesPlot
from ._series import series as series
from ._stimulus import StimulusHands as StimulusHands
from ._stimulus import stimulus as stimulus
from ._traces import LiveTraces as LiveTraces
from ._traces import traces as traces
from ._tree import ModuleTree as ModuleTree
from ._tree import tree as tree
from ._tree_rows import tree_rows as tree_rows
from ._weights import WeightsPlot as WeightsPlot
from ._weights import weights as weights

# Without it help() shows none of them.
__all__ = [
    "ActivityGraph",
    "Explorer",
    "HistogramPlot",
    "LiveTraces",
    "ModuleTree",
    "NodeGraph",
    "ParameterControls",
    "PhasePlot",
    "RatesPlot",
    "SeriesPlot",
    "StimulusHands",
    "TrainingHistory",
    "WeightsPlot",
    "activity",
    "explore",
    "histogram",
    "history",
    "node_graph",
    "parameters",
    "phase_plane",
    "rates",
    "series",
    "stimulus",
    "traces",
    "tree",
    "tree_rows",
    "weights",
]
