"""Neurons with a threshold that adapts, against closed forms."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm
from bouton.neurons import ALIFBellec2020


def test_membrane_and_adaptation_relax_exponentially(simulate):
    group = ALIFBellec2020(1, a_initializer=bp.init.Constant(3.0), tau_a=50.0)
    found = simulate(group, 8.0, 50.0, record=("V", "a"))
    t = np.arange(1, 501)[:, None] * 0.1
    assert_allclose(found["V"], -62.0 - 8.0 * np.exp(-t / 20), rtol=1e-5)
    assert_allclose(found["a"], 3.0 * np.exp(-t / 50), rtol=1e-4)


def test_a_spike_takes_the_threshold_off_and_lifts_it(simulate):
    group = ALIFBellec2020(1, V_initializer=bp.init.Constant(-57.0))
    assert group(0.0)
    assert_allclose(group.V, [-70.0 + 13.0 * np.exp(-0.1 / 20) - 10.0], rtol=1e-5)
    assert_allclose(group.a, [1.0])


def test_without_adaptation_it_fires_regularly_and_with_it_slows_down(simulate):
    found = simulate(ALIFBellec2020(2, beta=np.array([0.0, 1.6])), 25.0, 500.0, record=("spike", "a"))
    plain, adapting = (np.diff(np.flatnonzero(train)) * 0.1 for train in found["spike"].T)
    # From 0 to 10 under 25; the little that is above the threshold is kept.
    assert_allclose(plain.mean(), 20 * np.log(25 / 15), rtol=0.03)
    assert (np.diff(adapting[1:7]) > 0).all()
    # A threshold of 10 + 1.6 a is below the drive, 25, or there is no further spike: a is at most (25 - 10)/1.6 + 1.
    assert 4 < found["a"][-1, 1] < 10.4


@pytest.mark.parametrize("eprop", [False, True])
def test_a_gradient_passes_from_a_spike_to_adaptation_unless_eprop(eprop):
    group = ALIFBellec2020(1, mode=bm.training_mode, eprop=eprop)

    def adapted(x):
        group.reset_state()
        group(x)
        return group.a.value.sum()

    x = 1990.0  # after 0.1 ms about 9.93 above rest
    V = x * (1 - np.exp(-0.005))
    wanted = 0.0 if eprop else 0.3 * (1 - abs(V - 10) / 10) / 10 * (1 - np.exp(-0.005))
    assert_allclose(bm.grad(adapted)(jnp.asarray(x)), wanted, rtol=1e-3)
