"""Parameters found again from traces that NumPy has computed with others, beside what a fit promises of itself."""

import time

import numpy as np
import optax
import pytest

import bouton as bp
from bouton import errors
from bouton.modules import LIF, ExpSyn, FromStep, Linear, Rate, Sequential
from bouton.run import Fit, LiveSimulation, look_ahead

DT = 1e-3


def rate_trace(tau, bias, u):
    """State of rate neurons in NumPy, forward Euler."""
    x, rows = 0.0, []
    for now in u:
        x = x + DT / tau * (now + bias - x)
        rows.append(x)
    return np.array(rows)


def membrane(tau, bias, steps, v=0.0):
    """Membrane of a LIF neuron below its threshold, in NumPy, as the module has it."""
    rows = []
    for _ in range(steps):
        v = v * np.exp(-DT / tau) + bias
        rows.append(v)
    return np.array(rows)


@pytest.fixture
def drive():
    return np.sin(np.linspace(0, 20, 200)).astype(np.float32)[:, None]


def test_a_layer_of_rates_finds_the_time_constant_and_the_bias_of_a_trace(drive):
    model = Rate(1, tau=0.02, bias=0.0)
    fit = Fit(model, "x", rate_trace(0.06, 0.4, drive[:, 0]), of=["tau", "bias"], inputs=drive, rate=0.05)
    fit.step(150)
    fit.stop()
    assert float(model.tau) == pytest.approx(0.06, rel=0.02)
    assert float(model.bias) == pytest.approx(0.4, abs=0.02)
    assert fit.losses[-10:].max() < 1e-3 * fit.losses[0]
    assert fit.compilations == 1


def test_a_spiking_layer_finds_them_from_its_membrane_while_it_runs():
    model = LIF(2, tau_mem=0.02, bias=np.full(2, 0.02, np.float32), threshold=100.0)
    target = np.stack([membrane(0.05, 0.03, 150), membrane(0.05, 0.05, 150)], axis=1)
    with LiveSimulation(model, record="vmem", chunk=20, speed=None) as sim:
        sim.start()
        fit = Fit(sim, "vmem", target, of=["tau_mem", "bias"], rate=0.05)
        fit.step(250)
        fit.stop()
        assert sim.status == "running"
        assert sim.compilations == 1
    np.testing.assert_allclose(model.tau_mem, 0.05, rtol=0.02)
    np.testing.assert_allclose(model.bias, [0.03, 0.05], rtol=0.02)


def test_a_system_of_steps_finds_its_time_constant():
    model = FromStep(bp.neurons.LeakyIntegrator(1, tau=10.0), dt=1e-3)
    u = np.ones((60, 1), np.float32)
    # V' = (-V + R I) / tau, exactly over a step of 1 ms.
    target, v = [], 0.0
    for _ in range(60):
        v = 1.0 + (v - 1.0) * np.exp(-1.0 / 25.0)
        target.append(v)
    path = next(e.path for e in model.entries() if e.name == "tau")
    fit = Fit(model, "system.V", np.array(target), of=path, inputs=u, rate=0.1)
    fit.step(120)
    fit.stop()
    assert float(np.asarray(model.entry(path).value).ravel()[0]) == pytest.approx(25.0, rel=0.02)


def test_each_element_moves_for_itself():
    model = ExpSyn(3, tau=0.02)
    u = np.ones((80, 3), np.float32)
    taus = np.array([0.01, 0.03, 0.05])
    now, rows = np.zeros(3), []
    for _ in range(80):
        now = (now + 1.0) * np.exp(-DT / taus)
        rows.append(now)
    model = ExpSyn(3, tau=np.full(3, 0.02, np.float32))
    fit = Fit(model, "isyn", np.array(rows), of="tau", inputs=u)
    fit.step(150)
    fit.stop()
    np.testing.assert_allclose(model.tau, taus, rtol=0.02)


def test_bounds_are_held(drive):
    model = Rate(1, tau=0.02, bias=0.5)
    # No time constant gives a trace that jumps at once; it can only become ever shorter.
    fit = Fit(model, "x", 50 * np.ones(50), of=["tau"], inputs=drive, optimizer=optax.sgd(1e6))
    for _ in range(5):
        fit.step()
        assert float(model.tau) >= 0


def test_undo_goes_back_to_the_very_arrays_and_stop_keeps_the_best(drive):
    model = Rate(1, tau=0.02, bias=0.0)
    before = model.tau, model.bias
    fit = Fit(model, "x", rate_trace(0.06, 0.4, drive[:, 0]), of=["tau", "bias"], inputs=drive, rate=0.5)
    fit.step(12)
    least = int(np.argmin(fit.losses))
    loss, values = fit.best
    assert loss == fit.losses[least]
    fit.stop()
    assert (model.tau, model.bias) == (values["tau"], values["bias"])
    assert fit.step() == pytest.approx(loss)
    fit.undo()
    assert (model.tau, model.bias) == before
    assert model.tau is before[0]
    assert not len(fit.losses)
    assert fit.best is None
    fit.step(2)
    assert fit.compilations == 1


def test_by_itself_it_goes_on_until_it_is_stopped_or_done(drive):
    model = Rate(1, tau=0.02, bias=0.0)
    fit = Fit(model, "x", rate_trace(0.06, 0.4, drive[:, 0]), of=["tau", "bias"], inputs=drive)
    heard = []
    unsubscribe = fit.subscribe(lambda: heard.append(len(fit.losses)))
    fit.start(20)
    with pytest.raises(errors.RunningError, match=r"Fit\.step: expected a fit at rest, got a running one\. Call stop\(\)"):
        fit.step()
    end = time.monotonic() + 20
    while (fit.running or heard.count(20) < 1) and time.monotonic() < end:
        time.sleep(0.01)
    assert len(fit.losses) == 20
    assert heard == sorted(heard)
    assert heard[-1] == 20
    unsubscribe()
    fit.start(100_000)
    while len(fit.losses) < 25 and time.monotonic() < end:
        time.sleep(0.01)
    fit.stop()
    done = len(fit.losses)
    assert not fit.running
    assert model.tau is fit.best[1]["tau"]
    time.sleep(0.05)
    assert len(fit.losses) == done


def test_it_sets_out_from_a_snapshot_or_from_the_initial_states_and_moves_neither(drive):
    model = Rate(1, tau=0.05, bias=0.4)
    with LiveSimulation(model, inputs=drive, record="x", chunk=10) as sim:
        sim.step(70)
        there = sim.snapshot()
        target = rate_trace(0.05, 0.4, np.tile(drive[:, 0], 2))
        from_there = Fit(sim, "x", target[70:170], of="tau", start=there)
        assert from_there.step() == pytest.approx(0.0, abs=1e-9)
        from_there.undo()
        assert Fit(sim, "x", target[:100], of="tau").step() == pytest.approx(0.0, abs=1e-9)
        assert sim.steps == 70
        assert all(sim.snapshot().values[path] is value for path, value in there.values.items() if path == "x")


def test_a_hand_that_moves_a_slider_meanwhile_is_not_fought(drive):
    model = Rate(1, tau=0.02, bias=0.0)
    fit = Fit(model, "x", rate_trace(0.06, 0.4, drive[:, 0]), of=["bias"], inputs=drive)
    first = fit.step()
    model.tau = 0.06
    model.bias = 0.4
    assert fit.step() < 1e-3 * first
    assert fit.compilations == 1


def test_a_time_series_is_a_target(drive):
    trace = rate_trace(0.05, 0.4, drive[:, 0])
    series = bp.modules.TSContinuous.from_clocked(trace, DT, t_start=3.0)
    fit = Fit(Rate(1, tau=0.05, bias=0.4), "x", series, of="tau", inputs=drive)
    assert fit.length == 200
    assert fit.step() == pytest.approx(0.0, abs=1e-9)


def test_what_no_derivative_reaches_and_what_is_not_finite_is_said(drive):
    with pytest.raises(
        errors.UnsupportedError, match=r"Fit: .* got derivatives 0 of 'x' by threshold\. Begin with other values, fit a"
    ):
        Fit(Rate(1), "x", np.ones(20), of="threshold", inputs=drive).step()
    model = Sequential(Linear((1, 1), weight=np.float32([[1e30]])), Rate(1))
    fit = Fit(model, "1_Rate.x", np.ones(20), of="0_Linear.weight", inputs=drive)
    with pytest.raises(
        errors.RunningError, match=r"Fit: expected a loss and derivatives that are finite, got a loss that is not"
    ):
        fit.step()
    fit.start()
    end = time.monotonic() + 20
    while fit.running and time.monotonic() < end:
        time.sleep(0.01)
    assert fit.error.startswith("After 0 steps: Fit: expected a loss and derivatives that are finite")


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"signal": "y"}, KeyError, r"Fit\(DistanceTo\('y'\)\): expected a signal that the model records, got 'y'"),
        ({"of": "tao"}, KeyError, r"Fit\(of=\.\.\.\): expected paths of parameters, got 'tao'"),
        ({"target": 1.0}, ValueError, r"Fit\(target=\.\.\.\): expected a value for each step, got none"),
        ({"target": np.ones((20, 3))}, errors.ShapeError, r"DistanceTo\('x', target=\.\.\.\): expected shape \(20, 1\)"),
        ({"rate": 2}, ValueError, r"Fit\(rate=\.\.\.\): expected a number between 0 and 1, got 2"),
        ({"optimizer": "adam"}, TypeError, r"Fit\(optimizer=\.\.\.\): expected an optax\.GradientTransformation, got str"),
        ({"start": 3}, TypeError, r"Fit\(start=\.\.\.\): expected a snapshot, .* got int"),
        (
            {"inputs": lambda first, steps: 1 / 0},
            ValueError,
            r"Fit\(inputs=\.\.\.\): .* got the input function raised ZeroDivisionError",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused_at_once(options, kind, words):
    options = {"signal": "x", "target": np.ones(20), "of": "tau"} | options
    with pytest.raises(kind, match=words):
        Fit(Rate(1), **options)


def test_a_snapshot_of_another_model_is_refused():
    with (
        LiveSimulation(Rate(2), record="x") as sim,
        pytest.raises(ValueError, match=r"Fit\(start=\.\.\.\): expected a snapshot of this"),
    ):
        Fit(Rate(1), "x", np.ones(5), start=sim.snapshot())


def test_what_comes_is_told_without_moving_the_simulation(drive):
    with LiveSimulation(Rate(1, tau=0.05, bias=0.4), inputs=drive, record="x", chunk=10) as sim:
        sim.step(70)
        samples, start = look_ahead(sim, "x", 0.1)
        assert (samples.shape, start.steps, sim.steps) == ((100, 1), 70, 70)
        np.testing.assert_allclose(samples[:, 0], rate_trace(0.05, 0.4, np.tile(drive[:, 0], 2))[70:170], rtol=1e-4, atol=1e-6)
        sim.set("tau", 0.02)
        assert Fit(sim, "x", samples, of="tau", start=start).step() > 1e-4
        with pytest.raises(
            errors.UnknownPathError, match=r"look_ahead\(MeanOf\('y'\)\): expected a signal that the model records"
        ):
            look_ahead(sim, "y", 0.1)
        with pytest.raises(
            errors.ValueRefused, match=r"look_ahead: expected at most 268435456 values, got 1000000000 steps of 1"
        ):
            look_ahead(sim, "x", 1e6)


def test_by_itself_it_ends_when_nothing_better_is_found(drive):
    model = Rate(1, tau=0.05, bias=0.4)
    fit = Fit(model, "x", rate_trace(0.05, 0.4, drive[:, 0]), of="bias", inputs=drive)
    fit.start(100_000)
    end = time.monotonic() + 20
    while fit.running and time.monotonic() < end:
        time.sleep(0.01)
    assert len(fit.losses) < 1000
    assert float(model.bias) == pytest.approx(0.4, abs=1e-5)
