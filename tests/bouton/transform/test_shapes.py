"""What a function of cells would return, and for how long that holds."""

import jax.numpy as jnp
import numpy as np
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.transform import result_shapes
from bouton.transform._shapes import ResultShapes


def test_result_shapes_are_known_without_running():
    v = bm.Variable(3)

    def f(x):
        v.value = v + x
        return {"sum": v.sum(), "v": v}

    shapes = result_shapes(f, jnp.ones(3))
    assert (shapes["sum"].shape, shapes["v"].shape, shapes["v"].dtype) == ((), (3,), np.float32)
    assert_array_equal(v.value, np.zeros(3))


def test_shapes_hold_until_a_cell_that_was_read_or_a_setting_is_another():
    v, other = bm.Variable(bm.zeros((1, 3)), batch_axis=0), bm.Variable(bm.zeros((1, 3)), batch_axis=0)
    shapes = ResultShapes(lambda: (v * 2.0, bm.zeros(2)))
    assert [x.shape for x in shapes.found] == [(1, 3), (2,)]
    other.value = bm.zeros((4, 3))
    v.value = bm.ones((1, 3))
    assert shapes.hold()
    with bm.environment(float_=jnp.float16):
        assert not shapes.hold()
    assert shapes.hold()
    v.value = bm.zeros((5, 3))
    assert not shapes.hold()
