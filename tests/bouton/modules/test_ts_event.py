"""Event time series; expected rasters from integers and NumPy's own counting."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import TSContinuous, TSEvent

STEPS = [1e-4, 1e-3, 3e-3, 0.1, 0.3, 1 / 3, 1 / 30, 7e-5, 2.5e-4, 1 / 1024]


def events(**more):
    return TSEvent([0.001, 0.002, 0.002, 0.0075], [0, 2, 2, 1], **({"t_stop": 0.01} | more))


# -- making one -------------------------------------------------------------


def test_a_series_knows_its_events_and_its_range():
    made = events(name="spikes")
    assert_array_equal(made.times, [0.001, 0.002, 0.002, 0.0075])
    assert_array_equal(made.channels, [0, 2, 2, 1])
    assert (made.t_start, made.t_stop, made.duration, made.num_channels, len(made)) == (0.0, 0.01, 0.01, 3, 4)
    assert repr(made) == "TSEvent 'spikes' from 0 s to 0.01 s: 4 events on 3 channels"


def test_events_count_their_time_from_zero_and_end_just_behind_the_last():
    made = TSEvent([0.25, 0.5])
    assert made.t_start == 0.0
    assert 0.5 < made.t_stop < 0.5 + 1e-12
    assert TSEvent([-0.25, 0.5]).t_start == -0.25


def test_channels_may_be_one_for_all_and_silent_ones_are_counted():
    assert_array_equal(TSEvent([0.1, 0.2]).channels, [0, 0])
    assert_array_equal(TSEvent([0.1, 0.2], 3).channels, [3, 3])
    assert TSEvent([0.1, 0.2], 3).num_channels == 4
    assert TSEvent([0.1, 0.2], 3, num_channels=9).num_channels == 9


def test_a_series_is_a_value():
    channels = np.array([0, 1])
    made = TSEvent([0.1, 0.2], channels)
    channels[0] = 5
    assert made.channels[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        made.channels[0] = 1


def test_an_empty_series_has_a_range_and_channels():
    empty = TSEvent([], num_channels=4, t_stop=0.01)
    assert empty.raster(1e-3).shape == (10, 4)
    assert not empty.raster(1e-3).any()
    assert (TSEvent([]).num_channels, TSEvent([]).duration, TSEvent([], []).raster(1e-3).shape) == (0, 0.0, (0, 0))


REFUSED = [
    (([0.2, 0.1],), {}, ValueRefused, r"\.times: expected sorted times, got 0\.2 s followed by 0\.1 s at index 1"),
    (([np.nan],), {}, ValueRefused, r"\.times: expected finite times in seconds, got nan at index 0"),
    (
        ([0.1, 0.2],),
        {"t_stop": 0.2},
        ValueRefused,
        r"\.t_stop: expected a time later than the last one, 0\.2 s, got 0\.2 s\. Give",
    ),
    (([0.1, 0.2],), {"t_stop": 0.1}, ValueRefused, r"\.t_stop: expected a time later than the last one"),
    (([0.1, 0.2],), {"t_start": 0.15}, ValueRefused, r"\.t_start: expected a time at or before the first one, 0\.1 s"),
    (
        ([0.1, 0.2], [0]),
        {},
        ShapeError,
        r"\.channels: expected one channel for each of 2 events, .*got shape \(1,\)\. Pass as many",
    ),
    (([0.1], [0.5]), {}, KindError, r"\.channels: expected channel numbers, as whole numbers, got \[0\.5\]"),
    (([0.1], [True]), {}, KindError, r"\.channels: expected channel numbers"),
    (([0.1], [-1]), {}, ValueRefused, r"\.channels: expected channels from 0 on, got -1\. Count channels from 0"),
    (([0.1], [3]), {"num_channels": 3}, ValueRefused, r"\.channels: expected channels from 0 on, below num_channels = 3, got 3"),
    (([0.1],), {"num_channels": 1.0}, KindError, r"\.num_channels: expected a whole number of channels, got 1\.0"),
    (([0.1],), {"num_channels": -2}, ValueRefused, r"\.num_channels: expected 0 channels or more, got -2"),
    (([0.1],), {"periodic": True}, ValueRefused, r"\.t_stop: expected the end of one period, got none\. Give t_stop"),
    (([],), {"periodic": True}, ValueRefused, r"\.periodic: expected a range of some length"),
]


@pytest.mark.parametrize(("args", "kwargs", "error", "words"), REFUSED)
def test_what_makes_no_series_is_refused(args, kwargs, error, words):
    with pytest.raises(error, match="^TSEvent" + words):
        TSEvent(*args, **kwargs)


# -- rasters ----------------------------------------------------------------


def test_a_raster_says_where_there_is_an_event():
    expected = np.zeros((10, 3), bool)
    expected[[1, 2, 7], [0, 2, 1]] = True
    raster = events().raster(1e-3)
    assert raster.dtype == bool
    assert_array_equal(raster, expected)


def test_events_in_one_step_add_up_on_request():
    counts = events().raster(1e-3, add_events=True)
    assert counts.dtype == np.int64
    assert (counts[2, 2], counts.sum()) == (2, 4)


def test_a_raster_is_a_histogram():
    rng = np.random.default_rng(0)
    times, channels = np.sort(rng.uniform(0, 1, 5000)), rng.integers(0, 7, 5000)
    counted = TSEvent(times, channels, t_stop=1.0).raster(0.01, add_events=True)
    expected, _, _ = np.histogram2d(times, channels, bins=[np.arange(101) * 0.01, np.arange(8)])
    assert_array_equal(counted, expected)


def test_a_raster_may_cover_another_range():
    assert_array_equal(np.argwhere(events().raster(1e-3, t_start=0.002, t_stop=0.008)), [[0, 2], [5, 1]])
    assert_array_equal(np.argwhere(events().raster(1e-3, t_start=-0.002, num_timesteps=5)), [[3, 0], [4, 2]])
    assert events().raster(1e-3, t_start=0.5, num_timesteps=3).shape == (3, 3)
    assert events().raster(1e-3, t_start=0.01).shape == (0, 3)
    assert events().raster(1e-3, num_timesteps=0).shape == (0, 3)
    assert events().raster(3e-3).shape == (4, 3)


def test_a_raster_may_be_of_some_channels():
    whole = events().raster(1e-3)
    assert_array_equal(events().raster(1e-3, channels=[2, 0]), whole[:, [2, 0]])
    assert_array_equal(events().raster(1e-3, channels=1, add_events=True), whole[:, 1:2])


def test_the_last_event_is_in_the_raster_wherever_the_range_ends():
    for k in range(1, 200):
        raster = TSEvent([k * 1e-3]).raster(1e-3)
        assert raster.shape == (k + 1, 1)
        assert raster[k, 0]


def test_a_periodic_series_fills_any_raster():
    one = np.random.default_rng(2).random((7, 3)) < 0.3
    series = TSEvent.from_raster(one, 1e-3, periodic=True)
    assert_array_equal(series.raster(1e-3), one)
    assert_array_equal(series.raster(1e-3, num_timesteps=700), np.tile(one, (100, 1)))
    assert_array_equal(series.raster(1e-3, t_start=-0.007, t_stop=0.004), np.tile(one, (2, 1))[:11])


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"dt": 0.0}, ValueRefused, r"\.raster\(dt\): expected a positive step"),
        ({"dt": 1e-17}, ValueRefused, r"\.raster\(dt\): expected a step that float64 resolves"),
        ({"dt": "1 ms"}, KindError, r"\.raster\(dt\): expected times in seconds"),
        ({"t_stop": 1.0, "num_timesteps": 3}, ValueRefused, r"\.raster: expected t_stop or num_timesteps, got both\. Leave one"),
        (
            {"t_start": 0.5, "t_stop": 0.1},
            ValueRefused,
            r"\.raster\(t_stop\): expected a time at or after t_start = 0\.5 s, got 0\.1",
        ),
        ({"t_start": 0.5}, ValueRefused, r"\.raster\(t_stop\): expected a time at or after t_start = 0\.5 s, got 0\.01 s\. Give"),
        (
            {"num_timesteps": 2.0},
            KindError,
            r"\.raster\(num_timesteps\): expected a whole number of steps, got 2\.0\. Pass an int",
        ),
        ({"num_timesteps": -1}, ValueRefused, r"\.raster\(num_timesteps\): expected 0 steps or more, got -1"),
        ({"channels": [3]}, ValueRefused, r"\.raster\(channels\): expected channels from 0 on, below num_channels = 3, got 3"),
    ],
)
def test_what_makes_no_raster_is_refused(kwargs, error, words):
    with pytest.raises(error, match="^TSEvent" + words):
        events().raster(**({"dt": 1e-3} | kwargs))


# -- there and back ---------------------------------------------------------


def test_the_events_of_a_raster_stand_where_their_step_begins():
    made = TSEvent.from_raster([[0, 1], [0, 0], [2, 0]], dt=0.1, t_start=1.0, name="x")
    assert_allclose(made.times, [1.0, 1.2, 1.2])
    assert_array_equal(made.channels, [1, 0, 0])
    assert (made.t_start, made.t_stop, made.num_channels, made.name) == (1.0, 1.0 + 3 * 0.1, 2, "x")


@pytest.mark.parametrize("dt", STEPS)
@pytest.mark.parametrize("t_start", [0.0, 0.1, -3.7, 1000.0])
def test_a_long_raster_comes_back_as_it_was(dt, t_start):
    rng = np.random.default_rng(3)
    raster = rng.random((100_000, 3)) < 0.2
    series = TSEvent.from_raster(raster, dt, t_start=t_start)
    assert_array_equal(series.raster(dt), raster)
    # The same steps, begun at a step in the middle.
    assert_array_equal(series.raster(dt, t_start=t_start + 71_003 * dt), raster[71_003:])


@settings(max_examples=150, deadline=None)
@given(
    counts=hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=12), elements=st.integers(0, 3)),
    dt=st.floats(1e-6, 100.0),
    start=st.integers(-(10**6), 10**6),
)
def test_counts_come_back_as_they_were(counts, dt, start):
    series = TSEvent.from_raster(counts, dt, t_start=start * dt)
    assert_array_equal(series.raster(dt, add_events=True), counts)
    assert_array_equal(series.raster(dt), counts > 0)


@settings(max_examples=150, deadline=None)
@given(
    times=st.lists(st.floats(0, 1), max_size=20).map(sorted),
    dt=st.floats(1e-3, 2.0),
    t_start=st.floats(-1, 0),
)
def test_no_event_is_lost_in_a_raster_of_the_whole_range(times, dt, t_start):
    series = TSEvent(times, t_start=t_start)
    assert series.raster(dt, add_events=True).sum() == len(times)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "float32", "float64"])
def test_a_raster_may_be_of_any_dtype_and_flat(dtype):
    flat = np.array([0, 1, 0, 1], dtype)
    assert_allclose(TSEvent.from_raster(flat, 0.5).times, [0.5, 1.5])
    assert_allclose(TSEvent.from_raster(jnp.asarray(flat.astype("float32")), 0.5).times, [0.5, 1.5])
    assert_allclose(TSEvent.from_raster(jnp.asarray(flat, jnp.bfloat16), 0.5).times, [0.5, 1.5])


@pytest.mark.parametrize(
    ("raster", "error", "words"),
    [
        ([[0.5]], ValueRefused, r"expected whole numbers of events, 0 or more, got 0\.5 at index \(0, 0\)\. Threshold"),
        ([[0], [-1]], ValueRefused, r"got -1 at index \(1, 0\)"),
        ([[np.nan]], ValueRefused, r"got nan at index \(0, 0\)"),
        (
            np.zeros((1, 2, 3)),
            ShapeError,
            r"expected shape \(T, C\), or \(T,\) for one channel, got shape \(1, 2, 3\)\. Choose one",
        ),
        (1.0, ShapeError, r"got shape \(\)"),
        (["x"], KindError, r"expected numbers of events per step and channel, got \['x'\]"),
    ],
)
def test_what_is_no_raster_is_refused(raster, error, words):
    with pytest.raises(error, match=r"^TSEvent\.from_raster\(raster\): .*" + words):
        TSEvent.from_raster(raster, 1e-3)


def test_from_raster_refuses_a_step_it_cannot_take():
    with pytest.raises(ValueRefused, match=r"^TSEvent\.from_raster\(dt\): expected a positive step"):
        TSEvent.from_raster([[1]], -1e-3)
    with pytest.raises(ValueRefused, match=r"^TSEvent\.from_raster\(dt\): expected a step that float64 resolves"):
        TSEvent.from_raster([[1]], 1e-3, t_start=1e13)


# -- cutting, moving, numbering ---------------------------------------------


def test_a_part_holds_its_start_but_not_its_stop():
    part = events().clip(0.002, 0.0075)
    assert_array_equal(part.times, [0.002, 0.002])
    assert (part.t_start, part.t_stop, part.num_channels) == (0.002, 0.0075, 3)
    assert len(events().clip()) == 4
    assert len(TSEvent([0.1, 0.2]).clip(0.1)) == 2
    assert len(TSEvent([0.2]).clip(TSEvent([0.2]).t_stop)) == 0


@pytest.mark.parametrize("dt", STEPS)
def test_consecutive_parts_hold_every_event_once(dt):
    raster = np.random.default_rng(4).random((1000, 2)) < 0.5
    series = TSEvent.from_raster(raster, dt)
    edges = [k / 10 * 1000 * dt for k in range(11)]
    parts = [series.clip(a, min(b, series.t_stop)) for a, b in itertools.pairwise(edges)]
    assert_array_equal(np.concatenate([part.raster(dt, num_timesteps=100) for part in parts]), raster)


def test_the_part_of_a_periodic_series_spans_periods():
    series = TSEvent([0.0, 0.25], [0, 1], t_stop=1.0, periodic=True)
    part = series.clip(-1.0, 1.25)
    assert_allclose(part.times, [-1, -0.75, 0, 0.25, 1])
    assert_array_equal(part.channels, [0, 1, 0, 1, 0])
    assert not part.periodic


def test_a_part_may_be_some_channels():
    part = events(periodic=True).clip(channels=[0, 2])
    assert_array_equal(part.channels, [0, 2, 2])
    assert (part.num_channels, part.periodic) == (3, True)
    assert_array_equal(events().clip(0.002, channels=1).times, [0.0075])
    with pytest.raises(ValueRefused, match=r"clip\(channels\): expected channels from 0 on, below num_channels = 3, got 7"):
        events().clip(channels=7)


def test_a_part_has_to_be_one():
    with pytest.raises(ValueRefused, match=r"^TSEvent\.clip: expected t_start <= t_stop, both from 0\.0 s to 0\.01 s, got"):
        events().clip(0.0, 0.02)


def test_a_delay_moves_events_and_range():
    later = events().delay(0.5)
    assert_allclose(later.times, events().times + 0.5)
    assert (later.t_start, later.t_stop) == (0.5, 0.51)
    assert len(TSEvent([0.1]).delay(1e6)) == 1
    assert_array_equal(events().delay(-0.001).raster(1e-3), events().raster(1e-3))


def test_channels_take_other_numbers():
    assert_array_equal(events().remap_channels([5, 0, 5]).channels, [5, 5, 5, 0])
    assert events().remap_channels([5, 0, 5]).num_channels == 6
    assert events().remap_channels([5, 0, 5], num_channels=8).num_channels == 8
    words = r"remap_channels\(channel_map\): expected one number per channel, shape \(3,\), got shape \(2,\)\. List"
    with pytest.raises(ShapeError, match=words):
        events().remap_channels([1, 2])
    with pytest.raises(ValueRefused, match="below num_channels = 2, got 2"):
        events().remap_channels([0, 1, 2], num_channels=2)


# -- putting together -------------------------------------------------------


def test_series_follow_one_another_in_time():
    both = events().append_t([TSEvent([0.001], 4), events()], gap=0.005)
    assert_allclose(both.times, [0.001, 0.002, 0.002, 0.0075, 0.016, 0.022, 0.023, 0.023, 0.0285])
    assert_array_equal(both.channels, [0, 2, 2, 1, 4, 0, 2, 2, 1])
    assert both.num_channels == 5
    assert_allclose(both.t_stop, 0.031)


def test_rasters_follow_one_another_step_by_step():
    raster = np.random.default_rng(5).random((2000, 2)) < 0.5
    parts = [TSEvent.from_raster(raster[i : i + 10], 1e-3) for i in range(0, 2000, 10)]
    assert_array_equal(parts[0].append_t(parts[1:]).raster(1e-3), raster)


def test_channels_stand_side_by_side():
    both = events().append_c([TSEvent([0.003, 0.02], [1, 0]), TSEvent([0.0], t_stop=0.004, periodic=True)])
    assert both.num_channels == 6
    assert_array_equal(both.raster(1e-3)[:, :3], np.pad(events().raster(1e-3), ((0, 11), (0, 0))))
    expected = [[0, 2], [3, 1], [4, 2], [8, 2], [12, 2], [16, 2], [20, 0]]
    assert_array_equal(np.argwhere(both.raster(1e-3)[:, 3:]), expected)


def test_events_merge_in_order_of_time():
    both = events().merge([TSEvent([0.0015, 0.002], [5, 0]), TSEvent([-1.0])])
    assert_array_equal(both.times, [-1.0, 0.001, 0.0015, 0.002, 0.002, 0.002, 0.0075])
    assert_array_equal(both.channels, [0, 0, 5, 2, 2, 0, 1])
    assert (both.t_start, both.t_stop, both.num_channels) == (-1.0, 0.01, 6)


def test_what_does_not_fit_together_is_refused():
    for call in ("append_t", "append_c", "merge"):
        with pytest.raises(KindError, match=rf"^TSEvent\.{call}: expected a TSEvent, or a list of them, got TSContinuous\. Make"):
            getattr(events(), call)(TSContinuous([0], [1]))
    for call in ("append_c", "merge"):
        with pytest.raises(ValueRefused, match=rf"^TSEvent\.{call}: expected a series inside one period, 0\.0 s to 0\.01 s, got"):
            getattr(events(periodic=True), call)(TSEvent([0.02]))
    with pytest.raises(ValueRefused, match=r"append_t\(gap\): expected a gap of 0 s or more"):
        events().append_t(events(), gap=-0.1)
