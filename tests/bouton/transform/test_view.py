import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, LeakedTracerError, MathError, PositionError, UnsupportedError
from bouton.modules import RateJax

MASK = np.array([[True, False, True, False], [False, False, False, True], [False, True, False, False]])
INDICES = [
    1,
    -1,
    slice(1, None),
    slice(None, None, -2),
    ...,
    (0, 2),
    (slice(None), 1),
    (..., slice(0, 2)),
    MASK,
    np.array([2, 0]),
    [0, 2],
    (np.array([0, 2]), np.array([1, 3])),
    (jnp.array([1, 2]), slice(None)),
    (np.array([True, False, True]), 2),
    (None, 1),
]


def whole():
    return np.arange(12.0, dtype=np.float32).reshape(3, 4)


def as_numpy(index):
    return tuple(np.asarray(i) if isinstance(i, jax.Array) else i for i in index) if isinstance(index, tuple) else index


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_a_view_reads_and_writes_a_part_as_numpy_does(index):
    base, expected = bm.Variable(whole()), whole()
    view = bm.VariableView(base, index)
    part = expected[as_numpy(index)]
    assert isinstance(view, bm.Variable)
    assert (view.shape, view.dtype, view.ndim) == (part.shape, np.float32, part.ndim)
    assert_array_equal(view.value, part)
    view.value = jnp.asarray(part * 10)
    expected[as_numpy(index)] = part * 10
    assert_array_equal(base.value, expected)
    base.value = -base.value
    assert_array_equal(view.value, (-expected)[as_numpy(index)])


def test_a_view_acts_as_an_array():
    base = bm.Variable(whole())
    view = bm.VariableView(base, (slice(None), 1))
    view += 1.0
    view[0] = 50.0
    assert_array_equal(base[:, 1], [50, 6, 10])
    assert_array_equal(np.asarray(view) * 2, [100, 12, 20])
    assert repr(view) == "VariableView(value=[50.  6. 10.], dtype=float32)"
    assert float(jnp.sum(view)) == 66
    assert view.base is base
    assert view.index == (slice(None), 1)


def step(view, base):
    def advance(x):
        view.value = view * 2.0 + x
        return view.sum() + base.sum()

    return advance


@pytest.mark.parametrize("how", ["eager", "jit", "for_loop", "grad", "jit of for_loop"])
def test_a_view_means_its_base_in_every_transform(how):
    base, expected = bm.TrainVar(whole()), whole()
    view = bm.VariableView(base, (slice(None), 1))
    advance, outs = step(view, base), []
    for x in (1.0, 2.0):
        expected[:, 1] = expected[:, 1] * 2 + x
        outs.append(expected[:, 1].sum() + expected.sum())
    if how == "eager":
        found = [advance(1.0), advance(2.0)]
    elif how == "jit":
        compiled = bm.jit(advance)
        found = [compiled(1.0), compiled(2.0)]
        assert compiled.compilations == 1
    elif how == "for_loop":
        found = bm.for_loop(advance, jnp.array([1.0, 2.0]))
    elif how == "jit of for_loop":
        found = bm.jit(lambda: bm.for_loop(advance, jnp.array([1.0, 2.0])))()
    else:
        by_base = bm.grad(lambda: advance(1.0) + advance(2.0), grad_vars=base, return_value=True)
        gradient, value = by_base()
        # First turn: (2 + 2) of a column element, second (4 + 4); 1 + 1 of the others.
        slope = np.full((3, 4), 2.0)
        slope[:, 1] = 12.0
        assert_array_equal(gradient, slope)
        found, outs = [value], [sum(outs)]
    assert_array_equal(found, outs)
    assert_array_equal(base.value, expected)
    assert not isinstance(base._value, jax.core.Tracer)


def test_a_transform_sees_the_base_and_nothing_else():
    base = bm.Variable(whole())
    view = bm.VariableView(bm.VariableView(base, 1), slice(0, 2))
    purified = bm.purify(step(view, base), 1.0)
    assert [*purified.cells] == [base]
    assert [*purified.written] == [base]


def test_an_exception_leaves_the_base_as_it_was():
    base = bm.Variable(whole())
    view = bm.VariableView(base, 0)

    def body(x):
        view.value = view + x
        raise RuntimeError("stop")

    for call in (
        lambda: bm.jit(body)(1.0),
        lambda: bm.for_loop(body, jnp.ones(3)),
        lambda: bm.for_loop(body, jnp.ones(3), jit=False),
    ):
        with pytest.raises(RuntimeError, match="stop"):
            call()
        assert_array_equal(base.value, whole())


def test_a_view_of_a_view_writes_to_the_first_base():
    base, expected = bm.Variable(whole()), whole()
    corner = bm.VariableView(bm.VariableView(base, slice(1, None)), (slice(None), slice(2, None)))
    corner.value = jnp.zeros((2, 2))
    expected[1:, 2:] = 0
    assert_array_equal(base.value, expected)


def test_the_batch_is_that_of_the_base():
    base = bm.Variable(jnp.zeros((3, 4)), batch_axis=0)
    column, row, mask = bm.VariableView(base, (slice(None), 1)), bm.VariableView(base, 1), bm.VariableView(base, MASK)
    last = bm.VariableView(bm.Variable(jnp.zeros((4, 3)), batch_axis=1), 2)
    assert (column.batch_axis, column.batch_size, column.nobatch_shape) == (0, 3, ())
    assert (row.batch_axis, row.batch_size, row.nobatch_shape) == (None, None, (4,))
    assert mask.batch_axis is None
    assert last.batch_axis == 0
    base.value = jnp.ones((5, 4))
    assert (column.shape, column.batch_size) == ((5,), 5)
    with pytest.raises(MathError, match=r"expected shape \(5,\), got \(4,\)"):
        column.value = jnp.ones(4)


def test_a_batch_that_has_become_too_small_for_the_index_is_told():
    base = bm.Variable(jnp.zeros((3, 4)), batch_axis=0)
    view = bm.VariableView(base, 2)
    base.value = jnp.ones((2, 4))
    for use in (lambda: view.value, lambda: view.store(jnp.ones(4))):
        with pytest.raises(PositionError, match=r"VariableView of shape \(2, 4\): expected an index inside it, got 2"):
            use()
    base.value = jnp.ones((4, 4))
    assert_array_equal(view.value, np.ones(4))


def test_under_vmap_a_view_of_a_shared_variable_is_read_and_written():
    base = bm.Variable(whole())
    view = bm.VariableView(base, (slice(None), 1))

    def f(x):
        found = (view * x).sum()
        view.value = jnp.zeros(3)
        return found

    assert_array_equal(bm.vmap(f)(jnp.arange(3.0)), [0, 15, 30])
    assert_array_equal(base[:, 1], np.zeros(3))


def test_under_vmap_a_view_of_a_mapped_variable_is_refused():
    base = bm.Variable(whole())
    view = bm.VariableView(base, 1)
    with pytest.raises(
        PositionError, match=r"expected a Variable with 2 axes, as it had when the view was made, got shape \(4,\)"
    ):
        bm.vmap(lambda x: view.sum() + x, mapped_vars=base)(jnp.arange(3.0))
    column = bm.VariableView(base, (slice(None), 1))
    with pytest.raises(UnsupportedError, match=r"expected Variables with values of their own, got a view\. Name the whole"):
        bm.vmap(lambda x: column * x, mapped_vars=column)(jnp.arange(3.0))


@pytest.mark.parametrize(
    ("index", "error", "words"),
    [
        (3, PositionError, r"VariableView of shape \(3, 4\): expected an index inside it, got 3: .*out of bounds"),
        ((0, -5), PositionError, r"expected an index inside it, got \(0, -5\)"),
        ((0, 0, 0), PositionError, r"too many indices"),
        (np.array([0, 9]), PositionError, r"expected an index inside it"),
        (np.array([True, False]), PositionError, r"a mask has the shape of the whole"),
        (slice(3, None), MathError, r"expected an index that names some elements, each once, got one that names none"),
        (np.zeros((3, 4), bool), MathError, r"names none"),
        ([0, 0], MathError, r"names an element twice"),
        ([1, -2], MathError, r"names an element twice"),
        (1.5, KindError, r"expected integers, slices, .* got float\. Make the view outside"),
        (True, KindError, r"got bool"),
        ("a", KindError, r"got str"),
        ([0.5], KindError, r"got list"),
    ],
    ids=str,
)
def test_an_index_that_names_nothing_is_refused(index, error, words):
    with pytest.raises(error, match=words):
        bm.VariableView(bm.Variable(whole()), index)


def test_an_index_that_nobody_knows_yet_is_refused():
    base = bm.Variable(whole())
    with pytest.raises(KindError, match="got int32, traced"):
        bm.jit(lambda i: bm.VariableView(base, i).value)(jnp.asarray(1))
    with pytest.raises(KindError, match="got float32"):
        bm.VariableView(base, jnp.ones(2))


def test_what_is_no_variable_has_no_view():
    with pytest.raises(KindError, match=r"VariableView: expected a Variable, got ndarray\. Make the array a Variable first"):
        bm.VariableView(whole(), 0)


def test_a_value_that_does_not_fit_is_refused():
    view = bm.VariableView(bm.Variable(whole()), 0)
    with pytest.raises(MathError, match=r"expected shape \(4,\), got \(3,\)"):
        view.value = jnp.ones(3)
    with pytest.raises(MathError, match=r"VariableView of shape \(4,\): expected dtype float32, got int32"):
        view.value = jnp.ones(4, int)


def test_a_derivative_by_a_view_is_refused_and_says_what_to_do():
    base = bm.Variable(whole())
    view = bm.VariableView(base, 0)
    with pytest.raises(UnsupportedError, match=r"Differentiate by the whole Variable, view\.base, .* gradient\[view\.index\]"):
        bm.grad(lambda: view.sum(), grad_vars=view)()
    gradient = bm.grad(lambda: (view * 3.0).sum(), grad_vars=view.base)()
    assert_array_equal(gradient[view.index], np.full(4, 3.0))


def test_a_plain_jax_transform_may_not_write_through_a_view():
    view = bm.VariableView(bm.Variable(whole()), 0)
    with pytest.raises(LeakedTracerError, match="one traced by a plain JAX transform"):
        jax.jit(lambda x: view.store(view.value + x))(1.0)


def test_an_object_that_holds_a_view_lists_it():
    base, holder = bm.Variable(whole()), bp.Object()
    holder.part = bm.VariableView(base, 0)
    assert holder.vars("relative")["part"] is holder.part
    assert list(holder.states()) == ["part"]
    holder.part = jnp.zeros(4)
    assert_array_equal(base[0], np.zeros(4))
    assert list(holder.state_dict()) == ["part"]
    holder.whole = base
    assert list(holder.vars("relative")) == ["part", "whole"]
    assert list(holder.state_dict()) == ["whole"]
    assert holder.load_state_dict({"whole": jnp.ones((3, 4))}) == ([], [])
    assert_array_equal(holder.part.value, np.ones(4))


def test_a_functional_module_refuses_a_view():
    module = RateJax(3)
    module.part = bm.VariableView(bm.Variable(3), slice(0, 2))
    with pytest.raises(UnsupportedError, match="a functional module can copy, got a view of another one"):
        jax.tree_util.tree_map(lambda x: x, module)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
def test_a_copy_of_base_and_view_belongs_together(again):
    base = bm.Variable(whole())
    both = again([base, bm.VariableView(base, 1)])
    both[1].value = jnp.zeros(4)
    assert_array_equal(both[0][1], np.zeros(4))
    assert_array_equal(base.value, whole())
