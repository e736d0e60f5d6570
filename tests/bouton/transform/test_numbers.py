"""What counts as a number, wherever one is given."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

import bouton.math as bm
from bouton.transform._numbers import as_sizes, as_whole, is_real, is_whole

WHOLE = (3, np.int8(3), np.uint64(3))
REAL = (3.0, np.float16(3), np.float64(3), Fraction(3))
NEITHER = (True, np.True_, 3j, np.complex64(3), "3", None, [3], np.ones(2), jnp.ones(()))


def test_whole_numbers_are_those_of_python_and_numpy():
    assert all(map(is_whole, WHOLE))
    assert not any(map(is_whole, REAL + NEITHER))


def test_real_numbers_are_whole_or_not():
    assert all(map(is_real, WHOLE + REAL))
    assert not any(map(is_real, NEITHER))


@pytest.mark.parametrize("held", [*WHOLE, np.array(3), jnp.asarray(3), bm.Variable(jnp.asarray(3))], ids=repr)
def test_a_whole_number_may_stand_in_an_array(held):
    assert as_whole(held) == 3
    assert type(as_whole(held)) is int
    assert as_sizes(held) == (3,)
    assert as_sizes((2, held)) == as_sizes([2, held]) == (2, 3)


@pytest.mark.parametrize("other", [*REAL, *NEITHER[:-3]], ids=repr)
def test_what_is_no_whole_number_is_no_size(other):
    with pytest.raises(TypeError):
        as_whole(other)
    with pytest.raises(TypeError):
        as_sizes((2, other))


def test_in_compiled_code_a_size_has_to_be_known():
    with pytest.raises(TypeError):
        bm.jit(lambda n: jnp.zeros(as_sizes(n)))(3)
