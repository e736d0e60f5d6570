"""All views of a model in one: which there are, what they hear, when they end."""

import json
import threading

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton import errors


@pytest.fixture
def explored():
    """Make explorers that are closed after the test."""
    made = []

    def make(model, **settings):
        made.append(bw.explore(model, **settings))
        return made[-1]

    yield make
    for explorer in made:
        explorer.close()
        explorer.simulation.close()


def test_of_a_module_there_are_tree_parameters_transport_and_traces(explored, listen):
    explorer = explored(bp.modules.LIF(4), inputs=0.05)
    content = json.loads(explorer.content)
    assert content["title"] == "LIF"
    assert {row["path"] for row in content["fixed"]["tree"]["rows"]} >= {"", "tau_mem", "vmem"}
    assert {row["path"] for row in content["fixed"]["parameters"]["rows"]} >= {"tau_mem", "threshold"}
    views = {view["name"]: view for view in content["views"]}
    assert [signal["path"] for signal in views["traces"]["content"]["signals"]] == ["spikes", "vmem", "isyn"]
    assert views["traces"]["content"]["transport"] is False
    assert [name for name, view in views.items() if view["content"] is not None] == ["traces"]
    assert {"rates", "histogram", "phase"} <= views.keys()


def test_what_a_child_says_carries_its_name_and_what_is_said_to_it_reaches_it(explored, listen):
    explorer = explored(bp.modules.LIF(4))
    page = listen(explorer.view)
    page.say("hello", child="parameters")
    assert [message["child"] for message in page.heard("rows")] == ["parameters"]
    page.say("set", child="parameters", path="tau_mem", value=0.05)
    assert float(explorer.simulation.model.tau_mem.max()) == pytest.approx(0.05)
    (answer,) = page.heard("answer")
    assert (answer["child"], answer["to"], answer["error"]) == ("parameters", "page", None)
    page.say("set", child="nobody", path="tau_mem", value=0.07)
    assert float(explorer.simulation.model.tau_mem.max()) == pytest.approx(0.05)


def test_selecting_in_the_tree_narrows_parameters_and_traces(explored, listen):
    net = bp.modules.Sequential(bp.modules.LIF(3), bp.modules.LIF(3))
    explorer = explored(net)
    page = listen(explorer.view)
    page.say("select", child="tree", path="1_LIF")
    assert explorer.selected == "1_LIF"
    focus = {message["child"]: message["paths"] for message in page.heard("focus")}
    assert focus["traces"] == ["1_LIF.spikes", "1_LIF.vmem"]
    assert all(path.startswith("1_LIF.") for path in focus["parameters"])
    explorer.selected = None
    assert {message["child"]: message["paths"] for message in page.heard("focus")[2:]} == {"traces": None, "parameters": None}


def test_a_view_is_opened_changed_and_closed_by_a_page_and_later_pages_know(explored, listen):
    explorer = explored(bp.modules.LIF(4), views=())
    page = listen(explorer.view)
    page.say("open", name="histogram")
    assert list(explorer.view.open) == ["histogram"]
    first = explorer.view.open["histogram"]
    assert first.distribution.signal.path == "vmem"
    shown = next(view for view in page.contents[-1]["views"] if view["name"] == "histogram")
    assert shown["choices"] == [["Signal", ["vmem", "isyn"], "vmem"]]
    # Clicked twice, before the page could know: it stays as it is.
    page.say("open", name="histogram")
    assert explorer.view.open["histogram"] is first
    page.say("open", name="histogram", paths=["isyn"])
    assert explorer.view.open["histogram"].distribution.signal.path == "isyn"
    later = next(view for view in json.loads(explorer.content)["views"] if view["name"] == "histogram")
    assert later["serial"] > shown["serial"]
    assert later["content"]["path"] == "isyn"
    page.say("open", name="traces")
    # In the order of the table.
    assert list(explorer.view.open) == ["traces", "histogram"]
    page.say("close", name="histogram")
    page.say("close", name="histogram")
    assert list(explorer.view.open) == ["traces"]


def test_a_network_offers_its_potentials_against_the_synapses_that_end_on_them(explored):
    explorer = explored(bp.examples.COBA(50, 10.0, seed=1), dt=1e-4, views=())
    (view,) = (view for view in explorer.view.content()["views"] if view["name"] == "phase")
    (_, across, x), (_, up, y) = view["choices"]
    # What is recorded comes first; of what neurons only take in or keep in mind there is nothing.
    assert across[:2] == ["system.excitatory.V", "system.inhibitory.V"]
    assert set(across[2:]) == {"system.E2E.g", "system.E2I.g", "system.I2E.g", "system.I2I.g"}
    assert (x, y, up) == ("system.excitatory.V", "system.E2E.g", ["system.E2E.g", "system.I2E.g"])
    explorer.show("phase", "system.inhibitory.V", "system.I2I.g")
    assert explorer.view.open["phase"].missing == ["system.I2I.g"]


def test_a_phase_plane_is_of_two_states_of_one_group(explored):
    rng = np.random.default_rng(0)
    a, b = bp.neurons.AdExIF(3), bp.neurons.AdExIF(5)
    net = bp.Network(syn=bp.synapses.Exponential(a, b, rng.uniform(size=(3, 5))), a=a, b=b)
    explorer = explored(net, record=["system.a.[Vw]", "system.b.[Vw]"], views="phase")
    assert (explorer.view.open["phase"].plane.x, explorer.view.open["phase"].plane.y) == ("system.a.V", "system.a.w")
    explorer.show("phase", "system.b.w")
    assert (explorer.view.open["phase"].plane.x, explorer.view.open["phase"].plane.y) == ("system.b.w", "system.b.V")
    (view,) = (view for view in explorer.view.content()["views"] if view["name"] == "phase")
    assert [choice[1] for choice in view["choices"]] == [
        ["system.a.V", "system.a.w", "system.b.V", "system.b.w", "system.syn.g"],
        ["system.b.V", "system.syn.g"],
    ]
    explorer.hide("phase")
    assert explorer.view.open == {}
    # What runs is a module around the network, which nobody has asked for.
    assert explorer.view.plain().startswith("Network, ready at 0 s\nrecords system.a.V, system.a.w, ")


def test_a_view_of_what_is_not_recorded_is_not_offered_and_refused(explored, listen):
    explorer = explored(bp.modules.Rate(4), record="x")
    assert not {"rates", "phase"} & {view["name"] for view in explorer.view.content()["views"]}
    with pytest.raises(
        errors.UnknownPathError,
        match=r"view 'rates': expected .*traces, stimulus, histogram, activity, got none of these\. Record",
    ):
        explorer.show("rates")
    page = listen(explorer.view)
    page.say("open", name="rates")
    (refused,) = page.heard("refused")
    assert "view 'rates'" in refused["text"]
    assert "child" not in refused


def test_a_model_begins_to_run_when_a_page_shows_it_and_no_thread_is_left_when_it_has_gone(explored, listen):
    explorer = explored(bp.modules.LIF(4), inputs=0.05)
    assert explorer.simulation.status == "ready"
    assert explorer.view.content()["fixed"]["transport"]["starting"] is True
    page = listen(explorer.view)
    page.say("hello")
    page.say("hello", child="transport", columns=1)
    assert explorer.simulation.status == "running"
    page.wait(lambda: any(frame["compilations"] == 1 and frame["step"] > 0 for frame in page.heard("frame")))
    (frame, *_) = page.heard("frame")
    assert frame["child"] == "transport"
    page.say("bye")
    assert explorer.simulation.status == "paused"
    page.wait(lambda: not [thread for thread in threading.enumerate() if thread.name == "bouton-live"])
    page.say("hello")
    page.say("hello", child="transport", columns=1)
    assert explorer.simulation.status == "running"


def test_a_simulation_that_exists_is_left_as_it_is_also_when_its_explorer_closes(listen):
    with bp.run.LiveSimulation(bp.modules.LIF(2), record="vmem") as simulation:
        explorer = bw.explore(simulation)
        assert explorer.simulation is simulation
        page = listen(explorer.view)
        page.say("hello")
        assert simulation.status == "ready"
        explorer.close()
        assert simulation.status == "ready"
        other = bw.explore(simulation, play=True)
        listen(other.view).say("hello")
        assert simulation.status == "running"
        other.close()


def test_closing_the_explorer_of_a_model_ends_its_simulation():
    explorer = bw.explore(bp.modules.LIF(2))
    explorer.close()
    assert explorer.simulation.status == "closed"


def test_what_python_code_changes_reaches_the_page_through_a_refresh(explored, listen):
    explorer = explored(bp.modules.LIF(2))
    page = listen(explorer.view)
    explorer.simulation.set("threshold", [3.0, 3.0])
    explorer.refresh()
    contents = {message["child"]: message["content"] for message in page.heard("content")}
    (row,) = (row for row in contents["parameters"]["rows"] if row["path"] == "threshold")
    assert row["value"] == 3.0
    assert {"tree", "parameters"} == contents.keys()


def test_where_no_script_runs_it_is_a_page_and_a_text(explored):
    class Marked(bp.modules.LIF):
        """<script>"""

        def __init__(self):
            super().__init__(2)
            self.note = bp.parameters.SimulationParameter("<i>")

    explorer = explored(Marked(), inputs=0.1)
    bundle, *_ = explorer._repr_mimebundle_()
    assert bundle["text/plain"].splitlines()[:2] == ["Marked, ready at 0 s", "records spikes, vmem, isyn"]
    page = bundle["text/html"]
    assert page.startswith("<p><strong>Marked, ready at 0 s</strong><br>records spikes, vmem, isyn</p>")
    assert "tau_mem" in page
    assert "<script" not in page
    assert "<i>" not in page
    assert "<svg" not in page.partition("tau_mem")[0]
    explorer.simulation.step(50)
    drawn, *_ = explorer._repr_mimebundle_()
    assert "</svg>" in drawn["text/html"].partition("tau_mem")[0]
    assert "<script" not in drawn["text/html"]


@pytest.mark.parametrize("height", [100, 1e3, True, None])
def test_a_height_is_a_whole_number_of_pixels(height):
    with pytest.raises(
        errors.ValueRefused, match=r"explore\(height=\.\.\.\): expected a whole number of pixels from 320 to 4000"
    ):
        bw.explore(bp.modules.LIF(2), height=height)
