"""What is recorded when nobody says."""

import bouton as bp
from bouton.run import LiveSimulation
from bouton.run._usual import usual


def recorded(model, **settings):
    with LiveSimulation(model, **settings) as simulation:
        return [signal.path for signal in simulation.signals]


def test_of_one_group_it_is_the_events_and_two_states():
    assert recorded(bp.modules.LIF(3)) == ["spikes", "vmem", "isyn"]
    assert recorded(bp.modules.FromStep(bp.neurons.AdExIF(3), 1e-4, spiking_output=True))[1:] == ["system.V", "system.w"]
    assert recorded(bp.modules.Rate(3)) == ["x", "output"]


def test_of_a_chain_it_is_a_state_of_the_first_parts_and_an_output_that_is_no_event():
    net = bp.modules.Sequential(bp.modules.Linear((2, 3)), bp.modules.LIF(3), bp.modules.Linear((3, 2)), bp.modules.ExpSyn(2))
    assert recorded(net) == ["1_LIF.spikes", "1_LIF.vmem", "3_ExpSyn.isyn", "output"]


def test_of_a_graph_it_is_the_state_of_its_recurrent_node_and_the_output():
    graph = bp.nn.Input(3) >> bp.nn.VanillaRNN(5, name="usual_memory") >> bp.nn.Dense(2)
    assert recorded(bp.modules.FromStep(graph, 1e-3)) == ["system.usual_memory.state", "output"]


def test_neurons_come_before_synapses_in_the_order_of_the_model():
    signals = {"syn.g": False, "b.V": False, "b.spike": True, "a.V": False, "a.input": False, "a.spike": True, "output": True}
    order = ["syn.g", "b.V", "b.spike", "a.input", "a.V", "a.spike"]
    assert usual(signals, order, "output") == ["b.spike", "a.spike", "b.V", "a.V"]


def test_there_are_no_more_than_three_rasters_and_two_traces():
    order = [f"{part}.{name}" for part in "abcde" for name in ("spike", "w")]
    signals = {path: path.endswith("spike") for path in order}
    assert usual(signals, order, "output") == ["a.spike", "b.spike", "c.spike", "a.w", "b.w"]


def test_a_model_without_states_shows_its_output():
    assert recorded(bp.modules.FromStep(bp.layers.Dense(2, 3), 1e-3)) == ["output"]


def test_what_a_part_takes_in_is_shown_where_there_is_nothing_else():
    assert usual({"a.input": False}, ["a.input"], "output") == ["a.input"]
