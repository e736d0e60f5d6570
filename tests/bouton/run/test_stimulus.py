"""Stimuli by hand: the numbers that the model gets, wherever a run is cut, and what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import bouton as bp
from bouton.errors import KindError, RunningError, ShapeError, ValueRefused
from bouton.run import Stimulus

BASE = np.arange(12, dtype=np.float32).reshape(4, 3)


@pytest.fixture
def simulation(live):
    return live(bp.modules.ExpSyn(3, tau=0.02), BASE, record="isyn", chunk=7, window=0.1)


def base(first, steps):
    return np.stack([BASE[k % 4] for k in range(first, first + steps)])


def test_a_step_is_added_from_the_present_step_on_until_it_is_called_off(simulation):
    stimulus = Stimulus(simulation)
    simulation.step(5)
    assert stimulus.step(0.5, channels=range(1, 3)) == 1
    wanted = base(0, 10)
    wanted[5:, 1:] += 0.5
    assert_array_equal(simulation.inputs(0, 10), wanted)
    simulation.step(3)
    assert stimulus.off("step") == 2
    wanted[8:] = base(8, 2)
    assert_array_equal(simulation.inputs(0, 10), wanted)
    assert stimulus.given == ()


def test_instead_of_the_drive_only_what_hands_give_is_left_on_these_channels(simulation):
    stimulus = Stimulus(simulation)
    stimulus.step(2.0, channels=1, instead=True)
    stimulus.pulse(10.0, width=0.003)
    wanted = base(0, 6)
    wanted[:, 1] = 2.0
    wanted[:3] += 10.0
    assert_array_equal(simulation.inputs(0, 6), wanted)


def test_pulses_add_up_and_end_by_themselves(simulation):
    stimulus = Stimulus(simulation)
    stimulus.pulse(1.0, width=0.004, channels=0)
    simulation.step(2)
    stimulus.pulse(2.0, width=0.004, channels=0)
    assert_allclose((simulation.inputs(0, 8) - base(0, 8))[:, 0], [1, 1, 3, 3, 2, 2, 0, 0])
    simulation.step(3)
    assert [one.shape.height for one in stimulus.given] == [2.0]


def test_a_curve_is_of_straight_lines_and_comes_again_or_once(simulation):
    stimulus = Stimulus(simulation)
    simulation.step(1)
    stimulus.curve([0.0, 4.0, 0.0], seconds=0.008, channels=2)
    once = [0, 1, 2, 3, 4, 3, 2, 1]
    assert_allclose((simulation.inputs(0, 17) - base(0, 17))[:, 2], [0, *once, *once])
    stimulus.curve([0.0, 4.0, 0.0], seconds=0.008, repeat=False, channels=2)
    assert_allclose((simulation.inputs(0, 17) - base(0, 17))[:, 2], [0, *once, *[0] * 8])


@pytest.mark.parametrize("cuts", [[200], [1] * 200, [63, 65, 72]])
def test_noise_is_the_same_wherever_a_run_is_cut(simulation, cuts):
    stimulus = Stimulus(simulation)
    stimulus.noise(1.0, 2.0, seed=5)
    whole, first, seen = simulation.inputs(0, 200), 0, []
    for steps in cuts:
        seen.append(simulation.inputs(first, steps))
        first += steps
    assert_array_equal(np.concatenate(seen), whole)


def test_noise_is_normal_and_independent_and_of_its_seed(live):
    simulation = live(bp.modules.ExpSyn(70), record="isyn")
    stimulus = Stimulus(simulation)
    stimulus.noise(1.0, 2.0, seed=5)
    drawn = simulation.inputs(0, 3000).astype(float)
    assert stats.kstest(((drawn - 1.0) / 2.0).ravel(), "norm").pvalue > 0.01
    assert abs(np.corrcoef(drawn.T)[np.triu_indices(70, 1)]).max() < 0.09
    assert abs(np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]) < 0.01
    stimulus.noise(1.0, 2.0, seed=6)
    assert not np.isclose(simulation.inputs(0, 3000), drawn, atol=1e-3).mean() > 0.01
    # A channel has the same numbers whichever other channels have noise.
    stimulus.noise(1.0, 2.0, seed=5, channels=range(66, 68))
    assert_allclose(simulation.inputs(0, 3000)[:, 66:68], drawn[:, 66:68], rtol=1e-6)
    stimulus.noise(1.0, 2.0, seed=5, channels=67)
    assert_allclose(simulation.inputs(0, 3000)[:, 67], drawn[:, 67], rtol=1e-6)


def test_a_model_gets_the_same_in_chunks_and_in_single_steps(live):
    found = []
    for cuts in ([60], [7, 1, 13, 39]):
        simulation = live(bp.modules.ExpSyn(3, tau=0.02, noise_std=0.0), 0.5, record="isyn", chunk=7)
        stimulus = Stimulus(simulation)
        stimulus.noise(0.0, 1.0, seed=2)
        stimulus.pulse(3.0, width=0.02)
        for steps in cuts:
            simulation.step(steps)
        found.append(np.asarray(simulation.model.isyn))
    assert_allclose(found[0], found[1], rtol=1e-5)
    # The synapse in NumPy, under the same numbers.
    isyn = np.zeros(3)
    for x in simulation.inputs(0, 60).astype(float):
        isyn = (isyn + x) * np.exp(-0.001 / 0.02)
    assert_allclose(found[0], isyn, rtol=1e-4)


def test_after_a_reset_what_is_on_begins_anew_and_pulses_are_over(simulation):
    stimulus = Stimulus(simulation)
    simulation.step(3)
    stimulus.curve([0.0, 4.0, 0.0], seconds=0.008)
    stimulus.pulse(5.0, width=1.0)
    simulation.step(3)
    simulation.reset()
    assert_allclose(simulation.inputs(0, 4) - base(0, 4), [[k] * 3 for k in range(4)])
    assert [one.shape.kind for one in stimulus.given] == ["curve"]


def test_after_a_restore_what_is_on_begins_there(simulation):
    stimulus = Stimulus(simulation)
    simulation.step(2)
    before = simulation.snapshot()
    simulation.step(5)
    stimulus.step(1.0)
    simulation.restore(before)
    assert_allclose(simulation.inputs(0, 4) - base(0, 4), [[0] * 3] * 2 + [[1] * 3] * 2)


def test_the_trace_is_what_was_given_to_a_channel(simulation):
    stimulus = Stimulus(simulation)
    trace = stimulus.trace(0, 50)
    assert np.isnan(trace.lo).all()
    simulation.step(10)
    stimulus.step(2.0, channels=range(2))
    simulation.step(10)
    stimulus.noise(0.0, 1.0, seed=3)
    simulation.step(20)
    for channel, height in ((0, 2.0), (2, 0.0)):
        trace = stimulus.trace(channel, 50)  # two steps to a column
        assert (trace.time, len(trace.lo)) == ((0.0, pytest.approx(0.1)), 50)
        wanted = (simulation.inputs(0, 40) - base(0, 40))[:, channel].reshape(20, 2)
        assert_allclose(trace.lo[:20], wanted.min(1), atol=1e-5)
        assert_allclose(trace.hi[:20], wanted.max(1), atol=1e-5)
        assert_array_equal(trace.hi[5:10], height)
        assert np.isnan(trace.hi[20:]).all()


def test_several_on_one_simulation_are_the_same_and_other_inputs_take_them_away(simulation):
    one, other = Stimulus(simulation), Stimulus(simulation)
    one.step(1.0)
    other.step(3.0)
    assert_allclose(simulation.inputs(0, 2) - base(0, 2), 3.0)
    assert [given.shape.height for given in one.given] == [3.0]
    simulation.inputs = 0.25
    assert one.given == ()
    one.step(1.0)
    assert_allclose(simulation.inputs(0, 2), 1.25)


def test_nothing_is_compiled_and_what_is_over_is_forgotten(simulation):
    stimulus = Stimulus(simulation)
    simulation.step(7)
    stimulus.noise(seed=1)
    simulation.step(7)
    stimulus.step(1.0)
    simulation.step(7)
    assert simulation.compilations == 1
    for _ in range(300):
        stimulus.step(1.0)
    assert len(simulation.inputs.given) == 3
    for _ in range(30):
        stimulus.pulse(1.0, 0.001)
        simulation.step(7)
    assert len(simulation.inputs.given) < 20
    for _ in range(220):
        stimulus.step(1.0)
        simulation.step()
    assert len(simulation.inputs.given) < 110
    assert [one.shape.kind for one in stimulus.given] == ["noise", "step"]


def test_the_unit_is_that_of_the_input_of_the_model(live):
    def unit(model):
        return Stimulus(live(model, record="output")).unit

    group = bp.modules.FromStep(bp.neurons.LIF(4), 1e-4)
    net = bp.modules.FromStep(
        bp.examples.COBA(20, fan_out=2, seed=1), 1e-4, input_to="excitatory.input", output_from="excitatory.spike"
    )
    assert (unit(group), unit(net), unit(bp.modules.LIF(3))) == (group.entry("system.input").unit, "nA", "")


@pytest.mark.parametrize(
    "inputs, level",
    [
        (None, 0.0),
        (20, 20.0),
        (np.full((5, 3), 0.25), 0.25),
        (np.arange(3.0)[None], None),
        (np.arange(4.0), None),
        (np.inf, None),
    ],
)
def test_it_tells_what_drives_every_input_besides(live, inputs, level):
    stimulus = Stimulus(live(bp.modules.ExpSyn(3), inputs))
    assert stimulus.drive == level
    stimulus.step(2.0)
    assert stimulus.drive == level
    stimulus.step(1.0, instead=True)
    assert stimulus.drive == level


def test_a_function_has_no_one_level(live):
    assert Stimulus(live(bp.modules.ExpSyn(3), lambda first, steps: 1.0)).drive is None


@pytest.mark.parametrize(
    "ask, error, words",
    [
        (lambda s: s.step("x"), ValueRefused, r"Stimulus\.step\(height\): expected a finite number, got 'x'"),
        (lambda s: s.step(np.inf), ValueRefused, r"Stimulus\.step\(height\): expected a finite number, got inf"),
        (lambda s: s.pulse(1.0, 0.0), ValueRefused, r"Stimulus\.pulse\(width\): expected seconds above 0, got 0\.0"),
        (lambda s: s.noise(sd=-1.0), ValueRefused, r"Stimulus\.noise\(sd\): expected a finite number of 0 or more, got -1\.0"),
        (lambda s: s.noise(seed=0.5), ValueRefused, r"Stimulus\.noise\(seed\): expected a whole number of 0 or more, got 0\.5"),
        (lambda s: s.curve([1.0], 1.0), ShapeError, r"Stimulus\.curve\(heights\): expected 2 to 100000 numbers in a row, got"),
        (lambda s: s.curve([1.0, np.nan], 1.0), ValueRefused, r"Stimulus\.curve\(heights\): .*got NaN or infinity"),
        (lambda s: s.curve([1.0, 2.0], None), ValueRefused, r"Stimulus\.curve\(seconds\): expected seconds above 0, got None"),
        (
            lambda s: s.step(1.0, channels=3),
            ValueRefused,
            r"channels=\.\.\.\): expected a channel from 0 to 2, or a range.*got 3",
        ),
        (lambda s: s.step(1.0, channels=range(0)), ValueRefused, r"got range\(0, 0\)\. Write for instance range\(0, 3\)"),
        (lambda s: s.trace(7), ValueRefused, r"expected a channel from 0 to 2"),
        (lambda s: s.off("ramp"), ValueRefused, r"off\(kind\): expected 'step' or 'pulse' or 'noise' or 'curve', got 'ramp'"),
    ],
)
def test_what_cannot_be_given_is_refused_and_changes_nothing(simulation, ask, error, words):
    stimulus = Stimulus(simulation)
    with pytest.raises(error, match=words):
        ask(stimulus)
    assert stimulus.given == ()
    assert_array_equal(simulation.inputs(0, 4), BASE)


def test_no_more_pulses_than_can_be_kept_and_none_on_what_is_closed(simulation):
    with pytest.raises(KindError, match=r"Stimulus\(simulation\): expected a LiveSimulation, got ExpSyn"):
        Stimulus(simulation.model)
    stimulus = Stimulus(simulation)
    for _ in range(200):
        stimulus.pulse(1.0, width=10.0)
    with pytest.raises(
        ValueRefused,
        match=r"Stimulus\.pulse: expected at most 200 stimuli at a time, got another one\. Wait, or call off\(\) first",
    ):
        stimulus.pulse(1.0, width=10.0)
    stimulus.off()
    simulation.close()
    with pytest.raises(RunningError, match=r"LiveSimulation\.inputs: expected an open simulation"):
        stimulus.step(1.0)
