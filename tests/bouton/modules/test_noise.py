import math

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import KindError
from bouton.modules import LIF, LIFJax, Rate, RateJax, aLIF, aLIFJax
from bouton.modules._noise import draw


@pytest.mark.parametrize("seed", [5, np.int32(5), jax.random.PRNGKey(5), jax.random.key(5), np.asarray(jax.random.PRNGKey(5))])
def test_a_key_is_a_key_or_a_seed(seed):
    assert_array_equal(Rate(2, rng_key=seed).rng_key, jax.random.PRNGKey(5))
    assert_array_equal(RateJax(2, rng_key=seed).rng_key, jax.random.PRNGKey(5))


def test_without_a_key_one_is_drawn_from_boutons_own():
    bm.random.seed(3)
    expected = bm.random.split_key()
    bm.random.seed(3)
    assert_array_equal(Rate(2).rng_key, expected)


def test_the_key_is_a_state_of_functional_modules_only():
    assert RateJax(2).entry("rng_key").kind == "state"
    assert Rate(2).entry("rng_key").kind == "random"
    assert "rng_key" not in Rate(2).state()


@pytest.mark.parametrize("bad", ["seed", 1.5, np.zeros(2), np.zeros((2, 2), np.uint32), [0, 1]], ids=repr)
def test_what_is_no_key_is_refused(bad):
    with pytest.raises(
        KindError, match=r"rng_key: expected a JAX key, or an int for a seed, got .*\. Write for instance rng_key=0, or"
    ):
        Rate(2, rng_key=bad)


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
    functional = LIFJax(2, noise_std=1.0, rng_key=4)
    moved = functional.set_attributes(functional(x)[1])
    assert_array_equal(moved(x, record="vmem")[2]["vmem"], second)
    assert_array_equal(moved.reset_state()(x, record="vmem")[2]["vmem"], first)


def test_without_noise_the_key_stays():
    rate = Rate(2, rng_key=1)
    before = np.asarray(rate.rng_key)
    rate(np.ones((5, 2)))
    assert_array_equal(rate.rng_key, before)


# -- noise and recurrence together --------------------------------------------------------------------


STEPS, N, SIGMA = 25, 3, 0.8
W = np.array([[0.0, 0.2, -0.1], [0.1, 0.0, 0.3], [-0.2, 0.1, 0.0]])
DATA = np.random.default_rng(4).uniform(0, 0.3, size=(2, STEPS, N))


def drawn(seed, batch):
    """The noise of each step, (B, T, N), from the keys that split as documented: one part goes on, the other is drawn from."""
    key, noise = jax.random.PRNGKey(seed), []
    for _ in range(STEPS):
        key, used = jax.random.split(key)
        noise.append(SIGMA * math.sqrt(1e-3) * np.asarray(jax.random.normal(used, (batch, N))))
    return np.stack(noise, axis=1)


def reference(kind, batch):
    noise, out = drawn(7, batch), []
    for series, xi in zip(DATA[:batch], noise, strict=True):
        if kind in (Rate, RateJax):
            out.append(models.rate(series, w_rec=W, act="tanh", noise=xi)[0])
        elif kind in (LIF, LIFJax):
            out.append(models.lif(series, N, w_rec=W, bias=0.1, noise=xi)["spikes"])
        else:
            out.append(models.lif(series, N, w_rec=W, bias=0.1, noise=xi, tau_ada=0.05, beta=0.4)["spikes"])
    return np.stack(out)


def recurrent(kind):
    options = {"has_rec": True, "w_rec": W, "noise_std": SIGMA, "rng_key": 7}
    if kind in (Rate, RateJax):
        return kind(N, activation_func="tanh", **options)
    return kind(N, bias=0.1, **options, **({} if kind in (LIF, LIFJax) else {"tau_ada": 0.05, "beta": 0.4}))


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("kind", [Rate, RateJax, LIF, LIFJax, aLIF, aLIFJax], ids=lambda kind: kind.__name__)
def test_recurrent_units_with_noise_follow_their_equations_eager_compiled_and_batched(kind, batch):
    expected = reference(kind, batch)
    assert np.abs(expected).sum() > 1
    data = DATA[:batch]
    assert_allclose(recurrent(kind)(data)[0], expected, rtol=1e-3, atol=1e-5)
    compiled = recurrent(kind)
    assert_allclose(bm.jit(lambda x: compiled(x)[0])(data), expected, rtol=1e-3, atol=1e-5)
    if kind in (RateJax, LIFJax, aLIFJax):
        assert_allclose(jax.jit(lambda m, x: m(x)[0])(recurrent(kind), data), expected, rtol=1e-3, atol=1e-5)
