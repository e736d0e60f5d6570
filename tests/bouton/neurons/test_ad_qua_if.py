"""Adaptive quadratic integrate-and-fire neurons."""

import numpy as np
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import AdQuaIF


def test_below_threshold_it_follows_the_equations(simulate, integrate):
    def f(t, y):
        V, w = y
        return (0.07 * (V + 65) * (V + 50) - w + 3.0) / 10, (0.5 * (V + 65) - w) / 20

    group = AdQuaIF(
        1, a=0.5, tau_w=20.0, method="rk4", V_initializer=bp.init.Constant(-75.0), w_initializer=bp.init.Constant(1.0)
    )
    found = simulate(group, 3.0, 60.0, dt=0.05, record=("V", "w"))
    assert_allclose(np.hstack([found["V"], found["w"]]), integrate(f, [-75.0, 1.0], 60.0, 0.05), atol=2e-4)


def test_a_spike_lifts_adaptation_and_intervals_lengthen(simulate):
    group = AdQuaIF(2, a=0.05, b=np.array([0.0, 4.0]), tau_w=100.0, V_initializer=bp.init.Constant(-65.0))
    found = simulate(group, 20.0, 400.0, dt=0.05, record=("spike", "w"))
    plain, adapting = (np.diff(np.flatnonzero(train)) for train in found["spike"].T)
    assert adapting[-1] > 1.5 * adapting[0]
    assert (np.diff(adapting[:4]) > 0).all()
    assert plain[-1] < 1.2 * plain[0]
    k = np.flatnonzero(found["spike"][:, 1])[0]
    assert_allclose(found["w"][k, 1] - found["w"][k - 1, 1], 4.0, atol=0.1)
