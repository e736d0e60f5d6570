"""How a run is cut."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bouton.run._pieces import Kept, bytes_of, cuts, piece_size, readable


@pytest.mark.parametrize(
    ("steps", "every", "per_step", "watched", "expected"),
    [
        (500, 1, 4, False, 500),
        (10_000, 1, 4, False, 10_000),
        (30_000, 1, 4, False, 10_000),
        (25_000, 1, 4, False, 6250),  # no rest: one compilation
        (10_000, 1, 4, True, 500),
        (50, 1, 4, True, 50),
        (10_000, 3, 4, False, 9999),
        (2000, 1, 2**20, False, 50),  # 64 MiB are 64 steps
        (100, 10, 2**30, False, 10),
    ],
)
def test_pieces_are_few_enough_and_leave_no_rest_where_they_can(steps, every, per_step, watched, expected):
    assert piece_size(steps, every, per_step, watched) == expected


@pytest.mark.parametrize(
    ("steps", "every", "brought", "watched", "expected"),
    [
        (1000, 1, 500, False, 1000),  # less than 512 KiB
        (1000, 1, 1000, False, 500),
        (1000, 1, 4000, False, 500),
        (10_000, 1, 4000, False, 1000),  # 4 MiB are 1048 steps
        (10_000, 1, 4000, True, 500),
        (1000, 1, 400_000, False, 10),
        (1000, 1, 10_000_000, False, 5),  # 64 MiB are 6 steps
        (1001, 1, 4000, False, 143),  # no rest
        (1009, 1, 4000, False, 1009),  # a prime: one piece rather than another compilation
        (10_007, 1, 4000, False, 1048),  # too many for one
        (1000, 10, 4000, False, 500),
        (1001, 10, 4000, False, 490),  # 500 would leave one step, which is put to those before: a third length
        (4001, 10, 400, False, 1990),
        (14_002, 1, 4000, False, 7001),  # as without: smaller ones leave a rest
        (10_000, 1000, 4000, False, 1000),
        (2, 1, 10_000_000, False, 2),
    ],
)
def test_what_is_brought_to_the_host_while_the_next_is_computed_comes_in_small_pieces(steps, every, brought, watched, expected):
    assert piece_size(steps, every, brought, watched, brought) == expected


@pytest.mark.parametrize(("steps", "size", "every"), [(10, 10, 1), (10, 4, 1), (21, 20, 1), (22, 6, 3), (7, 1, 1), (5, 9, 3)])
def test_cuts_cover_every_step_once_and_keep_readings_together(steps, size, every):
    pieces = cuts(steps, size, every)
    assert [k for start, stop in pieces for k in range(start, stop)] == list(range(steps))
    assert all(start % every == 0 for start, _ in pieces)


def test_no_piece_of_one_step_is_left_over():
    assert cuts(21, 20, 1) == [(0, 19), (19, 21)]


@pytest.mark.parametrize("on_host", [True, False])
def test_what_is_kept_is_put_together(on_host):
    kept = Kept(10, on_host)
    kept.add({"a": np.arange(4.0)}, 0, 4)
    for _ in range(2):
        kept.add({"a": np.arange(4.0, 6.0)}, 4, 2)
    assert_array_equal(kept.result()["a"], np.arange(6.0))
    assert Kept(10, on_host).result() is None


def test_one_piece_that_is_all_is_kept_in_memory_of_its_own():
    piece, kept = jnp.arange(4.0), Kept(4, on_host=True)
    kept.add({"a": piece}, 0, 4)
    whole = kept.result()["a"]
    whole[0] = 9.0
    assert_array_equal(whole, [9, 1, 2, 3])
    assert_array_equal(piece, [0, 1, 2, 3])


def test_sizes_are_counted_and_said():
    assert bytes_of([np.zeros((2, 3), np.float32), np.zeros((), bool)]) == 25
    assert [readable(n) for n in (100, 2048, 3 * 2**20, 5 * 2**31)] == ["100 bytes", "2 KiB", "3 MiB", "10 GiB"]
