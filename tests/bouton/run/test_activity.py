"""Activity of parts against the record, or where nothing is recorded, the states."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
from bouton.errors import KindError, UnknownPathError
from bouton.run import Activity

DRIVE = np.linspace(0.0, 40.0, 6, dtype=np.float32)[None]


@pytest.fixture
def group(live):
    def group(record):
        model = bp.modules.FromStep(bp.neurons.LIF(6, tau=5.0, V_th=10.0, V_reset=0.0), 1e-3)
        return live(model, DRIVE, record=record, chunk=8, window=0.064)

    return group


def recorded(simulation, path):
    ring = simulation._engine.rings[path]
    return ring.rows(np.arange(ring.first, ring.next)).astype(float)


def test_what_is_recorded_is_told_from_the_record(group):
    simulation = group(["system.spike", "system.V"])
    activity = Activity(simulation, ["system.spike", "system.V"])
    assert [(s.measure, s.unit, s.recorded) for s in activity.sources.values()] == [("rate", "Hz", True), ("size", "mV", True)]
    assert np.isnan(activity(8).now["system.V"])
    simulation.step(40)
    found = activity(8)
    spikes, V = (recorded(simulation, path) for path in ("system.spike", "system.V"))
    assert spikes.sum() > 10
    assert (found.time, len(found.courses["system.V"])) == ((0.0, pytest.approx(0.064)), 8)
    assert_allclose(found.courses["system.spike"][:5], spikes.reshape(5, 8, 6).mean((1, 2)) / 1e-3, rtol=1e-5)
    assert_allclose(found.courses["system.V"][:5], np.abs(V).reshape(5, 8, 6).mean((1, 2)), rtol=1e-5)
    assert np.isnan(found.courses["system.V"][5:]).all()
    # The last of 32 parts of 64 steps.
    assert found.now["system.V"] == pytest.approx(np.abs(V[-2:]).mean(), rel=1e-5)
    simulation.step(3)
    # A bin that has only begun is not shown.
    assert np.isnan(activity(8).courses["system.V"][5:]).all()
    simulation.step(37)
    later = activity(8)
    assert_allclose(later.courses["system.V"], np.abs(recorded(simulation, "system.V")).reshape(8, 8, 6).mean((1, 2)), rtol=1e-5)


def test_a_state_that_is_not_recorded_is_looked_at_and_nothing_is_compiled_or_recorded(group):
    simulation = group("output")
    activity, before = Activity(simulation, ["system.V", "system.spike", "input"]), simulation.nbytes
    assert [s.recorded for s in activity.sources.values()] == [False] * 3
    assert all(np.isnan(value) for value in activity(8).now.values())
    seen = []
    for _ in range(5):
        simulation.step(8)
        found = activity(8)
        seen.append(
            [np.abs(np.asarray(simulation.model.system.V)).mean(), np.asarray(simulation.model.system.spike).mean() / 1e-3]
        )
        assert found.now["system.V"] == pytest.approx(seen[-1][0], rel=1e-5)
        # At single steps there are few events: their rate is that of all looks.
        assert found.now["system.spike"] == pytest.approx(np.mean(seen, axis=0)[1])
    assert_allclose(found.courses["system.V"], [*np.array(seen)[:, 0], np.nan, np.nan, np.nan], rtol=1e-5)
    assert found.now["input"] == pytest.approx(20.0)
    assert (simulation.nbytes, simulation.compilations) == (before, 1)
    simulation.reset()
    assert np.isnan(activity(8).now["system.V"])


def test_an_input_that_is_a_function_is_not_asked_again(live):
    asked = []
    simulation = live(bp.modules.ExpSyn(2), lambda first, steps: asked.append(first) or 1.0, record="isyn")
    activity = Activity(simulation, ["input"])
    simulation.step(10)
    assert np.isnan(activity().now["input"])
    bp.run.Stimulus(simulation).step(1.0)
    simulation.step(10)
    assert np.isnan(activity().now["input"])
    assert asked == [0, 10]


def test_what_has_no_activity_is_refused(group):
    simulation = group("output")
    with pytest.raises(KindError, match=r"Activity\(simulation\): expected a LiveSimulation, got FromStep"):
        Activity(simulation.model, [])
    with pytest.raises(UnknownPathError, match=r"expected a signal that is recorded, a state, or 'input', got 'system\.tau'"):
        Activity(simulation, ["system.tau"])
