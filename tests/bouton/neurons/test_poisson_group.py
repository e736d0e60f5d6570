"""Neurons that spike at random."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import ValueRefused
from bouton.neurons import PoissonGroup


def run(group, steps=1000):
    return np.asarray(bm.for_loop(lambda _: group(), jnp.arange(steps)))


def test_rates_and_intervals_are_those_of_poisson_processes():
    found = run(PoissonGroup(400, np.repeat([0.0, 20.0, 100.0, 500.0], 100), seed=1), 2000).reshape(2000, 4, 100)
    rates = found.sum((0, 2)) / (100 * 0.2)
    assert rates[0] == 0
    wanted = np.array([20.0, 100.0, 500.0])
    assert (np.abs(rates[1:] - wanted) < 4 * np.sqrt(wanted / 20)).all()
    # The interval to the next spike is as long on average whenever the last one was: geometric.
    gaps = np.concatenate([np.diff(np.flatnonzero(train)) for train in found[:, 3].T])
    assert_allclose(gaps.std() / gaps.mean(), np.sqrt(1 - 0.05), atol=0.02)


def test_another_rate_compiles_nothing():
    group = PoissonGroup(1000, 10.0, seed=2)
    step = bm.jit(group)
    step()
    group.freqs = 10_000.0
    assert step().all()
    assert step.compilations == 1
    assert group.entry("freqs").unit == "Hz"


def test_the_same_seed_gives_the_same_spikes_again_after_a_reset():
    group, other = PoissonGroup(50, 300.0, seed=3), PoissonGroup(50, 300.0, seed=3)
    first = run(group, 50)
    assert_array_equal(run(other, 50), first)
    assert (run(group, 50) != first).any()
    group.reset_state()
    assert_array_equal(run(group, 50), first)


def test_without_a_seed_the_numbers_of_the_environment_are_drawn():
    group = PoissonGroup(50, 300.0)
    bm.random.seed(5)
    first = run(group, 50)
    group.reset_state()
    assert (run(group, 50) != first).any()
    bm.random.seed(5)
    assert_array_equal(run(group, 50), first)


def test_trials_of_a_batch_have_spikes_of_their_own():
    spike = PoissonGroup(100, 5000.0, seed=1, mode=bm.TrainingMode(2))()
    assert spike.shape == (2, 100)
    assert spike.dtype == jnp.float32
    assert (spike[0] != spike[1]).any()


def test_a_rate_below_0_is_refused():
    with pytest.raises(ValueRefused, match=r"PoissonGroup\.freqs: expected .*0\.0.*Hz, got -1\.0"):
        PoissonGroup(1, -1.0)
