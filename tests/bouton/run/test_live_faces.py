"""Models of every face run live."""

import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton import errors
from bouton.run import LiveSimulation


@pytest.fixture
def closed():
    made = []
    yield made
    for one in made:
        one.close()


def test_a_network_of_one_step_runs_live_as_it_runs_alone(closed):
    rng = np.random.default_rng(0)
    with bm.environment(dt=0.1):
        weights = rng.uniform(0, 40, (6, 6))

        def network():
            group = bp.neurons.LIF(6, V_th=10.0, V_reset=0.0)
            synapse = bp.synapses.Exponential(group, group, weights, tau=3.0)
            return bp.Network(synapse=synapse, group=group)

        runner = bp.DSRunner(network(), inputs=("group.input", 12.0), monitors=["group.V", "group.spike"], progress_bar=False)
        runner.run(50.0)
        model = bp.modules.FromStep(network(), 1e-4, input_to="group.input", output_from="group.spike", spiking_output=True)
    simulation = LiveSimulation(model, inputs=12.0, record=["output", "system.group.*"], chunk=50, window=0.05)
    closed.append(simulation)
    kinds = {signal.path: (signal.kind, signal.unit) for signal in simulation.signals}
    assert kinds["output"] == kinds["system.group.spike"] == ("events", None)
    assert kinds["system.group.V"] == ("trace", "mV")
    simulation.step(500)
    ring = simulation._engine.rings
    rows = np.arange(500)
    np.testing.assert_allclose(ring["system.group.V"].rows(rows), runner.mon["group.V"], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(ring["system.group.spike"].rows(rows), runner.mon["group.spike"])
    np.testing.assert_array_equal(ring["output"].rows(rows), runner.mon["group.spike"])
    assert runner.mon["group.spike"].sum() > 10
    before = simulation.compilations
    simulation.set("system.group.tau", 5.0)
    simulation.step(50)
    assert simulation.compilations == before


def test_a_graph_of_nodes_runs_live(closed):
    graph = (
        bp.nn.Input(2)
        >> bp.nn.VanillaRNN(3, activation="tanh", state_initializer=bp.init.ZeroInit(), name="memory")
        >> bp.nn.Dense(1)
    )
    graph.initialize(1)
    series = np.random.default_rng(0).random((20, 2)).astype(np.float32)
    graph.reset_state(1)
    expected = [np.asarray(graph(x[None]))[0] for x in series]
    simulation = LiveSimulation(
        bp.modules.FromStep(graph, 1e-3), inputs=series, record=["output", "system.memory.state"], chunk=10
    )
    closed.append(simulation)
    simulation.step(20)
    np.testing.assert_allclose(simulation._engine.rings["output"].rows(np.arange(20)), expected, rtol=1e-5, atol=1e-6)


def test_a_system_of_one_step_is_refused_with_the_way_to_run_it():
    with pytest.raises(errors.KindError, match=r"expected a module, got LIF\. .*bp\.modules\.FromStep\(system, dt=1e-4\)"):
        LiveSimulation(bp.neurons.LIF(2), record="V")
