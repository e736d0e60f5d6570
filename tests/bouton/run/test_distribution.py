"""Values of a signal over its units, against the series that the model relays."""

import numpy as np
import pytest

import bouton as bp
from bouton import errors
from bouton.run import Distribution


class Follow(bp.DynamicalSystem):
    """A state that is what comes in."""

    def __init__(self, n):
        super().__init__()
        self.level = bp.parameters.State(np.zeros(n, np.float32))

    def update(self, shared, x):
        self.level = x
        return x


SERIES = np.random.default_rng(0).normal(size=(300, 20)).astype(np.float32)


@pytest.fixture
def simulation(live):
    model = bp.modules.FromStep(Follow(20), 1e-3, shape=20)
    return live(model, SERIES, record=["system.level"], window=0.2)


def test_the_values_are_those_of_the_last_step_and_of_the_window(simulation):
    distribution = Distribution(simulation, "system.level")
    empty = distribution()
    assert (len(empty.now), len(empty.window)) == (0, 0)
    assert empty.histogram((0, 1), 4)[1].tolist() == [0.0] * 4
    simulation.step(250)
    values = distribution()
    np.testing.assert_array_equal(values.now, SERIES[249])
    np.testing.assert_array_equal(values.window, SERIES[50:250].ravel())
    edges, now, window = values.histogram((-2.0, 2.0), 8)
    np.testing.assert_allclose(edges, np.arange(-2.0, 2.1, 0.5))
    for part, of in ((now, SERIES[249]), (window, SERIES[50:250])):
        np.testing.assert_allclose(part, [np.mean((of >= a) & (of < a + 0.5)) for a in edges[:-1]])


def test_of_many_values_steps_spread_evenly_are_looked_at(simulation, monkeypatch):
    monkeypatch.setattr("bouton.run._distribution._MOST_VALUES", 20 * 30)
    simulation.step(250)
    values = Distribution(simulation, "system.level")()
    np.testing.assert_array_equal(values.now, SERIES[249])
    np.testing.assert_array_equal(values.window, SERIES[56:250:7].ravel())


def test_what_has_no_distribution_is_refused(simulation, live):
    with pytest.raises(errors.KindError, match=r"Distribution\(simulation\): expected a LiveSimulation, got FromStep\. Make one"):
        Distribution(simulation.model, "system.level")
    spiking = live(bp.modules.LIF(2), record=["vmem", "spikes"])
    with pytest.raises(errors.UnknownPathError, match=r"expected a signal of values that is recorded, got 'spikes'"):
        Distribution(spiking, "spikes")
    values = Distribution(simulation, "system.level")()
    for ends in ((1, 1), (0, np.inf), (1, 2, 3)):
        with pytest.raises(errors.ValueRefused, match=r"histogram\(ends\): expected a smaller and a larger number, got "):
            values.histogram(ends)
    with pytest.raises(errors.ValueRefused, match=r"histogram\(bins=\.\.\.\)"):
        values.histogram((0, 1), 0)
