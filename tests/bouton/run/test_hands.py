import pytest

import bouton as bp
from bouton.errors import RunningError


def test_a_newer_simulation_of_a_model_closes_the_older():
    model, other = bp.modules.LIF(2), bp.modules.LIF(2)
    older = bp.run.LiveSimulation(model, inputs=0.5, record="vmem", speed=None)
    apart = bp.run.LiveSimulation(other, record="vmem")
    older.start()
    newer = bp.run.LiveSimulation(model, record="vmem")
    with newer, apart:
        assert older.status == "closed"
        with pytest.raises(RunningError, match="expected an open simulation, got a closed one"):
            older.step(1)
        model.reset_state()
        newer.step(20)
        assert (model.vmem == 0).all()
        apart.step(20)


def test_a_system_behind_two_modules_is_moved_by_the_newer_simulation_alone(until):
    system = bp.neurons.LIF(2)
    older = bp.run.LiveSimulation(bp.modules.FromStep(system, 1e-3), inputs=30.0, record="system.V", speed=None)
    older.start()
    until(lambda: older.steps > 100)
    with bp.run.LiveSimulation(bp.modules.FromStep(system, 1e-3), record="system.V") as newer:
        assert older.status == "closed"
        # It begins anew, though the older one was running when its module was made.
        assert (newer.steps, float(system.V[0])) == (0, 0.0)
        newer.step(20)
        assert (system.V == 0).all()


def test_two_models_may_draw_from_the_default_source_at_once():
    class Noisy(bp.DynamicalSystemNS):
        def update(self, x):
            return x + bp.math.random.normal(0.0, 1.0, (1,))

    first, second = (bp.run.LiveSimulation(bp.modules.FromStep(Noisy(), 1e-3, shape=1), record="output") for _ in range(2))
    with first, second:
        assert first.status == "ready"


def test_of_a_model_without_states_too_the_older_is_closed():
    class Double(bp.modules.Module):
        def __init__(self):
            super().__init__(2)
            self.dt = bp.parameters.SimulationParameter(1e-3, unit="s")

        def evolve(self, input_data, record=False):
            return 2 * input_data, {}, {}

    model = Double()
    older = bp.run.LiveSimulation(model, record="output")
    with bp.run.LiveSimulation(model, record="output"):
        assert older.status == "closed"
