import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm

pytestmark = pytest.mark.long


@pytest.mark.parametrize("n", [0, 1, 2, 3, 255, 257, 513, 2000])
@pytest.mark.parametrize("kind", [jax.random.PRNGKey, jax.random.key])
def test_a_permutation_of_a_number_is_that_of_jax(n, kind):
    key = kind(3)
    mine, expected = bm.random.permutation(n, key=key), jax.random.permutation(key, n)
    assert_array_equal(mine, expected)
    assert mine.dtype == expected.dtype


def test_numbers_drawn_that_nearly_agree_are_sorted_by_their_last_bits():
    n, bits = 512, 9
    keys = jax.random.split(jax.random.PRNGKey(0), 200)
    drawn = np.stack([jax.random.bits(jax.random.split(key)[1], (n,), jnp.uint32) for key in keys])
    near = [len(np.unique(line >> bits)) < n for line in drawn]
    assert any(near)
    assert not all(near)
    expected = np.argsort(drawn, axis=1, kind="stable")
    assert_array_equal(bm.for_loop(lambda key: bm.random.permutation(n, key=key), keys), expected)
    assert_array_equal(bm.vmap(lambda key: bm.random.permutation(n, key=key))(keys), expected)
