"""Runs that are kept as targets of fits, spikes among them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton import errors
from bouton.modules import LIF, FromStep, Rate
from bouton.run import DistanceTo, Fit, LiveSimulation, look_back


def run_of(model, signal, inputs=None, window=1.0, **kwargs):
    return LiveSimulation(model, inputs, record=[signal], window=window, **kwargs)


@pytest.mark.parametrize(
    "make, signal, path, inputs",
    [
        (lambda: LIF(5, bias=0.06, noise_std=0.0), "spikes", "tau_mem", None),
        (
            lambda: FromStep(bp.neurons.LIF(5, mode=bm.training_mode), 1e-4, spiking_output=True),
            "system.spike",
            "system.tau",
            30.0,
        ),
    ],
    ids=["module", "step"],
)
def test_spikes_of_a_kept_run_are_found_again_by_their_smoothed_distance(make, signal, path, inputs):
    with run_of(make(), signal, inputs) as sim:
        sim.step(300)
        target, start, drive, units = look_back(sim.recording(), signal, 0.3)
        assert target.sum() >= 5
        true = np.array(sim.model.entry(path).value)
        sim.set(path, np.float32(1.3) * true)
        fit = Fit(sim, signal, target, path, start=start, inputs=drive, units=units, smooth=0.02)
        fit.step(150)
        fit.stop()
        # The same spikes at the same steps.
        assert fit.best[0] == 0.0
        assert_allclose(sim.model.entry(path).value, true, rtol=0.02)
        assert fit.compilations == 1


def test_what_a_run_did_begins_at_a_step_whose_states_are_known_and_is_done_again_from_there():
    drive = np.sin(np.arange(70.0))[:, None]
    with run_of(LIF(3, noise_std=0.2, rng_key=1), "vmem", drive, window=0.2, chunk=10) as sim:
        sim.step(530)
        recording = sim.recording()
        target, start, inputs, units = look_back(recording, "vmem")
        assert recording.first <= start.steps < 530
        assert len(target) == len(inputs) == 530 - start.steps >= 140
        assert_array_equal(inputs[:, 0], np.sin((start.steps + np.arange(len(inputs))) % 70).astype(np.float32))
        assert_array_equal(units, [0, 1, 2])
        # With nothing changed there is nothing to be found, noise included.
        fit = Fit(sim, "vmem", target, "tau_mem", start=start, inputs=inputs)
        assert fit.step() < 1e-10
        short, start, _, _ = look_back(recording, "vmem", 0.03)
        assert start.steps <= 500
        assert_array_equal(short, recording.values["vmem"][start.steps - recording.first :][:30])


def test_of_a_signal_that_is_thinned_out_the_units_that_were_kept_are_fitted():
    with run_of(Rate(6, tau=0.05, bias=np.arange(6.0)), "x", window=0.2, chunk=10, max_units=3) as sim:
        sim.step(100)
        target, start, inputs, units = look_back(sim.recording(), "x")
        assert_array_equal(units, [0, 2, 4])
        assert Fit(sim, "x", target, "bias", start=start, inputs=inputs, units=units).step() < 1e-10


def test_what_cannot_be_done_again_is_refused_with_what_to_do(monkeypatch):
    with run_of(LIF(3), "vmem", lambda first, steps: np.zeros((steps, 3)), window=0.2, chunk=10) as sim:
        sim.step(20)
        with pytest.raises(errors.ValueRefused, match=r"look_back: expected inputs that can be asked .* got a function"):
            look_back(sim.recording(), "vmem")
        with pytest.raises(errors.UnknownPathError):
            look_back(sim.recording(), "isyn")
    monkeypatch.setattr("bouton.run._anchors.Anchors.MOST_BYTES", 1)
    with run_of(LIF(3), "vmem", window=0.2, chunk=10) as sim:
        sim.step(20)
        with pytest.raises(errors.ValueRefused, match=r"look_back: .* states of the model are known, got one without\. Reset"):
            look_back(sim.recording(), "vmem")


def test_inputs_that_are_given_begin_with_the_start():
    drive = np.linspace(0.0, 1.0, 50, dtype=np.float32)[:, None]
    model = Rate(1, tau=0.05, bias=0.4)
    with run_of(model, "x", 0.0) as sim:
        sim.step(17)
        start = sim.snapshot()
        x, rows = float(model.x[0]), []
        for u in drive[:, 0]:
            x += 1e-3 / 0.05 * (u + 0.4 - x)
            rows.append(x)
        assert Fit(sim, "x", np.array(rows), "bias", start=start, inputs=drive).step() < 1e-5


def test_a_smoothed_distance_is_that_of_a_low_pass_in_numpy():
    rng = np.random.default_rng(0)
    rows, target = (rng.random((2, 40, 3)) < 0.2).astype(np.float32)
    y, squares = np.zeros(3), []
    for x in rows - target:
        y = y + (1 - np.exp(-1e-3 / 0.02)) * (x - y)
        squares.append(y**2)
    assert_allclose(DistanceTo("spikes", target, smooth=0.02)({"spikes": rows}, 1e-3), np.mean(squares), rtol=1e-5)
    with pytest.raises(
        errors.ValueRefused, match=r"DistanceTo\('spikes', smooth=\.\.\.\): expected seconds above 0, or None, got -1"
    ):
        DistanceTo("spikes", target, smooth=-1)


def test_snapshots_of_the_way_are_few_and_those_of_before_a_jump_are_gone():
    with run_of(Rate(2, bias=1.0), "x", window=0.1, chunk=5) as sim:
        sim.step(1000)
        steps = [one.steps for one in sim.recording().course.snapshots]
        assert steps == sorted(steps)
        assert 3 <= len(steps) <= 7
        assert steps[0] >= 900
        assert steps[-1] == 1000
        sim.reset()
        sim.step(10)
        assert [one.steps for one in sim.recording().course.snapshots] == [0, 10]
        assert float(sim.recording().end.values["x"][0]) == float(sim.model.x[0])


def test_a_time_that_is_none_is_refused_in_the_name_of_who_was_asked():
    simulation = bp.run.LiveSimulation(bp.modules.LIF(2), record=["vmem"])
    simulation.step(20)
    with pytest.raises(
        ValueError, match=r"^look_ahead\(seconds=\.\.\.\): expected seconds .* got -1\.0\. Write for instance seconds=2\.0\.$"
    ):
        bp.run.look_ahead(simulation, "vmem", -1.0)
    with pytest.raises(
        ValueError, match=r"^look_back\(seconds=\.\.\.\): expected seconds .* got 0\. Write for instance seconds=2\.0\.$"
    ):
        bp.run.look_back(simulation.recording(), "vmem", 0)
    simulation.close()
