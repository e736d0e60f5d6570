import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bouton.modules._spike import spike_counts

V = np.array([-3.0, 0.0, 0.39, 0.41, 0.89, 0.9, 1.0, 1.79, 1.8, 2.75], np.float32)


@pytest.mark.parametrize("most", [np.inf, 1.0, 2.0])
def test_counts_are_whole_multiples_of_the_threshold(most):
    expected = [min(np.floor(v / np.float32(0.9)) if v >= np.float32(0.9) else 0, most) for v in V]
    assert_array_equal(spike_counts(V, jnp.float32(0.9), jnp.float32(most)), expected)


def test_the_derivative_by_the_potential_is_one_over_threshold_from_half_below_it():
    slope = jax.vmap(jax.grad(spike_counts), in_axes=(0, None, None))(V, jnp.float32(0.9), jnp.float32(np.inf))
    assert_allclose(slope, np.where(np.float32(0.9) - 0.5 <= V, 1 / 0.9, 0), rtol=1e-6)


def test_the_derivative_by_the_threshold_is_that_of_the_same_line():
    slope = jax.vmap(jax.grad(spike_counts, argnums=1), in_axes=(0, None, None))(V, jnp.float32(0.9), jnp.float32(np.inf))
    assert_allclose(slope, np.where(np.float32(0.9) - 0.5 <= V, -V / 0.81, 0), rtol=1e-6)


def test_the_most_that_is_possible_has_no_derivative():
    assert jax.grad(spike_counts, argnums=2)(jnp.float32(5.0), jnp.float32(1.0), jnp.float32(2.0)) == 0


@pytest.mark.parametrize("v", [1e30, -1e30, np.inf, -np.inf])
def test_counts_and_slopes_are_no_nan_however_large_the_potential(v):
    value, slope = jax.value_and_grad(spike_counts)(jnp.float32(v), jnp.float32(1.0), jnp.float32(100.0))
    assert value in (0.0, 100.0)
    assert np.isfinite(slope)


def test_both_modes_of_differentiation_agree():
    args = (jnp.asarray(V), jnp.float32(0.9), jnp.float32(np.inf))
    forward = jax.jacfwd(spike_counts)(*args)
    backward = jax.jacrev(spike_counts)(*args)
    assert_allclose(forward, backward, rtol=1e-6)


def test_a_potential_that_is_no_number_gives_no_number():
    assert np.isnan(spike_counts(jnp.float32(np.nan), jnp.float32(1.0), jnp.float32(np.inf)))
