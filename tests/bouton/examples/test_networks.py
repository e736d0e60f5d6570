"""The networks of Brette et al. 2007, beside NumPy and Brian2."""

import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ValueRefused

BOTH = pytest.mark.parametrize("network", [bp.examples.COBA, bp.examples.CUBA])
DT = 0.1


def by_numpy(net, reversals, rest, steps):
    """Spikes of the excitatory and then of the inhibitory group, (steps, num), by the published equations."""
    groups = [net.excitatory, net.inhibitory]
    V = [np.array(group.V.value) for group in groups]
    last = [np.full(group.num, -np.inf) for group in groups]
    spike = [np.zeros(group.num, bool) for group in groups]
    projections = [(net.E2E, 0, 0), (net.E2I, 0, 1), (net.I2E, 1, 0), (net.I2I, 1, 1)]
    g = [np.array(synapses.g.value) for synapses, *_ in projections]
    weights = (0.006, -0.067) if reversals else (0.0162, 0.09)
    rows = []
    for step in range(steps):
        current = [np.zeros(group.num) for group in groups]
        for k, (synapses, pre, post) in enumerate(projections):
            pairs = synapses.conn.synapses
            g[k] *= np.exp(-DT / (5.0, 10.0)[pre])
            np.add.at(g[k], pairs.post_ids[spike[pre][pairs.pre_ids]], abs(weights[pre]))
            current[post] += g[k] * (reversals[pre] - V[post]) if reversals else (g[k], -g[k])[pre]
        for k in range(2):
            relaxed = rest + 100.0 * current[k]
            new = relaxed + (V[k] - relaxed) * np.exp(-DT / 20.0)
            free = step - last[k] > 50.5  # 5 ms after the step of the spike
            spike[k] = free & (new >= -50.0)
            V[k] = np.where(spike[k], -60.0, np.where(free, new, V[k]))
            last[k][spike[k]] = step
        rows.append(np.concatenate(spike))
    return np.array(rows)


@pytest.mark.parametrize(
    ("network", "reversals", "rest"), [(bp.examples.COBA, (0.0, -80.0), -60.0), (bp.examples.CUBA, None, -49.0)]
)
def test_every_spike_of_the_first_steps_is_that_of_numpy(network, reversals, rest):
    with bm.environment(x64=True):
        net = network(2000, seed=1)
        expected = by_numpy(net, reversals, rest, 600)
        runner = bp.DSRunner(net, monitors=["excitatory.spike", "inhibitory.spike"], dt=DT, progress_bar=False)
        runner.run(60.0)
        found = np.concatenate([runner.mon["excitatory.spike"], runner.mon["inhibitory.spike"]], axis=1)
    # Some have spiked again after their refractory time.
    assert expected.sum(0).max() >= 2
    assert expected.sum() > 500
    np.testing.assert_array_equal(found, expected)


@BOTH
def test_there_are_four_excitatory_neurons_to_each_inhibitory_one(network):
    net = network(500, seed=1)
    assert (net.excitatory.num, net.inhibitory.num) == (400, 100)
    # 80 synapses leave a neuron; the standard deviation of the whole number is 1.7 % of it at most.
    for name, expected in {"E2E": 400 * 64, "E2I": 400 * 16, "I2E": 100 * 64, "I2I": 100 * 16}.items():
        assert getattr(net, name).conn.synapses.size == pytest.approx(expected, rel=0.09)


@BOTH
def test_a_seed_makes_the_same_network_whatever_was_drawn_before(network):
    first = network(100, seed=5)
    bm.random.seed(123)
    second = network(100, seed=5)
    np.testing.assert_array_equal(first.excitatory.V.value, second.excitatory.V.value)
    np.testing.assert_array_equal(first.I2E.conn.synapses.post_ids, second.I2E.conn.synapses.post_ids)
    assert not np.array_equal(first.E2E.conn.synapses.post_ids[:50], network(100, seed=6).E2E.conn.synapses.post_ids[:50])


@BOTH
def test_parameters_are_entries_with_units_and_turning_one_compiles_nothing(network):
    net = network(100, seed=1)
    entries = {entry.path: entry for entry in net.entries()}
    units = {"excitatory.tau": "ms", "inhibitory.V_th": "mV", "excitatory.tau_ref": "ms", "I2I.tau": "ms"}
    assert {path: entries[path].unit for path in units} == units
    assert entries["E2E.g_max"].unit == ("µS" if network is bp.examples.COBA else "nA")
    counts = {"spikes": lambda _: net.excitatory.spike.value.sum()}
    runner = bp.DSRunner(net, monitors=counts, progress_bar=False)
    runner.run(30.0)
    assert runner.mon.spikes.sum() > 0
    runner.reset_state()
    net.excitatory.V_th = 1000.0
    entries["E2E.g_max"].set(0.0)
    runner.run(30.0)
    assert runner.mon.spikes.sum() == 0
    assert runner.compilations == 1


@BOTH
def test_a_network_begins_anew_with_other_initial_values_and_the_same_synapses(network):
    net = network(100, seed=1)
    V, ids = np.array(net.excitatory.V.value), np.array(net.E2E.conn.synapses.post_ids)
    net.reset_state()
    assert not np.array_equal(net.excitatory.V.value, V)
    np.testing.assert_array_equal(net.E2E.conn.synapses.post_ids, ids)


def test_initial_values_are_drawn_around_what_the_docstrings_say():
    coba, cuba = bp.examples.COBA(seed=1), bp.examples.CUBA(seed=1)
    assert np.mean(coba.excitatory.V.value) == pytest.approx(-65.0, abs=0.4)
    assert np.std(coba.excitatory.V.value) == pytest.approx(5.0, abs=0.3)
    assert np.mean(coba.E2E.g.value) == pytest.approx(0.02, rel=0.08)
    assert np.mean(coba.I2E.g.value) == pytest.approx(0.2, rel=0.08)
    assert np.mean(cuba.excitatory.V.value) == pytest.approx(-55.0, abs=0.3)
    assert np.min(cuba.excitatory.V.value) >= -60.0
    assert np.max(cuba.excitatory.V.value) <= -50.0


@BOTH
def test_every_trial_of_a_batch_begins_for_itself(network):
    net = network(50, fan_out=10, seed=1, mode=bm.BatchingMode(3))
    assert net.excitatory.V.shape == (3, 40)
    assert net.I2E.g.shape == (3, 40)
    out = bp.DSRunner(net, monitors=["inhibitory.spike"], progress_bar=False)
    out.run(2.0)
    assert out.mon["inhibitory.spike"].shape == (3, 20, 10)


@BOTH
def test_too_few_neurons_or_too_many_synapses_are_refused(network):
    name = network.__name__
    with pytest.raises(
        ValueRefused, match=rf"{name}\(num=...\): expected 5 neurons or more, got 4. The published number is 4000"
    ):
        network(4)
    with pytest.raises(ValueRefused, match=rf"{name}\(fan_out=...\): expected 0 to 50 synapses that leave a neuron, got 80.0"):
        network(50)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "low", "high"),
    [
        # Twelve networks drawn by Brian2 2.9, with as many initial values: 17.4 to 20.6 spikes a second.
        (bp.examples.COBA, 17.0, 22.0),
        # Seven of them: 5.3 to 6.0. The manual of ANNarchy 5.0 prints 5.61 for this network ("COBA and CUBA networks").
        (bp.examples.CUBA, 5.1, 6.2),
    ],
)
def test_the_mean_rate_is_that_of_brian2(network, low, high):
    net = network(seed=1)
    groups = (net.excitatory, net.inhibitory)
    counts = {"spikes": lambda _: sum(group.spike.value.sum() for group in groups)}
    runner = bp.DSRunner(net, monitors=counts, dt=DT, progress_bar=False)
    runner.run(1000.0)
    assert low < runner.mon.spikes.sum() / 4000 < high
    # It neither falls silent nor runs away.
    assert low * 0.8 < runner.mon.spikes[-2000:].sum() / 4000 / 0.2 < high * 1.2


@BOTH
@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"num": "400"}, KindError, r"\(num=\.\.\.\): expected a whole number, got '400'"),
        ({"num": 400, "fan_out": "80"}, ValueRefused, r"\(fan_out=\.\.\.\): expected 0 to 400 synapses .*got '80'"),
        ({"num": 400, "seed": "one"}, KindError, r"\(seed=\.\.\.\): expected a whole number, got 'one'"),
        ({"num": 400, "seed": -1}, ValueRefused, r"\(seed=\.\.\.\): expected at least 0, got -1"),
    ],
)
def test_what_is_no_number_is_named(network, given, error, words):
    with pytest.raises(error, match=words):
        network(**given)
