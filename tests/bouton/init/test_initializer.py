import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, NoImplementationError, ValueRefused

init = bp.init
DRAWN = [
    init.Normal,
    init.TruncatedNormal,
    init.Uniform,
    init.Exponential,
    init.KaimingNormal,
    init.KaimingUniform,
    init.XavierNormal,
    init.XavierUniform,
    init.LecunNormal,
    init.LecunUniform,
    init.VarianceScaling,
    init.Orthogonal,
    lambda **given: init.Gamma(2.0, **given),
]
FIXED = [init.ZeroInit, init.OneInit, init.Constant, init.Identity]


def test_it_has_two_names():
    assert bp.initialize is bp.init


@pytest.mark.parametrize("make", DRAWN)
def test_the_seed_of_everything_governs_it(make):
    bm.random.seed(3)
    one = make()((3, 4))
    other = make()((3, 4))
    bm.random.seed(3)
    assert_array_equal(make()((3, 4)), one)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("make", DRAWN)
def test_a_seed_of_its_own_leaves_all_others_alone(make):
    before = np.asarray(bm.random.DEFAULT.key)
    one = make(seed=5)
    first, second = one((3, 4)), one((3, 4))
    assert_array_equal(make(seed=jax.random.PRNGKey(5))((3, 4)), first)
    assert_array_equal(make(seed=bm.random.RandomState(5))((3, 4)), first)
    assert not np.array_equal(first, second)
    assert_array_equal(bm.random.DEFAULT.key, before)


@pytest.mark.parametrize("make", [init.Normal, init.KaimingUniform, init.Orthogonal])
def test_compiled_code_draws_the_same_numbers(make):
    expected = make(seed=5)((3, 4))
    draw = make(seed=5)
    compiled = bm.jit(lambda: draw((3, 4)))
    assert_allclose(compiled(), expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(compiled(), expected)


@pytest.mark.parametrize("make", DRAWN + FIXED)
def test_shape_and_dtype_are_those_asked_for(make):
    values = make()([3, np.int64(4)])
    assert values.shape == (3, 4)
    assert values.dtype == jnp.float32
    assert make()((3, 4), jnp.float16).dtype == jnp.float16
    assert make()((0, 4)).shape == (0, 4)
    with bm.environment(float_=jnp.bfloat16):
        assert make()((3, 4)).dtype == jnp.bfloat16


def test_an_int_is_the_shape_of_a_vector():
    assert init.Normal()(5).shape == (5,)


def test_it_gives_the_first_value_of_a_parameter():
    model = bp.Object()
    model.w = bp.parameters.Parameter(shape=(3, 4), init_func=init.Normal(0.1))
    assert model.w.shape == (3, 4)


@pytest.mark.parametrize(
    ("initializer", "text"),
    [
        (init.Normal(0.01), "Normal(scale=0.01, mean=0.0)"),
        (init.Normal(0.01, seed=3), "Normal(scale=0.01, mean=0.0, seed=3)"),
        (init.ZeroInit(), "ZeroInit()"),
        (init.OneInit(2), "OneInit(value=2)"),
        (init.Orthogonal(), "Orthogonal(scale=1.0, axis=-1)"),
        (
            init.KaimingNormal(20.0),
            "KaimingNormal(scale=20.0, mode='fan_in', distribution='truncated_normal', in_axis=-2, out_axis=-1)",
        ),
    ],
)
def test_the_text_shows_class_and_arguments(initializer, text):
    assert repr(initializer) == text


def test_a_subclass_has_to_say_what_it_gives():
    class Halves(init.Initializer):
        pass

    with pytest.raises(NoImplementationError, match=r"Halves\.__call__: expected a method that returns .* got none\. Write def"):
        Halves()(3)


def test_what_is_no_shape_is_refused():
    for shape in (2.5, "3", True, (1, 2.0), None):
        with pytest.raises(KindError, match=r"Normal\(shape\): expected an int or a tuple of ints, got .*for instance \(3, 4\)"):
            init.Normal()(shape)
    with pytest.raises(ValueRefused, match=r"ZeroInit\(shape\): expected sizes of 0 or more, got \(3, -1\)\. Choose others\."):
        init.ZeroInit()((3, -1))
