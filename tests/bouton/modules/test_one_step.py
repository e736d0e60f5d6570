"""A call of one step: the loop that XLA must not dissolve."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.modules import LIF, LIFJax, Rate, RateJax

# Without optimisation XLA dissolves nothing.
pytestmark = pytest.mark.optimised
DT, TAU, V, CURRENT, U = 1e-3, 10e-3, 0.4, 0.05, 0.1


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("record", [False, "vmem", True])
@pytest.mark.parametrize("neurons", [1, 4, 5, 8])
def test_one_step_after_one_step_is_exactly_two_steps(neurons, record, batch):
    rng = np.random.default_rng(neurons)
    apart, together = (
        LIF(neurons, bias=0.01, tau_mem=np.full(neurons, TAU)),
        LIF(neurons, bias=0.01, tau_mem=np.full(neurons, TAU)),
    )
    # Last digits differ in a part of all cases only, so that it takes some.
    for _ in range(25):
        start = {
            "vmem": rng.uniform(0, 0.9, neurons),
            "isyn": rng.uniform(0, 0.1, (neurons, 1)),
            "tau_mem": rng.uniform(5e-3, 3e-2, neurons),
        }
        series = rng.uniform(0, 0.3, size=(batch, 2, neurons)).astype(np.float32)
        apart.set_attributes(start)
        together.set_attributes(start)
        first, second = (apart(series[:, t : t + 1], record=record) for t in range(2))
        out, state, _ = together(series, record=record)
        assert_array_equal(first[0][0, 0], out[0, 0])
        assert_array_equal(second[0][0, 0], out[0, 1])
        jax.tree_util.tree_map(assert_array_equal, second[1], state)


def membrane(tau, u):
    """The potential below threshold after one step."""
    layer = LIFJax(1, tau_mem=TAU, tau_syn=TAU).set_attributes({"tau_mem": tau, "vmem": [V], "isyn": [[CURRENT]]})
    return layer(jnp.reshape(u, (1, 1, 1)), record="vmem")[2]["vmem"][0, 0, 0]


@pytest.mark.parametrize("derivative", [jax.grad, jax.jacfwd, jax.jacrev])
def test_derivatives_through_one_step_are_those_of_the_equation(derivative):
    by_tau, by_input = derivative(membrane, argnums=(0, 1))(jnp.float32(TAU), jnp.float32(U))
    decay = np.exp(-DT / TAU)
    assert_allclose(by_tau, V * decay * DT / TAU**2, rtol=1e-4)
    assert_allclose(by_input, decay, rtol=1e-5)
    second = derivative(jax.grad(membrane))(jnp.float32(TAU), jnp.float32(U))
    # Of v exp(-dt/tau), twice by tau.
    assert_allclose(second, V * decay * (DT**2 / TAU**4 - 2 * DT / TAU**3), rtol=1e-3)


def test_a_batch_of_modules_takes_one_step_each():
    taus = jnp.array([5e-3, 10e-3, 20e-3])
    assert_allclose(jax.vmap(membrane, (0, None))(taus, U), V * np.exp(-DT / taus) + (CURRENT + U) * np.exp(-DT / TAU), rtol=1e-5)


def test_noise_goes_through_one_step_and_its_derivative():
    def total(std):
        return RateJax(3, activation_func="tanh", rng_key=4).set_attributes({"noise_std": std})(jnp.zeros((1, 1, 3)))[0].sum()

    # From rest the output is tanh(std * c * normal): odd in the level, so that the slope at 0 is that of the arguments.
    epsilon = 1e-2
    assert_allclose(jax.grad(total)(0.0), total(epsilon) / epsilon, rtol=1e-2)


def test_a_variable_that_an_activation_reads_has_its_derivative():
    slope = bm.Variable(jnp.float32(2.0))
    rate = Rate(1, tau=TAU, activation_func=lambda x, threshold: slope.value * x)
    # At tau = 10 dt, x = u / 10 after one step.
    found = bm.grad(lambda: rate.reset_state()(np.full((1, 1, 1), U, np.float32))[0].sum(), grad_vars=slope)
    assert_allclose(found(), U / 10, rtol=1e-5)
    slope.value = 5.0
    assert_allclose(rate.reset_state()(np.full((1, 1, 1), U, np.float32))[0], 5 * U / 10, rtol=1e-5)
