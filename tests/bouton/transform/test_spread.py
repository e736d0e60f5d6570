"""Operands that are spread over the arguments of a function that takes another number of them."""

import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError

THREE = (jnp.arange(3.0), jnp.arange(3.0), jnp.arange(3.0))


class Model:
    def step(self, x):
        return x


CALLS = {
    "for_loop, body_fun": lambda f: bm.for_loop(f, THREE),
    "cond, true_fun": lambda f: bm.cond(True, f, 0.0, THREE),
    r"ifelse, branches\[1\]": lambda f: bm.ifelse([True], [0.0, f], THREE),
    "while_loop, body_fun": lambda f: bm.while_loop(f, lambda x, y, z: False, THREE),
    "while_loop, cond_fun": lambda f: bm.while_loop(lambda x, y, z: (x, y, z), f, THREE),
}


@pytest.mark.parametrize("where", CALLS)
@pytest.mark.parametrize("compiled", [False, True])
def test_another_number_of_arguments_is_refused_with_both_numbers(where, compiled):
    call = CALLS[where]
    run = bm.jit(lambda: call(Model().step)) if compiled else lambda: call(Model().step)
    with pytest.raises(
        KindError, match=rf"{where}: expected a function of 3 arguments.*got step\(x\).*write \(operands,\) to pass"
    ):
        run()


def test_turn_by_turn_they_are_counted_too():
    with pytest.raises(KindError, match="expected a function of 3 arguments"):
        bm.for_loop(lambda x, y: x, list(THREE), jit=False)


def test_a_tuple_of_a_tuple_arrives_whole():
    assert_array_equal(bm.for_loop(lambda x: x[0] + x[2], (THREE,)), 2 * THREE[0])
    assert_array_equal(bm.cond(True, lambda x: x[1], lambda x: x[0], (THREE,)), THREE[1])


def test_defaults_and_star_arguments_take_what_there_is():
    assert_array_equal(bm.for_loop(lambda x, y, z, w=1.0: x + w, THREE), THREE[0] + 1)
    assert_array_equal(bm.for_loop(lambda *xs: sum(xs), THREE), 3 * THREE[0])
    assert_array_equal(bm.for_loop(max, (jnp.arange(3), jnp.arange(3))[:1] * 2, jit=False), jnp.arange(3))
