import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import MathError

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
