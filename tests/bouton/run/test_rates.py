"""Rates of populations against counts in NumPy, and kernels against their closed forms."""

import numpy as np
import pytest

import bouton as bp
from bouton import errors
from bouton.run import Rates


class Relay(bp.DynamicalSystem):
    """Gives what it gets."""

    def __init__(self, n):
        super().__init__()
        self.level = bp.parameters.State(np.zeros(n, np.float32))
        self.n = n

    def update(self, shared, x):
        self.level = x
        return x


@pytest.fixture
def relay(live):
    """A simulation whose output, and events, are a series that is given (T, units)."""

    def make(series, **more):
        model = bp.modules.FromStep(Relay(series.shape[1]), 1e-3, shape=series.shape[1], spiking_output=True)
        return live(model, series.astype(np.float32), **{"record": ["output", "system.level"], "window": 0.2, "chunk": 7, **more})

    return make


COUNTS = np.random.default_rng(0).poisson(0.05, (330, 12))


def test_rates_are_the_counts_of_each_bin_also_as_time_goes_on(relay):
    simulation = relay(COUNTS)
    rates = Rates(simulation, kernel=None)
    for steps in (0, 3, 40, 150, 7, 123):
        if steps:
            simulation.step(steps)
        curves = rates(bins=20)
        begin, end = (round(edge / 1e-3) for edge in curves.time)
        assert (end - begin, begin % 10) == (200, 0)
        for k, rate in enumerate(curves.rates["output"]):
            steps_of = slice(begin + 10 * k, begin + 10 * (k + 1))
            if steps_of.stop <= simulation.steps:
                assert rate == pytest.approx(COUNTS[steps_of].mean() * 1000, rel=1e-5)
            else:
                assert np.isnan(rate)
    assert simulation.steps == 323


def test_a_lone_event_has_the_shape_of_the_kernel(relay):
    series = np.zeros((200, 4))
    series[100, 2] = 1
    simulation = relay(series)
    simulation.step(200)
    t = np.arange(200) - 100
    shapes = {
        "gaussian": np.exp(-0.5 * (t / 5) ** 2) / np.sum(np.exp(-0.5 * (t / 5) ** 2)),
        "box": (np.abs(t) <= 5) / 11,
        "exponential": np.where(t >= 0, np.exp(-np.maximum(t, 0) / 5), 0) * (1 - np.exp(-1 / 5)),
    }
    for kernel, shape in shapes.items():
        width = 0.011 if kernel == "box" else 0.005
        found = Rates(simulation, kernel=kernel, width=width)(bins=200).rates["output"]
        # One event of four units, in steps of a millisecond.
        np.testing.assert_allclose(found, 250 * shape, atol=0.01 * 250 * shape.max() + 1e-3)


def test_a_constant_rate_stays_constant_up_to_the_edges(relay):
    simulation = relay(np.ones((200, 3)))
    simulation.step(90)
    for kernel in ("gaussian", "box", "exponential"):
        found = Rates(simulation, kernel=kernel, width=0.03)(bins=100).rates["output"]
        np.testing.assert_allclose(found[:45], 1000.0, rtol=1e-5)
        assert np.isnan(found[45:]).all()


@pytest.mark.parametrize("bins", [100, 300, 1000])
def test_a_steady_rhythm_is_steady_whatever_the_bins(relay, bins):
    series = np.zeros((1000, 2))
    series[5::29] = 1
    simulation = relay(series, window=1.0)
    simulation.step(1000)
    found = Rates(simulation, kernel="gaussian", width=0.03)(bins=bins).rates["output"]
    known = found[np.isfinite(found)]
    # Where the kernel reaches no end. What a Gaussian leaves of a rhythm of 29 ms is twice exp(-2 (pi 30 / 29)²), 1.3e-9.
    inside = known[len(known) * 150 // 1000 : -(len(known) * 150 // 1000)]
    np.testing.assert_allclose(inside, 1000 / 29, rtol=4e-3)


def test_after_a_restore_nothing_is_made_up(relay):
    simulation = relay(COUNTS)
    simulation.step(203)
    snapshot = simulation.snapshot()
    rates = Rates(simulation, kernel=None)
    rates(bins=20)
    simulation.restore(snapshot)
    simulation.step(20)
    curves = rates(bins=20)
    known = np.flatnonzero(np.isfinite(curves.rates["output"]))
    begin = round(curves.time[0] / 1e-3)
    assert [begin + 10 * k for k in known] == [210]
    assert curves.rates["output"][known[0]] == pytest.approx(COUNTS[210:220].mean() * 1000, rel=1e-5)


def test_what_has_no_rates_is_refused(relay):
    simulation = relay(COUNTS)
    with pytest.raises(
        errors.KindError, match=r"Rates\(simulation\): expected a LiveSimulation, got FromStep\. Make one of the model"
    ):
        Rates(simulation.model)
    with pytest.raises(errors.UnknownPathError, match=r"expected a signal of events that is recorded, got 'system\.level'"):
        Rates(simulation, "system.level")
    with pytest.raises(errors.ValueRefused, match=r"expected 'gaussian', 'box', 'exponential' or None, got 'hann'\. None draws"):
        Rates(simulation, kernel="hann")
    for width in (0, -1.0, np.inf, "wide"):
        with pytest.raises(errors.ValueRefused, match=r"Rates\.width: expected seconds above 0, got .* set kernel to None\."):
            Rates(simulation, width=width)
    with pytest.raises(
        errors.ValueRefused, match=r"a simulation that records events, got signals system\.level\. Record spikes too"
    ):
        Rates(relay(COUNTS, record="system.level"))
