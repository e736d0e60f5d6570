import copy
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from reference.ways import WAYS

import bouton.math as bm
from bouton.errors import KindError, ValueRefused
from bouton.transform import RandomKey


def keys_by_hand(seed, n):
    own, used = jax.random.PRNGKey(seed), []
    for _ in range(n):
        own, new = jax.random.split(own)
        used.append(np.asarray(new))
    return used


def test_every_draw_splits_the_key():
    key = RandomKey(7)
    for expected in keys_by_hand(7, 3):
        assert_array_equal(key.split(), expected)


def test_a_seed_starts_again():
    key = RandomKey(1)
    first = key.split()
    key.split()
    key.seed(1)
    assert_array_equal(key.split(), first)


def test_without_a_seed_two_keys_differ():
    assert not np.array_equal(RandomKey().split(), RandomKey().split())


def test_the_key_advances_alike_in_every_way_of_running():
    for way in WAYS.values():
        key = RandomKey(3)

        def draw(x, key=key):
            return x + jax.random.normal(key.split())

        expected = [1.0 + float(jax.random.normal(k)) for k in keys_by_hand(3, 4)]
        np.testing.assert_allclose(way(draw, jnp.ones(4)), expected, rtol=1e-5)
        own, _ = jax.random.split(jnp.asarray(keys_by_hand(3, 4)[0])), None
        assert own.shape == (2, 2)
        assert_array_equal(key.split(), keys_by_hand(3, 5)[4])


def test_a_first_draw_inside_compiled_code_leaves_no_tracer():
    key = RandomKey()
    f = bm.jit(lambda: key.split())
    first, second = f(), f()
    assert not isinstance(key.cell.value, jax.core.Tracer)
    assert not np.array_equal(first, second)


def test_seeding_inside_compiled_code_works():
    key = RandomKey(0)

    @bm.jit
    def f():
        key.seed(5)
        return key.split()

    assert_array_equal(f(), keys_by_hand(5, 1)[0])
    assert_array_equal(key.split(), keys_by_hand(5, 2)[1])


def test_many_threads_never_draw_the_same_key():
    key, drawn = RandomKey(0), []

    def work():
        for _ in range(50):
            drawn.append(tuple(np.asarray(key.split())))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == 200


def test_threads_that_draw_first_make_one_key():
    for _ in range(20):
        key, seen = RandomKey(), []
        start = threading.Barrier(4)

        def look(key=key, seen=seen, start=start):
            start.wait()
            seen.append(tuple(np.asarray(key.cell.value)))

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(seen)) == 1


def test_a_copy_of_a_key_that_was_never_used_has_the_same_key():
    key = RandomKey()
    other = copy.deepcopy(key)
    assert_array_equal(key.split(), other.split())


def test_it_can_be_written_before_it_was_read():
    key = RandomKey()
    key.cell.value = jax.random.PRNGKey(4)
    assert_array_equal(key.split(), keys_by_hand(4, 1)[0])
    assert key.cell.batch_axis is None


def test_a_seed_that_is_no_seed_is_refused():
    with pytest.raises(KindError, match=r"seed: expected a whole number, got 1\.5\. Pass an int for a seed, for instance 0\."):
        RandomKey(1).seed(1.5)
    with pytest.raises(ValueRefused, match=r"seed: expected a seed of 0 or more and below 2\*\*32, got -1\. Take it % 2\*\*32\."):
        RandomKey(1).seed(-1)
