"""Morris and Lecar's neurons: the equations, and the two classes of excitability."""

import numpy as np
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import MorrisLecar


def test_a_run_with_spikes_follows_the_equations(simulate, integrate):
    def f(t, y):
        V, W = y
        open_Ca, to = (1 + np.tanh((V + 1.2) / 18)) / 2, (1 + np.tanh((V - 2) / 30)) / 2
        dV = (150.0 - 4.4 * open_Ca * (V - 130) - 8 * W * (V + 84) - 2 * (V + 60)) / 20
        return dV, 0.04 * np.cosh((V - 2) / 60) * (to - W)

    group = MorrisLecar(1, method="rk4", V_initializer=bp.init.Constant(-60.0))
    found = simulate(group, 150.0, 200.0, dt=0.05, record=("V", "W"))
    wanted = integrate(f, [-60.0, 0.02], 200.0, 0.05)
    assert (wanted[:, 0] > 20).any()
    assert_allclose(found["V"], wanted[:, :1], atol=5e-3)
    assert_allclose(found["W"], wanted[:, 1:], atol=5e-5)


def test_class_two_begins_at_a_rate_and_class_one_at_none(simulate):
    # Rinzel and Ermentrout 1998: the Hopf bifurcation of class II is near 94 µA/cm², the saddle-node of class I near 40.
    two, one = np.array([84.0, 98.0, 130.0]), np.array([39.0, 40.5, 50.0])
    # Theirs have the calcium battery at 120 mV.
    rest = {"V_Ca": 120.0, "V_initializer": bp.init.Constant(-50.0), "W_initializer": bp.init.Constant(0.02)}
    second = simulate(MorrisLecar(3, **rest), two[None], 1500.0, dt=0.1, record=("spike",))["spike"]
    first = MorrisLecar(3, g_Ca=4.0, V3=12.0, V4=17.4, phi=1 / 15, **rest)
    first = simulate(first, one[None], 1500.0, dt=0.1, record=("spike",))["spike"]
    rates = [
        [1e4 / np.diff(np.flatnonzero(train[5000:])).mean() if train[5000:].sum() > 2 else 0.0 for train in trains.T]
        for trains in (second, first)
    ]  # Hz
    assert rates[0][0] == rates[1][0] == 0
    assert 6 < rates[0][1] < rates[0][2] < 2.2 * rates[0][1]
    assert rates[1][1] < 0.6 * rates[0][1]
    assert rates[1][2] > 2 * rates[1][1] > 0
