import tracemalloc

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bouton.core import _sample
from bouton.core._sample import sample


def test_a_small_array_is_read_whole():
    values = np.arange(12.0).reshape(3, 4)
    found = sample(jnp.asarray(values, jnp.float32))
    np.testing.assert_array_equal(found.values, values)
    assert (found.size, found.whole) == (12, True)


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        ((10**6,), (16384,)),
        ((3, 10**6), (3, 5461)),
        ((2000, 2000), (128, 128)),
        ((2, 300, 500), (2, 90, 91)),
        ((10**6, 1), (16384, 1)),
    ],
)
def test_of_a_large_array_every_axis_is_thinned_to_what_fits(shape, read):
    found = sample(np.zeros(shape, bool))
    assert found.values.shape == read
    assert not found.whole
    assert found.size == np.prod(shape)


@pytest.mark.parametrize("on_host", [True, False])
def test_places_go_up_and_lie_one_in_each_equal_stretch(monkeypatch, on_host):
    monkeypatch.setattr(_sample, "_is_on_host", lambda array: on_host)
    found = sample(jnp.arange(100_000), 1000).values
    assert found.shape == (1000,)
    np.testing.assert_array_equal(found // 100, np.arange(1000))


def test_rows_and_columns_belong_together():
    n = 1000
    found = sample(jnp.arange(n)[:, None] * n + jnp.arange(n), 100).values
    rows, columns = found // n, found % n
    assert (rows == rows[:, :1]).all()
    assert (columns == columns[:1]).all()
    np.testing.assert_array_equal(rows[:, 0] // 100, np.arange(10))


def test_a_pattern_that_repeats_and_a_diagonal_are_met_as_often_as_they_occur():
    comb = np.arange(2**20) % 64 == 0
    assert sample(comb).values.mean() == pytest.approx(1 / 64, rel=0.3)
    # A thousandth of the identity is one; with places alike in both axes it would be 128 of 16384.
    assert sample(np.eye(1000, dtype=bool)).values.sum() < 60


def test_a_large_array_is_not_copied():
    array = jnp.zeros((4000, 4000), jnp.float32)
    array.block_until_ready()
    tracemalloc.start()
    found = sample(array)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.values.nbytes == 4 * 128 * 128
    assert peak < 1_000_000


def test_elsewhere_it_is_gathered_where_it_is_also_during_a_trace(monkeypatch):
    monkeypatch.setattr(_sample, "_is_on_host", lambda array: False)
    array = jnp.arange(10_000.0)
    seen = []
    jax.jit(lambda x: seen.append(sample(array, 10).values) or x)(1.0)
    np.testing.assert_array_equal(seen[0] // 1000, np.arange(10))
