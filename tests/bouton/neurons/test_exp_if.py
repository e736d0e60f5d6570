"""Exponential integrate-and-fire neurons against other integrators."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad

import bouton as bp
import bouton.math as bm
from bouton.neurons import ExpIF


def rate(V, current, V_rest=-65.0, V_T=-59.9, delta_T=3.48, tau=10.0):
    return (V_rest - V + delta_T * np.exp((V - V_T) / delta_T) + current) / tau


@pytest.mark.parametrize("method", ["exp_auto", "rk4"])
def test_below_threshold_it_follows_the_equation(simulate, integrate, method):
    group = ExpIF(1, V_initializer=bp.init.Constant(-75.0), method=method)
    found = simulate(group, 1.2, 40.0, dt=0.05)["V"]
    assert_allclose(found, integrate(lambda t, V: rate(V, 1.2), [-75.0], 40.0, 0.05), atol=2e-4)


def test_it_fires_above_its_rheobase_with_the_interval_of_the_integral(simulate):
    # The least of the right-hand side is at V_T: V_T - V_rest - delta_T = 1.62.
    currents = np.array([1.55, 1.8, 5.0, 20.0])
    spikes = simulate(ExpIF(4, V_initializer=bp.init.Constant(-68.0)), currents[None], 400.0, dt=0.02)["spike"]
    assert not spikes[:, 0].any()
    for k in (1, 2, 3):
        wanted = quad(lambda V, k=k: 1 / rate(V, currents[k]), -68.0, -30.0)[0]
        assert_allclose(np.diff(np.flatnonzero(spikes[:, k])).mean() * 0.02, wanted, rtol=0.01)


@pytest.mark.parametrize("V", [0.0, 400.0])
def test_above_the_threshold_the_upstroke_does_not_grow_on(V):
    made = {"mode": bm.training_mode, "method": "euler", "spike_fun": bm.surrogate.InvSquareGrad(alpha=1.0)}
    group = ExpIF(1, V_initializer=bp.init.Constant(V), **made)
    after = V + 0.1 * (-65.0 - V + 3.48 * np.exp((-30.0 + 59.9) / 3.48)) / 10.0
    assert_allclose(bm.grad(lambda x: group(x).sum())(jnp.asarray(0.0)), 0.01 / (after + 30.0 + 1.0) ** 2, rtol=1e-4)
    assert_allclose(group.V, [[-68.0]])
