import jax
import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm


@pytest.mark.parametrize(
    "within",
    [
        pytest.param(lambda f: lambda keys: bm.jit(f)(keys[0]), id="jit"),
        pytest.param(lambda f: bm.vmap(f), id="vmap"),
        pytest.param(lambda f: lambda keys: bm.for_loop(f, keys), id="for_loop"),
        pytest.param(lambda f: lambda keys: bm.jit(bm.grad(lambda w: w * sum(a.sum() for a in f(keys[0]))))(2.0), id="grad"),
    ],
)
def test_arrays_permuted_with_one_key_share_a_sort(within):
    x, y = jnp.arange(2000.0).reshape(1000, 2), jnp.arange(1000.0)
    keys = jax.random.split(jax.random.PRNGKey(0), 2)

    def sorts(f):
        return str(jax.make_jaxpr(within(f))(keys)).count(" sort[")

    alone = sorts(lambda key: [bm.random.permutation(x, key=key)])
    assert alone > 0
    assert sorts(lambda key: [bm.random.permutation(x, key=key), bm.random.permutation(y, key=key)]) == alone
    assert sorts(lambda key: [bm.random.permutation(x, key=key), bm.random.permutation(y[1:], key=key)]) == 2 * alone


def test_a_branch_and_what_follows_it_may_use_one_key():
    x = jnp.arange(20.0)
    key = jax.random.PRNGKey(1)

    @bm.jit
    def f(key, first):
        some = bm.cond(first, lambda: bm.random.permutation(x, key=key), lambda: x)
        return some, bm.random.permutation(x, key=key)

    expected = jax.random.permutation(key, x)
    for first in (True, False):
        some, after = f(key, first)
        assert_array_equal(some, expected if first else x)
        assert_array_equal(after, expected)
