import jax
import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.core._slot import Slot
from bouton.errors import LeakedTracerError
from bouton.parameters import SimulationParameter


def test_cells_come_in_order_of_first_use_and_only_written_ones_come_back():
    read, written, both, never = (bm.Variable(float(i)) for i in range(4))

    def f(x):
        written.value = x * read
        both.value = both + x
        return written.value - both

    pure = bm.purify(f, 1.0)
    names = {id(read): "read", id(written): "written", id(both): "both", id(never): "never"}
    assert [names[id(cell)] for cell in pure.cells] == ["read", "written", "both"]
    assert [names[id(cell)] for cell in pure.written] == ["written", "both"]


def test_the_pure_function_gives_output_and_new_values_and_changes_nothing():
    a, b = bm.Variable([1.0, 2.0]), bm.Variable(3.0)

    def f(x, scale):
        a.value = a * scale
        return a + b + x

    pure = bm.purify(f, jnp.ones(2), scale=2.0)
    out, new = pure.pure([jnp.array([10.0, 20.0]), jnp.array(1.0)], jnp.ones(2), scale=3.0)
    assert_array_equal(out, [32, 62])
    assert_array_equal(new[0], [30, 60])
    assert len(new) == 1
    assert_array_equal(a.value, [1, 2])
    assert b.value == 3


def test_the_pure_function_goes_through_every_plain_jax_transform():
    v = bm.Variable(2.0)

    def f(x):
        v.value = v * x
        return v * x

    pure = bm.purify(f, 1.0).pure
    out, new = jax.jit(pure)([jnp.array(2.0)], 3.0)
    assert (float(out), float(new[0])) == (18, 6)
    assert float(jax.grad(lambda x: pure([jnp.array(2.0)], x)[0])(3.0)) == 12  # d(2 x^2) = 4 x
    out, new = jax.vmap(pure, in_axes=([0], 0))([jnp.array([1.0, 2.0])], jnp.array([3.0, 4.0]))
    assert_array_equal(out, [9, 32])
    assert_array_equal(new[0], [3, 8])


def test_variables_in_the_result_come_back_as_arrays():
    v = bm.Variable([1.0])
    out, _ = bm.purify(lambda: {"v": v, "n": None}).pure([jnp.array([5.0])])
    assert isinstance(out["v"], jax.Array)
    assert_array_equal(out["v"], [5])


def test_finding_out_runs_the_code_once_and_abstractly():
    runs = []
    v = bm.Variable(1.0)

    def f(x):
        runs.append(x)
        v.value = v + x

    bm.purify(f, 1.0)
    assert len(runs) == 1
    assert v.value == 1


def test_an_exception_while_finding_out_leaves_every_cell_as_it_was():
    v = bm.Variable(1.0)

    def f(x):
        v.value = v + x
        raise ArithmeticError("mine")

    with pytest.raises(ArithmeticError, match="mine"):
        bm.purify(f, 1.0)
    assert v.value == 1


def test_the_wrong_number_of_values_is_refused():
    v = bm.Variable(1.0)
    with pytest.raises(ValueError, match="zip"):
        bm.purify(lambda: v + 1.0).pure([])


def test_a_cell_left_over_from_a_finished_trace_is_not_taken_in():
    kept = []

    def f(x):
        if not kept:
            kept.append(bm.Variable(x * jnp.ones(2)))
        return kept[0] + x

    bm.purify(f, 1.0)
    with pytest.raises(LeakedTracerError, match="Make the Variable in __init__"):
        bm.purify(f, 1.0)


def test_a_change_by_another_thread_during_the_trace_is_not_lost():
    slot = Slot(SimulationParameter("one"), "here")

    def run():
        value = {"one": 1.0, "two": 2.0}[slot.read()]
        if slot.read() == "one":
            # As if somebody changed it while the trace goes on.
            slot.write("two", "here")
        return jnp.float32(value)

    compiled = bm.jit(run)
    compiled()
    assert compiled() == 2
