"""Continuous time series; expected values from NumPy's own interpolation and from closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import TSContinuous, TSEvent

TIMES = np.array([0.0, 0.1, 0.25, 0.7])
VALUES = np.array([[1.0, -1.0], [2.0, 0.0], [4.0, 3.0], [8.0, 5.0]])


def series(kind="previous", **more):
    return TSContinuous(TIMES, VALUES, interp_kind=kind, **more)


# -- making one -------------------------------------------------------------


def test_a_series_knows_its_samples_and_its_range():
    made = TSContinuous(TIMES, VALUES, t_stop=1.0, name="drive", units="mV")
    assert_array_equal(made.times, TIMES)
    assert_array_equal(made.samples, VALUES)
    assert (made.t_start, made.t_stop, made.duration) == (0.0, 1.0, 1.0)
    assert (made.num_channels, len(made), made.periodic, made.interp_kind) == (2, 4, False, "previous")
    assert repr(made) == "TSContinuous 'drive' from 0 s to 1 s: 4 samples of 2 channels, in mV"


def test_flat_samples_are_one_channel():
    assert TSContinuous(TIMES, VALUES[:, 0]).samples.shape == (4, 1)


def test_one_channel_fills_the_channels_asked_for():
    assert_array_equal(TSContinuous([0, 1], [3, 4], num_channels=3).samples, [[3, 3, 3], [4, 4, 4]])


@pytest.mark.parametrize(("given_dtype", "kept"), [("float32", "float32"), ("int32", "float64"), ("bool", "float64")])
def test_samples_keep_a_floating_dtype(given_dtype, kept):
    assert TSContinuous([0, 1], np.array([0, 1], given_dtype)).samples.dtype == kept


def test_a_series_is_a_value():
    times = TIMES.copy()
    made = TSContinuous(times, VALUES)
    times[0] = 0.05
    assert made.times[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        made.samples[0] = 1
    with pytest.raises(AttributeError):
        made.t_stop = 3.0


def test_an_empty_series_has_channels_and_a_range_but_no_value():
    empty = TSContinuous([], [], num_channels=3, t_stop=1.0)
    assert (len(empty), empty.samples.shape, empty.duration) == (0, (0, 3), 1.0)
    assert TSContinuous([], []).num_channels == 1
    assert TSContinuous([], np.zeros((0, 2)), t_start=4.0).t_stop == 4.0
    assert_array_equal(empty([0.5], fill_value=[1, 2, 3]), [[1, 2, 3]])
    with pytest.raises(ValueRefused, match=r"TSContinuous\.__call__\(t\): expected a series with samples, got an empty one"):
        empty(0.5)


def test_a_single_sample_holds_over_its_range():
    for kind in ("previous", "next", "nearest", "linear"):
        one = TSContinuous([0.5], [[3.0, 4.0]], t_start=0.0, t_stop=1.0, interp_kind=kind)
        assert_array_equal(one([0.0, 0.5, 1.0]), [[3.0, 4.0]] * 3)
    assert TSContinuous([0.5], [3.0]).duration == 0.0
    assert_array_equal(TSContinuous([0.5], [3.0])(0.5), [3.0])


REFUSED = [
    ((TIMES, VALUES[:3]), {}, ShapeError, r"\.samples: .*each of 4 times, shape \(4, C\) or \(4,\), got shape \(3, 2\)"),
    ((TIMES, 1.0), {}, ShapeError, r"\.samples: .*got shape \(\)\. Pass as many"),
    ((TIMES, np.zeros((4, 2, 2))), {}, ShapeError, r"\.samples: .*got shape \(4, 2, 2\)"),
    (
        (TIMES, VALUES),
        {"num_channels": 3},
        ShapeError,
        r"expected num_channels = 3 columns, or one to repeat, got shape \(4, 2\)",
    ),
    ((TIMES, VALUES), {"num_channels": 1.5}, KindError, r"expected a whole number of channels, got 1\.5\. Pass an int"),
    ((TIMES, VALUES), {"num_channels": -1}, ValueRefused, r"expected 0 channels or more, got -1\. Pass a number from 0"),
    ((TIMES, ["a", "b", "c", "d"]), {}, KindError, r"\.samples: expected numbers, one row per time, got \['a'.*\. Pass"),
    ((TIMES, [[1], [1, 2], [3], [4]]), {}, KindError, r"\.samples: expected numbers"),
    (([0.0, np.nan], [1, 2]), {}, ValueRefused, r"\.times: expected finite times in seconds, got nan at index 1\. Remove"),
    (
        ([0.0, 0.2, 0.1], [1, 2, 3]),
        {},
        ValueRefused,
        r"\.times: expected sorted times, got 0\.2 s followed by 0\.1 s at index 2\. Sort",
    ),
    (([[0.0, 0.1]], [1]), {}, ShapeError, r"\.times: expected one time per sample or event, shape \(T,\), got shape \(1, 2\)"),
    ((["now"], [1]), {}, KindError, r"\.times: expected times in seconds, as numbers, got \['now'\]"),
    (
        (TIMES, VALUES),
        {"t_start": 0.05},
        ValueRefused,
        r"\.t_start: expected a time at or before the first one, 0\.0 s, got 0\.05 s",
    ),
    (
        (TIMES, VALUES),
        {"t_stop": 0.6},
        ValueRefused,
        r"\.t_stop: expected a time at or after the last one, 0\.7 s, got 0\.6 s\. Give",
    ),
    ((TIMES, VALUES), {"t_start": "0"}, KindError, r"\.t_start: expected times in seconds"),
    (([], []), {"t_start": 1, "t_stop": 0}, ValueRefused, r"\.t_stop: expected a time at or after t_start = 1\.0 s, got 0\.0 s"),
    (
        ([1.0], [1]),
        {"periodic": True},
        ValueRefused,
        r"\.periodic: expected a range of some length to repeat, got t_start = t_stop",
    ),
    (
        (TIMES, VALUES),
        {"interp_kind": "cubic"},
        ValueRefused,
        r"\.interp_kind: expected one of 'previous', .*'linear', got 'cubic'",
    ),
    ((TIMES, VALUES), {"interp_kind": []}, ValueRefused, r"\.interp_kind: .*got \[\]"),
]


@pytest.mark.parametrize(("args", "kwargs", "error", "words"), REFUSED)
def test_what_makes_no_series_is_refused(args, kwargs, error, words):
    with pytest.raises(error, match="^TSContinuous" + words if words.startswith(r"\.") else words):
        TSContinuous(*args, **kwargs)


def test_a_message_names_the_series():
    with pytest.raises(ValueRefused, match=r"^TSContinuous 'drive'\.__call__\(t\): expected times in the range"):
        series(name="drive")(2.0)


# -- its values -------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("previous", [1, 1, 2, 4, 8]),
        ("next", [1, 2, 4, 8, 8]),
        ("nearest", [1, 1, 2, 4, 8]),
        ("linear", [1, 1.5, 2 + 2 * 0.05 / 0.15, 4 + 4 * 0.2 / 0.45, 8]),
    ],
)
def test_values_between_samples_follow_the_kind_of_interpolation(kind, expected):
    assert_allclose(series(kind)([0.0, 0.05, 0.15, 0.45, 0.7])[:, 0], expected, rtol=1e-12)


def test_linear_interpolation_is_that_of_numpy():
    t = np.random.default_rng(1).uniform(0, 0.7, 1000)
    for channel in range(2):
        assert_allclose(series("linear")(t)[:, channel], np.interp(t, TIMES, VALUES[:, channel]), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["previous", "next", "nearest", "linear"])
def test_at_the_time_of_a_sample_stands_the_sample(kind):
    assert_array_equal(series(kind)(TIMES), VALUES)
    assert_array_equal(series(kind, periodic=True, t_stop=1.0)(TIMES), VALUES)


def test_the_result_has_the_shape_of_the_times_and_the_channels():
    assert series()(0.1).shape == (2,)
    assert series()([[0.1, 0.2, 0.3]]).shape == (1, 3, 2)
    assert series()([]).shape == (0, 2)


@pytest.mark.parametrize("kind", ["previous", "next", "nearest", "linear"])
def test_the_end_samples_hold_to_the_ends_of_the_range(kind):
    wide = series(kind, t_start=-1.0, t_stop=2.0)
    assert_array_equal(wide([-1.0, -0.5, 1.0, 2.0]), VALUES[[0, 0, -1, -1]])


def test_where_a_time_stands_twice_the_series_jumps():
    step = {kind: TSContinuous([0, 1, 1, 2], [0, 0, 5, 5], interp_kind=kind) for kind in ("previous", "linear", "next")}
    assert_array_equal(step["previous"]([0.9, 1, 1.1])[:, 0], [0, 5, 5])
    assert_array_equal(step["linear"]([0.9, 1, 1.1])[:, 0], [0, 5, 5])
    assert_array_equal(step["next"]([0.9, 1, 1.1])[:, 0], [0, 0, 5])
    assert_array_equal(TSContinuous([0, 1, 1], [0, 0, 5], interp_kind="linear")([0.5, 1])[:, 0], [0, 5])
    assert_array_equal(TSContinuous([0, 1, 1], [0, 0, 5], interp_kind="nearest")([0.4, 1])[:, 0], [0, 5])


def test_nan_and_infinite_samples_stay_where_they_are():
    gap = TSContinuous([0, 1, 2], [1, np.nan, np.inf], interp_kind="linear")
    assert_array_equal(gap([0, 0.5, 1, 2])[:, 0], [1, np.nan, np.nan, np.inf])


def test_outside_its_range_a_series_is_an_error():
    words = r"expected times in the range of the series, 0\.0 s to 0\.7 s, got 0\.8 s\. Pass fill_value .* periodic=True"
    with pytest.raises(ValueRefused, match=words):
        series()([0.1, 0.8])
    with pytest.raises(ValueRefused, match="expected finite times in seconds, got nan"):
        series()([np.nan])


def test_a_fill_value_stands_outside_the_range():
    assert_array_equal(series()([-1, 0.1, 2], fill_value=0.0), [[0, 0], [2, 0], [0, 0]])
    assert_array_equal(series()([-1, 0.1], fill_value=[7, 9]), [[7, 9], [2, 0]])
    assert np.isnan(series()(9.0, fill_value=np.nan)).all()
    with pytest.raises(ShapeError, match=r"__call__\(fill_value\): expected shape \(\) or \(2,\), got shape \(3,\)\. Pass one"):
        series()(9.0, fill_value=[1, 2, 3])


def test_a_series_contains_the_times_of_its_range():
    assert series().contains(0.0)
    assert series().contains([[0.1], [0.7]])
    assert series().contains(0.7 + 1e-16)
    assert not series().contains([0.1, 0.8])
    assert not series().contains(-0.01)
    assert series(periodic=True).contains([-100, 100])


@pytest.mark.parametrize("kind", ["previous", "next", "nearest", "linear"])
def test_a_periodic_series_repeats(kind):
    wave = series(kind, periodic=True, t_stop=0.9)
    t = np.linspace(0.01, 0.89, 50)
    for periods in (-7, -1, 1, 1000):
        assert_allclose(wave(t + periods * 0.9), wave(t), rtol=1e-8, atol=1e-8)


def test_a_periodic_series_interpolates_over_its_ends():
    wave = series("linear", periodic=True, t_stop=0.9)
    assert_allclose(wave([0.75, 0.8, 0.9, -0.1])[:, 0], [8 - 7 * 0.25, 4.5, 1, 4.5])
    assert_allclose(series("next", periodic=True, t_stop=0.9)(0.8), VALUES[0])
    assert_allclose(TSContinuous([0.5], [2.0], t_start=0, t_stop=1, periodic=True)([0.1, 7.9])[:, 0], [2, 2])


# -- from a clock -----------------------------------------------------------


def test_clocked_samples_end_a_step_after_the_last():
    made = TSContinuous.from_clocked([5.0, 6.0, 7.0], dt=0.1, t_start=1.0, name="x", units="nA", interp_kind="linear")
    assert_array_equal(made.times, 1.0 + np.arange(3) * 0.1)
    assert (made.t_start, made.t_stop, made.num_channels) == (1.0, 1.0 + 3 * 0.1, 1)
    assert (made.name, made.units, made.interp_kind, made.periodic) == ("x", "nA", "linear", False)


@pytest.mark.parametrize("dt", [1e-4, 1e-3, 0.1, 0.3, 1 / 3, 7e-5])
@pytest.mark.parametrize("t_start", [0.0, 0.1, -2.3, 500.0])
def test_at_k_dt_stands_sample_k(dt, t_start):
    k = np.arange(50_000)
    made = TSContinuous.from_clocked(k, dt, t_start=t_start)
    assert_array_equal(made(t_start + k * dt)[:, 0], k)
    assert_array_equal(made(t_start + np.linspace(0, len(k) * dt, len(k), endpoint=False))[:, 0], k)
    assert_array_equal(made(t_start + (k + 0.5) * dt)[:, 0], k)


def test_at_k_dt_stands_sample_k_in_every_period():
    k = np.arange(1000)
    made = TSContinuous.from_clocked(k[:7], 1e-3, periodic=True)
    assert_array_equal(made(k * 1e-3)[:, 0], k % 7)
    assert_array_equal(made(-k * 1e-3)[:, 0], -k % 7)


@settings(max_examples=100, deadline=None)
@given(
    dt=st.floats(1e-6, 10.0),
    start=st.integers(-(10**6), 10**6),
    count=st.integers(1, 300),
    kind=st.sampled_from(["previous", "next"]),
)
def test_steps_however_computed_land_in_step_k(dt, start, count, kind):
    made = TSContinuous.from_clocked(np.arange(count), dt, t_start=start * dt, interp_kind=kind)
    assert_array_equal(made((start + np.arange(count)) * dt)[:, 0], np.arange(count))


def test_from_clocked_refuses_a_step_it_cannot_take():
    with pytest.raises(ValueRefused, match=r"^TSContinuous\.from_clocked\(dt\): expected a positive step, got 0\.0 s"):
        TSContinuous.from_clocked([1.0], 0.0)
    with pytest.raises(ValueRefused, match=r"from_clocked\(dt\): expected a step that float64 resolves"):
        TSContinuous.from_clocked([1.0], 1e-3, t_start=1e13)
    with pytest.raises(KindError, match=r"from_clocked\(samples\): expected numbers, one row per step, got 'abc'"):
        TSContinuous.from_clocked("abc", 1e-3)
    with pytest.raises(ShapeError, match=r"TSContinuous\.samples: .*got shape \(\)"):
        TSContinuous.from_clocked(1.0, 1e-3)


# -- cutting and reading ----------------------------------------------------


@pytest.mark.parametrize("kind", ["previous", "next", "linear"])
@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("limits", [(0.0, 0.9), (0.05, 0.3), (0.1, 0.25), (0.3, 0.6), (0.71, 0.9), (0.2, 0.2)])
def test_a_part_has_the_values_of_the_whole(kind, periodic, limits):
    whole = series(kind, periodic=periodic, t_stop=0.9)
    part = whole.clip(*limits)
    assert (part.t_start, part.t_stop, part.periodic) == (*limits, False)
    t = np.linspace(*limits, 101)[:-1]
    assert_allclose(part(t), whole(t), rtol=1e-9, atol=1e-9)
    if not (periodic and limits[1] == 0.9):
        assert_allclose(part(limits[1]), whole(limits[1]))


def test_the_part_of_a_periodic_series_spans_periods():
    wave = TSContinuous.from_clocked(np.arange(4), 0.25, periodic=True)
    part = wave.clip(-0.5, 2.0, include_stop=False)
    assert_array_equal(part.samples[:, 0], np.arange(-2, 8) % 4)
    assert_allclose(part.times, np.arange(-2, 8) * 0.25)


def test_consecutive_parts_share_no_sample():
    whole = TSContinuous.from_clocked(np.arange(10), 1e-3)
    first, second = whole.clip(t_stop=0.005, include_stop=False), whole.clip(t_start=0.005)
    assert_array_equal(first.samples[:, 0], np.arange(5))
    assert_array_equal(second.samples[:, 0], np.arange(5, 10))
    assert_array_equal(first.append_t(second).times, whole.times)


def test_a_part_may_be_some_channels():
    assert_array_equal(series().clip(channels=[1, 0, 1]).samples, VALUES[:, [1, 0, 1]])
    assert_array_equal(series().clip(0.1, 0.25, channels=1).samples, VALUES[1:3, 1:])
    assert series(periodic=True).clip(channels=0).periodic
    with pytest.raises(
        ValueRefused, match=r"clip\(channels\): expected channels from 0 on, below num_channels = 2, got 2\. Count"
    ):
        series().clip(channels=[0, 2])
    with pytest.raises(KindError, match=r"clip\(channels\): expected channel numbers, as whole numbers, got 0\.5"):
        series().clip(channels=0.5)


@pytest.mark.parametrize("limits", [(0.5, 0.4), (-0.1, 0.5), (0.0, 0.8)])
def test_a_part_has_to_be_one(limits):
    with pytest.raises(
        ValueRefused, match=r"\.clip: expected t_start <= t_stop, both from 0\.0 s to 0\.7 s, got .* Ask for a part"
    ):
        series().clip(*limits)


def test_a_part_between_two_samples_and_of_an_empty_series():
    assert_array_equal(series("next").clip(0.3, 0.4, include_stop=False)([0.3])[0], VALUES[3])
    assert len(TSContinuous([], [], t_stop=1.0).clip(0.2, 0.4)) == 0


def test_resampling_reads_the_series_at_other_times():
    t = np.linspace(0, 0.7, 15)
    made = series("linear", name="x", units="mV").resample(t)
    assert_array_equal(made.times, t)
    assert_allclose(made.samples[:, 1], np.interp(t, TIMES, VALUES[:, 1]))
    assert (made.t_start, made.t_stop, made.name, made.units) == (0.0, 0.7, "x", "mV")
    assert_array_equal(series().resample([0.5, 5.0], fill_value=0).samples, [VALUES[2], [0, 0]])
    with pytest.raises(ValueRefused, match="expected sorted times"):
        series().resample([0.5, 0.2])


def test_a_delay_moves_samples_and_range():
    later = series(t_stop=1.0).delay(0.3)
    assert_allclose(later.times, TIMES + 0.3)
    assert (later.t_start, later.t_stop) == (0.3, 1.3)
    assert_array_equal(later.samples, VALUES)
    with pytest.raises(KindError, match=r"delay\(offset\): expected times in seconds"):
        series().delay("1 s")


# -- putting together -------------------------------------------------------


def test_series_follow_one_another_in_time():
    a = TSContinuous.from_clocked([1, 2], 0.5)
    both = a.append_t([a, a.delay(7.0)], gap=1.0)
    assert_allclose(both.times, [0, 0.5, 2, 2.5, 4, 4.5])
    assert_array_equal(both.samples[:, 0], [1, 2, 1, 2, 1, 2])
    assert (both.t_start, both.t_stop) == (0, 5)
    assert_array_equal(a.append_t(TSContinuous([], [])).times, a.times)


def test_a_long_chain_of_clocked_parts_keeps_its_clock():
    parts = [TSContinuous.from_clocked(np.arange(10) + 10 * i, 1e-3) for i in range(200)]
    whole = parts[0].append_t(parts[1:])
    assert_array_equal(whole(np.arange(2000) * 1e-3)[:, 0], np.arange(2000))


def test_what_does_not_follow_is_refused():
    with pytest.raises(KindError, match=r"append_t: expected a TSContinuous, or a list of them, got TSEvent\. Make a series"):
        series().append_t(TSEvent([0.1]))
    with pytest.raises(KindError, match="got int"):
        series().append_t([series(), 3])
    with pytest.raises(ShapeError, match=r"append_t: expected 2 channels, got 1\. Choose channels .* append_c"):
        series().append_t(TSContinuous([0], [1]))
    with pytest.raises(ValueRefused, match=r"append_t: expected a series in mV, got one in nA\. Convert"):
        series(units="mV").append_t(series(units="nA"))
    with pytest.raises(ValueRefused, match=r"append_t\(gap\): expected a gap of 0 s or more, got -1\.0 s\. Use merge"):
        series().append_t(series(), gap=-1)


def test_channels_stand_side_by_side():
    wave = TSContinuous([0, 0.1], [5, 6], t_stop=0.2, periodic=True, units="mV")
    both = series(units="mV").append_c([wave, wave])
    assert_array_equal(both.samples, np.column_stack([VALUES, [5, 6, 5, 6], [5, 6, 5, 6]]))
    assert both.units == "mV"
    assert series(units="nA").append_c(wave).units is None
    with pytest.raises(ValueRefused, match=r"expected times in the range of the series, 0\.0 s to 0\.1 s, got 0\.25 s"):
        series().append_c(TSContinuous([0, 0.1], [5, 6]))
    with pytest.raises(KindError, match=r"append_c: expected a TSContinuous"):
        series().append_c(VALUES)


def test_samples_merge_in_order_of_time_and_the_first_wins():
    a, b = TSContinuous([0, 2, 4], [1, 2, 3]), TSContinuous([1, 2, 5], [10, 20, 30])
    both = a.merge(b)
    assert_array_equal(both.times, [0, 1, 2, 4, 5])
    assert_array_equal(both.samples[:, 0], [1, 10, 2, 3, 30])
    assert (both.t_start, both.t_stop) == (0, 5)
    assert_array_equal(b.merge([a]).samples[:, 0], [1, 10, 20, 3, 30])


def test_a_merger_with_a_periodic_series_stays_in_range():
    wave = TSContinuous([0.5], [9], t_start=0, t_stop=1, periodic=True)
    assert_array_equal(TSContinuous([0, 2], [1, 2]).merge(wave).times, [0, 0.5, 1.5, 2])
    assert wave.merge(TSContinuous([0.2], [1])).periodic
    words = r"merge: expected a series inside one period, 0\.0 s to 1\.0 s, got one from 0\.2 s to 1\.2 s\. Clip it"
    with pytest.raises(ValueRefused, match=words):
        wave.merge(TSContinuous([0.2, 1.2], [1, 1]))
    with pytest.raises(ShapeError, match=r"merge: expected 1 channels, got 2"):
        wave.merge(series())


def test_a_long_gap_is_not_skipped_near_its_ends():
    held = {kind: TSContinuous([0.0, 5000.0], [1.0, 2.0], interp_kind=kind) for kind in ("previous", "next")}
    # 1 ms is less than a millionth of the gap, and a time step.
    assert_array_equal(held["previous"]([4999.999])[0], [1])
    assert_array_equal(held["next"]([0.001])[0], [2])
    assert_array_equal(held["previous"]([5000 * (1 - 1e-16)])[0], [2])
