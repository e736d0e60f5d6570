import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

pytestmark = pytest.mark.long


def test_a_permutation_has_the_same_elements():
    rng = bm.random.RandomState(0)
    assert_array_equal(np.sort(rng.permutation(100)), np.arange(100))
    assert not np.array_equal(rng.permutation(100), np.arange(100))
    x = np.arange(12.0).reshape(4, 3)
    assert_array_equal(np.sort(rng.permutation(x), axis=0), x)
    assert_array_equal(np.sort(rng.permutation([3, 1, 2])), [1, 2, 3])


def test_the_same_key_gives_arrays_of_equal_length_the_same_order():
    rng = bm.random.RandomState(0)
    x, y = jnp.arange(40.0).reshape(20, 2), jnp.arange(20)
    key = rng.split_key()
    before = np.asarray(rng.key)
    mixed_x, mixed_y = rng.permutation(x, key=key), rng.permutation(y, key=key)
    assert_array_equal(mixed_x[:, 0], 2 * mixed_y)
    assert_array_equal(rng.permutation(y, key), mixed_y)
    assert not np.array_equal(mixed_y, y)
    assert_array_equal(rng.key, before)


@pytest.mark.parametrize(("shape", "axis"), [((300,), 0), ((300, 3), 0), ((3, 300), -1), ((1, 2), 0)])
def test_a_permutation_is_that_of_jax(shape, axis):
    x, key = np.arange(np.prod(shape)).reshape(shape), jax.random.PRNGKey(3)
    assert_array_equal(bm.random.permutation(x, key=key, axis=axis), jax.random.permutation(key, x, axis))


def test_a_permutation_keeps_the_parts_along_the_axis_whole():
    x = np.arange(12).reshape(3, 4)
    mixed = np.asarray(bm.random.RandomState(1).permutation(x, axis=1))
    assert_array_equal(mixed - mixed[:1], x - x[:1])


def test_lines_can_get_an_order_of_their_own():
    x = jnp.tile(jnp.arange(50), (3, 1))
    mixed = np.asarray(bm.random.RandomState(1).permutation(x, axis=1, independent=True))
    assert_array_equal(np.sort(mixed, axis=1), x)
    assert not np.array_equal(mixed[0], mixed[1])


def test_shuffle_writes_into_a_variable():
    x = bm.Variable(jnp.arange(20))
    key = jax.random.PRNGKey(0)
    expected = bm.random.permutation(x.value, key=key)
    assert bm.random.shuffle(x, key=key) is None
    assert_array_equal(x.value, expected)


def test_shuffle_works_in_compiled_code():
    x = bm.Variable(jnp.arange(20))
    bm.jit(lambda: bm.random.shuffle(x))()
    assert_array_equal(np.sort(x), np.arange(20))


@pytest.mark.parametrize("x", [jnp.arange(3), np.arange(3), [0, 1, 2]])
def test_shuffle_refuses_what_cannot_change(x):
    with pytest.raises(KindError, match=r"shuffle\(x\): expected a Variable, got .*write x = permutation\(x\)\."):
        bm.random.shuffle(x)


def test_each_is_chosen_as_often_as_its_probability_says():
    p = np.array([0.1, 0.2, 0.3, 0.4])
    drawn = np.asarray(bm.random.RandomState(0).choice(4, 20_000, p=p))
    assert stats.chisquare([(drawn == k).sum() for k in range(4)], p * 20_000).pvalue > 1e-3
    drawn = np.asarray(bm.random.RandomState(0).choice(4, 20_000))
    assert stats.chisquare([(drawn == k).sum() for k in range(4)]).pvalue > 1e-3


def test_in_half_precision_probabilities_are_as_exact():
    p = np.full(1000, 1e-3)
    with bm.environment(float_="bfloat16"):
        drawn = np.asarray(bm.random.RandomState(0).choice(1000, 100_000, p=p))
    assert stats.chisquare(np.bincount(drawn, minlength=1000)).pvalue > 1e-3


def test_without_replacement_none_comes_twice():
    assert_array_equal(np.sort(bm.random.choice(10, 10, replace=False)), np.arange(10))
    assert_array_equal(np.sort(bm.random.choice(3, 2, replace=False, p=[0.5, 0.0, 0.5])), [0, 2])


def test_parts_are_chosen_along_the_axis():
    x = jnp.arange(12).reshape(3, 4)
    assert bm.random.choice(x, (5,)).shape == (5, 4)
    assert bm.random.choice(x, (5, 2), axis=1).shape == (3, 5, 2)
    assert bm.random.choice(jnp.array([7.0, 7.0])) == 7.0
    assert bm.random.choice(np.zeros(0), size=0).shape == (0,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda r: r.choice(3, p=[0.5, 0.6, 0.1]),
            r"choice\(p\): expected probabilities that sum to 1, got a sum of 1\.2\. Divide",
        ),
        (lambda r: r.choice(3, p=jnp.zeros(3)), r"probabilities that sum to 1, got a sum of 0\."),
        (lambda r: r.choice(3, p=[1.5, 0.0, -0.5]), r"choice\(p\): expected all 0 or more, got -0\.5\."),
        (
            lambda r: r.choice(3, 4, replace=False),
            r"choice\(size\): expected at most 3, without replacement, got 4\. Choose fewer",
        ),
        (
            lambda r: r.choice(3, 3, False, [1.0, 0.0, 0.0]),
            r"choice\(p\): expected at least 3 above 0, without replacement, got 1\. Choose fewer",
        ),
        (lambda r: r.choice(0), r"choice\(a\): expected something to choose from, got nothing\."),
        (lambda r: r.choice(-1), r"choice\(a\): expected sizes of 0 or more"),
        (lambda r: r.choice(jnp.ones(3), axis=1), r"choice\(axis\): expected an axis of an array with 1, got 1\."),
        (lambda r: r.permutation(3, axis=1), r"permutation\(axis\): expected an axis of an array with 1, got 1\."),
    ],
)
def test_what_cannot_be_chosen_is_refused(call, words):
    with pytest.raises(ValueRefused, match=words):
        call(bm.random)


def test_probabilities_are_one_for_each():
    with pytest.raises(ShapeError, match=r"choice\(p\): expected one probability for each of 3, got shape \(2,\)\. Leave p out"):
        bm.random.choice(3, p=[0.5, 0.5])


@pytest.mark.parametrize("x", [2.5, "abc", jnp.asarray(3.0), None, True])
def test_what_has_no_parts_is_refused(x):
    with pytest.raises(KindError, match=r"permutation\(x\): expected an int or an array with an axis, got .*An int n stands"):
        bm.random.permutation(x)
