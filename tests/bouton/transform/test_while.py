import gc
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference.compilations import counted_compilations
from reference.nestings import NESTINGS

import bouton.math as bm
from bouton.errors import KindError, MathError, ShapeError, ValueRefused


@pytest.fixture(params=NESTINGS)
def nested(request):
    return NESTINGS[request.param]


@pytest.fixture(params=["at the top", "in vmap in for_loop"])
def nested_or_not(request):
    return NESTINGS[request.param]


class Counter:
    def __init__(self):
        self.count = bm.Variable(0.0)
        self.limit = bm.Variable(5.0)

    def add(self, x):
        self.count.value = self.count + 1.0
        return x * 2.0

    def below(self, x):
        return self.count < self.limit

    def __call__(self, x):
        return self.add(x)


def test_operands_go_from_turn_to_turn_until_the_condition_fails(nested):
    n, x = nested(lambda: bm.while_loop(lambda n, x: (n + 1, x * 0.5), lambda n, x: x > 1.0, (0, 20.0)))
    assert (int(n), float(x)) == (5, 0.625)


def test_variables_written_in_the_body_and_read_in_the_condition_are_carried(nested):
    c = Counter()
    (x,) = nested(lambda: bm.while_loop(c.add, c.below, 1.0))
    assert float(x) == 32
    assert float(c.count.value) == 5
    assert float(c.limit.value) == 5


def test_without_operands_the_body_may_return_nothing(nested):
    c = Counter()

    def body():
        c.add(0.0)

    assert nested(lambda: bm.while_loop(body, lambda: c.count < 3, ())) == ()
    assert float(c.count.value) == 3


def test_a_condition_that_never_holds_leaves_everything():
    c = Counter()
    (x,) = bm.while_loop(c.add, lambda x: False, 3.0)
    assert (float(x), float(c.count.value)) == (3, 0)


@pytest.mark.parametrize("wrapped", [lambda x: x, lambda x: (x,), lambda x: [x]])
def test_one_operand_may_be_returned_with_or_without_a_tuple(wrapped):
    (x,) = bm.while_loop(lambda x: wrapped(x * 2), lambda x: x < 10, 1)
    assert int(x) == 16


def test_one_operand_may_be_any_tree_and_a_list_of_two_is_spread():
    (d,) = bm.while_loop(lambda d: {"a": d["a"] + 1}, lambda d: d["a"] < 3, {"a": 0})
    assert int(d["a"]) == 3
    (pair,) = bm.while_loop(lambda p: [p[1], p[0] + p[1]], lambda p: p[0] < 10, ([1, 1],))
    assert [int(x) for x in pair] == [13, 21]
    a, b = bm.while_loop(lambda a, b: [b, a + b], lambda a, b: a < 10, [1, 1])
    assert (int(a), int(b)) == (13, 21)


def test_objects_are_bodies_and_variables_operands_and_results(nested_or_not):
    c, start = Counter(), bm.Variable(2.0)
    (x,) = nested_or_not(lambda: bm.while_loop(c, c.below, start))
    assert float(x) == 64
    kept = bm.Variable(7.0)
    (y,) = nested_or_not(lambda: bm.while_loop(lambda x: kept, lambda x: x < 5.0, start))
    assert float(y) == 7


def test_a_python_number_takes_the_dtype_that_the_body_gives_it():
    (x,) = bm.while_loop(lambda x: x * 0.5, lambda x: x > 1, 8)
    assert (float(x), x.dtype) == (1, jnp.float32)
    (y,) = bm.while_loop(lambda x: x * jnp.float32(0.5), lambda x: x > 1, 8)
    assert (float(y), y.dtype) == (1, jnp.float32)
    (z,) = bm.while_loop(lambda x: 0, lambda x: x > 1, jnp.float32(8))
    assert (float(z), z.dtype) == (0, jnp.float32)


def test_loops_nest():
    c = Counter()

    def outer(total):
        c.limit.value = c.limit + 1.0
        (x,) = bm.while_loop(c.add, c.below, 1.0)
        return total + x

    (total,) = bm.while_loop(outer, lambda total: c.count < 8.0, 0.0)
    # Limits 6, 7, 8: six turns, then one, then one.
    assert float(total) == 2.0**6 + 2 + 2
    assert (float(c.count.value), float(c.limit.value)) == (8, 8)


def test_each_element_of_a_map_takes_as_many_turns_as_it_needs():
    turns = bm.Variable(jnp.zeros(3))

    def halved(x):
        def body(x):
            turns.value = turns + 1.0
            return x * 0.5

        return bm.while_loop(body, lambda x: x > 1.0, x)[0]

    out = bm.vmap(halved, mapped_vars=turns)(jnp.array([1.0, 4.0, 10.0]))
    assert_array_equal(out, [1.0, 1.0, 0.625])
    assert_array_equal(turns, [0.0, 2.0, 4.0])


def test_draws_in_the_body_go_on_from_turn_to_turn():
    def by_hand(seed):
        bm.random.seed(seed)
        return [float(jax.random.uniform(bm.random.split_key())) for _ in range(4)]

    expected = by_hand(3)
    key = np.asarray(bm.random.split_key())
    bm.random.seed(3)
    _, drawn = bm.while_loop(
        lambda n, xs: (n + 1, xs.at[n].set(jax.random.uniform(bm.random.split_key()))), lambda n, xs: n < 4, (0, jnp.zeros(4))
    )
    assert_allclose(drawn, expected, rtol=1e-6)
    assert_array_equal(bm.random.split_key(), key)


def test_forward_derivatives_pass_through_and_reverse_ones_are_refused_by_jax():
    c = Counter()

    def f(x):
        return bm.while_loop(c.add, c.below, x)[0]

    assert float(bm.jacfwd(f)(1.5)) == 32
    c.count.value = 0.0
    with pytest.raises(ValueError, match=r"Reverse-mode differentiation does not work for lax\.while_loop"):
        bm.grad(f)(1.5)
    assert float(c.count.value) == 0


def test_a_method_compiles_once_for_all_calls_and_is_forgotten_with_its_object():
    c = Counter()
    bm.while_loop(c.add, c.below, 1.0)
    with counted_compilations() as compiled:
        for k in range(3):
            c.count.value = jnp.array(float(k))
            bm.while_loop(c.add, c.below, 1.0)
    assert compiled.count <= 1  # of the number that was assigned
    gone = weakref.ref(c)
    del c
    gc.collect()
    assert gone() is None


# -- refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (
            lambda x, y: x,
            KindError,
            r"body_fun: expected the next operands, \(array, array\), got array",
        ),
        (lambda x, y: (x, y, y), KindError, r"got \(array, array, array\)\. Return a tuple with one element for each"),
        (lambda x, y: None, KindError, r"got None"),
        (lambda x, y: (x, y[:1]), ShapeError, r"while_loop, operand 1: expected float32\[2\] from body_fun.*got float32\[1\]"),
        (lambda x, y: (x.astype(int), y), KindError, r"operand 0: expected float32\[\] .*got int32\[\]\. Return the same shape"),
        (lambda x, y: (x, "no"), KindError, r"while_loop, body_fun: expected numbers and arrays, got str\."),
    ],
)
def test_a_body_that_returns_other_operands_is_refused(nested_or_not, body, error, words):
    start = jnp.float32(1.0), jnp.ones(2)
    with pytest.raises(error, match=words):
        nested_or_not(lambda: bm.while_loop(body, lambda x, y: x < 2, start))


def test_an_operand_inside_a_tree_is_named_by_its_path():
    with pytest.raises(ShapeError, match=r"while_loop, operand 0\['a'\]\[1\]: expected float32\[3\]"):
        bm.while_loop(lambda d: {"a": [d["a"][0], d["a"][0]]}, lambda d: True, {"a": [jnp.ones(2), jnp.ones(3)]})


@pytest.mark.parametrize(("answer", "got"), [(1, r"int32\[\]"), (1.0, r"float32\[\]"), (np.array([True]), r"bool\[1\]")])
def test_a_condition_that_is_no_scalar_bool_is_refused(nested_or_not, answer, got):
    with pytest.raises(KindError, match=rf"while_loop, cond_fun: expected a scalar bool, got {got}\. Reduce an array with .any"):
        nested_or_not(lambda: bm.while_loop(lambda x: x, lambda x: answer, 1.0))


def test_a_condition_that_writes_or_draws_is_refused(nested_or_not):
    c = Counter()

    def writes(x):
        c.count.value = c.count + 1.0
        return x > 1

    with pytest.raises(ValueRefused, match=r"reads Variables, got one that writes to, or draws from, a Variable of shape \(\)"):
        nested_or_not(lambda: bm.while_loop(c.add, writes, 1.0))
    with pytest.raises(ValueRefused, match=r"draws from, a \w*Key\w* of shape \(2,\)\. Do it in body_fun, and let the condition"):
        nested_or_not(lambda: bm.while_loop(lambda: None, lambda: jax.random.bernoulli(bm.random.split_key()), ()))
    assert float(c.count.value) == 0


def test_a_batch_that_grows_in_the_body_is_refused(nested_or_not):
    v = bm.Variable(jnp.ones((2, 3)), batch_axis=0)

    def grow():
        v.value = jnp.ones((4, 3))

    with pytest.raises(MathError, match=r"loop, Variable of shape \(2, 3\): expected a Variable that keeps its.*\(4, 3\)"):
        nested_or_not(lambda: bm.while_loop(grow, lambda: True, ()))
    assert v.shape == (2, 3)


def test_what_is_no_array_is_refused_as_an_operand():
    with pytest.raises(KindError, match=r"while_loop\(operands=\.\.\.\): expected numbers and arrays, got str"):
        bm.while_loop(lambda x: x, lambda x: True, "no")


@pytest.mark.parametrize("place", ["body", "condition"])
def test_an_exception_anywhere_leaves_every_cell_as_it_was(nested_or_not, place):
    c = Counter()

    def fail(where, value):
        if where == place:
            raise ArithmeticError("mine")
        return value

    def body(x):
        return fail("body", c.add(x))

    def run():
        c.limit.value = c.limit + 1.0
        return bm.while_loop(body, lambda x: fail("condition", c.below(x)), 1.0)

    # At the top the write to the limit is an ordinary one and stays.
    before = nested_or_not is NESTINGS["at the top"]
    with pytest.raises(ArithmeticError, match="mine"):
        nested_or_not(run)
    assert (float(c.count.value), float(c.limit.value)) == (0, 5 + before)
