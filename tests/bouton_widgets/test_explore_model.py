"""From a model of each face to a simulation."""

import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton import errors
from bouton_widgets._explore_model import module_of, simulation_of


def test_neurons_of_one_step_take_the_time_step_of_the_environment():
    with bm.environment(dt=0.05):
        module = module_of(bp.neurons.LIF(3))
    assert float(module.dt) == pytest.approx(5e-5)
    assert module.shape == (3, 3)
    assert module.spiking_output
    assert float(module_of(bp.layers.Dense(2, 3), 2e-3).dt) == pytest.approx(2e-3)


def test_a_network_without_an_argument_is_driven_where_its_first_neurons_are():
    with bm.environment(dt=0.1):
        group = bp.neurons.LIF(2, V_th=10.0, V_reset=0.0, V_rest=0.0, tau=10.0, R=1.0, tau_ref=None)
        module = module_of(bp.Network(bp.synapses.Exponential(group, group, np.zeros((2, 2)), tau=3.0), group=group))
    with simulation_of(module, 1.0, record="*.V") as simulation:
        assert simulation.model is module
        simulation.step(100)
        # V = R I (1 - exp(-t / tau)), held over each step; the step in which it arrives is the next but one at most.
        assert float(module.system.group.V[0]) == pytest.approx(1 - np.exp(-1.0), abs=0.01)


def test_a_system_of_milliseconds_runs_slower_and_is_kept_for_less_long():
    with simulation_of(bp.neurons.LIF(2), record="system.V", dt=1e-4) as simulation:
        assert (simulation.speed, simulation.window) == (0.1, 0.5)
    with simulation_of(bp.modules.LIF(2)) as simulation:
        assert (simulation.speed, simulation.window) == (1.0, 2.0)


def test_a_graph_runs_with_its_input_and_output():
    graph = bp.nn.Input(3) >> bp.nn.VanillaRNN(4, name="memory") >> bp.nn.Dense(2)
    with simulation_of(graph, 0.5, dt=1e-3) as simulation:
        assert simulation.model.shape == (3, 2)
        assert [signal.path for signal in simulation.signals] == ["system.memory.state", "output"]


@pytest.mark.parametrize("model, got", [(3, "int"), (bp.modules.LIF, "the class LIF")])
def test_what_is_no_model_is_refused(model, got):
    with pytest.raises(errors.KindError, match=rf"explore\(model\): expected a module, a system .*, got {got}\. Make one,"):
        simulation_of(model)


def test_a_system_that_cannot_be_driven_says_why():
    with pytest.raises(errors.ValueRefused, match=r"FromStep\(Network, shape=\.\.\.\): expected the number of inputs"):
        simulation_of(bp.Network())


def test_what_belongs_to_a_simulation_is_refused_beside_one():
    with bp.run.LiveSimulation(bp.modules.LIF(2), record="vmem") as simulation:
        for given in ({"inputs": 0.1}, {"record": "vmem"}, {"dt": 1e-3}):
            (name,) = given
            with pytest.raises(errors.ValueRefused, match=rf"explore\({name}=\.\.\.\): expected none beside a simulation"):
                simulation_of(simulation, **given)
    with pytest.raises(errors.ValueRefused, match=r"explore\(dt=\.\.\.\): expected none beside a module, which has its own"):
        simulation_of(bp.modules.LIF(2), dt=1e-3)
