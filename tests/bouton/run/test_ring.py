"""The ring against a plain list that forgets nothing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from bouton.run._ring import Ring


@settings(deadline=None, max_examples=60)
@given(
    length=st.integers(1, 12),
    start=st.integers(0, 30),
    pushed=st.lists(st.integers(0, 30), max_size=8),
    dtype=st.sampled_from([np.float32, np.uint8]),
)
def test_a_ring_holds_the_last_rows_of_a_plain_list(length, start, pushed, dtype):
    ring, everything = Ring(length, 3, dtype), []
    ring.clear(start)
    for steps in pushed:
        rows = (np.arange(3) + np.arange(len(everything), len(everything) + steps)[:, None]).astype(dtype)
        everything += list(rows)
        ring.push(rows)
    kept = everything[-length:]
    assert (ring.first, ring.next) == (start + len(everything) - len(kept), start + len(everything))
    held = np.arange(ring.first, ring.next)
    assert_array_equal(ring.rows(held), np.reshape(kept, (-1, 3)))
    assert_array_equal(ring.rows(held, np.array([2, 0])), np.reshape(kept, (-1, 3))[:, [2, 0]])


def test_a_cleared_ring_holds_nothing_and_begins_where_it_is_told():
    ring = Ring(4, 1)
    ring.push(np.ones((3, 1)))
    ring.clear(10)
    assert (ring.first, ring.next) == (10, 10)
    ring.push(np.array([[7.0], [8.0]]))
    assert_array_equal(ring.rows(np.array([11, 10, 11])), [[8.0], [7.0], [8.0]])


def test_memory_is_that_of_the_rows_kept_however_many_come():
    ring = Ring(10, 5, np.uint8)
    for _ in range(20):
        ring.push(np.ones((7, 5), np.uint8))
    assert ring.nbytes == 50


def test_rows_are_a_copy():
    ring = Ring(2, 1)
    ring.push(np.array([[1.0], [2.0]]))
    seen = ring.rows(np.array([0, 1]))
    ring.push(np.array([[3.0]]))
    assert_array_equal(seen, [[1.0], [2.0]])
