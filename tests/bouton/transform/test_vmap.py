import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, MathError, ShapeError, UnsupportedError, ValueRefused
from bouton.transform import KeyVariable

XS = np.array([1.0, 2.0, 3.0], np.float32)


def inside_loop(run):
    return lambda xs: jax.tree_util.tree_map(lambda y: y[0], bm.for_loop(run, xs[None]))


def inside_grad(run):
    return lambda xs: bm.grad(lambda zero: (zero, run(xs)), has_aux=True)(0.0)[1]


NESTED = {
    "at the top": lambda run: run,
    "in jit": bm.jit,
    "in for_loop": inside_loop,
    "in grad": inside_grad,
    "in grad in jit": lambda run: bm.jit(inside_grad(run)),
    "in vmap": lambda run: lambda xs: bm.vmap(run, in_axes=None, out_axes=None, axis_size=2)(xs),
}


@pytest.fixture(params=NESTED)
def nested(request):
    return NESTED[request.param]


class Model:
    """One cell of each use."""

    def __init__(self, n=3):
        self.weight = bm.TrainVar(2.0)
        self.state = bm.Variable(n)
        self.calls = bm.Variable(0.0)

    def step(self, x):
        self.calls.value = self.calls + 1.0
        self.state.value = self.state * 0.5 + self.weight * x
        return self.state - 1.0

    __call__ = step


def test_elements_share_what_is_read_and_have_slices_of_what_is_mapped(nested):
    m = Model()
    mapped = nested(bm.vmap(m.step, mapped_vars=m.state))
    assert_allclose(mapped(XS), 2 * XS - 1)
    assert_allclose(mapped(XS), 3 * XS - 1)
    assert_allclose(m.state, 3 * XS)
    assert (float(m.weight.value), float(m.calls.value)) == (2, 2)


@pytest.mark.parametrize("choose", [lambda v: v, lambda v: [v], lambda v: (v, v), lambda v: {"v": v}, lambda v: bm.VarList([v])])
def test_mapped_variables_come_in_any_structure(choose):
    m = Model()
    bm.vmap(m, mapped_vars=choose(m.state))(XS)
    assert_allclose(m.state, 2 * XS)


def test_all_variables_of_an_object_are_mapped_and_those_not_written_stay():
    class Pair:
        def __init__(self):
            self.a, self.b = bm.Variable(XS), bm.Variable(XS * 10)

        def vars(self):
            return {"a": self.a, "b": self.b}

    pair = Pair()

    def step():
        pair.a.value = pair.a + pair.b
        assert pair.a.shape == ()

    assert bm.vmap(step, mapped_vars=pair)() is None
    assert_array_equal(pair.a, 11 * XS)
    assert_array_equal(pair.b, 10 * XS)


def test_a_mapped_variable_that_is_the_same_for_all_comes_back_stacked():
    v = bm.Variable(3)

    def set_it():
        v.value = 7.0

    bm.vmap(set_it, mapped_vars=v)()
    assert_array_equal(v, [7, 7, 7])


def test_the_batch_axis_of_a_variable_counts_the_elements(nested):
    v = bm.Variable(np.arange(6, dtype=np.float32).reshape(2, 3), batch_axis=1)

    def step(x):
        v.value = v + x
        return v.sum()

    out = nested(bm.vmap(step, mapped_vars=v))(XS)
    assert_array_equal(v, np.arange(6).reshape(2, 3) + XS)
    assert_array_equal(out, [3 + 2, 5 + 4, 7 + 6])


def test_axes_are_those_of_jax():
    a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(2, np.float32)
    for axes in [(1, None), [1, None]]:
        out = bm.vmap(lambda x, y: {"sum": x + y, "y": y}, in_axes=axes, out_axes={"sum": 1, "y": None})(a, b)
        assert_array_equal(out["sum"], a + 1)
        assert_array_equal(out["y"], b)
    out = bm.vmap(lambda d, k: d["a"] * k, in_axes=({"a": 0, "b": None},))({"a": XS, "b": 1.0}, k=XS)
    assert_array_equal(out, XS**2)
    assert_array_equal(bm.vmap(lambda x: x / jax.lax.psum(x, "all"), axis_name="all")(XS), XS / 6)
    assert_array_equal(bm.vmap(lambda: 1.0, axis_size=2)(), [1, 1])


def test_it_is_a_decorator_with_and_without_arguments():
    m = Model()

    @bm.vmap
    def doubled(x):
        """Twice x."""
        return x * m.weight

    @bm.vmap(mapped_vars=m.state)
    def step(x):
        return m.step(x)

    assert_array_equal(doubled(XS), 2 * XS)
    assert doubled.__doc__ == "Twice x."
    assert_array_equal(step(XS), 2 * XS - 1)


def test_variables_may_be_arguments_and_results():
    v = bm.Variable(XS)
    assert_array_equal(bm.vmap(lambda x: (x, v))(v)[0], XS)
    assert bm.vmap(lambda x: v)(v).shape == (3, 3)


# -- nestings -------------------------------------------------------------------------------


def test_a_cell_mapped_outside_is_read_and_written_inside():
    table = bm.Variable(np.arange(6, dtype=np.float32).reshape(2, 3))
    outer_only = bm.Variable(np.array([10.0, 20.0], np.float32))

    def inner(x):
        table.value = table + x * outer_only
        return table.value

    def outer(x):
        outer_only.value = outer_only + 1.0
        return bm.vmap(inner, mapped_vars=table)(x)

    expected = np.arange(6).reshape(2, 3) + np.array([[11.0], [21.0]]) * XS
    assert_allclose(bm.vmap(outer, in_axes=None, mapped_vars=[table, outer_only])(XS), expected)
    assert_allclose(table, expected)
    assert_array_equal(outer_only, [11, 21])


def test_a_cell_with_a_batch_axis_is_mapped_twice():
    v = bm.Variable(np.zeros((3, 2), np.float32), batch_axis=1)

    def inner(x):
        v.value = v + x

    bm.vmap(lambda k: bm.vmap(inner, mapped_vars=v)(XS * k), mapped_vars=v)(np.array([1.0, 10.0], np.float32))
    assert_array_equal(v, np.stack([XS, 10 * XS], axis=1))


def test_gradients_inside_and_around():
    w = bm.TrainVar(3.0)
    assert_array_equal(bm.vmap(bm.grad(lambda x: (w * x) ** 2, grad_vars=w))(XS), 6 * XS**2)
    assert_array_equal(bm.vmap(bm.grad(lambda x: (w * x) ** 2))(XS), 18 * XS)
    around = bm.grad(lambda: bm.vmap(lambda x: w * x)(XS).sum(), grad_vars=w)
    assert float(around()) == 6


def test_a_gradient_by_a_mapped_variable():
    ws = bm.TrainVar(XS)
    gradient = bm.grad(lambda: bm.vmap(lambda x: ws**2 * x, mapped_vars=ws)(XS).sum(), grad_vars=ws)
    assert_array_equal(gradient(), 2 * XS**2)
    per_element = bm.vmap(bm.grad(lambda x: ws**2 * x, grad_vars=ws), mapped_vars=ws)
    assert_array_equal(per_element(XS), 2 * XS**2)


def test_compiled_functions_and_loops_inside():
    m = Model()
    compiled = bm.jit(m.step)
    assert_array_equal(bm.vmap(compiled, mapped_vars=m.state)(XS), 2 * XS - 1)
    m = Model()
    out = bm.vmap(lambda x: bm.for_loop(m.step, jnp.stack([x, x, x])), mapped_vars=m.state)(XS)
    assert_allclose(out, np.outer(XS, [2, 3, 3.5]) - 1)
    assert_allclose(m.state, 3.5 * XS)
    assert float(m.calls.value) == 3


def test_one_compiled_map_follows_the_size_of_its_argument():
    w = bm.Variable(2.0)
    mapped = bm.jit(bm.vmap(lambda x: x * w))
    for n in (2, 3):
        assert_array_equal(mapped(XS[:n]), 2 * XS[:n])


# -- random keys -----------------------------------------------------------------------------


def draw(_=None):
    return jax.random.uniform(bm.random.split_key())


def test_each_element_draws_its_own_numbers_the_same_compiled_or_not():
    bm.random.seed(0)
    first = bm.vmap(draw)(XS)
    second = bm.vmap(draw)(XS)
    after = draw()
    assert len({*map(float, first), *map(float, second), float(after)}) == 7
    bm.random.seed(0)
    compiled = bm.jit(bm.vmap(draw))
    assert_array_equal(compiled(XS), first)
    assert_array_equal(compiled(XS), second)
    assert draw() == after


def test_the_key_moves_on_as_by_one_draw_and_not_without_a_draw():
    bm.random.seed(0)
    draw()
    expected = draw()
    bm.random.seed(0)
    bm.vmap(lambda x: draw() + draw())(XS)
    bm.vmap(lambda x: x)(XS)
    bm.jit(bm.vmap(lambda x: x * 2))(XS)
    assert draw() == expected


def test_two_draws_of_one_element_differ_and_follow_from_turn_to_turn():
    bm.random.seed(0)
    pairs = bm.vmap(lambda x: jnp.stack([draw(), draw()]))(XS)
    bm.random.seed(0)
    looped = bm.vmap(lambda x: bm.for_loop(draw, np.zeros(2)))(XS)
    assert_array_equal(pairs, looped)
    assert len(set(np.asarray(pairs).ravel().tolist())) == 6


def test_maps_in_maps_and_in_loops_draw_other_numbers_everywhere():
    bm.random.seed(0)
    table = np.asarray(bm.vmap(lambda _: bm.vmap(draw)(XS))(XS))
    assert len(set(table.ravel().tolist())) == 9
    rows = np.asarray(bm.for_loop(lambda _: bm.vmap(draw)(XS), XS))
    assert len(set(rows.ravel().tolist())) == 9
    bm.random.seed(0)
    bm.vmap(lambda _: 0.0)(XS)
    bm.vmap(draw)(XS)
    by_hand = [np.asarray(bm.vmap(draw)(XS)) for _ in range(3)]
    assert_array_equal(rows, by_hand)


def test_a_stack_of_keys_is_mapped_and_a_single_key_is_split_anyway():
    keys = KeyVariable(jax.random.split(jax.random.PRNGKey(1), 3))
    one = KeyVariable(jax.random.PRNGKey(2))
    start = np.asarray(keys)

    def step():
        own, new = jax.random.split(keys.value)
        keys.value = own
        other, _ = jax.random.split(one.value)
        one.value = other
        return jax.random.uniform(new), other

    numbers, others = bm.vmap(step, mapped_vars=[keys, one], axis_size=3)()
    halves = [jax.random.split(k) for k in start]
    assert_array_equal(keys, [h[0] for h in halves])
    assert_array_equal(numbers, [jax.random.uniform(h[1]) for h in halves])
    assert len({tuple(k) for k in np.asarray(others).tolist()}) == 3
    assert_array_equal(one, jax.random.split(jax.random.PRNGKey(2))[0])


def test_typed_keys_are_split_as_well():
    cell = KeyVariable(jax.random.key(3))

    def step():
        own, new = jax.random.split(cell.value)
        cell.value = own
        return jax.random.uniform(new)

    assert len(set(bm.vmap(step, axis_size=4)().tolist())) == 4
    assert jnp.all(jax.random.key_data(cell.value) == jax.random.key_data(jax.random.split(jax.random.key(3))[0]))


# -- refusals ----------------------------------------------------------------------------------


def test_a_shared_variable_that_would_differ_between_elements_is_refused(nested):
    m = Model()
    other = bm.Variable(0.0)

    def step(x):
        other.value = 1.0
        m.calls.value = m.calls + x

    words = r"vmap, Variable of shape \(\): expected the same value written for every element.*name it in mapped_vars"
    with pytest.raises(UnsupportedError, match=words):
        nested(bm.vmap(step))(XS)
    assert (float(m.calls.value), float(other.value)) == (0, 0)


def test_errors_of_the_function_and_of_its_caller_stay_theirs():
    v = bm.Variable(0.0)

    def fails(x):
        v.value = v + x
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine"):
        bm.vmap(fails)(XS)

    def writes(x):
        v.value = 1.0
        return x

    with pytest.raises(ValueError, match="out_axes"):
        bm.vmap(writes, out_axes=None)(XS)
    with pytest.raises(ValueError, match="in_axes"):
        bm.vmap(lambda x, y: x, in_axes=(0,))(XS, XS)
    with pytest.raises(ValueError, match="axis 1"):
        bm.vmap(lambda x: x, in_axes=1)(XS)
    assert v.value == 0


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: bm.vmap(3), KindError, "vmap: expected a function, a method or a callable object, got int"),
        (lambda: bm.vmap(draw, mapped_vars=3), KindError, r"vmap\(mapped_vars=\.\.\.\): expected Variables.*got int"),
        (lambda: bm.vmap(draw, mapped_vars=[XS]), KindError, r"got ndarray\. Pass the Variable itself"),
        (lambda: bm.vmap(draw)(), ValueRefused, "expected an argument or a Variable to map over, got none. Pass one"),
        (lambda: bm.vmap(draw, in_axes=None)(XS), ValueRefused, "expected an argument or a Variable to map over"),
        (
            lambda: bm.vmap(lambda x, y: x)(XS, XS[:2]),
            ShapeError,
            r"one number of elements, got 3 from an argument of shape \(3,\), 2 from an argument of shape \(2,\)",
        ),
        (
            lambda: bm.vmap(lambda x: x, axis_size=4, mapped_vars=bm.Variable(2))(XS),
            ShapeError,
            r"got 4 from axis_size, 3 from .*, 2 from a Variable of shape \(2,\)\. Make the mapped axes equally long",
        ),
        (
            lambda: bm.vmap(lambda x: x, mapped_vars=bm.Variable(0.0))(XS),
            ShapeError,
            r"mapped_vars=\.\.\.\), Variable: expected an axis that counts the elements, got shape \(\)",
        ),
    ],
)
def test_what_cannot_be_mapped_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("place", ["before", "after"])
def test_an_exception_leaves_every_cell_as_it_was(nested, place):
    m = Model()

    def step(x):
        if place == "after":
            m.step(x)
            bm.random.split_key()
        raise ArithmeticError("mine")

    bm.random.seed(4)
    with pytest.raises(ArithmeticError, match="mine"):
        nested(bm.vmap(step, mapped_vars=m.state))(XS)
    assert_array_equal(m.state, [0, 0, 0])
    assert m.calls.value == 0
    drawn = draw()
    bm.random.seed(4)
    assert draw() == drawn


def test_writes_are_all_or_nothing():
    good, bad = bm.Variable(3), bm.Variable(np.zeros((3, 2), np.float32), batch_axis=0)

    def step(x):
        good.value = x
        bad.value = jnp.zeros(5)  # one element has no axis for the batch

    with pytest.raises(ValueError, match=r"expected shape \(2,\), got \(5,\)"):
        bm.vmap(step, mapped_vars=[good, bad])(XS)
    assert_array_equal(good, [0, 0, 0])


def test_one_element_has_no_batch_axis():
    v = bm.Variable(jnp.zeros((4, 5, 3)), batch_axis=1)
    seen = []

    def look():
        seen.append((v.batch_axis, v.batch_size, v.nobatch_shape, bm.Variable(v).batch_axis))
        with pytest.raises(MathError, match=r"expected shape \(4, 3\), got \(4, 7\)"):
            v.value = jnp.zeros((4, 7))

    bm.vmap(look, mapped_vars=v)()
    bm.jit(bm.vmap(look, mapped_vars=v))()
    assert set(seen) == {(None, None, (4, 3), None)}
    assert (v.batch_axis, v.batch_size, v.nobatch_shape) == (1, 5, (4, 3))


def test_a_shared_variable_is_named_by_its_path():
    class Model(bp.BrainPyObject):
        def __init__(self):
            super().__init__(name="sweep")
            self.total = bm.Variable(1)

        def add(self, x):
            self.total.value = self.total + x

    model = Model()
    with pytest.raises(UnsupportedError, match=r"vmap, Variable sweep\.total of shape \(1,\)"):
        bm.vmap(model.add)(jnp.arange(3.0))


def test_the_value_of_a_key_is_no_variable():
    rng = bm.random.RandomState(1)
    with pytest.raises(KindError, match="for a random key pass the RandomState"):
        bm.vmap(lambda x: rng.rand(), mapped_vars=rng.key)(jnp.arange(3.0))
