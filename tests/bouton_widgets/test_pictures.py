import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton_widgets._pictures import can_be_drawn, picture


def entry_of(values):
    holder = bp.Object()
    holder.x = bm.Variable(jnp.asarray(values))
    (entry,) = holder.entries()
    return entry


def draw(values, columns=40, rows=10):
    head, sent = picture(entry_of(values), columns, rows)
    return head, np.frombuffer(sent, np.float32).reshape(head["rows"], head["columns"]) if head["form"] == "heat" else None


def test_a_matrix_is_a_heat_map_of_its_own_values():
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    head, cells = draw(values)
    np.testing.assert_array_equal(cells, values)
    assert (head["low"], head["high"], head["size"], head["read"]) == (0.0, 11.0, 12, 12)


def test_few_values_along_one_axis_are_drawn_one_by_one():
    head, cells = draw(np.array([[3.0], [1.0], [2.0]], np.float32))
    np.testing.assert_array_equal(cells, [[3.0, 1.0, 2.0]])
    assert head["form"] == "heat"


def test_many_are_counted():
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    head, _ = draw(values)
    counts, _ = np.histogram(values.astype(np.float64), 40)
    assert head["form"] == "bars"
    assert head["counts"] == counts.tolist()


def test_whole_numbers_and_truths_have_a_bar_each():
    assert draw(np.arange(100) % 3)[0]["counts"] == [34, 33, 33]
    assert draw(np.arange(100) < 30)[0]["counts"] == [70, 30]


def test_equal_values_are_one_bar():
    assert draw(np.full(100, 2.5, np.float32))[0]["counts"] == [100]


def test_further_axes_are_laid_side_by_side():
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(draw(values)[1], values.reshape(2, 12))


def test_what_is_not_finite_is_counted_and_does_not_spoil_the_range():
    head, cells = draw(np.array([[np.nan, 1.0], [np.inf, -np.inf], [2.0, np.nan]], np.float32))
    assert (head["low"], head["high"], head["nan"], head["inf"], head["minus_inf"]) == (1.0, 2.0, 2, 1, 1)
    assert np.isnan(cells[0, 0])
    head, _ = draw(np.full(100, np.nan, np.float32))
    assert (head["low"], head["counts"], head["nan"]) == (None, [], 100)


def test_very_large_numbers_have_a_histogram_too():
    head, _ = draw(np.array([-3e38, 3e38] * 50, np.float32))
    assert head["counts"] == [50, *[0] * 38, 50]


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16, jnp.int8, jnp.uint32])
def test_every_dtype_can_be_drawn(dtype):
    assert draw(jnp.arange(4).reshape(2, 2).astype(dtype))[1].tolist() == [[0, 1], [2, 3]]


def test_of_complex_numbers_the_size_is_drawn():
    head, cells = draw(np.array([[3 + 4j, 0], [0, 1j]], np.complex64))
    assert cells.tolist() == [[5, 0], [0, 1]]
    assert head["absolute"]


def test_of_a_large_matrix_cells_are_samples_spread_over_it():
    n = 2000
    head, cells = draw(np.arange(n * n, dtype=np.float32).reshape(n, n), columns=20, rows=10)
    assert (head["size"], head["read"]) == (n * n, 128 * 128)
    assert cells.shape == (10, 20)
    np.testing.assert_array_equal((cells // n)[:, 0] // 200, np.arange(10))


def test_what_can_be_drawn():
    assert can_be_drawn(entry_of(np.zeros(2)))
    assert not can_be_drawn(entry_of(np.zeros(())))
    assert not can_be_drawn(entry_of(np.zeros((0, 3))))
    assert not can_be_drawn(entry_of(jax.random.split(jax.random.key(0), 3)))
    lif = {entry.name: can_be_drawn(entry) for entry in bp.modules.LIF(3).entries()}
    assert (lif["vmem"], lif["rng_key"], lif["dt"]) == (True, False, False)
