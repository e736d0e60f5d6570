"""What every turn of a loop leaves at zero is not carried. Numbers against a loop in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import MathError

from .test_loop_scan import arrays_carried

XS = np.array([1.0, 2.5, 0.5, 3.0, 0.25], np.float32)


class Gathers:
    """``v`` leaks and takes all of ``input``, which is then used up."""

    def __init__(self, batch_axis=None):
        shape = (1, 2) if batch_axis == 0 else (2,)
        self.v, self.input = bm.Variable(jnp.zeros(2)), bm.Variable(jnp.zeros(shape), batch_axis=batch_axis)

    def turn(self, x):
        self.input += x
        self.v.value = 0.5 * self.v.value + self.input.value.reshape(-1, 2).sum(0)
        self.input.rest(self.input.shape)
        return self.v.value

    def not_always(self, x):
        self.turn(x)
        self.input += jnp.where(x > 2, 1.0, 0.0)

    def grows(self, x):
        self.turn(x)
        self.input.rest((3, 2))

    def in_a_branch(self, x):
        self.input += x
        self.v.value = 0.5 * self.v.value + self.input.value
        bm.cond(x > 2, lambda: self.input.rest((2,)), lambda: None, ())
        return self.v.value


def expected(first, xs=XS, used_up=lambda x: True):
    v, gathered, found = np.zeros(2), np.asarray(first, float), []
    for x in xs:
        gathered = gathered + x
        v = 0.5 * v + gathered
        if used_up(x):
            gathered = np.zeros(2)
        found.append(v)
    return np.array(found)


@pytest.mark.parametrize("first", [0.0, [4.0, -2.0]], ids=["zeros", "something"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("options", [{}, {"jit": False}, {"unroll": 2}, {"remat": True}, {"progress_bar": True}], ids=str)
def test_the_first_turn_finds_what_was_there_and_every_other_zeros(first, reverse, options):
    model = Gathers()
    model.input.value = jnp.broadcast_to(jnp.asarray(first), 2)
    found = bm.for_loop(model.turn, XS, reverse=reverse, **options)
    wanted = expected(first, XS[::-1] if reverse else XS)
    assert_allclose(found, wanted[::-1] if reverse else wanted)
    assert_array_equal(model.input, [0.0, 0.0])


@pytest.mark.parametrize("turn, carried", [("turn", 1), ("not_always", 2), ("in_a_branch", 2)])
def test_a_loop_carries_what_not_every_turn_leaves_at_zero(turn, carried):
    model = Gathers()
    assert arrays_carried(lambda xs: bm.for_loop(getattr(model, turn), xs), XS) == carried


def test_what_is_at_zero_when_the_loop_begins_is_not_even_chosen():
    model = Gathers()

    def run(xs):
        model.input.rest((2,))
        return bm.for_loop(model.turn, xs)

    assert arrays_carried(run, XS) == 1
    pure = bm.purify(run, XS)
    (scan,) = (e for e in jax.make_jaxpr(pure.pure)([c.value for c in pure.cells], XS).jaxpr.eqns if e.primitive.name == "scan")
    assert not [e for e in scan.params["jaxpr"].jaxpr.eqns if "select" in str(e)]
    model.input.value = jnp.array([9.0, 9.0])
    assert_allclose(bm.jit(run)(XS), expected(0.0))


def test_where_a_branch_or_a_part_of_the_turns_leaves_more_it_is_carried():
    model = Gathers()
    assert_allclose(bm.for_loop(model.in_a_branch, XS), expected(0.0, used_up=lambda x: x > 2))
    model = Gathers()
    bm.for_loop(model.not_always, XS)
    again = Gathers()
    bm.for_loop(again.not_always, XS, jit=False)
    assert_allclose(model.v, again.v)
    assert_array_equal(model.input, again.input)


def test_without_a_turn_it_keeps_what_it_has():
    model = Gathers()
    model.input.value = jnp.array([4.0, -2.0])
    assert bm.for_loop(model.turn, XS[:0]).shape == (0, 2)
    assert_array_equal(model.input, [4.0, -2.0])


def test_in_loops_in_loops():
    model = Gathers()
    model.input.value = jnp.array([4.0, -2.0])
    found = bm.for_loop(lambda xs: bm.for_loop(model.turn, xs), np.stack([XS, 2 * XS]))
    assert_allclose(found.reshape(-1, 2), expected([4.0, -2.0], np.concatenate([XS, 2 * XS])))


def test_each_element_of_a_vmap_begins_with_its_own():
    firsts = np.array([[4.0, -2.0], [1.0, 0.0], [0.0, 0.0]], np.float32)

    def run(first):
        model.v.value = jnp.zeros(2)
        model.input.value = first
        found = bm.for_loop(model.turn, XS)
        model.v.value = jnp.zeros(2)
        return found

    model = Gathers()
    found = bm.vmap(run)(firsts)
    assert_allclose(found, [expected(first) for first in firsts])


def test_derivatives_by_what_the_first_turn_finds_and_by_what_is_added():
    model = Gathers()
    model.input.value = jnp.array([4.0, -2.0])

    def last(xs):
        model.v.value = jnp.zeros(2)
        return bm.for_loop(model.turn, xs)[-1].sum()

    # v = sum over t of 0.5 ** (T - 1 - t) (x_t + [t == 0] first), of two units
    weights = 0.5 ** np.arange(4, -1, -1)
    by_input = bm.grad(last, grad_vars=model.input)(XS)
    assert_allclose(by_input, [weights[0]] * 2)
    assert_allclose(bm.grad(last, argnums=0)(XS), 2 * weights, rtol=1e-6)


def test_another_size_of_the_batch_is_refused_all_the_same():
    model = Gathers(batch_axis=0)
    with pytest.raises(MathError, match="for_loop"):
        bm.for_loop(model.grows, XS)
    assert model.input.shape == (1, 2)


def test_a_value_that_is_written_after_it_rested_counts():
    model = Gathers()

    def run(xs):
        model.input.rest((2,))
        model.input.value = jnp.array([4.0, -2.0])
        return bm.for_loop(model.turn, xs)

    assert_allclose(bm.jit(run)(XS), expected([4.0, -2.0]))
