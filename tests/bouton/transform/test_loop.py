import contextlib
import functools
import gc
import operator
import weakref
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference.compilations import counted_compilations

import bouton.math as bm
from bouton.errors import KindError, MathError, ShapeError

XS = np.array([1.0, 2.0, 3.0, 4.0], np.float32)


@pytest.fixture(params=["compiled", "in python", "inside jit", "inside grad"])
def for_loop(request):
    """Return for_loop, run in one of the ways that have to agree."""

    def inside_jit(body, operands, **options):
        return bm.jit(lambda xs: bm.for_loop(body, xs, **options))(operands)

    def inside_grad(body, operands, **options):
        def run(zero):
            return zero, bm.for_loop(body, operands, **options)

        return bm.grad(run, has_aux=True)(0.0)[1]

    return {
        "compiled": bm.for_loop,
        "in python": functools.partial(bm.for_loop, jit=False),
        "inside jit": inside_jit,
        "inside grad": inside_grad,
    }[request.param]


class Sum:
    def __init__(self):
        self.total = bm.Variable(0.0)
        self.runs = []

    def add(self, x):
        self.runs.append(1)
        self.total.value = self.total + x
        return self.total.value

    __call__ = add


def test_variables_persist_from_turn_to_turn_and_results_are_stacked(for_loop):
    s = Sum()
    assert_array_equal(for_loop(s.add, XS), np.cumsum(XS))
    assert s.total.value == 10
    assert_array_equal(for_loop(s.add, XS), 10 + np.cumsum(XS))
    assert s.total.value == 20


def test_backwards_the_last_element_comes_first_and_results_stay_in_place(for_loop):
    s = Sum()
    assert_array_equal(for_loop(s.add, XS, reverse=True), np.cumsum(XS[::-1])[::-1])
    assert s.total.value == 10


@pytest.mark.parametrize("options", [{"unroll": 2}, {"remat": True}, {"unroll": 3, "reverse": True, "remat": True}])
def test_unrolling_and_recomputing_change_no_number(for_loop, options):
    s = Sum()
    xs = XS[::-1] if options.get("reverse") else XS
    expected = np.cumsum(xs)
    assert_array_equal(for_loop(s.add, XS, **options), expected[::-1] if options.get("reverse") else expected)
    assert s.total.value == 10


@pytest.mark.parametrize("sequence", [tuple, list])
def test_a_tuple_or_list_is_spread_over_the_arguments(for_loop, sequence):
    out = for_loop(lambda x, y: (x * y, x + y), sequence([XS, 2 * XS]))
    assert_array_equal(out[0], 2 * XS**2)
    assert_array_equal(out[1], 3 * XS)


def test_a_dict_is_one_argument_and_the_result_may_be_any_tree(for_loop):
    out = for_loop(lambda d: {"y": d["a"].sum() * d["b"], "none": None}, {"a": np.ones((4, 3), np.float32), "b": XS})
    assert_array_equal(out["y"], 3 * XS)
    assert out["none"] is None


def test_a_loop_over_two_axes_and_over_integers_and_booleans(for_loop):
    assert_array_equal(for_loop(lambda row: row.sum(), np.arange(12).reshape(4, 3)), np.arange(12).reshape(4, 3).sum(1))
    assert_array_equal(for_loop(lambda b: ~b, np.array([True, False])), [False, True])
    assert_array_equal(for_loop(lambda i: i * 2, np.arange(4)), [0, 2, 4, 6])


def test_a_range_is_an_operand():
    assert_array_equal(bm.for_loop(lambda i: i * 2, range(4)), [0, 2, 4, 6])


def test_a_list_of_python_numbers_is_one_array(for_loop):
    s = Sum()
    assert_array_equal(for_loop(s.add, [1.0, 2.0, 3.0, 4.0]), np.cumsum(XS))
    assert_array_equal(for_loop(lambda b: ~b, [True, False]), [False, True])


def test_a_generator_is_run_to_its_end_first_and_gives_one_element_a_turn():
    s = Sum()
    for _ in range(2):
        out = bm.for_loop(s.add, (float(x) for x in XS))
    assert_array_equal(out, 10 + np.cumsum(XS))
    assert_array_equal(bm.for_loop(lambda x, i: x.sum() * i, zip(np.ones((4, 3), np.float32), XS, strict=True)), 3 * XS)
    assert_array_equal(bm.for_loop(lambda row: row.sum(), iter(np.ones((4, 3), np.float32))), [3, 3, 3, 3])
    v = bm.Variable(2.0)
    assert_array_equal(bm.for_loop(lambda x: x, iter([v, 1.0])), [2, 1])


def test_elements_of_another_shape_than_the_first_are_refused():
    with pytest.raises(ShapeError, match=r"elements of one shape, got shapes \(2,\), \(3,\)\. Pad"):
        bm.for_loop(lambda x: x, iter([np.ones(2), np.ones(3)]))
    with pytest.raises(KindError, match=r"elements of one structure, got \(array, array\) after array"):
        bm.for_loop(lambda x: x, iter([1.0, (1.0, 2.0)]))


def test_a_body_that_returns_nothing(for_loop):
    s = Sum()

    def body(x):
        s.total.value = s.total + x

    assert for_loop(body, XS) is None
    assert s.total.value == 10


def test_no_turn_at_all_gives_empty_results_and_changes_nothing(for_loop):
    s = Sum()
    out = for_loop(lambda x: (s.add(x.sum()), x), np.zeros((0, 3), np.float32))
    assert out[0].shape == (0,)
    assert out[1].shape == (0, 3)
    assert s.total.value == 0


def test_one_turn(for_loop):
    s = Sum()
    assert_array_equal(for_loop(s.add, XS[:1]), XS[:1])


def test_objects_and_methods_are_bodies(for_loop):
    s = Sum()
    assert_array_equal(for_loop(s, XS), np.cumsum(XS))
    assert_array_equal(for_loop(functools.partial(Sum.add, s), XS), 10 + np.cumsum(XS))


def test_variables_may_be_operands_and_results(for_loop):
    v = bm.Variable(XS)
    out = for_loop(lambda x, y: v, (v, 2 * XS))
    assert_array_equal(out, np.tile(XS, (4, 1)))


def test_a_compiled_method_may_be_the_body(for_loop):
    class Model:
        def __init__(self):
            self.v = bm.Variable(0.0)

        @bm.cls_jit
        def step(self, x):
            self.v.value = self.v + x
            return self.v.value

    model = Model()
    assert_array_equal(for_loop(model.step, XS), np.cumsum(XS))
    assert model.v.value == 10


def test_loops_nest(for_loop):
    s = Sum()

    def outer(row):
        return bm.for_loop(s.add, row).sum()

    table = np.arange(6, dtype=np.float32).reshape(2, 3)
    running = np.cumsum(table).reshape(2, 3)
    assert_array_equal(for_loop(outer, table), running.sum(1))
    assert s.total.value == 15


def test_a_cell_read_only_and_a_cell_made_inside(for_loop):
    scale = bm.Variable(3.0)

    def body(x):
        inner = bm.Variable(0.0)
        inner.value = inner + x * scale
        return inner.value

    assert_array_equal(for_loop(body, XS), 3 * XS)
    assert scale.value == 3


def test_an_exception_leaves_every_cell_as_it_was():
    s = Sum()

    def body(x):
        s.total.value = s.total + x
        raise ArithmeticError("mine")

    for loop in (bm.for_loop, lambda f, xs: bm.jit(lambda ys: bm.for_loop(f, ys))(xs)):
        with pytest.raises(ArithmeticError, match="mine"):
            loop(body, XS)
        assert s.total.value == 0


# -- compiled once ------------------------------------------------------------------


def test_a_method_compiles_once_however_often_the_loop_runs():
    s = Sum()
    for k in range(5):
        s.total.value = jnp.array(float(k))
        bm.for_loop(s.add, XS)
    runs = len(s.runs)
    for _ in range(5):
        bm.for_loop(s.add, XS)
    assert len(s.runs) == runs
    bm.for_loop(s.add, XS[:2])
    assert len(s.runs) > runs


def test_a_function_compiles_once_and_each_option_for_itself():
    def body(x):
        return x * 2

    bm.for_loop(body, XS)
    with counted_compilations() as compiled:
        for _ in range(3):
            bm.for_loop(body, XS)
    assert compiled.count == 0
    assert_array_equal(bm.for_loop(body, XS, reverse=True), 2 * XS)


def test_two_objects_never_share_a_loop():
    one, two = Sum(), Sum()
    bm.for_loop(one.add, XS)
    bm.for_loop(two.add, 2 * XS)
    assert (float(one.total.value), float(two.total.value)) == (10, 20)


@dataclass(frozen=True)
class Named:
    """Equal, and of the same hash, when the names are."""

    name: str
    factor: float = field(compare=False)

    def step(self, x):
        return x * self.factor

    __call__ = step


@dataclass
class NoHash:
    factor: float
    runs: list

    def step(self, x):
        self.runs.append(x)
        return x * self.factor


def test_two_equal_objects_never_share_a_loop():
    one, two = Named("n", 2.0), Named("n", 3.0)
    assert_array_equal(bm.for_loop(one.step, XS), 2 * XS)
    assert_array_equal(bm.for_loop(two.step, XS), 3 * XS)
    assert_array_equal(bm.for_loop(one, XS), 2 * XS)
    assert_array_equal(bm.for_loop(two, XS), 3 * XS)


def test_an_object_without_a_hash_compiles_once_too():
    model = NoHash(2.0, [])
    bm.for_loop(model.step, XS)
    runs = len(model.runs)
    bm.for_loop(model.step, XS)
    assert len(model.runs) == runs


class NoWeakReference:
    __slots__ = ("factor",)

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return x * self.factor


def test_an_object_that_cannot_be_referred_to_weakly_is_compiled_for_each_call():
    assert_array_equal(bm.for_loop(NoWeakReference(2.0), XS), 2 * XS)
    assert_array_equal(bm.for_loop(NoWeakReference(3.0), XS), 3 * XS)


def test_builtin_functions_are_told_apart():
    assert_array_equal(bm.for_loop(operator.neg, XS), -XS)
    assert_array_equal(bm.for_loop(operator.abs, -XS), XS)
    assert_allclose(bm.for_loop(jnp.sin, XS), np.sin(XS), rtol=1e-6)
    assert_allclose(bm.for_loop(jnp.cos, XS), np.cos(XS), rtol=1e-6)


def test_two_methods_of_one_object_are_told_apart():
    s = Sum()

    class Two(Sum):
        def twice(self, x):
            return 2 * self.add(x)

    s = Two()
    assert_array_equal(bm.for_loop(s.add, XS), np.cumsum(XS))
    assert_array_equal(bm.for_loop(s.twice, XS), 2 * (10 + np.cumsum(XS)))


def test_a_body_that_is_gone_frees_its_loops():
    s = Sum()
    bm.for_loop(s.add, XS)
    gone = weakref.ref(s)
    del s
    gc.collect()
    assert gone() is None


def test_a_cell_that_changed_its_shape_is_seen():
    v = bm.Variable((1, 2), batch_axis=0)

    def body(x):
        v.value = v + x
        return v.sum()

    assert_array_equal(bm.for_loop(body, XS), 2 * np.cumsum(XS))
    v.value = jnp.zeros((5, 2))
    assert_array_equal(bm.for_loop(body, XS), 10 * np.cumsum(XS))


def test_writes_the_first_look_did_not_show_are_taken_in():
    late = bm.Variable(0.0)
    looks = []

    def body(x):
        looks.append(x)
        if len(looks) > 1:  # not in the run that only finds out
            late.value = late + x
        return x

    bm.for_loop(body, XS)
    assert late.value == 10


# -- refusals -------------------------------------------------------------------------


@pytest.mark.parametrize(("operands", "got"), [((), "nothing"), (None, "nothing"), (3.0, "a scalar"), (iter([]), "nothing")])
def test_nothing_to_loop_over_is_refused(operands, got):
    with pytest.raises(KindError, match=rf"for_loop\(operands=.*\): expected at least one array.*got {got}\. Pass"):
        bm.for_loop(lambda *x: x, operands)


def test_leading_sizes_that_differ_are_refused_with_both():
    with pytest.raises(
        ShapeError, match=r"for_loop\(operands=.*\): expected arrays of equal leading size, got leading sizes 2, 4"
    ):
        bm.for_loop(lambda x, y: x, (XS, XS[:2]))


def test_a_loop_inside_a_plain_jax_transform_works_when_it_only_reads():
    v = bm.Variable(2.0)
    f = jax.jit(lambda xs: bm.for_loop(lambda x: v * x, xs))
    assert_array_equal(f(XS), 2 * XS)
    assert_array_equal(jax.vmap(f)(np.stack([XS, 2 * XS])), [2 * XS, 4 * XS])
    assert jax.grad(lambda x: bm.for_loop(lambda y: v * y * x, XS).sum())(3.0) == 20


def fails_at(t, count, compiled):
    def turn(x):
        count.value = count + x
        compiled(x)
        if x == t:
            raise ArithmeticError("mine")
        return count.value

    return turn


@pytest.mark.parametrize("nested", [False, True])
def test_a_loop_turn_by_turn_takes_back_what_it_wrote_when_it_fails(nested):
    count, inner, other = bm.Variable(jnp.zeros(())), bm.Variable(jnp.zeros(())), bm.Variable(jnp.zeros(()))

    @bm.jit
    def add(x):
        inner.value = inner + x

    turn = fails_at(3.0, count, add)

    def outer(x):
        other.value = other + x
        bm.for_loop(turn, XS[:2] + 10.0, jit=False)
        return turn(x)

    add(5.0)
    count.value = 7.0
    with pytest.raises(ArithmeticError, match="mine"):
        bm.for_loop(outer if nested else turn, jnp.arange(1.0, 5.0), jit=False)
    assert (count.value, inner.value, other.value) == (7, 5, 0)
    # Nothing is taken back later.
    bm.for_loop(turn, jnp.arange(2.0), jit=False)
    assert (count.value, inner.value) == (8, 6)


def test_a_loop_turn_by_turn_that_fails_inside_another_leaves_what_was_written_before_it():
    count = bm.Variable(jnp.zeros(()))

    def careful(x):
        count.value = count + x
        with contextlib.suppress(ArithmeticError):
            bm.for_loop(fails_at(100.0, count, abs), jnp.array([50.0, 100.0]), jit=False)
        return count.value

    assert_array_equal(bm.for_loop(careful, jnp.array([1.0, 2.0]), jit=False), [1, 3])


def test_a_body_that_changes_the_batch_size_is_refused_and_changes_nothing():
    v = bm.Variable(jnp.zeros((2, 3)), batch_axis=0)

    def double(_):
        v.value = jnp.concatenate([v.value, v.value])

    message = r"for_loop, Variable of shape \(2, 3\): expected a Variable that keeps its shape.*got shape \(4, 3\)"
    for remat in (False, True):
        with pytest.raises(MathError, match=message):
            bm.for_loop(double, jnp.arange(3), remat=remat)
        assert v.shape == (2, 3)


def test_nested_lists_of_numbers_are_to_be_made_one_array():
    with pytest.raises(KindError, match=r"got a list of lists of numbers\. Make it one array with jax\.numpy\.array"):
        bm.for_loop(lambda x: x, [[1, 2], [3, 4]])
