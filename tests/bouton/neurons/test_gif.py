"""Generalized integrate-and-fire neurons: the equations, and published firing patterns."""

import numpy as np
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import GIF


def test_below_threshold_it_follows_the_equations(simulate, integrate):
    def f(t, y):
        V, I1, I2, V_th = y
        return (-(V + 70) + 20 * (I1 + I2 + 0.5)) / 20, -0.2 * I1, -0.02 * I2, 0.005 * (V + 70) - 0.01 * (V_th + 50)

    group = GIF(1, a=0.005, method="rk4", I1_initializer=bp.init.Constant(0.6), I2_initializer=bp.init.Constant(-0.4))
    found = simulate(group, 0.5, 60.0, dt=0.05, record=("V", "I1", "I2", "V_th", "spike"))
    assert not found["spike"].any()
    wanted = integrate(f, [-70.0, 0.6, -0.4, -50.0], 60.0, 0.05)
    assert_allclose(np.hstack([found[x] for x in ("V", "I1", "I2", "V_th")]), wanted, atol=1e-3)


def test_firing_patterns_are_those_of_mihalas_and_niebur(simulate):
    # Table 1: tonic spiking, spike frequency adaptation, phasic spiking, tonic bursting, in mV, ms and mV/ms.
    a, A1, A2 = np.array([0.0, 0.005, 0.005, 0.005]), np.array([0.0, 0.0, 0.0, 10.0]), np.array([0.0, 0.0, 0.0, -0.6])
    found = simulate(GIF(4, a=a, A1=A1, A2=A2), np.array([[1.5, 2.0, 1.5, 2.0]]), 500.0, dt=0.05, record=("spike",))["spike"]
    tonic, adapting, phasic, bursting = (np.flatnonzero(train) * 0.05 for train in found.T)
    assert_allclose(np.diff(tonic), 20 * np.log(30 / 10), atol=0.1)
    gaps = np.diff(adapting)
    assert (np.diff(gaps[:4]) > 0).all()
    # The threshold overtakes the potential, which ends at -40.
    assert phasic.size > 0
    assert phasic[-1] < 250.0
    gaps = np.diff(bursting)
    assert (gaps < 4.0).sum() > 5
    assert (gaps > 15.0).sum() >= 3


def test_a_spike_changes_currents_and_threshold():
    group = GIF(1, A1=1.0, A2=-0.5, R1=0.5, V_initializer=bp.init.Constant(-40.0), Vth_initializer=bp.init.Constant(-65.0))
    group.I1.value = group.I1 + 2.0
    assert group(0.0)
    assert_allclose(group.V, [-70.0])
    assert_allclose(group.V_th, [-60.0])
    assert_allclose(group.I1, [0.5 * 2.0 * np.exp(-0.02) + 1.0], rtol=1e-5)
    assert_allclose(group.I2, [-0.5], rtol=1e-5)
