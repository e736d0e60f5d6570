"""Event series as data sets of xarray and as tables of pandas, and back."""

from typing import TYPE_CHECKING, Any, Self

from ..errors import ValueRefused
from ._ts_events import Events
from ._ts_tables import check_kind, pandas, range_of, said, seconds, text, xarray

if TYPE_CHECKING:
    from xarray import Dataset


class EventTables(Events):
    """Conversion to and from xarray and pandas."""

    def to_xarray(self) -> "Dataset":
        """Give the events as a data set: ``time``, in s, and ``channel`` over the axis ``event``.

        Range, period and the number of channels, silent ones included, are among its ``attrs``: :meth:`from_xarray` makes the
        same series again.

        Raises
        ------
        EnvironmentProblem
            The package xarray is not installed (also a ``RuntimeError``).
        """
        variables = {"time": ("event", self.times.copy(), {"units": "s"}), "channel": ("event", self.channels.copy())}
        return xarray(self._where("to_xarray")).Dataset(variables, attrs=self._attrs())

    @classmethod
    def from_xarray(cls, dataset: "Dataset") -> Self:
        """Make a series of a data set of events.

        Parameters
        ----------
        dataset : xarray.Dataset
            With the variable ``time``, sorted, and if there is more than one channel ``channel``, along one axis. Times are in
            the ``units`` of the variable, which may be ``'ms'`` or the like, and otherwise in seconds; time differences are
            taken, too. What :meth:`to_xarray` has written into ``attrs`` is read; so the number of channels is not lost when
            events are.

        Raises
        ------
        EnvironmentProblem
            The package xarray is not installed (also a ``RuntimeError``).
        KindError
            No data set; times that are dates; channels that are no whole numbers (also a ``TypeError``).
        ValueRefused
            No ``time``, or its units are none of time (also a ``ValueError``).
        """
        where = f"{cls.__name__}.from_xarray(dataset)"
        fix = "A raster becomes a series with from_raster(array.values, dt)."
        check_kind(dataset, (xarray(where).Dataset,), where, fix)
        _check_columns(list(dataset.variables), where, "variables")
        times = dataset["time"]
        relative = "dataset.assign(time=dataset.time - dataset.time[0])"
        at = seconds(times.values, times.attrs.get("units"), f"{where}.time", relative)
        channels = dataset["channel"].values if "channel" in dataset.variables else None
        return cls(at, channels, **_kept(dataset.attrs, at))

    def to_pandas(self) -> Any:
        """Give the events as a table with the columns ``time``, in s, and ``channel``.

        What else there is to the series is in its ``attrs``: :meth:`from_pandas` makes the same series again.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        EnvironmentProblem
            The package pandas is not installed (also a ``RuntimeError``).
        """
        frame = pandas(self._where("to_pandas")).DataFrame({"time": self.times.copy(), "channel": self.channels.copy()})
        frame.attrs = self._attrs()
        return frame

    @classmethod
    def from_pandas(cls, frame: Any) -> Self:
        """Make a series of a table of events.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the column ``time``, in seconds or as time differences, sorted, and if there is more than one channel
            ``channel``. What :meth:`to_pandas` has written into ``attrs`` is read; so the number of channels is not lost when
            rows are.

        Raises
        ------
        EnvironmentProblem
            The package pandas is not installed (also a ``RuntimeError``).
        KindError
            No table; times that are dates; channels that are no whole numbers (also a ``TypeError``).
        ValueRefused
            No column ``time`` (also a ``ValueError``).
        """
        where = f"{cls.__name__}.from_pandas(frame)"
        check_kind(frame, (pandas(where).DataFrame,), where, "Pass a table with the columns time and channel.")
        _check_columns(list(frame.columns), where, "columns")
        relative = "frame.assign(time=frame.time - frame.time.iloc[0])"
        at = seconds(frame["time"], None, f"{where}.time", relative)
        channels = frame["channel"].to_numpy() if "channel" in frame else None
        return cls(at, channels, **_kept(frame.attrs, at))

    def _attrs(self) -> dict[str, Any]:
        return said(self, num_channels=self.num_channels, name=self.name)


def _kept(attrs: Any, times: Any) -> dict[str, Any]:
    kept = {"name": text(attrs.get("name")), **range_of(attrs, times)}
    return kept | ({"num_channels": int(attrs["num_channels"])} if "num_channels" in attrs else {})


def _check_columns(names: list[Any], where: str, what: str) -> None:
    if "time" not in names:
        raise ValueRefused(
            where=where,
            expected=f"the {what} time and channel",
            got=", ".join(map(repr, names)) or "none",
            fix="Rename them: one row for each event, with its time in seconds and its channel.",
        )
