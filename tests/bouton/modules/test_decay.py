import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.modules import LIF, ExpSyn
from bouton.modules._decay import decay

DT = np.float32(1e-3)


@pytest.mark.parametrize("tau", [1e-4, 1e-3, 0.02, 5.0])
def test_the_decay_and_its_derivative_are_those_of_the_exponential(tau):
    value, slope = jax.value_and_grad(decay, argnums=1)(DT, jnp.float32(tau))
    assert_allclose(value, np.exp(-1e-3 / tau), rtol=1e-5)
    assert_allclose(slope, np.exp(-1e-3 / tau) * 1e-3 / tau**2, rtol=1e-5)


@pytest.mark.parametrize("tau", [0.0, 1e-38, 1e-20, 1e-6])
def test_a_very_short_memory_forgets_all_and_has_a_derivative_of_zero(tau):
    assert_array_equal(jnp.stack(jax.value_and_grad(decay, argnums=1)(DT, jnp.float32(tau))), [0, 0])


def test_an_endless_memory_keeps_all():
    assert_array_equal(jnp.stack(jax.value_and_grad(decay, argnums=1)(DT, jnp.float32(np.inf))), [1, 0])


@pytest.mark.parametrize("make", [lambda: LIF(2, tau_mem=0.0, tau_syn=0.0, threshold=1e-3), lambda: ExpSyn(2, tau=0.0)])
def test_a_module_without_memory_runs_and_has_finite_gradients(make):
    module = make()
    cells = [e.cell for e in module.entries() if e.family == "taus"]
    gradients = bm.grad(lambda: module(np.ones((1, 5, 2), np.float32))[0].sum(), grad_vars=cells)()
    assert all(np.isfinite(g).all() for g in gradients)
