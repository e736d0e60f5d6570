"""Adaptive exponential integrate-and-fire neurons: the equations, and published firing patterns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import AdExIF


def test_below_threshold_it_follows_the_equations(simulate, integrate):
    def f(t, y):
        V, w = y
        drive = -65 - V + 3.48 * np.exp((V + 59.9) / 3.48) - 2 * w + 2 * 0.8
        return drive / 10, (0.3 * (V + 65) - w) / 30

    group = AdExIF(1, a=0.3, R=2.0, method="rk4", V_initializer=bp.init.Constant(-75.0), w_initializer=bp.init.Constant(0.5))
    found = simulate(group, 0.8, 60.0, dt=0.05, record=("V", "w"))
    assert_allclose(np.hstack([found["V"], found["w"]]), integrate(f, [-75.0, 0.5], 60.0, 0.05), atol=2e-4)


# Naud et al. 2008, table 1: C (pF), gL (nS), EL (mV), a (nS), tau_w (ms), b (pA), Vr (mV), I (pA); V_T = -50, delta_T = 2 mV.
NAUD = {
    "tonic": (200, 10, -70, 2, 30, 0, -58, 500),
    "adaptation": (200, 12, -70, 2, 300, 60, -58, 500),
    "initial burst": (130, 18, -58, 4, 150, 120, -50, 400),
    "regular bursting": (200, 10, -58, 2, 120, 100, -46, 210),
}


@pytest.fixture(scope="module")
def naud():
    return np.array(list(NAUD.values()), float).T


def test_firing_patterns_are_those_of_naud_and_others(simulate, naud):
    C, gL, EL, a, tau_w, b, Vr, current = naud
    group = AdExIF(
        4,
        V_rest=EL,
        V_reset=Vr,
        V_th=0.0,
        V_T=-50.0,
        delta_T=2.0,
        a=a * 1e-3,
        b=b * 1e-3,
        tau=C / gL,
        tau_w=tau_w,
        R=1e3 / gL,
        V_initializer=EL,
    )
    spikes = simulate(group, current[None] * 1e-3, 600.0, dt=0.02, record=("spike",))["spike"]
    gaps = {name: np.diff(np.flatnonzero(train)) * 0.02 for name, train in zip(NAUD, spikes.T, strict=True)}
    assert_allclose(gaps["tonic"][8:], gaps["tonic"][-1], rtol=0.01)
    assert len(gaps["tonic"]) > 10
    assert (np.diff(gaps["adaptation"][:5]) > 0).all()
    assert gaps["adaptation"][-1] > 2 * gaps["adaptation"][0]
    # A few spikes at once, then a regular train.
    assert gaps["initial burst"][0] < 0.3 * gaps["initial burst"][-1]
    assert_allclose(gaps["initial burst"][-3:], gaps["initial burst"][-1], rtol=0.05)
    # Short gaps and long ones in turn.
    late = gaps["regular bursting"][5:]
    assert late.min() < 0.25 * late.max()
    assert (late < 0.4 * late.max()).sum() >= 2
