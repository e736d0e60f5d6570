"""Event time series: spikes, each at a time and on a channel."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from ..errors import ShapeError
from ._timeseries import listed
from ._ts_checks import checked_channels
from ._ts_clock import rounding
from ._ts_event_tables import EventTables
from ._ts_rastered import Rastered


class TSEvent(Rastered, EventTables):
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
