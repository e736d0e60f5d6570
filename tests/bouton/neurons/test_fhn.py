"""FitzHugh and Nagumo's neurons: the equations, and where they oscillate."""

import numpy as np
from numpy.testing import assert_allclose

import bouton as bp
from bouton.neurons import FHN


def test_a_run_with_spikes_follows_the_equations(simulate, integrate):
    def f(t, y):
        V, w = y
        return V - V**3 / 3 - w + 0.5, (V + 0.7 - 0.8 * w) / 12.5

    found = simulate(FHN(1, method="rk4", Vth=1.0), 0.5, 100.0, dt=0.05, record=("V", "w", "spike"))
    wanted = integrate(f, [0.0, 0.0], 100.0, 0.05)
    assert_allclose(np.hstack([found["V"], found["w"]]), wanted, atol=1e-3)
    crossings = np.flatnonzero((wanted[1:, 0] >= 1) & (wanted[:-1, 0] < 1)) + 1
    assert crossings.size > 1
    assert np.flatnonzero(found["spike"][1:]).tolist() == (crossings - 1).tolist()


def test_it_oscillates_between_the_two_bifurcations(simulate):
    # Rest loses its stability where 1 - V² = b / tau, V = -0.9675 and 0.9675: at currents of 0.331 and 1.419.
    currents = np.array([0.25, 0.45, 1.30, 1.55])
    group = FHN(4, Vth=1.0, V_initializer=bp.init.Constant(-1.0), w_initializer=bp.init.Constant(-0.4))
    spikes = simulate(group, currents[None], 600.0, dt=0.1)["spike"]
    assert (spikes[3000:].sum(0) > 5).tolist() == [False, True, True, False]
