import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, LeakedTracerError, MathError


@pytest.mark.parametrize(("size", "shape"), [(3, (3,)), ((2, 3), (2, 3)), ((), ()), (0, (0,)), ((2, 0), (2, 0))])
def test_a_size_makes_float_zeros_of_that_shape(size, shape):
    v = bm.Variable(size)
    assert v.value.dtype == jnp.float32
    assert_array_equal(v.value, np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (3.0, np.float32(3)),
        (True, np.bool_(True)),
        (2 - 1j, np.complex64(2 - 1j)),
        ([1.0, 2.0], np.array([1, 2], np.float32)),
        ([2, 3], np.array([2, 3], np.int32)),
        ((2.0, 3.0), np.array([2, 3], np.float32)),
        ((True, False), np.array([True, False])),
        (np.arange(3, dtype=np.int16), np.arange(3, dtype=np.int16)),
        (np.ones((2, 2)), np.ones((2, 2), np.float32)),
        (np.float64(0.5), np.float32(0.5)),
    ],
)
def test_anything_but_a_size_is_data(data, expected):
    v = bm.Variable(data)
    assert v.value.dtype == expected.dtype
    assert_array_equal(v.value, expected)


def test_a_dtype_can_be_given_for_sizes_and_for_data():
    assert bm.Variable(3, dtype=jnp.int32).dtype == jnp.int32
    assert bm.Variable([1, 2], dtype=jnp.float16).dtype == jnp.float16


def test_a_python_number_leaves_no_weak_type_behind():
    v = bm.Variable(3.0)
    assert not v.value.weak_type
    v.value = 4.0
    assert not v.value.weak_type


def test_a_negative_size_is_refused():
    with pytest.raises(MathError, match=r"Variable: expected sizes of 0 or more, got \(-1,\)\. For a number write"):
        bm.Variable(-1)


@pytest.mark.parametrize("bad", [None, "volt", object()])
def test_what_is_no_array_is_refused_at_construction(bad):
    with pytest.raises(KindError, match=r"Variable: expected a number or an array of numbers, got (None|str|obj)"):
        bm.Variable(bad)


@pytest.mark.parametrize("bad", [None, "volt", [[1.0], [2.0, 3.0]]])
def test_what_is_no_array_is_refused_at_assignment_and_changes_nothing(bad):
    v = bm.Variable(2)
    with pytest.raises(KindError, match=r"Variable of shape \(2,\): expected a number or an array of numbers, got"):
        v.value = bad
    assert_array_equal(v.value, [0, 0])


def test_another_shape_is_refused_with_both_shapes_and_the_batch_axis():
    v = bm.Variable(3)
    with pytest.raises(MathError, match=r"batch_axis None: expected shape \(3,\), got \(4,\)\. Keep the shape") as refused:
        v.value = jnp.ones(4)
    assert isinstance(refused.value, ValueError)
    assert (refused.value.expected, refused.value.got) == ("shape (3,)", "(4,)")


def test_another_dtype_is_refused_with_both_dtypes():
    v = bm.Variable(3)
    with pytest.raises(MathError, match=r"Variable of shape \(3,\): expected dtype float32, got int32\. Convert the value"):
        v.value = jnp.arange(3)


@pytest.mark.parametrize(
    ("dtype", "number", "fits"),
    [
        (jnp.float32, 2, True),
        (jnp.float32, 2.5, True),
        (jnp.float16, 2.5, True),
        (jnp.float32, True, True),
        (jnp.int32, 7, True),
        (jnp.int32, 7.0, False),
        (jnp.uint8, 7, True),
        (jnp.uint8, 300, False),
        (jnp.uint8, -1, False),
        (jnp.bool_, True, True),
        (jnp.bool_, 1, False),
        (jnp.complex64, 1.5, True),
        (jnp.float32, 1j, False),
    ],
)
def test_a_python_number_goes_where_it_loses_nothing_but_precision(dtype, number, fits):
    v = bm.Variable((), dtype=dtype)
    if fits:
        v.value = number
        assert v.value.dtype == dtype
        assert np.asarray(v) == number
    else:
        with pytest.raises(MathError, match="expected dtype"):
            v.value = number
        assert not np.asarray(v)


def test_a_number_does_not_fill_an_array():
    v = bm.Variable(3)
    with pytest.raises(MathError, match=r"expected shape \(3,\), got \(\)"):
        v.value = 1.0


def test_assigning_a_variable_takes_its_value():
    a, b = bm.Variable(2), bm.Variable([1.0, 2.0])
    a.value = b
    b.value = jnp.zeros(2)
    assert_array_equal(a.value, [1, 2])


def test_the_batch_axis_may_change_its_size_and_no_other_may():
    v = bm.Variable((1, 3), batch_axis=0)
    v.value = jnp.ones((5, 3))
    assert (v.batch_axis, v.batch_size, v.nobatch_shape) == (0, 5, (3,))
    with pytest.raises(MathError, match=r"batch_axis 0: expected shape \(5, 3\), got \(5, 4\)"):
        v.value = jnp.ones((5, 4))
    with pytest.raises(MathError, match=r"batch_axis 0: expected shape \(5, 3\), got \(5,\)"):
        v.value = jnp.ones(5)


def test_the_batch_axis_counts_from_the_end_too():
    v = bm.Variable((3, 2), batch_axis=-1)
    assert (v.batch_axis, v.batch_size, v.nobatch_shape) == (1, 2, (3,))


def test_without_a_batch_axis_there_is_no_batch_size():
    v = bm.Variable((2, 3))
    assert (v.batch_axis, v.batch_size, v.nobatch_shape) == (None, None, (2, 3))


@pytest.mark.parametrize("attribute", ["batch_axis", "batch_size", "nobatch_shape"])
def test_what_the_batch_axis_says_is_read_only(attribute):
    with pytest.raises(AttributeError):
        setattr(bm.Variable((1, 3), batch_axis=0), attribute, 1)


@pytest.mark.parametrize("axis", [1, 5, -2])
def test_a_batch_axis_that_the_value_does_not_have_is_refused(axis):
    with pytest.raises(MathError, match=rf"Variable: expected a batch_axis below the number of axes, 1, got {axis}\. Give the"):
        bm.Variable(3, batch_axis=axis)


def test_wrapping_keeps_the_batch_axis_and_refuses_another():
    v = bm.Variable((1, 3), batch_axis=0)
    assert bm.Variable(v).batch_axis == 0
    assert bm.Variable(v, batch_axis=0).batch_axis == 0
    with pytest.raises(MathError, match=r"expected batch_axis 0, which the wrapped Variable has, got 1\. Leave batch_axis out"):
        bm.Variable(v, batch_axis=1)


def test_the_text_shows_class_value_and_dtype():
    assert repr(bm.Variable(jnp.ones(1))) == "Variable(value=[1.], dtype=float32)"
    assert repr(bm.TrainVar(2)) == "TrainVar(value=[0. 0.], dtype=float32)"


def test_a_train_var_is_a_variable_and_not_the_other_way_round():
    assert isinstance(bm.TrainVar(1), bm.Variable)
    assert not isinstance(bm.Variable(1), bm.TrainVar)


@pytest.mark.parametrize("n", [16, 4096])
def test_numpy_data_that_change_later_do_not_change_the_variable(n):
    # JAX may share the memory of an array that is aligned to 64 bytes.
    memory = np.zeros(4 * n + 64, np.uint8)
    start = -memory.ctypes.data % 64
    data = memory[start : start + 4 * n].view(np.float32)
    made, assigned = bm.Variable(data), bm.Variable(n)
    assigned.value = data
    data[:] = 7
    assert_array_equal(made.value, np.zeros(n))
    assert_array_equal(assigned.value, np.zeros(n))


@pytest.mark.parametrize("transform", [jax.jit, jax.grad, jax.vmap])
def test_a_plain_jax_transform_leaves_no_tracer_in_a_variable(transform):
    v = bm.Variable(())

    def write(x):
        v.value = v + x
        return v.value * 2

    x = jnp.ones(3) if transform is jax.vmap else 1.0
    with pytest.raises(
        LeakedTracerError, match=r"Variable of shape \(\): expected a value that outlives.*plain JAX transform"
    ) as no:
        transform(write)(x)
    assert "Use jit, grad or for_loop of bouton.math" in no.value.fix
    assert float(v.value) == 0.0


def test_a_plain_jax_transform_may_read_a_variable():
    v = bm.Variable([1.0, 2.0])
    assert_array_equal(jax.jit(lambda x: v * x)(2.0), [2, 4])
    assert_array_equal(jax.vmap(lambda x: v.sum() * x)(jnp.arange(3.0)), [0, 3, 6])


def test_a_variable_kept_from_inside_a_compiled_function_says_so_when_it_is_read():
    kept = []

    @bm.jit
    def make(x):
        kept.append(bm.Variable(x * jnp.ones(2)))
        return x

    make(1.0)
    with pytest.raises(LeakedTracerError, match=r"of shape \(2,\): expected a Variable made outside.*made while a function was"):
        _ = kept[0].value


def test_a_variable_made_and_used_inside_a_compiled_function_works():
    @bm.jit
    def f(x):
        inner = bm.Variable(jnp.zeros(()))
        for _ in range(3):
            inner.value = inner + x
        return bm.for_loop(lambda y: inner.value * y, jnp.arange(3.0))

    assert_array_equal(f(2.0), [0, 6, 12])


def test_a_copy_has_its_own_cell():
    v = bm.Variable((1, 2), batch_axis=0)
    twin = copy.deepcopy(v)
    twin.value = jnp.ones((4, 2))
    assert_array_equal(v.value, np.zeros((1, 2)))
    assert twin.batch_size == 4


def test_a_variable_can_be_pickled():
    v = pickle.loads(pickle.dumps(bm.TrainVar([1.0, 2.0])))
    assert type(v) is bm.TrainVar
    assert_array_equal(v.value, [1, 2])


def test_a_copy_that_is_made_while_tracing_has_the_value_at_that_point():
    v = bm.Variable(jnp.ones(2), batch_axis=0)

    @bm.jit
    def f(x):
        v.value = v + x
        twin, other = copy.deepcopy(v), copy.copy(v)
        twin.value = twin * 10.0
        return twin.value, other.value, v.value

    for found, expected in zip(f(1.0), (20.0, 2.0, 2.0), strict=True):
        assert_array_equal(found, np.full(2, expected))


@pytest.mark.parametrize("cls", [bm.Variable, bm.TrainVar, bm.Parameter])
def test_every_class_shows_its_own_name(cls):
    v = cls([1.0, 2.0])
    assert repr(v) == f"{cls.__name__}(value=[1. 2.], dtype=float32)"
    assert type(copy.copy(v)) is cls


def test_a_parameter_takes_part_in_transforms_like_any_variable():
    p = bm.Parameter(jnp.full(3, 2.0))
    assert_array_equal(bm.grad(lambda: (p**2).sum(), grad_vars=p)(), np.full(3, 4.0))
    bm.jit(lambda: setattr(p, "value", p * 2.0))()
    assert_array_equal(bm.for_loop(lambda x: p * x, jnp.arange(2.0)), [np.zeros(3), np.full(3, 4.0)])


def test_the_errors_are_of_bouton_and_of_the_builtin():
    assert issubclass(MathError, bp.errors.BoutonError)
    assert issubclass(MathError, ValueError)
    assert issubclass(LeakedTracerError, RuntimeError)
