"""Same seed, same numbers, in every way of running."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.ways import WAYS

import bouton.math as bm

pytestmark = pytest.mark.long

DRAWS = {
    "normal": lambda r, x: r.normal(x, 2.0),
    "uniform": lambda r, x: r.uniform(0.0, x, ()),
    "exponential": lambda r, x: r.exponential(x),
    "bernoulli": lambda r, x: x * r.bernoulli(0.5).astype(jnp.float32),
    "choice": lambda r, x: x * r.choice(jnp.arange(10.0)),
    "permutation": lambda r, x: x * r.permutation(10)[0].astype(jnp.float32),
}


@pytest.mark.parametrize("name", DRAWS)
def test_the_numbers_are_the_same_in_every_way_of_running(name):
    draw = DRAWS[name]
    xs = jnp.arange(1.0, 4.0)
    reference = bm.random.RandomState(5)
    expected = [float(draw(reference, x)) for x in xs]
    for way in WAYS.values():
        rng = bm.random.RandomState(5)
        assert_allclose(way(lambda x, rng=rng: draw(rng, x), xs), expected, rtol=1e-5)
        assert_allclose(rng.key, reference.key)


def test_a_loop_draws_in_the_order_of_its_splits():
    rng = bm.random.RandomState(9)
    drawn = bm.for_loop(lambda _: rng.normal(size=2), jnp.arange(3))
    own = jax.random.PRNGKey(9)
    for row in np.asarray(drawn):
        own, new = jax.random.split(own)
        assert_allclose(row, jax.random.normal(new, (2,)), rtol=1e-6)
    np.testing.assert_array_equal(rng.key, own)


def test_each_call_of_a_compiled_function_draws_anew():
    rng = bm.random.RandomState(0)
    f = bm.jit(lambda: rng.normal())
    assert len({float(f()) for _ in range(5)}) == 5


def test_a_gradient_goes_through_what_is_drawn():
    rng = bm.random.RandomState(4)
    scale = bm.TrainVar(jnp.asarray(3.0))
    gradient = bm.grad(lambda: rng.normal(0.0, scale), grad_vars=scale)()
    _, used = jax.random.split(jax.random.PRNGKey(4))
    assert_allclose(gradient, jax.random.normal(used), rtol=1e-6)


def test_every_mapped_element_has_numbers_of_its_own():
    drawn = {}
    for name, wrap in {"eager": lambda f: f, "compiled": bm.jit}.items():
        rng = bm.random.RandomState(7)
        mapped = wrap(bm.vmap(lambda x, rng=rng: x + rng.normal(size=2)))
        drawn[name] = np.concatenate([mapped(jnp.zeros(5)), mapped(jnp.zeros(5))])
        assert len(np.unique(drawn[name])) == 20
        assert rng.key.shape == (2,)
    assert_allclose(drawn["eager"], drawn["compiled"], rtol=1e-6)


def test_a_key_of_its_own_can_be_given_to_every_mapped_element():
    rng = bm.random.RandomState(7)
    keys = rng.split_keys(4)
    mapped = bm.vmap(lambda key: rng.normal(size=2, key=key))(keys)
    assert_allclose(mapped, [jax.random.normal(key, (2,)) for key in keys], rtol=1e-6)
