"""Continuous series through xarray and pandas; the expected arrays are built with those packages alone."""

import io
import pickle

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import TSContinuous

TIMES = np.array([0.1, 0.2, 0.2, 0.7])
VALUES = np.array([[1.0, -1.0], [2.0, 0.0], [np.nan, 3.0], [8.0, np.inf]])

ALIKE = {
    "plain": TSContinuous(TIMES, VALUES),
    "described": TSContinuous(TIMES, VALUES, t_start=-1 / 3, t_stop=0.9, name="drive", units="mV", interp_kind="linear"),
    "periodic": TSContinuous(TIMES, VALUES, t_start=0.0, t_stop=1.0, periodic=True),
    "float32": TSContinuous.from_clocked(np.arange(12, dtype="float32").reshape(6, 2) / 7, dt=0.1, t_start=0.3),
    "complex": TSContinuous([0, 1], [[1j, 2], [3, 4j]]),
    "empty": TSContinuous([], [], num_channels=3, t_stop=2.0),
    "no channels": TSContinuous([0, 1], np.zeros((2, 0))),
}


def assert_same(one, other):
    assert type(one) is type(other)
    assert_array_equal(one.times, other.times)
    assert_array_equal(one.samples, other.samples)
    assert one.samples.dtype == other.samples.dtype
    for name in ("t_start", "t_stop", "periodic", "name", "units", "interp_kind", "num_channels"):
        assert getattr(one, name) == getattr(other, name), name


@pytest.fixture(params=ALIKE, ids=str)
def series(request):
    return ALIKE[request.param]


# -- there and back ---------------------------------------------------------


def test_through_xarray_a_series_comes_back_exactly(series):
    assert_same(TSContinuous.from_xarray(series.to_xarray()), series)


def test_through_pandas_a_series_comes_back_exactly(series):
    assert_same(TSContinuous.from_pandas(series.to_pandas()), series)


def test_what_is_said_of_a_series_goes_into_a_file():
    array = ALIKE["described"].to_xarray()
    assert_same(TSContinuous.from_xarray(pickle.loads(pickle.dumps(array))), ALIKE["described"])
    frame = ALIKE["described"].to_pandas()
    kept = pd.read_csv(io.StringIO(frame.to_csv()), index_col="time")
    assert_allclose(TSContinuous.from_pandas(kept).samples, VALUES)
    assert all(type(value) in (int, float, str) for value in (*array.attrs.values(), *frame.attrs.values()))


def test_a_series_comes_back_from_a_netcdf_file(tmp_path):
    ALIKE["described"].to_xarray().to_netcdf(tmp_path / "drive.nc", engine="scipy")
    with xr.open_dataarray(tmp_path / "drive.nc", engine="scipy") as array:
        assert_same(TSContinuous.from_xarray(array.load()), ALIKE["described"])


# -- labelled arrays --------------------------------------------------------


def test_axes_and_units_have_names():
    array = ALIKE["described"].to_xarray()
    assert array.dims == ("time", "channel")
    assert array.name == "drive"
    assert array.time.attrs["units"] == "s"
    assert array.attrs["units"] == "mV"
    assert_array_equal(array.time, TIMES)
    assert_array_equal(array.channel, [0, 1])
    assert_array_equal(array.sel(channel=1), VALUES[:, 1])


@pytest.mark.parametrize("units, per_second", [("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9), ("seconds", 1), (None, 1)])
def test_times_become_seconds(units, per_second):
    coordinate = ("time", np.array([0.25, 1.5, 2.0]) * per_second, {} if units is None else {"units": units})
    read = TSContinuous.from_xarray(xr.DataArray([1.0, 2.0, 3.0], {"time": coordinate}, ("time",), "V"))
    assert_allclose(read.times, [0.25, 1.5, 2.0], rtol=1e-15)
    assert (read.name, read.num_channels, read.t_start, read.t_stop) == ("V", 1, 0.25, 2.0)


def test_time_differences_become_seconds():
    coordinate = np.array([0, 1_500_000_000], "timedelta64[ns]")
    read = TSContinuous.from_xarray(xr.DataArray([1.0, 2.0], {"time": coordinate}, ("time",)))
    assert_array_equal(read.times, [0.0, 1.5])


def test_the_record_of_a_runner_is_read():
    runner = bp.DSRunner(bp.neurons.LIF(3), monitors=["V"], inputs=("input", 30.0), dt=0.5, progress_bar=False)
    runner.run(4.0)
    read = TSContinuous.from_xarray(runner.mon.to_xarray()["V"])
    assert_allclose(read.times, np.asarray(runner.mon.ts) / 1000, rtol=1e-12)
    assert_array_equal(read.samples, runner.mon["V"])
    assert read.units == "mV"


def test_other_axes_become_channels_wherever_time_stands():
    values = np.arange(24.0).reshape(2, 4, 3)
    array = xr.DataArray(values, {"time": np.arange(4) / 10}, ("trial", "time", "unit"))
    assert_array_equal(TSContinuous.from_xarray(array).samples, np.moveaxis(values, 1, 0).reshape(4, 6))


def test_an_axis_of_another_name_is_time_if_its_units_are():
    array = xr.DataArray(np.ones((2, 3)), {"t": ("t", [0.0, 5.0], {"units": "ms"}), "x": [0, 1, 2]}, ("t", "x"))
    assert_array_equal(TSContinuous.from_xarray(array).times, [0.0, 0.005])


def test_a_part_of_an_array_has_the_range_of_the_part():
    array = TSContinuous.from_clocked(np.arange(10.0), dt=0.1).to_xarray()
    part = TSContinuous.from_xarray(array.isel(time=slice(2, 5)))
    assert_allclose([part.t_start, part.t_stop], [0.2, 0.4])
    moved = TSContinuous.from_xarray(array.assign_coords(time=array.time + 5.0))
    assert_allclose([moved.t_start, moved.t_stop], [5.0, 5.9])


TIME = {"time": [0.0, 1.0]}


@pytest.mark.parametrize(
    "array, error, words",
    [
        (
            np.ones(3),
            KindError,
            r"from_xarray\(array\): expected a xarray.DataArray, got ndarray\. Choose one variable of a Dataset",
        ),
        (xr.Dataset(), KindError, r"expected a xarray.DataArray, got Dataset\. Choose one variable"),
        (xr.DataArray(3.0), ShapeError, r"expected an axis 'time' with a coordinate, .* got the axes none\. Name it"),
        (xr.DataArray([1.0], dims="x"), ValueRefused, r"got the axes 'x' without a coordinate\. Name it.*assign_coords"),
        (xr.DataArray([1.0], {"x": [2]}, "x"), ValueRefused, r"got the axes 'x'\. Name it"),
        (
            xr.DataArray([[1.0]], {"a": ("a", [0], {"units": "s"}), "b": ("b", [0], {"units": "ms"})}, ("a", "b")),
            ValueRefused,
            r"got several of them, 'a', 'b'\. Name it",
        ),
        (
            xr.DataArray([1.0], {"time": ("time", [0.0], {"units": "mm"})}, "time"),
            ValueRefused,
            r"from_xarray\(array\)\.time: expected units of time, such as 's' or 'ms', got 'mm'\. Correct the attribute",
        ),
        (
            xr.DataArray([1.0], {"time": np.array(["2024-01-01"], "datetime64[ns]")}, "time"),
            KindError,
            r"expected seconds, or time differences, got dates\. Count .*assign_coords\(time=array.time - array.time\[0\]\)",
        ),
        (xr.DataArray(["a", "b"], TIME, "time"), KindError, r"TSContinuous.samples: expected numbers"),
        (xr.DataArray([1.0, 2.0], {"time": [1.0, 0.0]}, "time"), ValueRefused, r"TSContinuous.times: expected sorted times"),
    ],
)
def test_what_is_no_labelled_series_is_refused(array, error, words):
    with pytest.raises(error, match=words):
        TSContinuous.from_xarray(array)


def test_the_remedy_for_dates_works():
    dates = np.array(["2024-01-01T00:00:01", "2024-01-01T00:00:03"], "datetime64[ns]")
    array = xr.DataArray([1.0, 2.0], {"time": dates}, "time")
    assert_array_equal(TSContinuous.from_xarray(array.assign_coords(time=array.time - array.time[0])).times, [0.0, 2.0])
    frame = pd.DataFrame({"v": [1.0, 2.0]}, index=pd.DatetimeIndex(dates))
    assert_array_equal(TSContinuous.from_pandas(frame.set_index(frame.index - frame.index[0])).times, [0.0, 2.0])


# -- tables -----------------------------------------------------------------


def test_a_table_has_a_row_per_time_and_a_column_per_channel():
    frame = ALIKE["described"].to_pandas()
    expected = pd.DataFrame(VALUES, index=pd.Index(TIMES, name="time"), columns=pd.RangeIndex(2, name="channel"))
    pd.testing.assert_frame_equal(frame, expected)
    assert frame.attrs["units"] == "mV"


def test_columns_of_a_table_become_channels_and_a_column_alone_one():
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 0.25]}, index=[0.0, 0.5])
    assert_array_equal(TSContinuous.from_pandas(frame).samples, [[1, 0.5], [2, 0.25]])
    alone = TSContinuous.from_pandas(frame["b"])
    assert_array_equal(alone.samples, [[0.5], [0.25]])
    assert alone.name == "b"


def test_an_index_of_time_differences_becomes_seconds():
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.to_timedelta([250, 1500], unit="ms"))
    assert_array_equal(TSContinuous.from_pandas(frame).times, [0.25, 1.5])


def test_a_part_of_a_table_has_the_range_of_the_part():
    part = TSContinuous.from_pandas(TSContinuous.from_clocked(np.arange(10.0), dt=0.1).to_pandas().iloc[3:])
    assert_allclose([part.t_start, part.t_stop, len(part)], [0.3, 0.9, 7])


@pytest.mark.parametrize(
    "frame, error, words",
    [
        ([1.0], KindError, r"from_pandas\(frame\): expected a pandas.DataFrame or a pandas.Series, got list\. Pass a table"),
        (pd.DataFrame({"a": [1.0]}), ValueRefused, r"expected an index of times in seconds, got row numbers\. Make .*set_index"),
        (
            pd.Series([1.0], pd.to_datetime(["2024-01-01"])),
            KindError,
            r"from_pandas\(frame\)\.index: expected seconds, or time differences, got dates\. .*frame.index - frame.index\[0\]",
        ),
        (pd.Series([1.0], ["a"]), KindError, r"from_pandas\(frame\)\.index: expected times in seconds, as numbers"),
        (pd.Series([1.0], pd.to_timedelta([None])), ValueRefused, r"expected finite times in seconds, got nan"),
    ],
)
def test_what_is_no_table_of_a_series_is_refused(frame, error, words):
    with pytest.raises(error, match=words):
        TSContinuous.from_pandas(frame)
