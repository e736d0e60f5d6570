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


class Cells:
    def __init__(self):
        self.a, self.b = bm.Variable(1.0), bm.Variable(10.0)

    def write_a(self, x):
        self.a.value = self.a + x
        return self.a * 2.0

    def write_b(self, x):
        self.b.value = self.b - x
        return self.b.value

    def __iter__(self):
        return iter((float(self.a.value), float(self.b.value)))


@pytest.mark.parametrize("kind", [bool, np.bool_, jnp.asarray, bm.Variable])
@pytest.mark.parametrize("pred", [True, False])
def test_only_what_the_chosen_branch_writes_happens(nested, pred, kind):
    c, p = Cells(), kind(pred)
    out = nested(lambda: bm.cond(p, c.write_a, c.write_b, 3.0))
    assert float(out) == (8 if pred else 7)
    assert tuple(c) == ((4, 10) if pred else (1, 7))


def test_the_choice_follows_a_variable_that_changes(nested):
    c = Cells()

    def run():
        first = bm.cond(c.a < 2, c.write_a, c.write_b, (2.0,))
        return first, bm.cond(c.a < 2, c.write_a, c.write_b, [2.0])

    assert [float(x) for x in nested(run)] == [6, 8]
    assert tuple(c) == (3, 8)


def test_branches_may_be_values_and_trees_of_them(nested_or_not):
    c = Cells()
    out = nested_or_not(lambda: bm.cond(c.a > 0, {"x": c.b, "y": (1, None)}, lambda: {"x": 0.0, "y": (2, None)}))
    assert (float(out["x"]), int(out["y"][0]), out["y"][1]) == (10, 1, None)
    assert float(nested_or_not(lambda: bm.cond(c.a > 5, 1.0, 2.0))) == 2


def test_a_branch_that_only_writes_goes_with_none(nested):
    c = Cells()

    def write():
        c.a.value = c.a + 1.0

    assert nested(lambda: bm.cond(c.b > 5, write, None)) is None
    assert nested(lambda: bm.cond(c.b > 50, write, None)) is None
    assert tuple(c) == (2, 10)


@pytest.mark.parametrize(
    ("one", "other", "dtype"),
    [
        (0.0, np.float32(1), jnp.float32),
        (0, np.float32(1), jnp.float32),
        (0, 1.0, jnp.float32),
        (0, np.int8(1), jnp.int8),
        (0.0, np.float16(1), jnp.float16),
        (True, np.bool_(False), jnp.bool_),
    ],
)
def test_python_numbers_take_the_dtype_of_the_other_branch(nested_or_not, one, other, dtype):
    assert nested_or_not(lambda: bm.cond(True, lambda: one, lambda: other)).dtype == dtype
    assert nested_or_not(lambda: bm.cond(True, other, one)).dtype == dtype


def test_operands_may_be_a_tree_or_none_at_all():
    assert float(bm.cond(True, lambda d: d["a"] + d["b"], 0.0, {"a": 1.0, "b": np.float32(2)})) == 3
    assert float(bm.cond(False, lambda: 1.0, lambda: 2.0)) == 2


def test_gradients_go_through_the_chosen_branch():
    w = bm.TrainVar(3.0)
    gradient = bm.grad(lambda x: bm.cond(x > 0, lambda: w * w * x, lambda: -w.value), grad_vars=w, argnums=0)
    by_w, by_x = gradient(2.0)
    assert (float(by_w), float(by_x)) == (12, 9)
    by_w, by_x = gradient(-2.0)
    assert (float(by_w), float(by_x)) == (-1, 0)


def test_each_element_of_a_map_makes_its_own_choice():
    states = bm.Variable(jnp.array([1.0, 2.0, 3.0]))

    def step(x):
        def double():
            states.value = states * 2.0
            return states.value

        return bm.cond(x > 0, double, -1.0)

    for _ in range(2):
        out = bm.vmap(step, mapped_vars=states)(jnp.array([1.0, -1.0, 1.0]))
    assert_array_equal(out, [4, -1, 12])
    assert_array_equal(states, [4, 2, 12])


def test_a_draw_happens_only_where_the_branch_is_taken():
    bm.random.seed(5)
    first, second = (float(jax.random.uniform(bm.random.split_key())) for _ in range(2))
    bm.random.seed(5)

    def draw():
        return jax.random.uniform(bm.random.split_key())

    out = bm.for_loop(lambda take: bm.cond(take, draw, 0.0), np.array([True, False, True]))
    assert_allclose(out, [first, 0, second], rtol=1e-6)


def test_choices_nest(nested):
    c = Cells()

    def inner(x):
        return bm.cond(c.b > 5, c.write_b, c.write_a, x)

    assert float(nested(lambda: bm.cond(c.a > 0, inner, c.write_a, 2.0))) == 8
    assert tuple(c) == (1, 8)


def test_methods_compile_once_for_all_calls_and_are_forgotten_with_their_object():
    c = Cells()
    bm.cond(True, c.write_a, c.write_b, 1.0)
    bm.cond(True, 1.0, 2.0)
    with counted_compilations() as compiled:
        for pred in (True, False):
            bm.cond(pred, c.write_a, c.write_b, 2.0)
            bm.cond(pred, 3.0, 4.0)
    assert compiled.count == 0
    gone = weakref.ref(c)
    del c
    gc.collect()
    assert gone() is None


def test_a_function_without_weak_references_is_a_branch():
    class Slotted:
        __slots__ = ()

        def __call__(self, x):
            return x + 1.0

    assert float(bm.cond(True, Slotted(), 0.0, 2.0)) == 3


# -- ifelse ------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "expected"), [(12, 3), (7, 2), (2, 1), (-4, 0)])
def test_the_first_condition_that_holds_wins(nested, x, expected):
    def run():
        value = jnp.asarray(x)
        return bm.ifelse([value > 10, value > 5, value > 0], [3, lambda: 2, lambda: 1, 0])

    assert int(nested(run)) == expected


def test_branches_of_ifelse_take_operands_and_write(nested):
    c = Cells()
    out = nested(lambda: bm.ifelse((c.a > 5, True), (c.write_a, c.write_b, 0.0), operands=2.0))
    assert float(out) == 8
    assert tuple(c) == (1, 8)


def test_one_condition_needs_no_list():
    assert int(bm.ifelse(True, [1, 2])) == 1
    assert int(bm.ifelse(jnp.asarray(False), [1, lambda: 2])) == 2


def test_elements_of_a_map_take_different_branches():
    out = bm.vmap(lambda x: bm.ifelse([x > 2, x > 1], [lambda v: v * 10, -1.0, lambda v: v], x))(jnp.array([1.0, 2.0, 3.0]))
    assert_array_equal(out, [1, -1, 30])


@pytest.mark.parametrize(
    ("conditions", "branches", "words"),
    [
        ([True], [1], "expected 2 branches for 1 conditions, got 1 branches. Give one branch for each condition"),
        ([True, False], [1, 2, 3, 4], "expected 3 branches for 2 conditions, got 4 branches"),
        ([], [1], "expected a condition, got none"),
    ],
)
def test_a_wrong_number_of_branches_is_refused(conditions, branches, words):
    with pytest.raises(ValueRefused, match=words):
        bm.ifelse(conditions, branches)


# -- refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize(("pred", "got"), [(1, r"int32\[\]"), (np.float32(0), r"float32\[\]"), (np.ones(2, bool), r"bool\[2\]")])
def test_a_condition_that_is_no_scalar_bool_is_refused(pred, got):
    with pytest.raises(KindError, match=rf"condition of cond: expected a scalar bool, got {got}\. Reduce an array"):
        bm.cond(pred, 1, 2)
    with pytest.raises(KindError, match=rf"condition of ifelse: expected a scalar bool, got {got}"):
        bm.ifelse([True, pred], [1, 2, 3])


@pytest.mark.parametrize(
    ("one", "other", "error", "words"),
    [
        (1.0, np.ones(3, np.float32), ShapeError, r"cond: .*true_fun returns float32\[\], got float32\[3\] from false_fun"),
        (np.float32(1), np.int32(1), KindError, r"true_fun returns float32\[\], got int32\[\] from false_fun\. Make them alike"),
        (1.0, np.int32(1), KindError, r"true_fun returns float32\[\], got int32\[\]"),
        ((1, 2.0), (1, np.int8(2)), KindError, r"cond, result 1: expected branches that return the same shape and dtype"),
        (
            (1, 2),
            [1, 2],
            KindError,
            r"structure, true_fun returns \(array, array\), got \[array, array\] from",
        ),
        (1, None, KindError, r"got None from false_fun\. Return the same tuples"),
        (lambda: "no", 1, KindError, r"cond: expected numbers and arrays, got str"),
    ],
)
def test_branches_that_return_different_things_are_refused(nested_or_not, one, other, error, words):
    with pytest.raises(error, match=words):
        nested_or_not(lambda: bm.cond(True, lambda: one() if callable(one) else one, lambda: other))


def test_ifelse_names_the_branches_that_differ():
    with pytest.raises(ShapeError, match=r"ifelse: .*branches\[0\] returns float32\[\], got float32\[2\] from branches\[2\]"):
        bm.ifelse([True, False], [1.0, lambda: 2.0, jnp.ones(2)])


def test_a_batch_that_grows_in_one_branch_is_refused(nested_or_not):
    v = bm.Variable(jnp.ones((2, 3)), batch_axis=0)

    def grow():
        v.value = jnp.ones((4, 3))

    with pytest.raises(MathError, match=r"cond, Variable of shape \(2, 3\): .*\(4, 3\) after true_fun, got \(2, 3\) after"):
        nested_or_not(lambda: bm.cond(True, grow, None))
    assert v.shape == (2, 3)


def test_a_batch_may_grow_in_both_branches():
    v = bm.Variable(jnp.ones((2, 3)), batch_axis=0)

    def grown(by):
        def branch():
            v.value = jnp.full((4, 3), by)

        return branch

    bm.cond(False, grown(1.0), grown(2.0))
    assert_array_equal(v, np.full((4, 3), 2.0))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_exception_in_any_branch_leaves_every_cell_as_it_was(nested_or_not, place):
    c = Cells()

    def branch(k):
        def run(x):
            c.write_a(x)
            if k == place:
                raise ArithmeticError("mine")
            return c.write_b(x)

        return run

    with pytest.raises(ArithmeticError, match="mine"):
        nested_or_not(lambda: bm.ifelse([c.a > 0, c.b > 0], [branch(0), branch(1), branch(2)], 1.0))
    assert tuple(c) == (1, 10)


@pytest.mark.parametrize(("branches", "name"), [(("a", "b"), "true_fun"), ((1.0, {"x": object()}), "false_fun")])
def test_a_result_that_is_no_number_is_refused(branches, name):
    with pytest.raises(KindError, match=rf"cond, {name}: expected numbers and arrays"):
        bm.cond(True, *branches)
