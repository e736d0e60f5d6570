"""Continuous time series: sampled channels with a value at every time of their range."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ..errors import ShapeError
from ._timeseries import listed
from ._ts_arithmetic import Arithmetic
from ._ts_checks import checked_channels, checked_numbers
from ._ts_clock import checked_dt, checked_time, rounding, step_times
from ._ts_continuous_tables import SampleTables


class TSContinuous(Arithmetic, SampleTables):
    """Sampled channels with a value at every time between ``t_start`` and ``t_stop``.

    Calling the series gives its value, interpolated between the samples. Before the first sample (when ``t_start`` is
    earlier) the first one holds, after the last one the last; a periodic series interpolates across its ends instead.
    Where a time stands twice in ``times`` the series jumps.

    ``+ - * / **``, unary minus and ``abs`` work on the samples, with a number, an array that broadcasts to (T, C), or
    another continuous series, which is first read at the times of the left one.

    Parameters
    ----------
    times : (T,) array, s
        Times of the samples, sorted.
    samples : (T, C) or (T,) array
        One row per time; a flat array is one channel. Floating point and complex samples keep their dtype, others
        become float64.
    num_channels : int, optional
        Number of channels C. Needed for an empty series only; samples of one channel are repeated to fill it.
    periodic : bool
        Whether the range repeats for ever.
    t_start, t_stop : float, s, optional
        Range; the first and the last time unless given, 0 for an empty series.
    name : str, optional
        Shown in messages.
    units : str, optional
        Unit of the samples. Carried along, never converted.
    interp_kind : {'previous', 'next', 'nearest', 'linear'}
        Value between two samples: of the one before, of the one after, of the nearer (halfway: the earlier), or on
        the line between them.

    Raises
    ------
    ShapeError
        ``samples`` does not have one row per time, or not ``num_channels`` columns (also a ``ValueError``).
    KindError
        ``samples`` are no numbers (also a ``TypeError``).
    ValueRefused
        An unknown ``interp_kind``, and whatever :class:`TimeSeries` refuses (also a ``ValueError``).

    Examples
    --------
    >>> ramp = TSContinuous([0.0, 1.0], [0.0, 10.0], interp_kind="linear")
    >>> ramp([0.25, 0.5])[:, 0].tolist()
    [2.5, 5.0]
    >>> ramp(2.0, fill_value=-1.0).tolist()
    [-1.0]
    """

    @classmethod
    def from_clocked(
        cls,
        samples: ArrayLike,
        dt: float,
        t_start: float = 0.0,
        periodic: bool = False,
        name: str | None = None,
        interp_kind: str = "previous",
        units: str | None = None,
    ) -> Self:
        """Make a series of samples taken once per step.

        Sample *k* stands at ``t_start + k * dt`` and, with the default ``interp_kind``, holds for one ``dt``. The
        series ends a step after the last sample, at ``t_stop = t_start + T * dt``.

        Parameters
        ----------
        samples : (T, C) or (T,) array
        dt : float, s
        t_start : float, s
        periodic, name, interp_kind, units
            As for :class:`TSContinuous`.

        Raises
        ------
        ValueRefused
            ``dt`` is not positive, or too short to be told from ``t_start`` in float64 (also a ``ValueError``).
        """
        where = f"{cls.__name__}.from_clocked"
        dt, t_start = checked_dt(dt, f"{where}(dt)"), checked_time(t_start, f"{where}(t_start)")
        samples = checked_numbers(samples, f"{where}(samples)", "biufc", "numbers, one row per step")
        count = len(samples) if samples.ndim else 1
        times = step_times(count, dt, t_start, f"{where}(dt)")
        return cls(
            times,
            samples,
            periodic=periodic,
            t_start=t_start,
            t_stop=t_start + count * dt,
            name=name,
            units=units,
            interp_kind=interp_kind,
        )

    def clip(
        self,
        t_start: float | None = None,
        t_stop: float | None = None,
        channels: ArrayLike | None = None,
        include_stop: bool = True,
    ) -> "TSContinuous":
        """Cut out a part of the range, some of the channels, or both.

        The part has the values of the whole: a limit between two samples gets a sample of its own where the value there
        would be lost. (With ``interp_kind='nearest'`` values can differ between a limit and the sample next to it.)

        Parameters
        ----------
        t_start, t_stop : float, s, optional
            Limits; those of the series unless given. They may span several periods of a periodic series, whose part
            is not periodic then.
        channels : int or sequence of int, optional
            Channels to keep, in this order.
        include_stop : bool
            Whether a sample at ``t_stop`` belongs to the part. False gives consecutive parts of clocked samples that
            share none.

        Raises
        ------
        ValueRefused
            Limits out of order or out of range, an unknown channel (also a ``ValueError``).
        """
        samples = self._samples
        if channels is not None:
            chosen = np.atleast_1d(checked_channels(channels, self._where("clip(channels)"), self.num_channels))
            if t_start is None and t_stop is None:
                return self._like(self._times, samples[:, chosen])
            return self.clip(channels=chosen).clip(t_start, t_stop, include_stop=include_stop)
        start, stop = self._limits(t_start, t_stop)
        times, index = self._unrolled(start, stop)
        slack = rounding(times, start)
        inside = (times >= start - slack) & (times <= stop + slack if include_stop else times < stop - slack)
        times, samples = np.clip(times[inside], start, stop), samples[index[inside]]
        if len(self) and (not times.size or (times[0] > start and self._interp_kind != "next")):
            times, samples = np.concatenate([[start], times]), np.concatenate([self([start]), samples])
        if len(self) and include_stop and times[-1] < stop and self._interp_kind != "previous":
            times, samples = np.concatenate([times, [stop]]), np.concatenate([samples, self([stop])])
        return self._like(times, samples, t_start=start, t_stop=stop, periodic=False)

    def resample(self, times: ArrayLike, fill_value: ArrayLike | None = None) -> "TSContinuous":
        """Read the series at other times: a series with samples at ``times``, (T,), s, and the range that they span."""
        times = self._sorted(times)
        return self._like(times, self(times, fill_value), t_start=None, t_stop=None, periodic=False)

    def delay(self, offset: float) -> "TSContinuous":
        """Move the series to ``offset`` seconds later, or earlier if negative."""
        times, limits = self._delayed(offset)
        return self._like(times, self._samples, **limits)

    def append_t(self, other: "TSContinuous | Iterable[TSContinuous]", gap: float = 0.0) -> "TSContinuous":
        """Put one series or several behind this one in time.

        Each is moved so that it starts ``gap`` seconds after the end of what stands before it; of a periodic one, one
        period. The whole repeats if this series does.

        Raises
        ------
        KindError
            Not a continuous series (also a ``TypeError``).
        ShapeError
            Another number of channels (also a ``ValueError``).
        ValueRefused
            Another unit, or a negative gap (also a ``ValueError``).
        """
        others = self._matching(other, "append_t")
        times, stop = self._appended(others, gap)
        return self._like(times, np.concatenate([series.samples for series in (self, *others)]), t_stop=stop)

    def append_c(self, other: "TSContinuous | Iterable[TSContinuous]") -> "TSContinuous":
        """Put the channels of one series or several beside those of this one.

        The others are read at the times of this series and have to have a value there. Channels of different units
        leave the result without one.

        Raises
        ------
        KindError
            Not a continuous series (also a ``TypeError``).
        ValueRefused
            Another series has no value at a time of this one (also a ``ValueError``).
        """
        others = listed(other, TSContinuous, self._where("append_c"))
        samples = [self._samples, *(series(self._times) for series in others)]
        units = self.units if all(series.units == self.units for series in others) else None
        return self._like(self._times, np.concatenate(samples, axis=1), units=units)

    def merge(self, other: "TSContinuous | Iterable[TSContinuous]") -> "TSContinuous":
        """Bring the samples of one series or several in between those of this one, in order of time.

        The range grows to hold them all. Where both have a sample at the same time, that of this series stays.

        Raises
        ------
        KindError
            Not a continuous series (also a ``TypeError``).
        ShapeError
            Another number of channels (also a ``ValueError``).
        ValueRefused
            Another unit, or samples outside the period of a periodic series (also a ``ValueError``).
        """
        merged = self
        for series in self._matching(other, "merge"):
            start, stop = merged._joint_range(series, "merge")
            if series.periodic:
                series = series.clip(start, stop)
            new = ~np.isin(series.times, merged.times)
            times = np.concatenate([merged.times, series.times[new]])
            order = np.argsort(times, kind="stable")
            samples = np.concatenate([merged.samples, series.samples[new]])[order]
            merged = self._like(times[order], samples, t_start=start, t_stop=stop)
        return merged

    def _matching(self, other: Any, call: str) -> "list[TSContinuous]":
        """Give ``other`` as a list of series with the channels and the unit of this one."""
        others = listed(other, TSContinuous, self._where(call))
        for series in others:
            if series.num_channels != self.num_channels:
                raise ShapeError(
                    where=self._where(call),
                    expected=f"{self.num_channels} channels",
                    got=str(series.num_channels),
                    fix="Choose channels with clip(channels=...), or set the series side by side with append_c.",
                )
            self._check_units(series, call)
        return others
