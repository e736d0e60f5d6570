import numpy as np
import pytest
from numpy.testing import assert_allclose

from bouton import init
from bouton.errors import ShapeError


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5)])
def test_columns_or_rows_are_orthogonal(shape):
    w = np.asarray(init.Orthogonal(2.0, seed=0)(shape), np.float64)
    product = w.T @ w if shape[0] >= shape[1] else w @ w.T
    assert_allclose(product, 4 * np.eye(min(shape)), atol=1e-5)


def test_the_columns_may_stand_along_another_axis():
    w = np.asarray(init.Orthogonal(axis=0, seed=0)((3, 2, 4)), np.float64).reshape(3, 8)
    assert_allclose(w @ w.T, np.eye(3), atol=1e-5)


def test_a_shape_without_columns_is_refused():
    with pytest.raises(
        ShapeError, match=r"Orthogonal: expected a shape with two axes or more, got \(3,\)\. A vector has no columns"
    ):
        init.Orthogonal()(3)
    with pytest.raises(ShapeError, match=r"Orthogonal: expected a shape with the axis 2, got \(3, 3\)\. Say which axis"):
        init.Orthogonal(axis=2)((3, 3))
