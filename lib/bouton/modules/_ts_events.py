"""Events at times, each on a channel."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ShapeError, ValueRefused
from ._timeseries import TimeSeries
from ._ts_checks import checked_channels, checked_count, frozen


class Events(TimeSeries):
    """Times and channels of events; see :class:`TSEvent`, which is made of it."""

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

    def _like(self, times: ArrayLike, channels: ArrayLike, **changed: Any) -> Self:
        """Make a series of these events and all else as here, except what is ``changed``."""
        kept = {
            "periodic": self._periodic,
            "t_start": self._t_start,
            "t_stop": self._t_stop,
            "name": self.name,
            "num_channels": self._num_channels,
        }
        return type(self)(times, channels, **(kept | changed))
