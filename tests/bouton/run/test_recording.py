"""Recordings of live simulations against the series that drove them."""

import numpy as np
import pytest

import bouton as bp
from bouton import errors
from bouton.run import Distribution, Rates

SERIES = np.random.default_rng(0).normal(size=(90, 5)).astype(np.float32)


class Relay(bp.DynamicalSystem):
    """Gives what it gets."""

    def __init__(self, n):
        super().__init__()
        self.level = bp.parameters.State(np.zeros(n, np.float32), unit="mV")

    def update(self, shared, x):
        self.level = x
        return x > 1.0


@pytest.fixture(scope="module")
def simulation():
    model = bp.modules.FromStep(Relay(5), 1e-3, shape=5, spiking_output=True)
    with bp.run.LiveSimulation(model, SERIES, record=["output", "system.level"], window=0.05, chunk=7) as simulation:
        yield simulation


@pytest.fixture
def recording(simulation):
    """The last 50 of 80 steps."""
    simulation.reset()
    simulation.step(80)
    return simulation.recording()


def test_it_holds_the_last_steps_and_their_times_and_stays(simulation, recording):
    simulation.step(10)
    np.testing.assert_array_equal(recording.values["system.level"], SERIES[30:80])
    np.testing.assert_array_equal(recording.values["output"], SERIES[30:80] > 1)
    np.testing.assert_allclose(recording.time, np.arange(31, 81) * 1e-3)
    assert (recording.first, recording.steps, recording.window, recording.nbytes) == (30, 50, 50, 50 * 5 * 5)
    assert repr(recording) == "Recording(output: 5 units, system.level: 5 units; 50 steps to 0.08 s)"


def test_all_of_it_is_the_picture_of_the_simulation(simulation, recording):
    kept, live = (one.frame(columns=20, units=3, rows=2) for one in (recording, simulation))
    assert (kept.time, kept.now, kept.step, kept.status) == (live.time, live.now, live.step, "kept")
    np.testing.assert_array_equal(kept.traces["system.level"].lo, live.traces["system.level"].lo)
    np.testing.assert_array_equal(kept.traces["system.level"].hi, live.traces["system.level"].hi)
    np.testing.assert_array_equal(kept.events["output"], live.events["output"])


def test_a_part_is_shown_step_by_step_once_there_are_columns_for_each(recording):
    frame = recording.frame("system.level", columns=40, time=(0.0415, 0.0605))
    assert frame.time == pytest.approx((0.041, 0.061))
    np.testing.assert_array_equal(frame.traces["system.level"].lo, SERIES[41:61].T)
    np.testing.assert_array_equal(frame.traces["system.level"].hi, SERIES[41:61].T)


def test_a_part_beyond_the_data_is_nan_there(recording):
    frame = recording.frame("system.level", columns=10, units=[2], time=(0.02, 0.04))
    low = frame.traces["system.level"].lo[0]
    assert np.isnan(low[:5]).all()
    np.testing.assert_array_equal(low[5:], SERIES[30:40, 2].reshape(5, 2).min(axis=1))


def test_the_nearest_step_of_a_time(recording):
    assert [recording.nearest(t) for t in (0.0, 0.0414, 0.0416, 9.0)] == [0, 10, 11, 49]


def test_to_xarray_has_named_axes_units_and_seconds(recording):
    dataset = recording.to_xarray()
    level = dataset["system.level"]
    assert (level.dims, level.attrs["units"], level["time"].attrs["units"]) == (("time", "system"), "mV", "s")
    assert dataset["output"].dims == ("time", "output_unit")
    np.testing.assert_array_equal(level.sel(system=3).values, SERIES[30:80, 3])
    np.testing.assert_allclose(level["time"], np.arange(31, 81) * 1e-3)


def test_what_is_thinned_out_has_the_numbers_of_its_units():
    with bp.run.LiveSimulation(bp.modules.LIF(5), record=["vmem", "spikes"], window=0.01, chunk=5, max_units=2) as simulation:
        simulation.step(5)
        dataset = simulation.recording().to_xarray()
    assert dataset["vmem"].dims == ("time", "vmem_index")
    assert dataset["vmem_index"].values.tolist() == [0, 3]


def test_a_part_of_the_units_has_their_numbers(recording):
    part = recording.restricted("system.level", {"system.level": [0, 3, 4]}).restricted(None, {"system.level": [1, 2]})
    assert (list(part.values), part.signals[0].units) == (["system.level"], 2)
    level = part.to_xarray()["system.level"]
    assert level["system.level_index"].values.tolist() == [3, 4]
    np.testing.assert_array_equal(level, SERIES[30:80, 3:])


def test_rates_of_a_recording_are_those_of_the_simulation_and_its_counts(simulation, recording):
    rates = Rates(simulation, kernel="exponential", width=0.004)
    np.testing.assert_array_equal(rates.of(recording, 10).rates["output"], rates(10).rates["output"])
    whole = rates.of(recording, 50).rates["output"]
    part = rates.of(recording, 20, (0.05, 0.06)).rates["output"]
    # What is beside a part smooths it, too: six time constants of an exponential are all but all.
    np.testing.assert_allclose(part, whole[20:30], rtol=1e-3)
    rates.kernel = None
    np.testing.assert_allclose(rates.of(recording, 20, (0.05, 0.06)).rates["output"], (SERIES[50:60] > 1).mean(axis=1) * 1000)


def test_a_distribution_of_a_recording_is_of_the_part_and_the_time(simulation, recording):
    distribution = Distribution(simulation, "system.level")
    values = distribution.of(recording, (0.05, 0.06), at=0.055)
    np.testing.assert_array_equal(values.now, SERIES[54])
    np.testing.assert_array_equal(values.window, SERIES[50:60].ravel())
    whole = distribution.of(recording)
    np.testing.assert_array_equal(whole.now, SERIES[79])
    np.testing.assert_array_equal(whole.window, SERIES[30:80].ravel())


def test_before_the_first_step_there_is_nothing(simulation):
    simulation.reset()
    recording = simulation.recording("system.level")
    assert (recording.steps, list(recording.values)) == (0, ["system.level"])
    assert np.isnan(recording.frame().traces["system.level"].lo).all()
    assert len(Distribution(simulation, "system.level").of(recording).now) == 0
    with pytest.raises(
        errors.ValueRefused, match=r"Recording\.nearest: expected a time in seconds, and steps, got 0\.1, 0 steps"
    ):
        recording.nearest(0.1)


def test_what_is_not_there_is_refused(simulation, recording):
    with pytest.raises(errors.UnknownPathError, match=r"one of the recorded signals, output, system\.level, got 'vmem'"):
        simulation.recording("vmem")
    with pytest.raises(
        errors.UnknownPathError, match=r"Recording\(paths=\.\.\.\): expected a signal that was recorded, got 'lev'"
    ):
        recording.frame("lev")
    for time in ((0.2, 0.1), (0.0,), (0.0, np.inf)):
        with pytest.raises(errors.ValueRefused, match="expected an earlier and a later time"):
            recording.frame(time=time)
