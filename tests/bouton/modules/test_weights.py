import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.modules import kaiming, unit_eigs, xavier


@pytest.mark.parametrize(
    ("draw", "limit"),
    [(kaiming, lambda r, c: np.sqrt(6 / r)), (xavier, lambda r, c: np.sqrt(6 / (r + c)))],
    ids=["kaiming", "xavier"],
)
@pytest.mark.parametrize("shape", [(200, 50), (50, 200)])
def test_uniform_weights_fill_their_limits(draw, limit, shape):
    bm.random.seed(1)
    weights, bound = np.asarray(draw(shape)), limit(*shape)
    assert weights.shape == shape
    assert 0.99 * bound < np.abs(weights).max() <= bound * (1 + 1e-6)
    assert_allclose(weights.std(), bound / np.sqrt(3), rtol=0.02)
    assert abs(weights.mean()) < 4 * weights.std() / np.sqrt(weights.size)


@pytest.mark.parametrize("shape", [(200, 50), (50, 200)])
def test_normal_weights_have_the_variance_of_one_over_rows(shape):
    bm.random.seed(1)
    weights = np.asarray(unit_eigs(shape))
    assert_allclose(weights.std(), 1 / np.sqrt(shape[0]), rtol=0.02)


@pytest.mark.parametrize("draw", [kaiming, xavier, unit_eigs])
def test_the_seed_decides_and_every_draw_differs(draw):
    bm.random.seed(2)
    one, two = draw((3, 4)), draw((3, 4))
    bm.random.seed(2)
    assert_array_equal(draw((3, 4)), one)
    assert not np.array_equal(one, two)
