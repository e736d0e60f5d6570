"""A compiled function made ready for arguments that it has not been called with yet."""

import threading

import jax.numpy as jnp
import numpy as np
from numpy.testing import assert_array_equal

import bouton.math as bm


def test_what_is_prepared_is_traced_then_and_run_afterwards_without_a_trace():
    total, traced = bm.Variable(0.0), []

    @bm.jit
    def add(x):
        traced.append(x.shape)
        total.value = total + x.sum()
        return 2 * x

    compile_it = add.prepare(np.ones(3, np.float32))
    # Once to find the cells, once to compile.
    assert traced == [(3,), (3,)]
    assert add.compilations == 1
    assert float(total) == 0.0
    thread = threading.Thread(target=compile_it)
    thread.start()
    thread.join()
    assert_array_equal(add(np.ones(3, np.float32)), [2.0, 2.0, 2.0])
    assert traced == [(3,), (3,)]
    assert add.compilations == 1
    assert float(total) == 3.0


def test_a_call_of_another_shape_goes_on_as_before():
    add = bm.jit(lambda x: x + 1)
    add(np.zeros(2, np.float32))
    add.prepare(np.zeros(5, np.float32))()
    assert add.compilations == 2
    add(np.zeros(2, np.float32))
    add(np.zeros(5, np.float32))
    assert add.compilations == 2


def test_a_variable_that_only_these_arguments_need_is_found():
    always, seldom = bm.Variable(1.0), bm.Variable(10.0)

    @bm.jit
    def add(x):
        if len(x) < 3:
            seldom.value = seldom + 1.0
            return x + seldom.value
        return x + always.value

    assert_array_equal(add(jnp.zeros(3)), [1.0, 1.0, 1.0])
    add.prepare(jnp.zeros(2))()
    assert float(seldom) == 10.0
    compiled = add.compilations
    assert_array_equal(add(jnp.zeros(2)), [11.0, 11.0])
    assert float(seldom) == 11.0
    assert add.compilations == compiled
    assert_array_equal(add(jnp.zeros(3)), [1.0, 1.0, 1.0])
