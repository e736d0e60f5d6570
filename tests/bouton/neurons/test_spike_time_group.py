"""Spikes at given times."""

from typing import Any, cast

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.neurons import SpikeTimeGroup


def spikes(group, steps, dt, first=0.0):
    def turn(t):
        bp.share.save(t=t)
        return group()

    with bm.environment(dt=dt), bp.share.restored({}):
        return np.asarray(bm.for_loop(turn, first + jnp.arange(steps, dtype=jnp.float32) * dt))


def test_each_spike_comes_once_in_the_first_step_that_is_not_before_it():
    group = SpikeTimeGroup(3, [0.4, 0.0, 0.25, 0.3, 0.3, 7.0, -1.0], [2, 0, 0, 1, 2, 0, 1])
    wanted = np.zeros((6, 3), bool)
    wanted[[4, 0, 3, 3, 3], [2, 0, 0, 1, 2]] = True
    assert_array_equal(spikes(group, 6, 0.1), wanted)
    assert_array_equal(group.times, [-1.0, 0.0, 0.25, 0.3, 0.3, 0.4, 7.0])
    assert_array_equal(group.indices, [1, 0, 0, 1, 2, 2, 0])


@pytest.mark.parametrize("dt", [0.1, 0.025, 0.3])
def test_no_spike_is_lost_in_a_long_run(dt):
    rng = np.random.default_rng(1)
    times, who = rng.uniform(900.0, 1000.0, 300), rng.integers(0, 50, 300)
    wanted = {(int(np.ceil(t / dt - 1e-3)), int(n)) for t, n in zip(times, who, strict=True)}
    first = round(900.0 / dt)
    found = spikes(SpikeTimeGroup(50, times, who), round(100.0 / dt) + 2, dt, first=first * dt)
    assert {(int(k) + first, int(n)) for k, n in zip(*np.nonzero(found), strict=True)} == wanted


@pytest.mark.parametrize("dt", [0.1, 0.025])
def test_no_spike_is_lost_where_single_precision_no_longer_tells_steps_apart(dt):
    first, n = 20_000_000, 100
    group = SpikeTimeGroup(7, (first + np.arange(n)) * dt, np.arange(n) % 7)

    def turn(i):
        # As runners share them.
        bp.share.save(t=i.astype(jnp.float32) * jnp.float32(dt), i=i)
        return group()

    with bm.environment(dt=dt), bp.share.restored({}):
        found = bm.for_loop(turn, first + jnp.arange(n, dtype=jnp.int32))
    assert_array_equal(found, np.arange(n)[:, None] % 7 == np.arange(7))


def test_spikes_beyond_all_steps_never_come():
    assert_array_equal(SpikeTimeGroup(2, [3e8, 0.0, -1e12], [0, 1, 0])(), [False, True])


def test_trials_of_a_batch_and_sheets_have_the_same_spikes():
    group = SpikeTimeGroup((2, 2), [0.0], [2], keep_size=True, mode=bm.TrainingMode(3))
    assert_array_equal(group(), [[[0.0, 0.0], [1.0, 0.0]]] * 3)
    assert group.spike.dtype == jnp.float32
    assert group.reset_state(2).spike.shape == (2, 2, 2)


def test_a_group_may_have_no_spikes():
    assert not SpikeTimeGroup(2, [], [])().any()


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"SpikeTimeGroup\(times, indices\): expected as many times as indices, got 2 and 1"):
        SpikeTimeGroup(2, [0.0, 1.0], [0])
    with pytest.raises(ValueRefused, match=r"indices=\.\.\.\): expected neurons from 0 to 1, got 0 to 2"):
        SpikeTimeGroup(2, [0.0, 1.0], [0, 2])
    with pytest.raises(ValueRefused, match=r"times=\.\.\.\): expected finite times, got \[inf\]"):
        SpikeTimeGroup(2, [np.inf], [0])
    with pytest.raises(
        KindError, match=r"indices=\.\.\.\): expected a row of whole numbers, got an array of float64 with 1 axes"
    ):
        SpikeTimeGroup(2, [0.0], [0.5])
    with pytest.raises(KindError, match=r"times=\.\.\.\): expected a row of numbers"):
        SpikeTimeGroup(2, cast(Any, "now"), [0])
