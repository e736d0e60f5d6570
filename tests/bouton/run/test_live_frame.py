"""Which signals and units a picture shows, and what is in it."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bouton.core import SimulationParameter
from bouton.modules import Module
from bouton.run._engine import Engine
from bouton.run._live_frame import Pictures

UNITS, WINDOW = 10, 40


class Echo(Module):
    """Gives its input out twice: as a trace and as events."""

    def __init__(self):
        super().__init__(UNITS)
        self.dt = SimulationParameter(1e-3)

    def evolve(self, input_data, record=False):
        data, _ = self._auto_batch(input_data)
        return data, {}, {"spikes": data}


@pytest.fixture(scope="module")
def engine():
    """With 45 of random counts done, in a window of 40."""
    engine = Engine(Echo(), ["output", "spikes"], 5, WINDOW, 4096)
    rows = counts()
    for at in range(0, 45, 5):
        engine.run(rows[at : at + 5])
    return engine


def picture(engine, *args):
    return Pictures(engine).picture(*args)


def counts():
    return np.random.default_rng(0).integers(0, 3, (45, UNITS)).astype(np.float32)


def test_at_full_width_a_picture_is_the_signal_itself(engine):
    shown = picture(engine, engine.signals, 1000, UNITS, 1000)
    kept = counts()[-WINDOW:].T
    assert (shown.begin, shown.end) == (5, 45)
    assert_array_equal(shown.traces["output"].lo, kept)
    assert_array_equal(shown.traces["output"].hi, kept)
    assert_array_equal(shown.events["spikes"], kept)


def test_a_narrow_picture_shows_extremes(engine):
    shown = picture(engine, engine.signals, 4, UNITS, 5)
    assert (shown.begin, shown.end) == (10, 50)
    blocks = [counts()[a : a + 10] for a in (10, 20, 30, 40)]
    assert_array_equal(shown.traces["output"].lo, np.transpose([b.min(0) for b in blocks]))
    assert_array_equal(shown.traces["output"].hi, np.transpose([b.max(0) for b in blocks]))
    pairs = [[b[:, r : r + 2].max() for b in blocks] for r in range(0, UNITS, 2)]
    assert_array_equal(shown.events["spikes"], pairs)


def test_only_the_signals_asked_for_are_in_it(engine):
    output, spikes = engine.signals
    assert (list(picture(engine, [output], 4, 1, 1).traces), picture(engine, [output], 4, 1, 1).events) == (["output"], {})
    assert (picture(engine, [spikes], 4, 1, 1).traces, list(picture(engine, [spikes], 4, 1, 1).events)) == ({}, ["spikes"])
    assert picture(engine, [], 4, 1, 1).traces == {}


@pytest.mark.parametrize(
    "units, shown",
    [
        (1, [0]),
        (3, [0, 3, 6]),
        (4, [0, 2, 5, 7]),
        (10, range(10)),
        (99, range(10)),
        (0, []),
        (-2, []),
        (np.int64(2), [0, 5]),
        ([7], [7]),
        ((9, 0, 9), [9, 0, 9]),
        (np.array([3, 1]), [3, 1]),
        ([-1, 4, 10], [4]),
        (range(2, 4), [2, 3]),
        ([], []),
    ],
)
def test_units_are_so_many_spread_evenly_or_those_named_that_there_are(engine, units, shown):
    trace = picture(engine, engine.signals[:1], 1000, units, 1).traces["output"]
    assert_array_equal(trace.units, np.asarray(shown, int))
    assert_array_equal(trace.lo, counts()[-WINDOW:, list(shown)].T)


@pytest.mark.parametrize("columns, rows", [(0, 0), (-5, -5), (1, 1)])
def test_a_picture_has_at_least_one_pixel(engine, columns, rows):
    shown = picture(engine, engine.signals, columns, 1, rows)
    assert shown.events["spikes"].shape == (1, 1)
    assert shown.traces["output"].hi.shape == (1, 1)


def test_values_that_are_shown_later_are_not_those_shown_before(engine):
    pictures = Pictures(engine)
    shown = pictures.picture(engine.signals, 1000, UNITS, 1000)
    shown.traces["output"].lo[:] = shown.events["spikes"][:] = 77
    again = pictures.picture(engine.signals, 1000, UNITS, 1000)
    assert_array_equal(again.traces["output"].lo, counts()[-WINDOW:].T)
    assert_array_equal(again.events["spikes"], counts()[-WINDOW:].T)


def test_views_of_different_sizes_and_units_do_not_disturb_each_other():
    engine, rows = Engine(Echo(), ["output", "spikes"], 5, WINDOW, 4096), counts()
    pictures = Pictures(engine)
    views = [(1000, UNITS, 1000), (4, 3, 5), (4, [7], 5), (4, [7, 1], 2), (13, [1, 7], 3)]
    for at in range(0, 45, 5):
        engine.run(rows[at : at + 5])
        for view in views:
            mine, fresh = pictures.picture(engine.signals, *view), picture(engine, engine.signals, *view)
            assert_array_equal(mine.traces["output"].lo, fresh.traces["output"].lo)
            assert_array_equal(mine.traces["output"].hi, fresh.traces["output"].hi)
            assert_array_equal(mine.events["spikes"], fresh.events["spikes"])


def test_no_more_is_kept_of_pictures_than_a_set_number_of_bytes(engine, monkeypatch):
    monkeypatch.setattr(Pictures, "MOST_BYTES", 1000)
    pictures = Pictures(engine)
    for columns in range(1, 40):
        shown = pictures.picture(engine.signals, columns, UNITS, UNITS)
        assert_array_equal(shown.events["spikes"], picture(engine, engine.signals, columns, UNITS, UNITS).events["spikes"])
        assert sum(scroll.nbytes for scroll in pictures._scrolls.values()) <= 1000
    assert pictures._scrolls
