import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton import errors
from bouton_widgets._widget import to_panel
from bouton_widgets.panel import ServedActivity


@pytest.fixture
def show():
    made = []

    def show(model, record="output", inputs=None):
        simulation = bp.run.LiveSimulation(model, inputs, record=record, chunk=16, window=0.064)
        widget = bw.activity(simulation)
        made.extend((widget, simulation))
        return widget, simulation

    yield show
    for one in made:
        one.close()


def network():
    pre, post = bp.neurons.LIF(5, V_th=10.0, V_reset=0.0, tau=5.0), bp.neurons.LIF(3)
    across = bp.synapses.Exponential(pre, post, bp.conn.All2All(), g_max=0.5)
    back = bp.synapses.Delta(post, pre, bp.conn.All2All())
    # What receives is made first: the order of the parts follows the wiring.
    net = bp.Network(post=post, pre=pre, across=across, back=back)
    return bp.modules.FromStep(net, 1e-3, input_to="pre.input", output_from="post.spike")


def test_a_network_of_steps_has_groups_and_synapses(show):
    widget, _ = show(network(), "system.pre.spike")
    edges = set(widget.view.graph.edges)
    assert edges >= {("pre", "across", "feedforward"), ("post", "back", "feedforward")}
    # In a circle of groups one edge leads back.
    kinds = {(a, b): kind for a, b, kind in edges}
    assert sorted(kinds[edge] for edge in (("across", "post"), ("back", "pre"))) == ["feedback", "feedforward"]
    boxes = {box["part"]: box for box in widget.view.content()["boxes"]}
    assert (boxes["pre"]["path"], boxes["pre"]["measure"], boxes["pre"]["recorded"]) == ("system.pre.spike", "rate", True)
    assert (boxes["post"]["path"], boxes["post"]["measure"], boxes["post"]["recorded"]) == ("system.post.spike", "rate", False)
    assert (boxes["across"]["path"], boxes["across"]["measure"]) == ("system.across.g", "size")
    assert boxes["back"]["path"] is None
    assert boxes["back"]["hint"] == "It keeps no state and its output is no signal of the model, so nothing is known."
    assert "add 'system.post.spike' to record=" in boxes["post"]["hint"]
    assert boxes["pre"]["hint"] == ""


def test_a_chain_goes_forward_and_without_circles_nothing_leads_back(show):
    model = bp.modules.Sequential(bp.modules.Linear((4, 6)), bp.modules.LIF(6, has_rec=True), bp.modules.ExpSyn(6))
    widget, simulation = show(model, ["output", "0_Linear_output"], 0.5)
    assert widget.view.graph.edges == (
        ("input", "0_Linear", "feedforward"),
        ("0_Linear", "1_LIF", "feedforward"),
        ("1_LIF", "2_ExpSyn", "feedforward"),
        ("1_LIF", "1_LIF", "recurrent"),
    )
    told = {box["part"]: box["path"] for box in widget.view.content()["boxes"]}
    assert told == {"input": "input", "0_Linear": "0_Linear_output", "1_LIF": "1_LIF.spikes", "2_ExpSyn": "output"}
    before = simulation.nbytes
    simulation.step(16)
    assert "input (input): 0.5" in widget.view.plain()
    assert (simulation.nbytes, simulation.compilations) == (before, 1)


def test_a_graph_of_nodes_keeps_its_feedback_and_tells_what_is_unknown(show):
    read, memory = bp.nn.Dense(2), bp.nn.VanillaRNN(5)
    first, hidden = bp.nn.Input(3), bp.nn.Dense(4)
    graph = (first >> memory >> hidden >> read) & (memory << read)
    graph.initialize(1)
    widget, _ = show(bp.modules.FromStep(graph, 1e-3), "output", 1.0)
    assert (read.name, memory.name, "feedback") in widget.view.graph.edges
    told = {box["part"]: box["path"] for box in widget.view.content()["boxes"]}
    assert told[first.name] == "input"
    assert told[memory.name] == "system." + memory.name + ".state"
    assert told[hidden.name] is None
    assert told[read.name] == "output"
    (hint,) = [box["hint"] for box in widget.view.content()["boxes"] if box["part"] == hidden.name]
    path = f"system.{hidden.name}.output"
    assert hint == f"Not recorded, so nothing is known: add {path!r} to record= of the simulation."
    # Done as it says, it is known.
    widget, simulation = show(bp.modules.FromStep(graph, 1e-3), ["output", path], 1.0)
    assert {box["part"]: box["path"] for box in widget.view.content()["boxes"]}[hidden.name] == path
    simulation.step(16)
    # Of the last 32nd of the window, two steps.
    mean = np.abs(simulation.recording(path).values[path][-2:]).mean()
    assert widget.view.activity().now[path] == pytest.approx(mean, rel=1e-5)
    assert f"{hidden.name} (Dense): unknown" not in widget.view.plain()


class Own(bp.modules.Module):
    """A module that does not tell its parts."""

    def __init__(self):
        super().__init__(2)
        self.dt = bp.parameters.SimulationParameter(1e-3, unit="s")
        self.x = bp.parameters.State(np.zeros(2, np.float32), shape=(2,))

    def evolve(self, input_data, record=False):
        return 2 * input_data, self.state(), {}


def test_a_model_that_does_not_tell_its_parts_is_one(show):
    widget, simulation = show(Own(), "output", 3.0)
    simulation.step(16)
    assert widget.view.plain() == "Activity of Own: 1 node, 1 layer\n  Own (Own): 6"
    group, _ = show(bp.modules.FromStep(bp.neurons.LIF(4), 1e-3), "output")
    assert [(box["part"], box["path"]) for box in group.view.content()["boxes"]] == [("LIF", "system.spike")]


def test_a_page_gets_the_activity_of_each_box(show, listen):
    widget, simulation = show(network(), ["system.pre.spike"], 20.0)
    page = listen(widget.view)
    simulation.step(32)
    page.say("hello", columns=600)
    page.wait(lambda: page.heard("frame"))
    head, (buffer,) = page.messages[-1]
    parts = [box["part"] for box in widget.view.content()["boxes"]]
    courses = np.frombuffer(buffer, np.float32).reshape(len(parts), -1)
    ring = simulation._engine.rings["system.pre.spike"]
    spikes = ring.rows(np.arange(32)).astype(float)
    assert spikes.sum() > 5
    np.testing.assert_allclose(courses[parts.index("pre"), :16], spikes.reshape(16, 2, 5).mean((1, 2)) / 1e-3, rtol=1e-5)
    assert head["levels"][parts.index("back")] is None
    assert head["levels"][parts.index("across")] == pytest.approx(
        np.abs(np.asarray(simulation.model.system.across.g)).mean(), rel=1e-5
    )
    assert np.isnan(courses[parts.index("back")]).all()


def test_without_a_page_it_is_text_and_a_picture(show):
    widget, simulation = show(network(), ["system.pre.spike"], 20.0)
    simulation.step(64)
    bundle = widget._repr_mimebundle_()[0]
    assert bundle["text/plain"].startswith("Activity of Network: 4 nodes, ")
    assert "back (Delta): unknown" in bundle["text/plain"]
    svg = bundle["image/svg+xml"]
    assert svg.count('fill="url(#unknown)"') == 1
    assert svg.count("stroke-dasharray") == 1
    assert " Hz</text>" in svg


def test_panel_shows_it(show):
    assert isinstance(to_panel(show(network())[0]), ServedActivity)


def test_what_is_no_simulation_is_refused():
    with pytest.raises(
        errors.KindError, match=r"bouton_widgets\.activity\(simulation\): expected a bouton\.run\.Live.*, got LIF"
    ):
        bw.activity(bp.modules.LIF(2))
