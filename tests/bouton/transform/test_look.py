"""What a function of cells would do, without running it."""

import jax.numpy as jnp
import numpy as np
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.transform._look import look


def test_a_look_tells_operations_and_results_and_changes_nothing():
    cell = bm.Variable(jnp.ones(3))

    def fn(x):
        cell.value = jnp.tanh(cell.value) * x
        return {"sum": cell.value.sum(), "is": True}

    seen = look(fn, np.float32(2.0))
    assert "tanh" in seen.operations
    assert "conv_general_dilated" not in seen.operations
    assert (seen.result["sum"].shape, seen.result["sum"].dtype, seen.result["is"].dtype) == ((), jnp.float32, bool)
    assert not seen.resizes
    assert_array_equal(cell.value, np.ones(3))


def test_a_look_sees_operations_inside_of_a_loop_under_a_gradient():
    cell = bm.Variable(jnp.ones((1, 3, 1)))

    def fn(x):
        kernel = cell.value
        return bm.for_loop(lambda one: bm.convolve(one, kernel[0, :, 0]).sum(), x).sum()

    assert "conv_general_dilated" in look(bm.grad(fn, grad_vars=cell), np.ones((2, 5), np.float32)).operations


def test_a_look_sees_that_a_batch_grows():
    cell = bm.Variable(jnp.zeros((1, 2)), batch_axis=0)

    def fn(x):
        cell.value = cell.value + x
        return cell.value.sum()

    assert look(fn, np.ones((4, 2), np.float32)).resizes
    assert not look(fn, np.ones((1, 2), np.float32)).resizes
