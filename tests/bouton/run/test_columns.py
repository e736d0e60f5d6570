"""Folding into pixel columns, against loops over every step, unit and pixel."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from bouton.run._columns import Columns, Scroll, extremes, raster
from bouton.run._ring import Ring

WINDOW = 30


def filled(units, now, dtype, start=0, seed=0):
    """A ring over WINDOW steps, and all rows that went in, by step."""
    ring, rng = Ring(WINDOW, units, dtype), np.random.default_rng(seed)
    ring.clear(start)
    rows = rng.integers(0, 4, (now - start, units)).astype(dtype) if dtype is np.uint8 else rng.normal(size=(now - start, units))
    for at in range(0, now - start, 7):
        ring.push(rows[at : at + 7])
    return ring, dict(enumerate(rows.astype(dtype), start))


def traces(columns, ring, which):
    """Smallest and largest values in the pixels of a first picture."""
    image = Scroll(ring, which, extremes, np.float32(np.nan)).at(columns)
    return image[: len(which)], image[len(which) :]


def pixels(columns, ring, most_rows):
    """A first picture of events."""
    return Scroll(ring, None, lambda blocks: raster(blocks, most_rows), np.uint8(0)).at(columns)


def steps_shown(columns, column, rows, now):
    """Rows of the steps of a column that are still in the window."""
    first = column * columns.steps
    return [rows[k] for k in range(first, first + columns.steps) if k in rows and now - WINDOW <= k < now]


@settings(deadline=None, max_examples=80)
@given(most=st.integers(1, 50), now=st.integers(0, 100), start=st.integers(0, 40), units=st.integers(1, 6))
def test_smallest_and_largest_values_are_those_of_a_loop_and_nan_where_nothing_was_simulated(most, now, start, units):
    ring, rows = filled(units, max(now, start), np.float32, start)
    now = max(now, start)
    columns = Columns.covering(WINDOW, now, most)
    which = np.arange(units)[::-1]
    lo, hi = traces(columns, ring, which)
    assert lo.dtype == hi.dtype == np.float32
    assert lo.shape == hi.shape == (units, columns.count)
    for j in range(columns.count):
        seen = steps_shown(columns, columns.begin + j, rows, now)
        expected = (np.min(seen, 0)[which], np.max(seen, 0)[which]) if seen else (np.full(units, np.nan),) * 2
        assert_array_equal((lo[:, j], hi[:, j]), expected)


@settings(deadline=None, max_examples=80)
@given(most=st.integers(1, 50), now=st.integers(0, 100), units=st.integers(1, 23), most_rows=st.integers(1, 30))
def test_a_raster_is_that_of_a_loop(most, now, units, most_rows):
    ring, rows = filled(units, now, np.uint8)
    columns = Columns.covering(WINDOW, now, most)
    image = pixels(columns, ring, most_rows)
    count = min(most_rows, units)
    assert image.dtype == np.uint8
    assert image.shape == (count, columns.count)
    edges = [r * units // count for r in range(count)] + [units]
    for j in range(columns.count):
        seen = steps_shown(columns, columns.begin + j, rows, now)
        for r in range(count):
            expected = max((int(row[edges[r] : edges[r + 1]].max()) for row in seen), default=0)
            assert image[r, j] == expected


@pytest.mark.parametrize("most", [1, 4, 7, 10, 29, 30, 31, 700])
@pytest.mark.parametrize("now", [0, 1, 17, 29, 30, 31, 32, 64])
def test_no_more_columns_than_asked_end_with_the_present_step_and_lie_in_the_window(most, now):
    columns = Columns.covering(WINDOW, now, most)
    assert 1 <= columns.count <= most
    assert columns.count * columns.steps > WINDOW - columns.steps
    assert columns.end * columns.steps >= now
    if now > WINDOW:
        assert (columns.end - 1) * columns.steps < now
        assert columns.begin * columns.steps >= now - WINDOW


@pytest.mark.parametrize("most", [1, 4, 7, 13, 30])
def test_a_finished_column_never_changes_until_it_has_left_the_picture(most):
    whole, before = [], {}
    ring, rng = Ring(WINDOW, 2, np.float32), np.random.default_rng(3)
    for now in range(1, 4 * WINDOW):
        ring.push(rng.normal(size=(1, 2)))
        columns = Columns.covering(WINDOW, now, most)
        lo, hi = traces(columns, ring, np.arange(2))
        for j, k in enumerate(range(columns.begin, columns.end)):
            if (k + 1) * columns.steps <= now:
                seen = (*lo[:, j], *hi[:, j])
                assert before.setdefault(k, seen) == seen
                whole.append(k)
    assert len(set(whole)) > 1


def test_a_column_that_holds_nan_shows_nan():
    ring = Ring(WINDOW, 1)
    ring.push(np.array([[1.0], [np.nan], [2.0], [3.0]]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lo, hi = traces(Columns(0, 2, 2), ring, np.array([0]))
    assert_array_equal(lo, [[np.nan, 2.0]])
    assert_array_equal(hi, [[np.nan, 3.0]])


def test_a_signal_without_units_gives_a_picture_without_rows():
    ring = Ring(WINDOW, 0, np.uint8)
    ring.push(np.zeros((5, 0), np.uint8))
    columns = Columns.covering(WINDOW, 5, 10)
    assert pixels(columns, ring, 8).shape == (0, columns.count)


@settings(deadline=None, max_examples=100)
@given(
    most=st.integers(1, 40),
    pushed=st.lists(st.one_of(st.integers(0, 45), st.just("clear"), st.just("clear late")), min_size=1, max_size=12),
)
def test_a_picture_made_from_the_one_before_is_the_picture_made_anew(most, pushed):
    values, counts, rng = Ring(WINDOW, 4), Ring(WINDOW, 7, np.uint8), np.random.default_rng(0)
    which = np.array([3, 0])
    kept = Scroll(values, which, extremes, np.float32(np.nan)), Scroll(counts, None, lambda b: raster(b, 3), np.uint8(0))
    for steps in pushed:
        for ring in (values, counts):
            if isinstance(steps, str):
                ring.clear(0 if steps == "clear" else 77)
            else:
                ring.push(rng.integers(0, 9, (steps, ring.units)))
        columns = Columns.covering(WINDOW, values.next, most)
        assert_array_equal(kept[0].at(columns), np.concatenate(traces(columns, values, which)))
        assert_array_equal(kept[1].at(columns), pixels(columns, counts, 3))


def test_a_picture_can_be_drawn_on_without_harm_to_the_next():
    ring = Ring(WINDOW, 1)
    scroll = Scroll(ring, np.array([0]), extremes, np.float32(np.nan))
    ring.push(np.ones((20, 1)))
    columns = Columns.covering(WINDOW, 20, WINDOW)
    scroll.at(columns)[:] = 5.0
    assert_array_equal(scroll.at(columns), np.concatenate(traces(columns, ring, np.array([0]))))


def test_only_new_steps_are_read():
    ring, seen = Ring(WINDOW, 1), []
    scroll = Scroll(ring, None, lambda blocks: seen.append(len(blocks)) or raster(blocks, 1), np.uint8(0))
    for steps in (30, 1, 2, 3, 0, 4):
        ring.push(np.zeros((steps, 1)))
        scroll.at(Columns.covering(WINDOW, ring.next, 10))
    # Ten columns of three steps; then those of the steps that are new, with the one that was not complete.
    assert seen == [10, 1, 1, 1, 0, 2]
