"""What is drawn of time series: samples as they are, or extremes, means and numbers of events that NumPy finds as well."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bouton.modules import TSContinuous, TSEvent
from bouton_widgets._series_columns import columns_of
from bouton_widgets._series_events import MARKS
from bouton_widgets._series_panels import panels_of
from bouton_widgets._series_window import Window, whole


def drawn(series, window=None, form=None):
    (panel,) = panels_of(series, form, None)
    return columns_of(panel, window or whole([panel]))


def line(series, **more):
    sources, _ = drawn(series, **more)
    return list(zip(sources["line0"]["x"], sources["line0"]["y"], strict=True))


SAMPLES = {"times": [0.0, 1.0, 3.0], "samples": [5.0, 7.0, 6.0]}


@pytest.mark.parametrize(
    "kind, points",
    [
        ("linear", [(0, 5), (1, 7), (3, 6), (4, 6)]),
        ("previous", [(0, 5), (1, 5), (1, 7), (3, 7), (3, 6), (4, 6)]),
        ("next", [(0, 5), (0, 7), (1, 7), (1, 6), (3, 6), (3, 6), (4, 6)]),
        ("nearest", [(0, 5), (0.5, 5), (0.5, 7), (2, 7), (2, 6), (3.5, 6), (3.5, 6), (4, 6)]),
    ],
)
def test_few_samples_are_drawn_as_the_series_goes_between_them(kind, points):
    found = line(TSContinuous(**SAMPLES, t_stop=4.0, interp_kind=kind))
    assert sorted(set(found), key=found.index) == sorted(set(points), key=points.index)


@pytest.mark.parametrize("kind", ["linear", "previous", "next", "nearest"])
@pytest.mark.parametrize("periodic", [False, True])
def test_the_drawn_course_is_that_of_the_series(kind, periodic):
    series = TSContinuous(**SAMPLES, t_start=-0.5, t_stop=4.5, interp_kind=kind, periodic=periodic)
    sources, exact = drawn(series)
    assert exact
    t = np.linspace(-0.49, 4.49, 500)
    t = t[np.min(np.abs(t[:, np.newaxis] - [0.0, 0.5, 1.0, 2.0, 3.0, 4.0]), axis=1) > 1e-3]
    middle = np.interp(t, sources["line0"]["x"] + np.arange(len(sources["line0"]["x"])) * 1e-12, sources["line0"]["y"])
    assert_allclose(middle, series(t)[:, 0], atol=1e-6)


def test_what_is_not_finite_leaves_a_gap():
    series = TSContinuous([0, 1, 2, 3], [1.0, np.nan, np.inf, 2.0], interp_kind="linear")
    assert_array_equal([y for _, y in line(series)], [1.0, np.nan, np.nan, 2.0])
    assert drawn(series)[0]["reading"]["v0"] == ["1", "not finite", "not finite", "2"]


def test_of_many_samples_each_column_of_pixels_has_its_least_and_largest():
    values = np.random.default_rng(0).normal(size=100_000)
    sources, exact = drawn(TSContinuous.from_clocked(values, dt=2**-10), window=Window(0.0, 100_000 / 1024, 500))
    assert not exact
    y = sources["line0"]["y"].reshape(500, 2)
    parts = values.reshape(500, 200)
    assert_array_equal(y.min(axis=1), parts.min(axis=1))
    assert_array_equal(y.max(axis=1), parts.max(axis=1))
    assert_allclose(sources["line0"]["x"].reshape(500, 2)[:, 0], (100 + 200 * np.arange(500)) / 1024)


def test_a_spike_of_one_sample_in_a_million_is_drawn():
    values = np.zeros(1_000_000)
    values[123_456] = 40.0
    sources, _ = drawn(TSContinuous.from_clocked(values, dt=1e-4))
    assert sources["line0"]["y"].max() == 40.0


def test_a_closer_look_has_every_sample():
    values = np.arange(100_000.0)
    series = TSContinuous.from_clocked(values, dt=1e-3, interp_kind="linear")
    sources, _ = drawn(series, window=Window(50.0, 50.5, 500))
    x, y = sources["line0"]["x"], sources["line0"]["y"]
    assert_allclose(y, np.arange(49_999, 50_502))
    assert_allclose(x, y * 1e-3)


def test_a_gap_between_samples_is_bridged_and_not_filled():
    times = np.concatenate([np.linspace(0, 1, 3000), np.linspace(9, 10, 3000)])
    x = drawn(TSContinuous(times, np.zeros(6000)), window=Window(0.0, 10.0, 100))[0]["line0"]["x"]
    assert not np.any((x > 1.1) & (x < 8.9))


def test_values_are_told_with_unit_and_time():
    told = drawn(TSContinuous([0.0, 0.5], [[-65.0, 2.0], [-50.5, 3.0]], t_stop=1.0, units="mV"))[0]["reading"]
    assert told["v0"] == ["−65 mV", "−50.5 mV", "−50.5 mV"]
    assert told["v1"] == ["2 mV", "3 mV", "3 mV"]
    assert told["time"] == ["0.0000 s", "0.5000 s", "1.0000 s"]


def test_many_samples_are_told_as_ranges():
    told = drawn(TSContinuous.from_clocked(np.arange(10_000.0), dt=0.125), window=Window(0.0, 1250.0, 100))[0]["reading"]
    assert told["v0"][:2] == ["0 to 99", "100 to 199"]


def test_rows_lie_one_above_the_other_and_keep_their_scale():
    values = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0]])
    sources, _ = drawn(TSContinuous([0, 1], values, interp_kind="linear"), form="offset")
    assert_allclose([sources[f"line{k}"]["y"] for k in range(3)], np.arange(3)[:, np.newaxis] + 0.45 * values.T)
    ((image,),) = [sources["cells"]["image"]]
    assert image.shape[0] == 3


def test_a_heat_map_has_the_mean_of_each_column():
    values = np.random.default_rng(1).normal(size=(6000, 50))
    sources, exact = drawn(TSContinuous.from_clocked(values, dt=2**-10), window=Window(0.0, 6000 / 1024, 100))
    (image,) = sources["cells"]["image"]
    assert not exact
    assert image.dtype == np.float32
    assert_allclose(image, values.reshape(100, 60, 50).mean(axis=1).T, rtol=2e-6, atol=1e-6)
    assert [sources["cells"][name] for name in ("x", "y", "dw", "dh")] == [[0.0], [-0.5], [6000 / 1024], [50.0]]


def test_a_heat_map_of_few_samples_has_the_values_of_the_series():
    series = TSContinuous([0.0, 1.0, 2.0], np.arange(150.0).reshape(3, 50), t_stop=4.0)
    (image,) = drawn(series, window=Window(0.0, 4.0, 8))[0]["cells"]["image"]
    assert_array_equal(image[0], [0, 0, 50, 50, 100, 100, 100, 100])


def test_a_heat_map_covers_its_own_range_alone():
    series = TSContinuous([1.0, 2.0], np.ones((2, 50)), t_stop=3.0)
    cells = drawn(series, window=Window(0.0, 8.0, 80))[0]["cells"]
    assert (cells["x"], cells["dw"], cells["image"][0].shape) == ([1.0], [2.0], (50, 20))
    assert drawn(series, window=Window(4.0, 8.0, 80))[0]["cells"]["image"] == []


def test_events_are_marks_as_long_as_they_are_few():
    sources, exact = drawn(TSEvent([0.1, 0.2], [3, 1], num_channels=5, t_stop=1.0))
    assert exact
    assert_array_equal(sources["marks"]["x"], [0.1, 0.2])
    assert_array_equal(sources["marks"]["y"], [3, 1])
    assert sources["marks"]["time"] == ["0.1000 s", "0.2000 s"]
    assert sources["cells"]["image"] == []


@pytest.fixture(scope="module")
def many():
    rng = np.random.default_rng(2)
    return TSEvent(np.sort(rng.uniform(0, 10, 20_000)), rng.integers(0, 100, 20_000), t_stop=10.0, num_channels=100)


def test_many_events_are_counted_in_pixels(many):
    sources, exact = drawn(many, window=Window(0.0, 10.0, 200))
    assert not exact
    assert sources["marks"]["x"] == []
    (count,), (level,) = sources["cells"]["count"], sources["cells"]["image"]
    expected = np.histogram2d(many.channels, many.times, [np.arange(101) - 0.5, np.linspace(0, 10, 201)])[0]
    assert_array_equal(count, expected)
    assert_array_equal(level, np.where(expected > 0, 1 + np.floor(np.log2(np.maximum(expected, 1))), 0))


def test_rows_that_are_too_many_for_the_height_share_pixels():
    rng = np.random.default_rng(3)
    series = TSEvent(np.sort(rng.uniform(0, 1, 10_000)), rng.integers(0, 2000, 10_000), t_stop=1.0, num_channels=2000)
    (panel,) = panels_of(series, None, 200)
    (count,) = columns_of(panel, Window(0.0, 1.0, 10))[0]["cells"]["count"]
    expected = np.histogram2d(series.channels, series.times, [np.arange(0, 2001, 10) - 0.5, np.linspace(0, 1, 11)])[0]
    assert_array_equal(count, expected)


def test_a_closer_look_at_times_or_rows_has_every_event(many):
    inside = (many.times >= 2.0) & (many.times < 2.5)
    assert_array_equal(drawn(many, window=Window(2.0, 2.5, 200))[0]["marks"]["x"], many.times[inside])
    sources, _ = drawn(many, window=Window(0.0, 10.0, 200, low=4.2, high=8.9))
    inside = (many.channels >= 4) & (many.channels <= 9)
    assert inside.sum() < MARKS
    assert_array_equal(sources["marks"]["x"], many.times[inside])


def test_a_million_events_are_counted_in_a_moment():
    times = np.arange(1_000_000) * 1e-4
    sources, _ = drawn(TSEvent(times, np.arange(1_000_000) % 1000, t_stop=100.0))
    (count,) = sources["cells"]["count"]
    assert count.sum() == 1_000_000
    assert count.size <= 1000 * 420


@pytest.mark.parametrize(
    "series",
    [
        TSContinuous([], [], num_channels=3, t_stop=1.0),
        TSContinuous([], [], num_channels=100),
        TSContinuous([0.5], [1.0]),
        TSContinuous([0, 1], np.zeros((2, 0))),
        TSContinuous([0, 1], np.full((2, 60), np.nan)),
        TSEvent([]),
        TSEvent([], t_stop=1.0, num_channels=4),
        TSEvent([0.3]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("form", [None, "offset", "heatmap"])
def test_what_is_nearly_nothing_can_be_drawn(series, form):
    sources, exact = drawn(series, form=form)
    assert exact
    assert sources


def test_a_part_is_not_taken_for_all_of_it():
    series = TSContinuous.from_clocked(np.arange(10.0), dt=0.1, t_start=1.0)
    assert drawn(series)[1]
    assert not drawn(series, window=Window(1.15, 2.0, 100))[1]
    assert not drawn(series, window=Window(1.0, 1.75, 100))[1]
