"""Continuous series as labelled arrays of xarray and as tables of pandas, and back."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..errors import ShapeError, ValueRefused
from ._ts_sampled import Sampled
from ._ts_tables import PER_SECOND, check_kind, pandas, range_of, said, seconds, text, xarray

if TYPE_CHECKING:
    from xarray import DataArray


class SampleTables(Sampled):
    """Conversion to and from xarray and pandas."""

    def to_xarray(self) -> "DataArray":
        """Give the samples as a labelled array, with the axes ``time``, in s, and ``channel``.

        Units of the samples, range, period and kind of interpolation are among its ``attrs``: :meth:`from_xarray` makes the
        same series again.

        Raises
        ------
        EnvironmentProblem
            The package xarray is not installed (also a ``RuntimeError``).
        """
        coords = {"time": ("time", self.times, {"units": "s"}), "channel": np.arange(self.num_channels)}
        array = xarray(self._where("to_xarray"))
        return array.DataArray(self.samples.copy(), coords, ("time", "channel"), self.name, self._attrs(units=self.units))

    @classmethod
    def from_xarray(cls, array: "DataArray") -> Self:
        """Make a series of a labelled array.

        Parameters
        ----------
        array : xarray.DataArray
            With an axis ``time``, or one axis whose coordinate has units of time, such as those of ``DSRunner.mon.to_xarray()``.
            Times are in the ``units`` of the coordinate, which may be ``'ms'`` or the like, and otherwise in seconds; time
            differences are taken, too. The other axes are flattened into channels, the last one fastest. What
            :meth:`to_xarray` has written into ``attrs`` is read.

        Returns
        -------
        TSContinuous
            Of the range that ``attrs`` tell, or from the first to the last time.

        Raises
        ------
        EnvironmentProblem
            The package xarray is not installed (also a ``RuntimeError``).
        KindError
            Not a labelled array; times that are dates (also a ``TypeError``).
        ValueRefused
            No time axis can be told, or its units are none of time (also a ``ValueError``).
        """
        where = f"{cls.__name__}.from_xarray(array)"
        check_kind(array, (xarray(where).DataArray,), where, "Choose one variable of a Dataset, for instance dataset['V'].")
        axis = _time_axis(array, where)
        coordinate = array.coords[axis]
        relative = f"array.assign_coords({axis}=array.{axis} - array.{axis}[0])"
        times = seconds(coordinate.values, coordinate.attrs.get("units"), f"{where}.{axis}", relative)
        samples = array.transpose(axis, ...).values
        channels = int(np.prod(samples.shape[1:], dtype=np.int64))
        return cls(
            times,
            samples.reshape(len(times), channels),
            name=text(array.name),
            units=text(array.attrs.get("units")),
            **_kept(array.attrs, times),
        )

    def to_pandas(self) -> Any:
        """Give the samples as a table, one row per time in s and one column per channel.

        What else there is to the series is in its ``attrs``: :meth:`from_pandas` makes the same series again.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        EnvironmentProblem
            The package pandas is not installed (also a ``RuntimeError``).
        """
        library = pandas(self._where("to_pandas"))
        frame = library.DataFrame(
            self.samples.copy(),
            index=library.Index(self.times.copy(), name="time"),
            columns=library.RangeIndex(self.num_channels, name="channel"),
        )
        frame.attrs = self._attrs(units=self.units, name=self.name)
        return frame

    @classmethod
    def from_pandas(cls, frame: Any) -> Self:
        """Make a series of a table.

        Parameters
        ----------
        frame : pandas.DataFrame or pandas.Series
            Indexed by times in seconds, or by time differences (``TimedeltaIndex``). Each column is a channel. What
            :meth:`to_pandas` has written into ``attrs`` is read.

        Returns
        -------
        TSContinuous
            Of the range that ``attrs`` tell, or from the first to the last time.

        Raises
        ------
        EnvironmentProblem
            The package pandas is not installed (also a ``RuntimeError``).
        KindError
            No table; an index of dates (also a ``TypeError``).
        ValueRefused
            The table has no index of its own, only row numbers (also a ``ValueError``).
        """
        where = f"{cls.__name__}.from_pandas(frame)"
        library = pandas(where)
        check_kind(frame, (library.DataFrame, library.Series), where, "Pass a table whose index is the time, in seconds.")
        if isinstance(frame.index, library.RangeIndex):
            raise ValueRefused(
                where=where,
                expected="an index of times in seconds",
                got="row numbers",
                fix="Make the times the index, for instance with frame.set_index('time') or frame.set_index(frame.index * dt).",
            )
        times = seconds(frame.index, None, f"{where}.index", "frame.set_index(frame.index - frame.index[0])")
        named = frame.attrs.get("name", frame.name if isinstance(frame, library.Series) else None)
        return cls(
            times,
            frame.to_numpy(),
            name=text(named),
            units=text(frame.attrs.get("units")),
            **_kept(frame.attrs, times),
        )

    def _attrs(self, **more: Any) -> dict[str, Any]:
        return said(self, **more, interp_kind=self.interp_kind, num_samples=len(self))


def _kept(attrs: Any, times: Any) -> dict[str, Any]:
    return {"interp_kind": str(attrs.get("interp_kind", "previous")), **range_of(attrs, times, len(times))}


def _time_axis(array: "DataArray", where: str) -> Hashable:
    """Find the axis that is time, which needs a coordinate."""
    if "time" in array.coords and "time" in array.dims:
        return "time"
    found = [axis for axis in array.dims if axis in array.coords and _is_time(array.coords[axis])]
    if len(found) == 1:
        return found[0]
    axes = ", ".join(f"{axis!r}" + ("" if axis in array.coords else " without a coordinate") for axis in array.dims) or "none"
    raise (ShapeError if not array.dims else ValueRefused)(
        where=where,
        expected="an axis 'time' with a coordinate, or one axis whose coordinate has units of time",
        got=f"the axes {axes}" if not found else f"several of them, {', '.join(map(repr, found))}",
        fix="Name it, with its times in seconds: array.rename(t='time').assign_coords(time=times).",
    )


def _is_time(coordinate: "DataArray") -> bool:
    return coordinate.dtype.kind in "mM" or coordinate.attrs.get("units") in PER_SECOND
