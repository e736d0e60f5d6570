import subprocess
import sys
from importlib.resources import files

import bouton_widgets as bw


def test_the_public_names():
    public = {name for name in vars(bw) if not name.startswith("_")} - {"panel"}
    widgets = {
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
    }
    assert public == widgets | {
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
    }


def test_a_notebook_does_not_wait_for_panel():
    heavy = "{'panel', 'bokeh', 'matplotlib', 'networkx', 'pandas'}"
    code = f"import sys, bouton_widgets; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr


def test_type_checkers_are_told_that_the_package_is_typed():
    assert (files("bouton_widgets") / "py.typed").is_file()
