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
