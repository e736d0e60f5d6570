"""Every array function of jax.numpy that bouton.math has takes a Variable wherever it takes an array."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm

X = jnp.asarray([[0.1, 0.4, 0.8], [0.7, 0.2, 0.5]])
Y = jnp.asarray([[0.3, 0.4, 0.2], [0.9, 0.6, 0.1]])
SQUARE = jnp.asarray([[2.0, 0.5, 0.1], [0.5, 3.0, 0.2], [0.1, 0.2, 1.5]])
VECTOR = jnp.asarray([0.3, 0.1, 0.6])
RISING = jnp.asarray([0.1, 0.3, 0.6])
ABOVE_ONE = jnp.asarray([1.5, 2.0])
WHOLE = jnp.asarray([[3, 1, 2], [5, 4, 6]])
COUNTS = jnp.asarray([2, 0, 1, 2])
BYTES = jnp.asarray([3, 0, 255], jnp.uint8)
YES = jnp.asarray([[True, False, True], [False, False, True]])
COMPLEX = jnp.asarray([1.0 + 2.0j, 3.0 - 1.0j])
CUBE = jnp.asarray(np.arange(24.0, dtype=np.float32).reshape(2, 3, 4))


# The arguments, made with v, which wraps an array into a Variable or leaves it → the functions that get them.
CASES = [
    (
        lambda v: (v(X),),
        """abs absolute acos all any amax amin angle arccos arcsin arcsinh arctan arctanh argmax argmin argsort argwhere around
        array asarray asin asinh atan atanh atleast_1d atleast_2d atleast_3d cbrt ceil conj conjugate copy corrcoef cos cosh
        count_nonzero cov cumprod cumsum deg2rad degrees diagonal diff ediff1d empty_like exp exp2 expm1 fabs flatnonzero flip
        fliplr flipud floor frexp gradient histogram histogram_bin_edges i0 imag iscomplex iscomplexobj isfinite isinf isnan
        isneginf isposinf isreal isrealobj isscalar iterable log log10 log1p log2 logical_not matrix_transpose max mean median
        min modf nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanprod nanstd nansum
        nanvar ndim negative nonzero ones_like positive prod ptp rad2deg radians ravel real reciprocal rint rot90 round shape
        sign signbit sin sinc sinh size sort sqrt square squeeze spacing std sum tan tanh transpose trapezoid tril triu trunc
        unique unique_all unique_counts unique_inverse unique_values unstack unwrap var zeros_like result_type trace block
        broadcast_arrays diagflat tril_indices_from triu_indices_from
        linalg.matrix_norm linalg.matrix_rank linalg.matrix_transpose linalg.norm linalg.pinv linalg.qr linalg.svd
        linalg.svdvals linalg.vector_norm linalg.diagonal linalg.trace
        fft.fft fft.fft2 fft.fftn fft.fftshift fft.hfft fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.ihfft fft.irfft
        fft.irfft2 fft.irfftn fft.rfft fft.rfft2 fft.rfftn""",
    ),
    (lambda v: (v(ABOVE_ONE),), "acosh arccosh"),
    (lambda v: (v(WHOLE),), "bitwise_count bitwise_invert bitwise_not invert"),
    (lambda v: (v(VECTOR),), "diag ix_ polyder polyint trim_zeros vander roots"),
    (lambda v: (v(SQUARE),), "diag_indices_from poly"),
    (
        lambda v: (v(SQUARE),),
        """linalg.cholesky linalg.cond linalg.det linalg.eig linalg.eigh linalg.eigvals linalg.eigvalsh linalg.inv
        linalg.slogdet""",
    ),
    (lambda v: (v(COMPLEX),), "sort_complex abs angle real imag conj iscomplex iscomplexobj exp"),
    (lambda v: (v(COUNTS),), "bincount"),
    (lambda v: (v(BYTES),), "packbits unpackbits"),
    (
        lambda v: (v(X), v(Y)),
        """add allclose arctan2 array_equal array_equiv atan2 append copysign divide divmod equal float_power floor_divide fmax
        fmin fmod greater greater_equal heaviside hypot intersect1d isclose isin less less_equal logaddexp logaddexp2
        logical_and logical_or logical_xor maximum minimum mod multiply nextafter not_equal pow power remainder setdiff1d
        setxor1d subtract true_divide union1d vdot inner kron outer cov corrcoef""",
    ),
    (
        lambda v: (v(VECTOR), v(RISING)),
        "convolve correlate polyadd polydiv polymul polysub polyval cross dot inner vecdot matmul",
    ),
    (lambda v: (v(VECTOR), v(RISING)), "linalg.cross linalg.vecdot linalg.outer meshgrid outer trapezoid histogram2d"),
    (lambda v: (v(SQUARE), v(VECTOR)), "dot matmul matvec linalg.solve linalg.lstsq"),
    (lambda v: (v(VECTOR), v(SQUARE)), "dot matmul vecmat"),
    (lambda v: (v(SQUARE), v(SQUARE)), "dot matmul tensordot linalg.matmul linalg.tensordot kron vecdot"),
    (
        lambda v: (v(WHOLE), v(WHOLE)),
        """bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor gcd lcm left_shift right_shift""",
    ),
    (lambda v: (v(X), v(WHOLE)), "ldexp"),
    (lambda v: ([v(X), v(Y)],), "block column_stack concat concatenate dstack hstack stack vstack lexsort"),
    (lambda v: ([v(SQUARE), v(SQUARE), v(VECTOR)],), "linalg.multi_dot"),
    (lambda v: (v(X), 3), "array_split hsplit"),
    (lambda v: (v(X), 2), "vsplit repeat roll tile resize"),
    (lambda v: (v(SQUARE), 2), "linalg.matrix_power roll"),
    (lambda v: (v(SQUARE), 1), "argpartition partition"),
    (lambda v: (v(CUBE), 2), "dsplit array_split repeat"),
    (lambda v: (v(X), 2), "split vsplit"),
    (lambda v: (v(X), 0.5), "percentile quantile nanpercentile nanquantile"),
    (lambda v: (v(X), v(RISING)), "percentile quantile digitize"),
    (lambda v: (v(RISING), v(X)), "searchsorted"),
    (lambda v: (v(X), v(RISING), v(VECTOR)), "interp"),
    (lambda v: (v(RISING), v(VECTOR), 1), "polyfit"),
    (lambda v: (v(X), 0), "delete expand_dims rollaxis"),
    (lambda v: (v(X), 0, 1), "moveaxis swapaxes"),
    (lambda v: (v(X), 1, v(jnp.ones(2))), "insert"),
    (lambda v: (v(X), (3, 2)), "reshape resize"),
    (lambda v: (v(X), (4, 2, 3)), "broadcast_to"),
    (lambda v: (v(X), (1, 0)), "permute_dims transpose"),
    (lambda v: (v(X), 1), "average pad argsort cumsum max"),
    (lambda v: (v(X), v(jnp.asarray([1, 0]))), "take"),
    (lambda v: (v(X), v(jnp.asarray([[1], [0]])), 1), "take_along_axis"),
    (lambda v: (v(YES[0]), v(VECTOR)), "extract"),
    (lambda v: (np.asarray(YES[0]), v(VECTOR)), "compress"),
    (lambda v: (v(YES), v(X), v(Y)), "where"),
    (lambda v: ([v(YES)], [v(X)], 0.0), "select"),
    (lambda v: (v(X), [v(YES)], [1.0, 2.0]), "piecewise"),
    (lambda v: (v(jnp.asarray([0, 1, 0])), [v(VECTOR), v(RISING)]), "choose"),
    (lambda v: (v(X), 0.2, 0.6), "clip"),
    (lambda v: (v(X), v(jnp.asarray(0.2)), v(jnp.asarray(0.6))), "clip"),
    (lambda v: (v(X), jnp.float16), "astype"),
    (lambda v: (v(X), 2.0), "full_like"),
    (lambda v: ("ij,kj->ik", v(X), v(Y)), "einsum"),
    (lambda v: (v(jnp.asarray([1, 4])), (2, 3)), "unravel_index"),
    (lambda v: ((v(jnp.asarray([1, 0])), v(jnp.asarray([2, 1]))), (2, 3)), "ravel_multi_index"),
    (lambda v: (v(jnp.asarray([[0.1, 0.2], [0.5, 0.9], [0.4, 0.4]])),), "histogramdd"),
    (lambda v: (jnp.sum, 0, v(X)), "apply_along_axis"),
    (lambda v: (jnp.sum, v(X), (0,)), "apply_over_axes"),
    (lambda v: (v(jnp.asarray(0.0)), v(jnp.asarray(1.0)), 5), "linspace logspace"),
    (lambda v: (v(jnp.asarray(1.0)), v(jnp.asarray(8.0)), 4), "geomspace"),
    (lambda v: ((2, 3), v(jnp.asarray(0.5))), "full"),
    (lambda v: (v(jnp.eye(4).reshape(2, 2, 2, 2)),), "linalg.tensorinv"),
    (lambda v: (v(jnp.eye(4).reshape(2, 2, 2, 2)), v(jnp.ones((2, 2)))), "linalg.tensorsolve"),
]

# With keywords as well.
IN_PLACE = {
    "fill_diagonal": lambda v: (v(SQUARE), v(VECTOR)),
    "place": lambda v: (v(X), v(YES), v(VECTOR)),
    "put": lambda v: (v(X), v(COUNTS), v(COUNTS.astype(np.float32))),
    "put_along_axis": lambda v: (v(X), v(jnp.asarray([[1], [0]])), v(jnp.ones((2, 1))), 1),
}

WITHOUT_ARRAYS = """
    arange bartlett blackman broadcast_shapes can_cast diag_indices empty eye fromfunction hamming hanning identity
    indices isdtype issubdtype kaiser mask_indices ones promote_types tri tril_indices triu_indices vectorize zeros
    fft.fftfreq fft.rfftfreq
"""


def function(name, module):
    for part in name.split("."):
        module = getattr(module, part)
    return module


def is_variable(x):
    return isinstance(x, bm.Variable)


def same(got, expected):
    """Whether two results are of the same structure, types and numbers, with no Variable among them."""
    found, structure = jax.tree_util.tree_flatten(got, is_leaf=is_variable)
    wanted, expected_structure = jax.tree_util.tree_flatten(expected)
    assert structure == expected_structure
    for x, y in zip(found, wanted, strict=True):
        assert type(x) is type(y)
        if isinstance(y, jax.Array):
            assert x.dtype == y.dtype
            assert_array_equal(x, y)
        else:
            assert x == y


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("arguments, name", [(arguments, name) for arguments, names in CASES for name in names.split()])
def test_a_function_of_arrays_takes_variables(arguments, name):
    same(function(name, bm)(*arguments(bm.Variable)), function(name, jnp)(*arguments(lambda x: x)))


@pytest.mark.parametrize("name", IN_PLACE)
def test_a_function_that_writes_gives_the_new_array_and_leaves_the_variable(name):
    x, *rest = IN_PLACE[name](bm.Variable)
    before = np.array(x)
    out = getattr(bm, name)(x, *rest, inplace=False)
    same(out, getattr(jnp, name)(*IN_PLACE[name](lambda x: x), inplace=False))
    assert_array_equal(x, before)
    assert not np.array_equal(out, before)


def test_keywords_take_variables():
    same(bm.sum(bm.Variable(X), where=bm.Variable(YES)), jnp.sum(X, where=YES))
    same(bm.max(bm.Variable(X), initial=bm.Variable(jnp.asarray(0.6)), where=bm.Variable(YES)), jnp.float32(0.8))
    same(bm.average(bm.Variable(X), weights=bm.Variable(Y)), jnp.average(X, weights=Y))
    same(bm.clip(bm.Variable(X), min=bm.Variable(Y)), jnp.maximum(X, Y))
    same(bm.bincount(bm.Variable(COUNTS), weights=bm.Variable(jnp.ones(4))), jnp.asarray([1.0, 1.0, 2.0]))
    same(bm.vectorize(lambda a: a.sum(), signature="(n)->()")(bm.Variable(X)), X.sum(axis=1))


def test_every_function_that_is_taken_over_has_a_case():
    tested = {name for _, names in CASES for name in names.split()} | set(IN_PLACE)
    functions = {name for name in bm.__all__ if callable(getattr(jnp, name, None)) and not isinstance(getattr(jnp, name), type)}
    for sub in ("linalg", "fft"):
        functions |= {f"{sub}.{name}" for name, x in vars(getattr(bm, sub)).items() if callable(x) and name[0] != "_"}
    assert functions - tested == set(WITHOUT_ARRAYS.split())


@pytest.mark.parametrize("name", ["dot", "where", "linalg.norm", "concatenate", "fft.fft", "einsum", "broadcast_to"])
def test_inside_of_compiled_code_a_function_takes_variables(name):
    arguments = next(arguments for arguments, names in CASES if name in names.split())
    expected = function(name, jnp)(*arguments(lambda x: x))
    given = arguments(bm.Variable)
    got = bm.jit(lambda: function(name, bm)(*given))()
    assert_allclose(got, expected, rtol=1e-6)
    grown = bm.for_loop(lambda k: function(name, bm)(*given), jnp.arange(2))
    assert_allclose(grown[1], expected, rtol=1e-6)


def test_a_gradient_goes_through_array_functions_of_variables():
    w = bm.TrainVar(jnp.asarray([1.0, 2.0, 3.0]))
    assert_allclose(bm.grad(lambda: bm.sum(bm.square(w)), w)(), [2.0, 4.0, 6.0])


def test_constants_and_kinds_are_those_of_numpy():
    assert (bm.pi, bm.e, bm.inf, bm.newaxis) == (np.pi, np.e, np.inf, None)
    assert bm.isnan(bm.nan)
    assert bm.float32 is jnp.float32
    assert bm.issubdtype(bm.bfloat16, bm.floating)
    assert bm.finfo(bm.float32).eps == np.finfo(np.float32).eps
    assert bm.Array is bm.ndarray is jax.Array


def test_a_trained_weight_is_told_from_an_array():
    assert isinstance(bm.ones(2), bm.Array)
    assert not isinstance(bm.ones(2), bm.TrainVar)
    assert isinstance(bm.TrainVar(2), bm.TrainVar)
    assert not isinstance(bm.TrainVar(2), bm.Array)
