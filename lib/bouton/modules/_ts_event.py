"""Event time series: spikes, each at a time and on a channel."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ShapeError, ValueRefused
from ._timeseries import TimeSeries, listed
from ._ts_checks import checked_channels, checked_count, frozen
from ._ts_clock import check_resolution, checked_dt, checked_time, rounding, step_count, step_index, step_times
from ._ts_raster import checked_counts, laid_out


class TSEvent(TimeSeries):
    """Events between ``t_start`` and, not including, ``t_stop``, each on a channel.

    Parameters
    ----------
    times : (E,) array, s
        Times of the events, sorted.
    channels : int or (E,) array of int, optional
        Channel of each event, or one for all; channel 0 unless given.
    periodic : bool
        Whether the range repeats for ever.
    t_start : float, s, optional
        Start of the range; 0 unless given, or the first event if that is earlier.
    t_stop : float, s, optional
        End of the range, later than the last event; the next float64 after it unless given.
    name : str, optional
        Shown in messages.
    num_channels : int, optional
        Number of channels; one more than the highest that has an event unless given.

    Raises
    ------
    ShapeError
        Not one channel per event (also a ``ValueError``).
    KindError
        Channels or ``num_channels`` that are not whole numbers (also a ``TypeError``).
    ValueRefused
        A channel that is negative or not below ``num_channels``, a ``t_stop`` that is not later than the last event,
        and whatever :class:`TimeSeries` refuses (also a ``ValueError``).

    Examples
    --------
    >>> spikes = TSEvent([0.0005, 0.003], channels=[0, 1], t_stop=0.004)
    >>> spikes.raster(dt=1e-3).astype(int).tolist()
    [[1, 0], [0, 0], [0, 0], [0, 1]]
    """

    _stop_is_open = True

    def __init__(
        self,
        times: ArrayLike,
        channels: ArrayLike | None = None,
        periodic: bool = False,
        t_start: float | None = None,
        t_stop: float | None = None,
        name: str | None = None,
        num_channels: int | None = None,
    ):
        super().__init__(times, periodic, t_start, t_stop, name)
        if periodic and t_stop is None:
            raise ValueRefused(
                where=self._where("t_stop"),
                expected="the end of one period",
                got="none",
                fix="Give t_stop; the last event alone does not say when the period is over.",
            )
        if num_channels is not None:
            num_channels = checked_count(num_channels, "channels", self._where("num_channels"))
        channels = checked_channels(0 if channels is None else channels, self._where("channels"), num_channels)
        if channels.shape not in ((), (len(self),)):
            raise ShapeError(
                where=self._where("channels"),
                expected=f"one channel for each of {len(self)} events, shape ({len(self)},), or a single one",
                got=f"shape {channels.shape}",
                fix="Pass as many channels as times.",
            )
        self._channels = frozen(np.broadcast_to(channels, (len(self),)))
        highest = int(self._channels.max()) if len(self) else -1
        self._num_channels = highest + 1 if num_channels is None else num_channels

    @staticmethod
    def _natural_range(times: NDArray[np.float64]) -> tuple[float, float]:
        if not times.size:
            return 0.0, 0.0
        return min(0.0, float(times[0])), float(np.nextafter(times[-1], np.inf))

    @classmethod
    def from_raster(
        cls, raster: ArrayLike, dt: float, t_start: float = 0.0, periodic: bool = False, name: str | None = None
    ) -> Self:
        """Make a series of a raster; the inverse of :meth:`raster` with the same ``dt`` and ``t_start``.

        An event in row *k* stands at the begin of that step, ``t_start + k * dt``, and the series ends a step after
        the last row, at ``t_stop = t_start + T * dt``.

        Parameters
        ----------
        raster : (T, C) or (T,) array
            Number of events, or whether there is one, per step and channel. A flat array is one channel.
        dt : float, s
        t_start : float, s
        periodic, name
            As for :class:`TSEvent`.

        Raises
        ------
        ShapeError
            More than two axes, or none (also a ``ValueError``).
        KindError
            The raster holds no numbers (also a ``TypeError``).
        ValueRefused
            A count that is negative or not whole; a ``dt`` that is not positive, or too short to be told from
            ``t_start`` in float64 (also a ``ValueError``).
        """
        where = f"{cls.__name__}.from_raster"
        dt, t_start = checked_dt(dt, f"{where}(dt)"), checked_time(t_start, f"{where}(t_start)")
        counts = checked_counts(raster, f"{where}(raster)")
        edges = step_times(len(counts), dt, t_start, f"{where}(dt)")
        step, channel = np.nonzero(counts)
        repeats = counts[step, channel]
        return cls(
            edges[np.repeat(step, repeats)],
            np.repeat(channel, repeats),
            periodic=periodic,
            t_start=t_start,
            t_stop=t_start + len(counts) * dt,
            name=name,
            num_channels=counts.shape[1],
        )

    @property
    def channels(self) -> NDArray[np.int64]:
        """Channel of each event, (E,); read-only."""
        return self._channels

    @property
    def num_channels(self) -> int:
        """Number of channels, silent ones included."""
        return self._num_channels

    def __repr__(self) -> str:
        return f"{self._summary()}: {len(self)} events on {self.num_channels} channels"

    def raster(
        self,
        dt: float,
        t_start: float | None = None,
        t_stop: float | None = None,
        num_timesteps: int | None = None,
        channels: ArrayLike | None = None,
        add_events: bool = False,
    ) -> NDArray:
        """Lay the events into steps.

        Row *k* holds the events from ``t_start + k * dt`` up to, not including, the next edge. An event that misses
        an edge by less than a millionth of ``dt`` counts as on it, so that events at multiples of ``dt`` fall into
        their own step however they were computed. Rows before or after the range of a series that is not periodic
        stay empty.

        Parameters
        ----------
        dt : float, s
            Length of a step.
        t_start : float, s, optional
            Begin of the first step; that of the series unless given.
        t_stop : float, s, optional
            Time that the last step reaches; unless given the end of the series.
        num_timesteps : int, optional
            Number of steps, instead of ``t_stop``.
        channels : int or sequence of int, optional
            Channels that become the columns, in this order; all unless given.
        add_events : bool
            Count the events of a step, instead of saying whether there is any.

        Returns
        -------
        (T, C) array of bool, or of int64 with ``add_events``

        Raises
        ------
        ValueRefused
            Both ``t_stop`` and ``num_timesteps``, a ``t_stop`` before ``t_start``, a ``dt`` that is not positive or
            that float64 cannot resolve at these times, an unknown channel (also a ``ValueError``).
        """
        where = self._where("raster")
        dt = checked_dt(dt, f"{where}(dt)")
        start = self._t_start if t_start is None else checked_time(t_start, f"{where}(t_start)")
        count = self._step_count(dt, start, t_stop, num_timesteps, where)
        check_resolution(dt, start, start + count * dt, f"{where}(dt)")
        times, index = self._unrolled(start, start + count * dt)
        step = step_index(times, dt, start)
        raster = laid_out(step, self._channels[index], (count, self._num_channels), add_events)
        if channels is None:
            return raster
        return raster[:, np.atleast_1d(checked_channels(channels, f"{where}(channels)", self._num_channels))]

    def _step_count(self, dt: float, start: float, t_stop: Any, num_timesteps: Any, where: str) -> int:
        if num_timesteps is not None:
            if t_stop is not None:
                raise ValueRefused(
                    where=where,
                    expected="t_stop or num_timesteps",
                    got="both",
                    fix="Leave one of them out.",
                )
            return checked_count(num_timesteps, "steps", f"{where}(num_timesteps)")
        stop = self._t_stop if t_stop is None else checked_time(t_stop, f"{where}(t_stop)")
        if stop < start:
            raise ValueRefused(
                where=f"{where}(t_stop)",
                expected=f"a time at or after t_start = {start!r} s",
                got=f"{stop!r} s",
                fix="Give a later t_stop or an earlier t_start.",
            )
        return step_count(start, stop, dt) if t_stop is not None else self.steps_to_end(dt, start)

    def steps_to_end(self, dt: float, t_start: float) -> int:
        """Count the steps of ``dt`` seconds from ``t_start`` to the end, with the last event; negative behind it."""
        count = super().steps_to_end(dt, t_start)
        if self._periodic or not len(self):
            return count
        # The range may end within rounding after the last event, on the edge at which the event's own step begins.
        return max(count, int(step_index(self._times[-1], dt, t_start)) + 1)

    def _like(self, times: ArrayLike, channels: ArrayLike, **changed: Any) -> "TSEvent":
        """Make a series of these events and all else as here, except what is ``changed``."""
        kept = {
            "periodic": self._periodic,
            "t_start": self._t_start,
            "t_stop": self._t_stop,
            "name": self.name,
            "num_channels": self._num_channels,
        }
        return TSEvent(times, channels, **(kept | changed))

    def clip(self, t_start: float | None = None, t_stop: float | None = None, channels: ArrayLike | None = None) -> "TSEvent":
        """Cut out a part of the range, the events of some channels, or both.

        The part holds the events from ``t_start`` up to, not including, ``t_stop``. Channels keep their numbers.

        Parameters
        ----------
        t_start, t_stop : float, s, optional
            Limits; those of the series unless given. They may span several periods of a periodic series, whose part
            is not periodic then.
        channels : int or sequence of int, optional
            Channels to keep.

        Raises
        ------
        ValueRefused
            Limits out of order or out of range, an unknown channel (also a ``ValueError``).
        """
        if channels is not None:
            kept = np.isin(self._channels, checked_channels(channels, self._where("clip(channels)"), self._num_channels))
            chosen = self._like(self._times[kept], self._channels[kept])
            return chosen if t_start is None and t_stop is None else chosen.clip(t_start, t_stop)
        start, stop = self._limits(t_start, t_stop)
        times, index = self._unrolled(start, stop)
        slack = rounding(times, start, stop)
        inside = times >= start - slack
        if self._periodic or stop < self._t_stop:
            inside &= times < stop - slack
        times = np.maximum(times, start)
        inside &= times < stop
        return self._like(times[inside], self._channels[index[inside]], t_start=start, t_stop=stop, periodic=False)

    def delay(self, offset: float) -> "TSEvent":
        """Move the series to ``offset`` seconds later, or earlier if negative."""
        times, limits = self._delayed(offset)
        return self._like(times, self._channels, **limits)

    def remap_channels(self, channel_map: ArrayLike, num_channels: int | None = None) -> "TSEvent":
        """Give the channels other numbers.

        Parameters
        ----------
        channel_map : (C,) array of int
            New number of each channel. Channels given the same number become one.
        num_channels : int, optional
            Number of channels afterwards; one more than the highest in ``channel_map`` unless given.

        Raises
        ------
        ShapeError
            Not one number per channel (also a ``ValueError``).
        """
        where = self._where("remap_channels(channel_map)")
        numbers = checked_channels(channel_map, where, num_channels)
        if numbers.shape != (self._num_channels,):
            raise ShapeError(
                where=where,
                expected=f"one number per channel, shape ({self._num_channels},)",
                got=f"shape {numbers.shape}",
                fix="List the new number of every channel, in order.",
            )
        count = int(numbers.max(initial=-1)) + 1 if num_channels is None else num_channels
        return self._like(self._times, numbers[self._channels], num_channels=count)

    def append_t(self, other: "TSEvent | Iterable[TSEvent]", gap: float = 0.0) -> "TSEvent":
        """Put one series or several behind this one in time.

        Each is moved so that it starts ``gap`` seconds after the end of what stands before it; of a periodic one, one
        period. The whole repeats if this series does. Channels keep their numbers.

        Raises
        ------
        KindError
            Not an event series (also a ``TypeError``).
        ValueRefused
            A negative gap (also a ``ValueError``).
        """
        others = listed(other, TSEvent, self._where("append_t"))
        times, stop = self._appended(others, gap)
        every = [self, *others]
        channels = np.concatenate([series.channels for series in every])
        return self._like(times, channels, t_stop=stop, num_channels=max(series.num_channels for series in every))

    def append_c(self, other: "TSEvent | Iterable[TSEvent]") -> "TSEvent":
        """Put the channels of one series or several beside those of this one, numbered on from its last.

        The range grows to hold them all; a periodic series is repeated over the range of this one.

        Raises
        ------
        KindError
            Not an event series (also a ``TypeError``).
        ValueRefused
            Events outside the period of a periodic series (also a ``ValueError``).
        """
        joined = self
        for series in listed(other, TSEvent, self._where("append_c")):
            own = joined.num_channels
            numbered = np.arange(own, own + series.num_channels)
            joined = joined._merged(series.remap_channels(numbered, own + series.num_channels), "append_c")
        return joined

    def merge(self, other: "TSEvent | Iterable[TSEvent]") -> "TSEvent":
        """Bring the events of one series or several in between those of this one, in order of time.

        Channels keep their numbers. The range grows to hold them all; a periodic series is repeated over the range of
        this one.

        Raises
        ------
        KindError
            Not an event series (also a ``TypeError``).
        ValueRefused
            Events outside the period of a periodic series (also a ``ValueError``).
        """
        merged = self
        for series in listed(other, TSEvent, self._where("merge")):
            merged = merged._merged(series, "merge")
        return merged

    def _merged(self, series: "TSEvent", call: str) -> "TSEvent":
        start, stop = self._joint_range(series, call)
        if series.periodic:
            series = series.clip(start, stop)
        times = np.concatenate([self._times, series.times])
        order = np.argsort(times, kind="stable")
        channels = np.concatenate([self._channels, series.channels])[order]
        count = max(self._num_channels, series.num_channels)
        return self._like(times[order], channels, t_start=start, t_stop=stop, num_channels=count)
