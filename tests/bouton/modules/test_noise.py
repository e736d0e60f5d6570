import jax
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError
from bouton.modules import LIF, Rate, RateJax
from bouton.modules._noise import draw, key


@pytest.mark.parametrize("seed", [5, np.int32(5), jax.random.PRNGKey(5), jax.random.key(5), np.asarray(jax.random.PRNGKey(5))])
def test_a_key_is_a_key_or_a_seed(seed):
    assert_array_equal(np.asarray(key(seed, False).data), jax.random.PRNGKey(5))


def test_without_a_key_one_is_drawn_from_boutons_own():
    bm.random.seed(3)
    expected = bm.random.split_key()
    bm.random.seed(3)
    assert_array_equal(Rate(2).rng_key, expected)


def test_the_key_is_a_state_of_functional_modules_only():
    assert (key(0, True).kind, key(0, False).kind) == ("state", "random")
    assert RateJax(2).entry("rng_key").kind == "state"
    assert Rate(2).entry("rng_key").kind == "random"
    assert "rng_key" not in Rate(2).state()


@pytest.mark.parametrize("bad", ["seed", 1.5, np.zeros(2), np.zeros((2, 2), np.uint32), [0, 1]], ids=repr)
def test_what_is_no_key_is_refused(bad):
    with pytest.raises(
        KindError, match=r"rng_key: expected a JAX key, or an int for a seed, got .*\. Write for instance rng_key=0, or"
    ):
        key(bad, False)


def test_a_draw_splits_the_key():
    kept, normal = draw({"rng_key": jax.random.PRNGKey(1)}, (3,), np.float32)
    own, used = jax.random.split(jax.random.PRNGKey(1))
    assert_array_equal(kept, own)
    assert_array_equal(normal, jax.random.normal(used, (3,)))


def test_a_reset_starts_the_noise_again():
    lif = LIF(2, noise_std=1.0, rng_key=4)
    x = np.zeros((5, 2))
    first = np.asarray(lif(x, record="vmem")[2]["vmem"])
    second = np.asarray(lif(x, record="vmem")[2]["vmem"])
    lif.reset_state()
    assert_array_equal(lif(x, record="vmem")[2]["vmem"], first)
    assert not np.array_equal(first, second)


def test_without_noise_the_key_stays():
    rate = Rate(2, rng_key=1)
    before = np.asarray(rate.rng_key)
    rate(np.ones((5, 2)))
    assert_array_equal(rate.rng_key, before)
