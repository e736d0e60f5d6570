"""What a run did is told again only as far as it is known, and then exactly."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import MonitorError, RunningError, ValueRefused
from bouton.modules import ExpSyn, FromStep
from bouton.run import Distribution, Fit, MeanOf, Sensitivity, Stimulus, Weights, look_ahead, look_back


def again(simulation, signal, path):
    """Loss of what a run did against what the same model does from the same step, with nothing turned."""
    target, start, inputs, units = look_back(simulation.recording(), signal)
    return start.steps, Fit(simulation, signal, target, path, start=start, inputs=inputs, units=units).step(), inputs


@pytest.mark.parametrize(
    "change",
    [
        lambda simulation: setattr(simulation, "inputs", 3.0),
        lambda simulation: setattr(simulation, "inputs", None),
        lambda simulation: simulation.set("isyn", np.zeros(1, np.float32)),
    ],
    ids=["other inputs", "no inputs", "a state"],
)
def test_it_begins_behind_a_change_of_the_inputs_or_of_a_state(live, change):
    simulation = live(ExpSyn(1, tau=0.02), 1.0, record="isyn", window=0.4)
    simulation.step(200)
    assert again(simulation, "isyn", "tau")[:2] == (0, 0.0)
    change(simulation)
    with pytest.raises(ValueRefused, match="a run with a step at which the states of the model are known"):
        look_back(simulation.recording(), "isyn")
    simulation.step(150)
    start, loss, inputs = again(simulation, "isyn", "tau")
    assert (start, len(inputs)) == (200, 150)
    assert loss < 1e-10 * float(np.square(simulation.recording().values["isyn"]).mean() + 1)
    assert_array_equal(np.unique(inputs), np.unique(simulation.inputs(0, 1)))


class Noisy(bp.DynamicalSystemNS):
    """It draws from the default source of random numbers, which it does not own."""

    def __init__(self):
        super().__init__()
        self.v = bm.Variable(jnp.zeros(1))
        self.tau = bm.TrainVar(jnp.full(1, 10.0))

    def reset_state(self, batch_size=None):
        self.v.value = jnp.zeros(1)

    def update(self, x):
        self.v.value = self.v + (x - self.v) / self.tau + bm.random.normal(0.0, 0.3, (1,))
        return self.v.value


def test_random_numbers_of_the_default_source_are_the_same_again(live):
    bm.random.seed(1)
    simulation = live(FromStep(Noisy(), 1e-3, shape=1), 1.0, window=0.4)
    simulation.step(300)
    assert again(simulation, "output", "system.tau")[1] < 1e-10
    target, start = look_ahead(simulation, "output", 0.1)
    simulation.step(50)
    fit = Fit(simulation, "output", target, "system.tau", start=start, inputs=np.ones((100, 1), np.float32))
    assert fit.step() < 1e-10


def test_of_more_stimuli_than_are_remembered_the_oldest_are_not_told_wrongly(live):
    simulation = live(ExpSyn(1, tau=0.02), None, record="isyn", chunk=2, window=1.0)
    stimulus = Stimulus(simulation)
    for height in range(300):
        stimulus.step(float(height))
        simulation.step(2)
    given = np.repeat(np.arange(300.0), 2)
    known = simulation.inputs.known_from
    assert 0 < known < 250
    assert_array_equal(simulation.inputs(known, 600 - known)[:, 0], given[known:])
    drawn = stimulus.trace(0, 1000)
    assert np.isnan(drawn.lo[:known]).all()
    assert_array_equal(drawn.lo[known:600], given[known:])
    start, loss, _ = again(simulation, "isyn", "tau")
    assert start >= known
    assert loss < 1e-6


def test_an_input_function_that_ends_is_told_as_such(live):
    data = np.ones((60, 1), np.float32)
    simulation = live(ExpSyn(1, tau=0.02), lambda first, steps: data[first : first + steps], record="isyn")
    simulation.step(30)
    with pytest.raises(RunningError, match=r"^Sensitivity: expected inputs for the next 50 steps, got .*got 30\..*steps=\.\.\.$"):
        Sensitivity(simulation, MeanOf("isyn"), steps=50)()
    with pytest.raises(ValueRefused, match=r"^look_ahead: expected inputs for the steps that come, got .*Ask for a shorter time"):
        look_ahead(simulation, "isyn", 0.05)


def test_a_fit_ends_with_whatever_its_model_raises(live, until):
    simulation = live(ExpSyn(1, tau=0.02), 1.0, record="isyn")
    simulation.step(20)
    target, start = look_ahead(simulation, "isyn", 0.05)

    def refused():
        raise MemoryError("of the device")

    fit = Fit(simulation, "isyn", target + 1, "tau", start=start)
    fit._step.prepare = refused
    fit.start(10)
    until(lambda: not fit.running)
    assert fit.error == "After 0 steps: the model raised MemoryError: of the device."
    with pytest.raises(RunningError, match="the model raised MemoryError: of the device"):
        fit.step()


class Bits(bp.DynamicalSystemNS):
    def __init__(self):
        super().__init__()
        self.on = bm.Variable(jnp.zeros((3, 2), bool))
        self.count = bm.Variable(jnp.full((3, 2), 5, jnp.uint8))

    def reset_state(self, batch_size=None):
        self.on.value, self.count.value = jnp.zeros((3, 2), bool), jnp.full((3, 2), 5, jnp.uint8)

    def update(self, x):
        self.on.value, self.count.value = ~self.on.value, self.count.value - jnp.uint8(1)
        return x


@pytest.mark.parametrize("path, difference", [("system.on", 1.0), ("system.count", -1.0)])
def test_bits_and_counts_have_differences_too(live, path, difference):
    simulation = live(FromStep(Bits(), 1e-3, shape=1))
    before = simulation.snapshot()
    simulation.step(1)
    weights = Weights(simulation, path)
    assert_array_equal(weights(less=before).mean, np.full((3, 2), difference))
    assert_array_equal(weights.values(less=before), np.full((3, 2), difference))


def test_small_things_are_refused_where_they_enter(live):
    simulation = live(ExpSyn(1, tau=0.02), 1.0, record="isyn")
    simulation.step(30)
    distribution, recording = Distribution(simulation, "isyn"), simulation.recording()
    for time in ((np.nan, 1.0), (0.02, 0.01), 3.0):
        with pytest.raises(ValueRefused, match="an earlier and a later time"):
            distribution.of(recording, time)
    with pytest.raises(ValueRefused, match=r"times about those of the recording, 0 s to 0\.03 s, got \(0\.0, 1000000000000\.0\)"):
        recording.frame(time=(0.0, 1e12))
    simulation.close()
    with pytest.raises(RunningError, match="expected an open simulation, got a closed one"):
        simulation.inputs = 2.0


def test_monitors_that_have_not_read_yet_say_so():
    runner = bp.DSRunner(bp.neurons.LIF(1), monitors=["V"], dt=0.1, progress_bar=False, every=10)
    runner.run(0.5)
    with pytest.raises(MonitorError, match=r"mon\['V'\]: expected at least one reading, got none\. Run first, and for as many"):
        runner.mon["V"]
    with pytest.raises(AttributeError, match="expected at least one reading, got none"):
        runner.mon.V  # noqa: B018
    runner.run(1.0)
    assert runner.mon["V"].shape == (1, 1)


def test_one_column_for_all_channels_is_held_once(live):
    series = np.arange(2000, dtype=np.float32)[:, None]
    drive = live(ExpSyn(500, tau=0.02), series, record="isyn", window=0.05).inputs
    assert drive._series.nbytes == series.nbytes
    found = drive(1998, 4)
    assert found.shape == (4, 500)
    assert_array_equal(found[:, 7], [1998, 1999, 0, 1])
    # Stimuli write into it.
    assert found.flags.writeable


def test_looks_of_a_run_before_a_reset_are_not_those_after(live):
    simulation = live(ExpSyn(1, tau=0.02), 1.0)
    activity = bp.run.Activity(simulation, ["isyn"])
    simulation.step(500)
    assert activity(10).now["isyn"] > 10
    simulation.reset()
    simulation.inputs = 0.0
    simulation.step(600)
    courses = activity(10).courses["isyn"]
    assert_array_equal(courses[~np.isnan(courses)], [0.0])
