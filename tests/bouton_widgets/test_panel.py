import json

import panel as pn
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton_widgets._widget import ViewWidget, to_panel
from bouton_widgets.panel import ServedHistory, ServedParameters, ServedTraces, ServedTree


@pytest.fixture
def simulation():
    with bp.run.LiveSimulation(bp.modules.LIF(3), record="vmem") as simulation:
        yield simulation


def test_panel_takes_the_widgets_like_its_own_components(simulation):
    column = pn.Column(bw.tree(simulation.model), bw.parameters(simulation), bw.traces(simulation), bw.history([]))
    assert [type(child) for child in column] == [ServedTree, ServedParameters, ServedTraces, ServedHistory]


def test_a_served_view_hears_its_pages_and_shows_what_changes(simulation):
    served = pn.panel(bw.parameters(simulation))
    served.get_root()
    served._handle_msg({"type": "set", "path": "tau_mem", "value": 0.05, "view": "page"})
    assert simulation.model.tau_mem.max() == pytest.approx(0.05)
    simulation.model.tau_mem = 0.06 + 0 * simulation.model.tau_mem
    served._view.refresh()
    row = next(row for row in json.loads(served.content)["rows"] if row["path"] == "tau_mem")
    assert row["value"] == pytest.approx(0.06)


def test_a_message_goes_as_json_with_its_bytes_beside_it(simulation, monkeypatch):
    served = pn.panel(bw.traces(simulation))
    served.get_root()
    sent = []
    monkeypatch.setattr(served, "_send_msg", sent.append)
    served._view.publish({"type": "frame"}, [b"abc"])
    assert sent == [{"text": '{"type": "frame"}', "buffers": [b"abc"]}]


def test_when_the_last_session_ends_its_simulation_pauses(simulation):
    served = pn.panel(bw.traces(simulation))
    root = served.get_root()
    served._handle_msg({"type": "hello", "columns": 100, "view": "page"})
    served._handle_msg({"type": "play", "view": "page"})
    assert simulation.status == "running"
    served._cleanup(root)
    assert simulation.status == "paused"


def test_a_session_that_ends_leaves_the_pages_of_the_others_alone(simulation):
    widget = bw.traces(simulation)
    one, other = pn.panel(widget), pn.panel(widget)
    root = one.get_root()
    other.get_root()
    one._handle_msg({"type": "hello", "columns": 100, "view": "one"})
    other._handle_msg({"type": "hello", "columns": 100, "view": "other"})
    one._handle_msg({"type": "play", "view": "one"})
    one._cleanup(root)
    assert simulation.status == "running"
    assert list(widget.view.pages) == ["other"]


def test_a_component_that_is_shown_again_shows_the_values_of_now(simulation):
    served = pn.panel(bw.parameters(simulation))
    served._cleanup(served.get_root())
    simulation.set("tau_mem", 0.05 + 0 * simulation.model.tau_mem)
    served.get_root()
    row = next(row for row in json.loads(served.content)["rows"] if row["path"] == "tau_mem")
    assert row["value"] == pytest.approx(0.05)


def test_an_app_that_has_not_imported_the_carrier_is_told_so(simulation):
    class Unknown(ViewWidget):
        pass

    with pytest.raises(bp.errors.EnvironmentProblem, match=r"Write `import bouton_widgets\.panel` at the top of the app\."):
        to_panel(Unknown(bw.tree(simulation.model).view))
