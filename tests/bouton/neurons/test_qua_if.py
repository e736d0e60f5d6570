"""Quadratic integrate-and-fire neurons against closed forms and another integrator."""

import numpy as np
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import QuaIF


def test_below_threshold_it_follows_the_equation(simulate, integrate):
    group = QuaIF(1, V_initializer=bp.init.Constant(-75.0), method="rk4")
    wanted = integrate(lambda t, V: (0.07 * (V + 65) * (V + 50) + 3.0) / 10, [-75.0], 30.0, 0.05)
    assert_allclose(simulate(group, 3.0, 30.0, dt=0.05)["V"], wanted, atol=1e-4)


def test_it_fires_above_its_rheobase_with_the_interval_of_the_arc_tangent(simulate):
    # The least of the right-hand side, halfway between -65 and -50, is -0.07 * 7.5².
    rheobase, middle = 0.07 * 7.5**2, -57.5
    currents = rheobase + np.array([-0.1, 0.3, 5.0, 30.0])
    spikes = simulate(QuaIF(4, V_initializer=bp.init.Constant(-68.0)), currents[None], 600.0, dt=0.02)["spike"]
    assert not spikes[:, 0].any()
    for k in (1, 2, 3):
        scale = np.sqrt(0.07 / (currents[k] - rheobase))
        span = np.arctan(scale * (-30 - middle)) - np.arctan(scale * (-68 - middle))
        wanted = 10 * span / np.sqrt(0.07 * (currents[k] - rheobase))
        assert_allclose(np.diff(np.flatnonzero(spikes[:, k])).mean() * 0.02, wanted, rtol=0.01)
