import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bouton import init
from bouton.errors import KindError, ShapeError, ValueRefused


def test_constants_are_the_same_everywhere():
    assert_array_equal(init.ZeroInit()((2, 3)), np.zeros((2, 3)))
    assert_array_equal(init.OneInit()(3), [1, 1, 1])
    assert_array_equal(init.OneInit(2.5)(3), [2.5, 2.5, 2.5])
    assert_array_equal(init.Constant(-2)((1, 2), int), [[-2, -2]])


def test_an_identity_has_its_number_on_the_diagonal():
    assert_array_equal(init.Identity(3.0)((2, 3)), [[3, 0, 0], [0, 3, 0]])
    assert_array_equal(init.Identity()((2, 2)), np.eye(2))


@pytest.mark.parametrize("shape", [3, (3,), (2, 2, 2)])
def test_an_identity_is_a_matrix(shape):
    with pytest.raises(ShapeError, match=r"Identity: expected a shape \(rows, columns\), got .* use Constant\."):
        init.Identity()(shape)


@pytest.mark.parametrize("kind", [init.Constant, init.OneInit, init.Identity])
def test_a_value_is_one_number(kind):
    name = kind.__name__
    with pytest.raises(KindError, match=rf"{name}\(value\): expected a number, got str\. Pass one number\."):
        kind("1")
    with pytest.raises(KindError, match=rf"{name}\(value\): expected a number, got ndarray\."):
        kind(np.ones(2))
    with pytest.raises(ValueRefused, match=rf"{name}\(value\): expected a number, got nan\. Choose another one\."):
        kind(np.float32("nan"))
