"""Hodgkin and Huxley's neurons: the equations, rest, and where firing begins."""

import numpy as np
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import HH


def steady(V):
    """Gates at rest at V."""
    return {
        "m": (0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10)), 4 * np.exp(-(V + 65) / 18)),
        "h": (0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))),
        "n": (0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10)), 0.125 * np.exp(-(V + 65) / 80)),
    }


def squid(t, y, current):
    V, *gates = y
    m, h, n = gates
    dV = current - 120 * m**3 * h * (V - 50) - 36 * n**4 * (V + 77) - 0.3 * (V + 54.387)
    return [dV, *(a * (1 - x) - b * x for x, (a, b) in zip(gates, steady(V).values(), strict=True))]


def at_rest(size, **options):
    rest = {f"{gate}_initializer": bp.init.Constant(a / (a + b)) for gate, (a, b) in steady(-65.0).items()}
    return HH(size, V_initializer=bp.init.Constant(-65.0), **rest, **options)


def test_a_train_of_spikes_follows_the_equations(simulate, integrate):
    found = simulate(at_rest(1, method="rk4"), 10.0, 40.0, dt=0.01, record=("V", "m", "h", "n"))
    wanted = integrate(lambda t, y: squid(t, y, 10.0), [-65.0, *(a / (a + b) for a, b in steady(-65.0).values())], 40.0, 0.01)
    assert (wanted[:, 0] > 20).any()
    assert_allclose(found["V"], wanted[:, :1], atol=0.05)
    assert_allclose(np.hstack([found[x] for x in "mhn"]), wanted[:, 1:], atol=1e-3)


def test_it_rests_near_minus_65_mv(simulate):
    assert_allclose(simulate(HH(2), 0.0, 100.0, dt=0.05)["V"][-1], -65.0, atol=0.05)


def test_firing_begins_at_a_high_rate(simulate):
    # Rinzel and Miller 1980: trains exist above 6.26 µA/cm². At 10 µA/cm² the period is 14.6 ms.
    spikes = simulate(at_rest(4, method="rk4"), np.array([[2.0, 5.5, 7.0, 10.0]]), 400.0, dt=0.02, record=("spike",))["spike"]
    late = spikes[5000:]
    assert late[:, :2].sum() == 0
    assert spikes[:, 1].sum() >= 1
    rates = [1e3 / (np.diff(np.flatnonzero(train)).mean() * 0.02) for train in late[:, 2:].T]
    assert 50 < rates[0] < rates[1]
    assert_allclose(rates[1], 68.4, rtol=0.01)


def test_nothing_is_singular_where_the_rates_are_quotients_of_zeros():
    for V in (-40.0, -55.0):
        group = HH(1, V_initializer=bp.init.Constant(V))
        group(0.0)
        assert np.isfinite([group.V.value, group.m.value, group.n.value]).all()
