"""What a loop carries from turn to turn: only what a turn leaves for the next. Numbers against a loop in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import MathError

XS = np.array([1.0, 2.5, 0.5, 3.0, 0.25], np.float32)


def arrays_carried(run, *args):
    pure = bm.purify(run, *args)
    jaxpr = jax.make_jaxpr(pure.pure)([cell.value for cell in pure.cells], *args)
    (scan,) = (equation for equation in jaxpr.jaxpr.eqns if equation.primitive.name == "scan")
    return scan.params["num_carry"]


class Leak:
    """What leaks, ``v``, and whether it is above 2: a turn writes that and returns it, and does not read it."""

    def __init__(self):
        self.v, self.above = bm.Variable(jnp.zeros(2)), bm.Variable(jnp.array([True, False]))

    def turn(self, x):
        self.v.value = 0.5 * self.v.value + x * jnp.array([1.0, -1.0])
        self.above.value = self.v.value > 2
        return self.above.value

    def read_before(self, x):
        before = self.above.value
        return self.turn(x), before

    def returned_as_a_copy(self, x):
        return self.turn(x) | False

    def by_branches(self, x):
        def high():
            self.above.value = self.v.value > 2

        self.v.value = 0.5 * self.v.value + x * jnp.array([1.0, -1.0])
        bm.cond(x > 1, high, lambda: None, ())
        return self.above.value


def expected(xs=XS):
    v, found = np.zeros(2), []
    for x in xs:
        v = 0.5 * v + x * np.array([1.0, -1.0])
        found.append(v > 2)
    return v, np.array(found)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("options", [{}, {"jit": False}, {"unroll": 2}, {"remat": True}, {"progress_bar": True}], ids=str)
def test_what_only_the_last_turn_leaves_is_what_that_has_returned(reverse, options):
    leak = Leak()
    above = bm.for_loop(leak.turn, XS, reverse=reverse, **options)
    v, found = expected(XS[::-1] if reverse else XS)
    assert_array_equal(above, found[::-1] if reverse else found)
    assert_array_equal(leak.above, found[-1])
    assert_allclose(leak.v, v)


@pytest.mark.parametrize(
    "turn, carried", [("turn", 1), ("read_before", 2), ("returned_as_a_copy", 2), ("by_branches", 2)], ids=lambda x: str(x)
)
def test_a_loop_carries_what_is_read_and_what_is_not_returned(turn, carried):
    leak = Leak()
    assert arrays_carried(lambda xs: bm.for_loop(getattr(leak, turn), xs), XS) == carried


def test_what_is_read_before_it_is_written_is_what_the_turn_before_has_left():
    leak = Leak()
    now, before = bm.for_loop(leak.read_before, XS)
    found = expected()[1]
    assert_array_equal(now, found)
    assert_array_equal(before, [[True, False], *found[:-1]])
    assert_array_equal(leak.above, found[-1])


def test_a_branch_that_does_not_write_leaves_what_was_there():
    leak, above, by_hand = Leak(), np.array([True, False]), []
    for k, x in enumerate(XS):
        above = expected(XS[: k + 1])[1][-1] if x > 1 else above
        by_hand.append(above)
    assert_array_equal(bm.for_loop(leak.by_branches, XS), by_hand)
    assert_array_equal(leak.above, by_hand[-1])


def test_without_a_turn_everything_stays():
    leak = Leak()
    assert bm.for_loop(leak.turn, XS[:0]).shape == (0, 2)
    assert_array_equal(leak.above, [True, False])


def test_in_loops_in_loops_too():
    leak = Leak()
    above = bm.for_loop(lambda xs: bm.for_loop(leak.turn, xs), np.tile(XS, (3, 1)))
    v, found = expected(np.tile(XS, 3))
    assert_array_equal(above.reshape(-1, 2), found)
    assert_array_equal(leak.above, found[-1])
    assert_allclose(leak.v, v, rtol=1e-6)


def test_each_element_of_a_vmap_has_its_own():
    above = bm.Variable(jnp.zeros((2, 3), bool), batch_axis=0)

    def run(xs):
        def turn(x):
            above.value = x > jnp.arange(3.0)
            return above.value

        return bm.for_loop(turn, xs)

    xs = np.stack([XS, XS[::-1]])
    found = bm.vmap(run, mapped_vars=[above])(xs)
    assert_array_equal(found, xs[..., None] > np.arange(3))
    assert_array_equal(above, xs[:, -1:] > np.arange(3))


def test_derivatives_by_way_of_what_the_last_turn_has_left():
    gain, last = bm.Variable(2.0), bm.Variable(0.0)

    def turn(x):
        last.value = gain.value * x * x
        return last.value

    def run():
        squares = bm.for_loop(turn, XS)
        return 10.0 * last.value + squares.sum()

    assert_allclose(bm.grad(run, grad_vars=gain)(), 10 * XS[-1] ** 2 + (XS**2).sum(), rtol=1e-6)
    assert arrays_carried(lambda xs: bm.for_loop(turn, xs), XS) == 0


def test_two_that_hold_one_array_are_both_that_of_the_last_turn():
    one, other = bm.Variable(0.0), bm.Variable(0.0)

    def turn(x):
        one.value = x + 1
        other.value = one.value
        return {"now": other.value}

    assert_array_equal(bm.for_loop(turn, XS)["now"], XS + 1)
    assert one.value == other.value == XS[-1] + 1


def test_another_size_of_the_batch_is_refused_all_the_same():
    cell = bm.Variable(jnp.zeros((2, 3)), batch_axis=0)

    def turn(x):
        cell.value = jnp.ones((4, 3)) * x
        return cell.value

    with pytest.raises(MathError, match="expected a Variable that keeps its shape from turn to turn, got shape"):
        bm.for_loop(turn, XS)
    assert cell.shape == (2, 3)
