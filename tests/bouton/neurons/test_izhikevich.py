"""Izhikevich's neurons: the equations, and published firing patterns."""

import numpy as np
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import Izhikevich


def test_below_threshold_it_follows_the_equations(simulate, integrate):
    def f(t, y):
        V, u = y
        return 0.04 * V**2 + 5 * V + 140 - u + 0.5, 0.02 * (0.2 * V - u)

    group = Izhikevich(1, method="rk4", V_initializer=bp.init.Constant(-75.0), u_initializer=bp.init.Constant(-14.0))
    found = simulate(group, 0.5, 60.0, dt=0.05, record=("V", "u"))
    assert_allclose(np.hstack([found["V"], found["u"]]), integrate(f, [-75.0, -14.0], 60.0, 0.05), atol=5e-4)


def test_firing_patterns_are_those_of_izhikevich(simulate):
    # Regular spiking, intrinsically bursting, chattering, fast spiking: Izhikevich 2003, figure 2, under a step of 10.
    a, b = np.array([0.02, 0.02, 0.02, 0.1]), 0.2
    c, d = np.array([-65.0, -55.0, -50.0, -65.0]), np.array([8.0, 4.0, 2.0, 2.0])
    group = Izhikevich(4, a, b, c, d, V_initializer=bp.init.Constant(-65.0), u_initializer=bp.init.Constant(-13.0))
    spikes = simulate(group, 10.0, 500.0, dt=0.05, record=("spike",))["spike"]
    regular, bursting, chattering, fast = (np.diff(np.flatnonzero(train)) * 0.05 for train in spikes.T)
    # Adapts: the first interval is the shortest, later ones are alike.
    assert regular[0] < 0.8 * regular[-1]
    assert_allclose(regular[3:], regular[-1], rtol=0.05)
    # A burst, then single spikes.
    assert bursting[0] < 6.0
    assert bursting[-3:].min() > 15.0
    # Bursts again and again.
    assert (chattering < 6.0).sum() > 5
    assert (chattering > 15.0).sum() > 5
    # A high rate with hardly any adaptation.
    assert fast.size > 2 * regular.size
    assert_allclose(fast[2:], fast[-1], rtol=0.1)


def test_a_spike_resets_the_potential_and_adds_to_recovery():
    group = Izhikevich(1, V_initializer=bp.init.Constant(31.0), u_initializer=bp.init.Constant(0.0))
    assert group(0.0)
    assert_allclose(group.V, [-65.0])
    assert_allclose(group.u, [8.0 + 0.2 * 31.0 * (1 - np.exp(-0.002))], rtol=1e-5)
