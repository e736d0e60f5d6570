import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, MathError

pytestmark = pytest.mark.long

A = np.array([5.0, 3.0, 2.0], np.float32)
B = np.array([2.0, 2.0, 4.0], np.float32)
K = np.array([5, 3, 2], np.int32)
L = np.array([2, 2, 4], np.int32)

BOTH_WAYS = [
    *((f, A, B) for f in (operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod)),
    *((f, A, B) for f in (operator.pow, operator.matmul, operator.lt, operator.le, operator.gt, operator.ge)),
    *((f, A, B) for f in (operator.eq, operator.ne)),
    *((f, K, L) for f in (operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift)),
]
IN_PLACE = [
    *((f, A, B) for f in (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ifloordiv)),
    *((f, A, B) for f in (operator.imod, operator.ipow)),
    *((f, K, L) for f in (operator.iand, operator.ior, operator.ixor, operator.ilshift, operator.irshift)),
]


@pytest.mark.parametrize(("f", "a", "b"), BOTH_WAYS, ids=lambda x: getattr(x, "__name__", ""))
def test_a_variable_calculates_as_its_array_and_gives_a_plain_array(f, a, b):
    va, vb, expected = bm.Variable(a), bm.Variable(b), f(a, b)
    for result in (f(va, vb), f(va, jnp.asarray(b)), f(jnp.asarray(a), vb), f(va, b), f(a, vb)):
        assert not isinstance(result, bm.Variable)
        assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize("f", [operator.add, operator.mul, operator.sub, operator.truediv, operator.pow])
def test_a_variable_calculates_with_python_numbers_on_both_sides(f):
    assert_allclose(f(bm.Variable(A), 2.0), f(A, 2.0), rtol=1e-6)
    assert_allclose(f(2.0, bm.Variable(A)), f(2.0, A), rtol=1e-6)


@pytest.mark.parametrize("f", [operator.neg, operator.pos, abs, round])
def test_signs_and_rounding(f):
    assert_allclose(f(bm.Variable([-1.26, 2.5])), {"round": np.round}.get(f.__name__, f)(np.float32([-1.26, 2.5])), rtol=1e-6)


def test_rounding_to_digits_inversion_and_division_with_remainder():
    assert_allclose(round(bm.Variable([1.26, 2.54]), 1), [1.3, 2.5], rtol=1e-6)
    assert_array_equal(~bm.Variable(K), ~K)
    assert_array_equal(divmod(bm.Variable(K), L), divmod(K, L))


@pytest.mark.parametrize(("f", "a", "b"), IN_PLACE, ids=lambda x: getattr(x, "__name__", ""))
def test_in_place_forms_write_into_the_variable_and_keep_it(f, a, b):
    v = bm.Variable(a)
    for other in (b, bm.Variable(b)):
        v.value = jnp.asarray(a)
        assert f(v, other) is v
        assert_allclose(v.value, f(a.copy(), b), rtol=1e-6)


def test_the_matrix_product_in_place():
    v = bm.Variable(np.diag(A))
    w = v
    v @= np.diag(B)
    assert v is w
    assert_allclose(v.value, np.diag(A * B))


def test_an_in_place_form_may_not_change_the_shape():
    v = bm.Variable(3)
    with pytest.raises(MathError, match=r"expected shape \(3,\), got \(2, 3\)"):
        v += jnp.ones((2, 3))


def test_indexing_reads_and_writes():
    v = bm.Variable(np.arange(6.0).reshape(2, 3))
    expected = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    assert_array_equal(v[1], expected[1])
    assert_array_equal(v[:, 1:], expected[:, 1:])
    v[0, 1] = 7
    v[1, :] = bm.Variable([1.0, 2.0, 3.0])
    v[bm.Variable([0]), 2] = 9.0
    expected[0, 1], expected[1], expected[0, 2] = 7, [1, 2, 3], 9
    assert_array_equal(v.value, expected)
    v[v > 2] = 0
    assert_array_equal(v.value, np.where(expected > 2, 0, expected))
    v[:] = 5
    assert_array_equal(v.value, np.full((2, 3), 5))
    assert v.dtype == jnp.float32


def test_methods_properties_and_jax_functions_see_the_array():
    v = bm.Variable(A)
    assert_allclose([v.sum(), v.mean(), v.max()], [10, 10 / 3, 5], rtol=1e-6)
    assert (v.shape, v.ndim, v.size, v.dtype) == ((3,), 1, 3, jnp.float32)
    assert_array_equal(v.reshape(3, 1), A.reshape(3, 1))
    assert_array_equal(v.at[0].set(1.0), [1, 3, 2])


@pytest.mark.parametrize(
    "f", ["sin", "exp", "sum", "mean", "max", "sort", "cumsum", "reshape", "dot", "where", "concatenate", "stack", "array"]
)
def test_functions_of_jax_numpy_take_a_variable(f):
    v, w = bm.TrainVar(A), bm.Variable(B)
    calls = {
        "reshape": lambda np_, a, b: np_.reshape(a, (3, 1)),
        "dot": lambda np_, a, b: np_.dot(a, b),
        "where": lambda np_, a, b: np_.where(a > 2.5, a, b),
        "concatenate": lambda np_, a, b: np_.concatenate([a, b]),
        "stack": lambda np_, a, b: np_.stack([a, b]),
    }
    call = calls.get(f, lambda np_, a, b: getattr(np_, f)(a))
    expected = call(np, A, B)
    for result in (call(jnp, v, w), bm.jit(lambda: call(jnp, v, w))()):
        assert isinstance(result, jax.Array)
        assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize("transform", [jax.jit, jax.vmap, jax.grad], ids=["jit", "vmap", "grad"])
def test_a_plain_jax_transform_takes_a_variable_for_its_array(transform):
    v = bm.TrainVar(A)
    if transform is jax.grad:
        assert_array_equal(jax.grad(lambda x: (x * x).sum())(v), 2 * A)
    else:
        assert_array_equal(transform(lambda x: x * 2)(v), 2 * A)
    assert_array_equal(v.value, A)


def test_mapping_over_a_tree_takes_a_variable_for_its_array():
    doubled = jax.tree_util.tree_map(lambda x: x * 2, {"v": bm.Variable(A)})
    assert isinstance(doubled["v"], jax.Array)
    assert_array_equal(doubled["v"], 2 * A)


def test_a_subclass_is_taken_for_its_array_too():
    class Weight(bm.TrainVar):
        pass

    assert_allclose(jnp.sin(Weight(A)), np.sin(A), rtol=1e-6)


def test_numpy_takes_a_variable():
    v = bm.Variable(A)
    assert isinstance(np.asarray(v), np.ndarray)
    assert np.asarray(v, dtype=np.float64).dtype == np.float64
    copied = np.array(v, copy=True)
    copied[0] = 9
    assert v[0] == 5


def test_python_takes_a_variable_for_a_sequence_or_a_number():
    v = bm.Variable(A)
    assert len(v) == 3
    assert [float(x) for x in v] == [5, 3, 2]
    assert 3.0 in v
    assert 4.0 not in v
    one = bm.Variable(3, dtype=jnp.int32)
    one.value = jnp.full(3, 2, jnp.int32)
    n = one[0]
    assert [10, 11, 12][bm.Variable(n)] == 12
    scalar = bm.Variable(2.5)
    assert (int(scalar), float(scalar), complex(scalar), bool(scalar)) == (2, 2.5, 2.5 + 0j, True)
    assert f"{scalar:.2f}" == "2.50"
    assert f"{scalar}" == "Variable(value=2.5, dtype=float32)"


def test_a_variable_is_told_apart_by_identity_in_sets():
    a, b = bm.Variable(2), bm.Variable(2)
    assert len({a, b, a}) == 2


def test_an_unknown_method_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_method"):
        bm.Variable(2).no_such_method()
    with pytest.raises(AttributeError, match=r"'Variable' has no attribute '_private'"):
        _ = bm.Variable(2)._private


# -- the same as the array, throughout ---------------------------------------------------------

FLOATS = np.array([[3.5, -1.0, 2.0], [0.25, 4.0, -6.5]], np.float32)
WHOLE = np.array([[3, -1, 2], [7, 4, -6]], np.int32)
FLAGS = FLOATS > 1

METHODS = {
    "all": lambda x: (x > 0).all(),
    "any": lambda x: x.any(axis=1),
    "argmax": lambda x: x.argmax(1),
    "argmin": lambda x: x.argmin(),
    "argsort": lambda x: x.argsort(axis=0),
    "astype": lambda x: x.astype("float16"),
    "at": lambda x: x.at[0, 1].add(x[1, 1]),
    "choose by mask": lambda x: x[x > 0],
    "clip": lambda x: x.clip(0, 3),
    "conj": lambda x: x.conj(),
    "copy": lambda x: x.copy(),
    "cumsum": lambda x: x.cumsum(0),
    "cumprod": lambda x: x.cumprod(),
    "diagonal": lambda x: x.diagonal(),
    "dot": lambda x: x.dot(x.T),
    "flatten": lambda x: x.flatten(),
    "imag": lambda x: x.imag,
    "item": lambda x: x[0, 0].item(),
    "itemsize": lambda x: x.itemsize,
    "mT": lambda x: x.mT,
    "max": lambda x: x.max(),
    "mean": lambda x: x.mean(axis=0, keepdims=True),
    "min": lambda x: x.min(1),
    "nbytes": lambda x: x.nbytes,
    "ndim": lambda x: x.ndim,
    "nonzero": lambda x: x.nonzero()[0],
    "prod": lambda x: x.prod(),
    "ptp": lambda x: x.ptp(),
    "ravel": lambda x: x.ravel(),
    "real": lambda x: x.real,
    "repeat": lambda x: x.repeat(2, axis=1),
    "reshape": lambda x: x.reshape(3, -1),
    "round": lambda x: x.round(0),
    "searchsorted": lambda x: x[0].searchsorted(1),
    "size": lambda x: x.size,
    "shape": lambda x: x.shape,
    "sort": lambda x: x.sort(),
    "squeeze": lambda x: x[None].squeeze(),
    "std": lambda x: x.std(),
    "sum": lambda x: x.sum(0),
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "T": lambda x: x.T,
    "take": lambda x: x.take(np.array([0, 2])),
    "tolist": lambda x: x.tolist(),
    "trace": lambda x: x.trace(),
    "transpose": lambda x: x.transpose(1, 0),
    "var": lambda x: x.var(axis=1),
    "view": lambda x: x.view("int32"),
    "devices": lambda x: len(x.devices()),
    "block_until_ready": lambda x: x.block_until_ready(),
    # Python's own
    "len": len,
    "list": list,
    "reversed": lambda x: list(reversed(x)),
    "divmod": lambda x: divmod(x, 2),
    "reflected divmod": lambda x: divmod(7, x),
    "rounded": round,
    "rounded to digits": lambda x: round(x, 1),
    "rounded scalar": lambda x: round(x[0, 0]),
    "equal to None": lambda x: operator.eq(x, None),
    "unequal to None": lambda x: operator.ne(x, None),
    "equal to text": lambda x: x == "text",
    "format": lambda x: f"{x[0, 0]:.1f}",
    "sum of Python": sum,
    "max of Python": lambda x: max(x[0]),
    "power": lambda x: pow(abs(x), 2),
    "ellipsis": lambda x: x[..., 0],
    "new axis": lambda x: x[:, None],
    "index array": lambda x: x[np.array([1, 0]), :2],
    # functions
    "np.sin": np.sin,
    "np.asarray": lambda x: np.asarray(x) + np.asarray(x),
    "np.where": lambda x: np.where(x > 0, x, 0),
    "np.concatenate": lambda x: np.concatenate([x, x]),
    "np.sum": np.sum,
    "np.from_dlpack": np.from_dlpack,
    "jnp.from_dlpack": jnp.from_dlpack,
    "jnp.where": lambda x: jnp.where(x > 0, x, 0),
    "jnp.stack": lambda x: jnp.stack([x, x]),
    "jnp.einsum": lambda x: jnp.einsum("ij,kj->ik", x, x),
    "jnp.linalg.norm": lambda x: jnp.linalg.norm(x + 0.0),
    "jax.nn.relu": jax.nn.relu,
    "jax.vmap": lambda x: jax.vmap(lambda row: row * 2)(x),
    "jax.lax.scan": lambda x: jax.lax.scan(lambda c, row: (c, row.sum()), 0, x)[1],
    "jax.lax.cond": lambda x: jax.lax.cond(x.sum() > 0, lambda y: y, lambda y: -y, x),
    "jax.device_put": jax.device_put,
    "jax.tree.map": lambda x: jax.tree_util.tree_map(lambda leaf: leaf * 2, [x]),
    "ndarray plus": lambda x: WHOLE + x,
    "ndarray times": lambda x: np.int32(2) * x,
    "ndarray product": lambda x: WHOLE.T @ x,
}


def outcome(call, x):
    try:
        return "gave", jax.tree_util.tree_map(np.asarray, call(x))
    except (TypeError, ValueError, AttributeError) as error:
        return "raised", type(error)


@pytest.mark.parametrize("data", [FLOATS, WHOLE, FLAGS], ids=["floats", "whole", "flags"])
@pytest.mark.parametrize("call", METHODS.values(), ids=METHODS)
def test_a_variable_answers_as_its_array_does(call, data):
    array = jnp.asarray(data)
    with jax.numpy_dtype_promotion("standard"):
        (how, found), (expected_how, expected) = outcome(call, bm.Variable(array)), outcome(call, array)
    assert how == expected_how
    if how == "raised":
        assert found is expected
        return
    assert jax.tree_util.tree_structure(found) == jax.tree_util.tree_structure(expected)
    for one, other in zip(jax.tree_util.tree_leaves(found), jax.tree_util.tree_leaves(expected), strict=True):
        assert one.dtype == other.dtype
        assert_array_equal(one, other)


def test_an_array_in_place_with_a_variable_does_as_with_an_array():
    for start in (np.ones(3, np.float32), jnp.ones(3)):
        one, other = start, start
        one += bm.Variable(A)
        other = other + jnp.asarray(A)
        assert type(one) is type(other)
        assert_array_equal(one, other)


class Sink:
    """Something that takes values from the left, as graphs of nodes do."""

    __array_ufunc__ = None

    def __rrshift__(self, other):
        return other, self

    def __radd__(self, other):
        return other, self


def test_what_is_no_array_answers_itself_and_gets_the_variable():
    v, sink = bm.Variable(3), Sink()
    assert (v >> sink) == (v, sink)
    assert (v + sink)[0] is v
    for array in (jnp.ones(3), np.ones(3)):
        assert (array >> sink)[0] is array


@pytest.mark.parametrize("f", [operator.add, operator.rshift, operator.lt, operator.matmul])
def test_what_nobody_answers_is_a_type_error_that_names_the_variable(f):
    with pytest.raises(TypeError, match="'Variable' and 'str'"):
        f(bm.Variable(3), "text")


@pytest.mark.parametrize(
    ("x", "got"),
    [
        (1.7, "1.7"),
        (np.float32(1.7), "float32"),
        (np.ones(2), "float64"),
        (jnp.ones(2), "float32"),
        (2j, "2j"),
        ([1.5, 2.0], "float64"),
    ],
)
def test_floats_are_not_cut_to_fit_among_whole_numbers(x, got):
    v = bm.Variable(np.array([1, 2, 3]))
    with pytest.raises(MathError, match=rf"elements of a Variable: expected dtype int32, got {got}\. Convert the value"):
        v[:2] = x
    assert_array_equal(v.value, [1, 2, 3])


def test_whole_numbers_go_among_floats():
    v = bm.Variable(A)
    v[0], v[1:] = 9, np.array([7, 8])
    assert_array_equal(v.value, [9, 7, 8])
    v[1:] = [1, True]
    assert_array_equal(v.value, [9, 1, 1])


def test_too_large_a_number_is_refused():
    v = bm.Variable(jnp.zeros(2, "int8"))
    with pytest.raises(MathError, match="expected dtype int8, got 300"):
        v[0] = 300


def test_elements_that_do_not_fit_are_refused():
    v = bm.Variable(np.ones((2, 3)))
    with pytest.raises(
        MathError, match=r"Variable of shape \(2, 3\): expected what fits shape \(3,\) at these indices, got shape \(4,\)"
    ):
        v[0] = jnp.ones(4)
    with pytest.raises(KindError, match="elements of a Variable: expected a number or an array of numbers, got str"):
        v[0] = "three"
    assert_array_equal(v.value, np.ones((2, 3)))


def test_the_ellipsis_in_place():
    v = w = bm.Variable(A)
    v[...] += 1.0
    v[1] *= 2.0
    assert v is w
    assert_array_equal(v.value, [6, 8, 3])


def test_completion_offers_the_methods_of_the_array():
    names = dir(bm.Variable(2))
    assert {"at", "sum", "reshape", "T", "value", "batch_axis"} <= set(names)
    assert "fill" not in names
