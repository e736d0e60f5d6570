import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("size", "shape"),
    [(None, ()), (3, (3,)), ((), ()), ((2, 3), (2, 3)), ([2, 3], (2, 3)), (np.int64(4), (4,)), (jnp.asarray(2), (2,)), (0, (0,))],
)
def test_a_size_is_a_number_or_several(size, shape):
    assert bm.random.normal(size=size).shape == shape


@pytest.mark.parametrize("size", [-1, (2, -3)])
def test_a_negative_size_is_refused(size):
    with pytest.raises(ValueRefused, match=r"random\.normal\(size\): expected sizes of 0 or more, got .*Choose others\."):
        bm.random.normal(size=size)


@pytest.mark.parametrize("size", [1.5, "3", True, (2, 0.5)])
def test_a_size_of_another_kind_is_refused(size):
    with pytest.raises(
        KindError, match=r"random\.uniform\(size\): expected an int or a tuple of ints, got .*for instance \(3, 4\)\."
    ):
        bm.random.uniform(size=size)


def test_a_traced_size_is_refused():
    with pytest.raises(KindError, match=r"expected an int or a tuple of ints, got a traced value\. A shape has to be known"):
        bm.jit(lambda n: bm.random.normal(size=n))(3)


def test_a_size_that_the_parameters_do_not_broadcast_to_is_refused():
    words = r"normal\(size\): expected a shape that parameters of shape \(2, 3\) broadcast to, got \(3,\)\. Leave size out"
    with pytest.raises(ShapeError, match=words):
        bm.random.normal(np.zeros((2, 3)), size=3)
    with pytest.raises(ShapeError, match=r"got \(4, 3\)"):
        bm.random.normal(jnp.zeros((2, 3)), size=(4, 3))


def test_truth_values_count_as_numbers():
    drawn = bm.random.RandomState(0).normal(np.array([True, False]), 0)
    assert drawn.tolist() == [1.0, 0.0]


def test_parameters_in_another_precision_are_converted():
    assert bm.random.normal(np.float64(1.0), np.array([1, 2]), size=(3, 2)).dtype == jnp.float32
    assert bm.random.normal(jnp.ones(2, jnp.bfloat16), jnp.ones(2, jnp.int8)).dtype == jnp.float32
    with jax.numpy_dtype_promotion("strict"):
        assert bm.random.gamma(jnp.ones(2, jnp.float16), 2, dtype=jnp.float16).dtype == jnp.float16
