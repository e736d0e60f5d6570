"""Blocks of matrices against NumPy, one block after the other."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bouton.connect import Synapses
from bouton.run import _weight_blocks
from bouton.run._weight_blocks import SparseBlocks, of_matrix

DRAW = np.random.default_rng(3)


def one_by_one(matrix, blocks, joined=None):
    """Mean, value furthest from 0, and share of pairs with a weight, of every block; NaN stands for no weight."""
    shape = blocks.mean.shape
    mean, extreme, share = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    for i, j in np.ndindex(shape):
        part = matrix[blocks.rows[i] : blocks.rows[i + 1], blocks.columns[j] : blocks.columns[j + 1]]
        known = part[np.isfinite(part)]
        share[i, j] = len(known) / part.size
        if len(known):
            mean[i, j], extreme[i, j] = known.mean(), known[np.abs(known).argmax()]
    return mean, extreme, share


@pytest.mark.parametrize("shape, most", [((7, 5), (10, 10)), ((23, 31), (5, 9)), ((1, 40), (4, 4)), ((40, 1), (4, 4))])
def test_a_matrix_is_folded_into_blocks(shape, most):
    matrix = DRAW.normal(size=shape).astype(np.float32)
    blocks = of_matrix(matrix, *most)
    assert blocks.mean.shape == tuple(map(min, shape, most))
    assert (blocks.rows[0], blocks.rows[-1], blocks.columns[-1]) == (0, *shape)
    mean, extreme, _ = one_by_one(matrix, blocks)
    assert_allclose(blocks.mean, mean, rtol=1e-4, atol=1e-6)
    assert_array_equal(blocks.extreme, extreme.astype(np.float32))
    assert_array_equal(blocks.density, 1.0)
    assert (blocks.read, blocks.size, blocks.odd) == (matrix.size, matrix.size, 0)


def test_what_is_no_number_is_left_out_and_counted():
    matrix = DRAW.normal(size=(6, 6)).astype(np.float32)
    matrix[0, :3] = np.nan, np.inf, -np.inf
    matrix[4:, 4:] = np.nan
    blocks = of_matrix(matrix, 3, 3)
    mean, extreme, _ = one_by_one(matrix, blocks)
    assert_allclose(blocks.mean, mean, rtol=1e-5)
    assert_array_equal(blocks.extreme, extreme.astype(np.float32))
    assert np.isnan(blocks.mean[2, 2])
    assert (blocks.odd, len(blocks.values)) == (7, 29)


def test_a_diagonal_that_stands_for_nothing_is_left_out():
    matrix = np.where(np.eye(4, dtype=bool), np.nan, DRAW.normal(size=(4, 4)).astype(np.float32))
    blocks = of_matrix(np.nan_to_num(matrix, nan=9.0), 4, 2, diagonal=False)
    mean, _, share = one_by_one(matrix, blocks)
    assert_allclose(blocks.mean, mean, rtol=1e-5)
    assert_allclose(blocks.density, share)
    assert blocks.odd == 0


def test_of_a_large_matrix_an_even_part_is_looked_at(monkeypatch):
    monkeypatch.setattr(_weight_blocks, "MOST", 2500)
    matrix = np.add.outer(np.arange(400.0), np.zeros(300)).astype(np.float32)
    blocks = of_matrix(matrix, 10, 10)
    assert (blocks.read, blocks.size, blocks.rows[-1], blocks.columns[-1]) == (2500, 120_000, 400, 300)
    # Rows hold their own number: the mean of a block is about the middle of its rows.
    assert_allclose(blocks.mean[:, 0], (blocks.rows[:-1] + blocks.rows[1:] - 1) / 2, atol=4)


@pytest.mark.parametrize("most", [(20, 20), (4, 5)])
def test_synapses_are_folded_into_blocks(most):
    pairs = DRAW.choice(12 * 15, 60, replace=False)
    synapses = Synapses.between(pairs // 15, pairs % 15, 12, 15)
    weights = DRAW.normal(size=60).astype(np.float32)
    matrix = np.full((12, 15), np.nan, np.float32)
    matrix[synapses.pre_ids, synapses.post_ids] = weights
    blocks = SparseBlocks(synapses, *most).of(weights)
    mean, extreme, share = one_by_one(matrix, blocks)
    assert_allclose(blocks.mean, mean, rtol=1e-4, atol=1e-6)
    assert_array_equal(blocks.extreme, extreme.astype(np.float32))
    assert_allclose(blocks.density, share, rtol=1e-6)
    one = SparseBlocks(synapses, *most).of(np.float32(0.5))
    assert_array_equal(one.mean, np.where(np.isnan(mean), np.nan, 0.5).astype(np.float32))


def test_of_many_synapses_some_stand_for_all(monkeypatch):
    monkeypatch.setattr(_weight_blocks, "MOST", 1000)
    synapses = Synapses.between(*np.divmod(np.arange(10_000), 100), 100, 100)
    blocks = SparseBlocks(synapses, 2, 2).of(np.float32(1.0))
    assert (blocks.read, blocks.size) == (1000, 10_000)
    assert_allclose(blocks.density, 1.0)


def test_no_synapses_and_weights_that_are_no_numbers():
    none = SparseBlocks(Synapses.between([], [], 3, 3), 3, 3).of(np.float32(1.0))
    assert np.isnan(none.mean).all()
    assert not none.density.any()
    odd = SparseBlocks(Synapses.between([0, 1], [1, 2], 3, 3), 3, 3).of(np.array([np.nan, 2.0], np.float32))
    assert (odd.odd, odd.values.tolist()) == (1, [2.0])
    assert np.isnan(odd.mean[0, 1])
    assert odd.density[0, 1] == 1.0
