"""Derivatives of a read-out by the parameters of a running model, beside closed forms and differences in NumPy."""

import threading

import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton import errors
from bouton.modules import LIF, ExpSyn, LIFJax, Linear, Rate, Sequential
from bouton.run import DistanceTo, LiveSimulation, MeanOf, RateOf, Sensitivity

DT, U = 1e-3, 0.7


def synapse(tau, u=U, steps=200, start=0.0):
    """ExpSyn in NumPy, (steps, units)."""
    now, rows = np.broadcast_to(start, np.shape(tau)), []
    for _ in range(steps):
        now = (now + u) * np.exp(-DT / tau)
        rows.append(now)
    return np.array(rows)


def difference(f, x, by=1e-6):
    return (f(x + by * x) - f(x - by * x)) / (2 * by * x)


@pytest.fixture
def simulation():
    made = []

    def make(model, record="isyn", **options):
        made.append(LiveSimulation(model, record=record, chunk=10, window=0.2, **({"inputs": U} | options)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_the_slope_of_a_mean_is_that_of_the_equation(simulation):
    tau = np.array([0.01, 0.02, 0.05])
    sim = simulation(ExpSyn(3, tau=tau))
    found = Sensitivity(sim, MeanOf("isyn"))()
    assert found.value == pytest.approx(synapse(tau).mean(), rel=1e-5)
    # Each element for itself: a third of the mean of its own unit.
    expected = difference(lambda t: synapse(t).mean(axis=0), tau) / 3
    np.testing.assert_allclose(found.slopes["tau"], expected, rtol=1e-4)
    assert found.of_shift("tau") == pytest.approx(expected.sum(), rel=1e-4)
    assert found.of_scale("tau") == pytest.approx((expected * tau).sum(), rel=1e-4)


def test_it_starts_where_the_simulation_stands_and_moves_nothing(simulation):
    sim = simulation(ExpSyn(1, tau=0.02))
    slopes = Sensitivity(sim, MeanOf("isyn"), steps=50)
    sim.step(30)
    before = sim.snapshot()
    start = synapse(np.array([0.02]), steps=30)[-1]
    found = slopes()
    assert (found.step, sim.steps) == (30, 30)
    expected = difference(lambda t: synapse(t, steps=50, start=start).mean(), np.array([0.02]))
    np.testing.assert_allclose(found.slopes["tau"], expected[0], rtol=1e-3)
    after = sim.snapshot()
    for path, value in before.values.items():
        np.testing.assert_array_equal(value, after.values[path])


def test_a_turned_parameter_is_heard_and_compiles_nothing(simulation):
    sim = simulation(ExpSyn(1, tau=0.02))
    slopes = Sensitivity(sim, MeanOf("isyn"))
    slopes()
    traces = slopes._pure.traces
    change = sim.set("tau", 0.01)
    found = slopes()
    assert found.change == change
    np.testing.assert_allclose(found.slopes["tau"], difference(lambda t: synapse(t).mean(), np.array([0.01]))[0], rtol=1e-4)
    assert slopes._pure.traces == traces


def test_the_drive_of_the_simulation_goes_on(simulation):
    drive = np.random.default_rng(0).random((300, 1)).astype(np.float32)
    sim = simulation(ExpSyn(1, tau=0.02), inputs=drive)
    sim.step(100)
    found = Sensitivity(sim, MeanOf("isyn"), steps=100)()

    def mean(tau):
        now, rows = np.zeros(1), []
        for u in drive[:200]:
            now = (now + u) * np.exp(-DT / (tau if len(rows) >= 100 else 0.02))
            rows.append(now)
        return np.mean(rows[100:])

    np.testing.assert_allclose(found.slopes["tau"], difference(mean, np.array([0.02]))[0], rtol=1e-3)


def test_the_distance_to_a_target_and_chosen_units(simulation):
    tau, target = np.array([0.01, 0.02]), np.linspace(0, 5, 80)
    sim = simulation(ExpSyn(2, tau=tau))
    slopes = Sensitivity(sim, DistanceTo("isyn", target, units=1))
    assert slopes.steps == 80
    found = slopes()
    expected = difference(lambda t: ((synapse(t, steps=80)[:, 1] - target) ** 2).mean(), tau)
    np.testing.assert_allclose(found.slopes["tau"], [0.0, expected[1]] if expected.ndim else [0.0, expected], rtol=1e-3)


def test_a_distance_that_falls_when_one_goes_down_the_slope(simulation):
    target = synapse(np.array([0.03]))
    sim = simulation(ExpSyn(1, tau=0.02))
    slopes = Sensitivity(sim, DistanceTo("isyn", target))
    for _ in range(60):
        found = slopes()
        sim.set("tau", sim.model.tau - 1e-7 * found.slopes["tau"])
    assert sim.model.tau == pytest.approx(0.03, rel=1e-2)


def test_a_rate_is_counted_in_hertz_and_passes_spikes_by_the_surrogate(simulation):
    sim = simulation(LIF(4, bias=0.08, threshold=np.linspace(0.8, 1.2, 4)), "spikes", inputs=0.0)
    found = Sensitivity(sim, RateOf("spikes"), of=["bias", "threshold"])()
    spikes = LIF(4, bias=0.08, threshold=np.linspace(0.8, 1.2, 4))(np.zeros((200, 4)))[0]
    assert found.value == pytest.approx(float(np.mean(spikes)) / DT)
    assert found.slopes["bias"] > 0
    assert np.all(found.slopes["threshold"] < 0)


@pytest.mark.parametrize("path", ["0_Linear_output", "output", "1_Rate.x"])
def test_any_signal_that_the_model_records_can_be_read_out(simulation, path):
    weight = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32)
    sim = simulation(Sequential(Linear((2, 3), weight=weight), Rate(3)), "output")
    found = Sensitivity(sim, MeanOf(path), of="0_Linear.weight")()
    assert set(found.slopes) == {"0_Linear.weight"}
    assert found.slopes["0_Linear.weight"].shape == (2, 3)
    if path == "0_Linear_output":
        np.testing.assert_allclose(found.slopes["0_Linear.weight"], np.full((2, 3), U / 3), rtol=1e-5)


def test_a_functional_model_is_read_like_a_plain_one(simulation):
    both = [
        Sensitivity(simulation(cls(3, bias=0.05), "vmem", inputs=0.0), MeanOf("vmem"), of=["bias", "tau_mem"])()
        for cls in (LIF, LIFJax)
    ]
    for path in ("bias", "tau_mem"):
        np.testing.assert_array_equal(both[0].slopes[path], both[1].slopes[path])


def test_it_can_be_asked_while_the_simulation_runs(simulation):
    sim = simulation(ExpSyn(1, tau=0.02), speed=None)
    slopes = Sensitivity(sim, MeanOf("isyn"))
    sim.step(1000)
    sim.start()
    found = [slopes() for _ in range(5)]
    sim.pause()
    assert sim.steps > found[-1].step >= found[0].step >= 1000
    steady = difference(lambda t: U * np.exp(-DT / t) / (1 - np.exp(-DT / t)), np.array([0.02]))
    # From rest the new steady state is approached: less than all of it, and the same at any time.
    assert 0 < found[0].slopes["tau"] < steady[0]
    np.testing.assert_allclose([one.slopes["tau"] for one in found], found[0].slopes["tau"], rtol=1e-3)
    assert threading.active_count() < 50


def test_double_precision_agrees_with_differences_to_many_digits(simulation):
    with bm.environment(x64=True):
        sim = simulation(ExpSyn(1, tau=0.02))
        found = Sensitivity(sim, MeanOf("isyn"))()
        expected = difference(lambda t: synapse(t).mean(), np.array([0.02]))
        np.testing.assert_allclose(found.slopes["tau"], expected[0], rtol=1e-8)


@pytest.mark.parametrize(
    "asked, kind, words",
    [
        (
            lambda sim: Sensitivity(sim, MeanOf("nothing")),
            errors.UnknownPathError,
            r"a signal that the model records, got 'nothing'",
        ),
        (
            lambda sim: Sensitivity(sim, MeanOf("isyn"), of="tua"),
            errors.UnknownPathError,
            r"paths of parameters, got 'tua'.*'tau'",
        ),
        (lambda sim: Sensitivity(sim, MeanOf("isyn", units=5)), errors.ValueRefused, r"units from 0 to 1, got 5"),
        (lambda sim: MeanOf("isyn", units=0.5), errors.KindError, r"numbers of units, got 0.5"),
        (lambda sim: DistanceTo("isyn", "x"), errors.KindError, r"finite numbers \(T,\)"),
        (lambda sim: DistanceTo("isyn", [np.nan]), errors.KindError, r"finite numbers \(T,\)"),
        (
            lambda sim: Sensitivity(sim, DistanceTo("isyn", np.ones(5)), steps=6),
            errors.ShapeError,
            r"shape \(6, 2\).*got \(5, 1\)",
        ),
        (lambda sim: Sensitivity(sim, DistanceTo("isyn", np.ones((5, 3)))), errors.ShapeError, r"shape \(5, 2\).*got \(5, 3\)"),
        (lambda sim: Sensitivity(sim.model, MeanOf("isyn")), errors.KindError, r"a LiveSimulation and a read-out, got ExpSyn"),
        (lambda sim: Sensitivity(sim, "isyn"), errors.KindError, r"got LiveSimulation and str.*MeanOf"),
        (lambda sim: Sensitivity(sim, MeanOf("isyn"), steps=0), errors.ValueRefused, r"steps=\.\.\..*at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(simulation, asked, kind, words):
    with pytest.raises(kind, match=words):
        asked(simulation(ExpSyn(2)))


class Silent(bp.modules.Module):
    def __init__(self):
        super().__init__(1)
        self.dt = bp.parameters.SimulationParameter(DT)
        self.count = bp.parameters.Parameter(np.array(3))

    def evolve(self, input_data, record=False):
        return input_data * 2.0, {}, {}


def test_a_model_without_floats_is_refused(simulation):
    sim = simulation(Silent(), "output")
    with pytest.raises(errors.UnsupportedError, match="a model with parameters of floats, got none"):
        Sensitivity(sim, MeanOf("output"))
    with pytest.raises(errors.UnsupportedError, match=r"of='count'.*a parameter of floats, got int"):
        Sensitivity(sim, MeanOf("output"), of="count")
