"""Event series through xarray and pandas; the expected tables are built with those packages alone."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from numpy.testing import assert_allclose, assert_array_equal

from bouton.errors import KindError, ValueRefused
from bouton.modules import TSEvent

TIMES, CHANNELS = [0.1, 0.1, 1 / 3, 0.7], [2, 0, 1, 1]

ALIKE = {
    "plain": TSEvent(TIMES, CHANNELS),
    "silent channels": TSEvent(TIMES, CHANNELS, t_start=-0.5, t_stop=2.0, num_channels=9, name="spikes"),
    "periodic": TSEvent(TIMES, CHANNELS, t_stop=1.0, periodic=True),
    "empty": TSEvent([], t_stop=1.0, num_channels=4),
    "clocked": TSEvent.from_raster(np.eye(5), dt=0.1, t_start=0.3),
}


def assert_same(one, other):
    assert_array_equal(one.times, other.times)
    assert_array_equal(one.channels, other.channels)
    for name in ("t_start", "t_stop", "periodic", "name", "num_channels"):
        assert getattr(one, name) == getattr(other, name), name


@pytest.fixture(params=ALIKE, ids=str)
def series(request):
    return ALIKE[request.param]


def test_through_xarray_a_series_comes_back_exactly(series):
    assert_same(TSEvent.from_xarray(series.to_xarray()), series)


def test_through_pandas_a_series_comes_back_exactly(series):
    assert_same(TSEvent.from_pandas(series.to_pandas()), series)


def test_a_series_comes_back_from_a_netcdf_file(tmp_path):
    ALIKE["silent channels"].to_xarray().to_netcdf(tmp_path / "spikes.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "spikes.nc", engine="scipy") as dataset:
        assert_same(TSEvent.from_xarray(dataset.load()), ALIKE["silent channels"])


def test_a_data_set_has_times_and_channels_over_events():
    made = ALIKE["silent channels"].to_xarray()
    assert made["time"].dims == made["channel"].dims == ("event",)
    assert made["time"].attrs["units"] == "s"
    assert_array_equal(made["time"], TIMES)
    assert_array_equal(made["channel"], CHANNELS)
    assert made.attrs["num_channels"] == 9


def test_a_table_has_a_row_per_event():
    frame = ALIKE["silent channels"].to_pandas()
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"time": TIMES, "channel": CHANNELS}))
    assert all(type(value) in (int, float, str) for value in frame.attrs.values())


def test_channels_and_range_stay_when_events_are_left_out():
    frame = ALIKE["silent channels"].to_pandas()
    read = TSEvent.from_pandas(frame[frame.channel == 1])
    assert (len(read), read.num_channels, read.t_start, read.t_stop) == (2, 9, -0.5, 2.0)
    made = ALIKE["silent channels"].to_xarray()
    read = TSEvent.from_xarray(made.isel(event=slice(0, 1)))
    assert (len(read), read.num_channels, read.t_stop) == (1, 9, 2.0)


def test_tables_of_others_are_read():
    read = TSEvent.from_pandas(pd.DataFrame({"time": pd.to_timedelta([5, 10], unit="ms"), "channel": [3, 1]}))
    assert_allclose(read.times, [0.005, 0.01])
    assert (read.num_channels, read.t_start) == (4, 0.0)
    read = TSEvent.from_xarray(xr.Dataset({"time": ("spike", [5.0, 10.0], {"units": "ms"})}))
    assert_allclose(read.times, [0.005, 0.01])
    assert_array_equal(read.channels, [0, 0])


def test_the_remedy_for_dates_works():
    dates = pd.to_datetime(["2024-01-01T00:00:01", "2024-01-01T00:00:03"])
    frame = pd.DataFrame({"time": dates, "channel": [0, 1]})
    assert_array_equal(TSEvent.from_pandas(frame.assign(time=frame.time - frame.time.iloc[0])).times, [0.0, 2.0])
    dataset = xr.Dataset({"time": ("event", dates), "channel": ("event", [0, 1])})
    assert_array_equal(TSEvent.from_xarray(dataset.assign(time=dataset.time - dataset.time[0])).times, [0.0, 2.0])


@pytest.mark.parametrize(
    "table, error, words",
    [
        (
            3,
            KindError,
            r"from_pandas\(frame\): expected a pandas.DataFrame, got int\. Pass a table with the columns time and channel",
        ),
        (pd.DataFrame({"t": [1.0]}), ValueRefused, r"expected the columns time and channel, got 't'\. Rename them"),
        (
            pd.DataFrame({"time": pd.to_datetime(["2024-01-01"])}),
            KindError,
            r"from_pandas\(frame\)\.time: expected seconds, or time differences, got dates\. .*frame.assign",
        ),
        (pd.DataFrame({"time": [0.0], "channel": [0.5]}), KindError, r"TSEvent.channels: expected channel numbers, as whole"),
        (pd.DataFrame({"time": [1.0, 0.0]}), ValueRefused, r"TSEvent.times: expected sorted times"),
    ],
)
def test_what_is_no_table_of_events_is_refused(table, error, words):
    with pytest.raises(error, match=words):
        TSEvent.from_pandas(table)


@pytest.mark.parametrize(
    "dataset, error, words",
    [
        (xr.DataArray([1.0]), KindError, r"from_xarray\(dataset\): expected a xarray.Dataset, got DataArray\. A raster becomes"),
        (xr.Dataset({"V": ("x", [1.0])}), ValueRefused, r"expected the variables time and channel, got 'V'\. Rename them"),
        (xr.Dataset(), ValueRefused, r"expected the variables time and channel, got none\. Rename them"),
        (
            xr.Dataset({"time": ("event", [1.0], {"units": "mV"})}),
            ValueRefused,
            r"from_xarray\(dataset\)\.time: expected units of time, such as 's' or 'ms', got 'mV'",
        ),
    ],
)
def test_what_is_no_data_set_of_events_is_refused(dataset, error, words):
    with pytest.raises(error, match=words):
        TSEvent.from_xarray(dataset)
