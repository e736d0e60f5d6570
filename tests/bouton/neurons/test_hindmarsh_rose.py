"""Hindmarsh and Rose's neurons: the equations, and rest, bursts and regular firing."""

import numpy as np
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import HindmarshRose


def test_a_run_with_spikes_follows_the_equations(simulate, integrate):
    def f(t, y):
        V, y_, z = y
        return y_ - V**3 + 3 * V**2 - z + 2.0, 1 - 5 * V**2 - y_, 0.01 * (4 * (V + 1.6) - z)

    found = simulate(HindmarshRose(1, method="rk4", y_initializer=bp.init.ZeroInit()), 2.0, 40.0, dt=0.01, record=("V", "y", "z"))
    wanted = integrate(f, [0.0, 0.0, 0.0], 40.0, 0.01)
    assert wanted[:, 0].max() > 1
    assert_allclose(np.hstack([found["V"], found["y"], found["z"]]), wanted, atol=5e-3)


def test_it_rests_bursts_and_fires_as_the_current_grows(simulate):
    # Hindmarsh and Rose 1984, with r = 0.001: bursts at I = 2, regular firing at I = 4.
    currents = np.array([0.0, 2.0, 4.0])
    group = HindmarshRose(
        3,
        r=0.001,
        V_initializer=bp.init.Constant(-1.6),
        y_initializer=bp.init.Constant(-11.8),
        z_initializer=bp.init.Constant(0.0),
    )
    spikes = simulate(group, currents[None], 3000.0, dt=0.05, record=("spike",))["spike"]
    rest, burst, regular = (np.flatnonzero(train) * 0.05 for train in spikes.T)
    assert not (rest > 500).any()
    gaps = np.diff(burst[burst > 500])
    assert gaps.max() > 4 * np.median(gaps)
    gaps = np.diff(regular[regular > 2000])
    assert gaps.max() < 1.5 * gaps.min()
