"""Events laid into steps, and made of what stands in steps."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ValueRefused
from ._ts_checks import checked_channels, checked_count
from ._ts_clock import check_resolution, checked_dt, checked_time, step_count, step_index, step_times
from ._ts_events import Events
from ._ts_raster import checked_counts, laid_out


class Rastered(Events):
    """From events to a raster, and back."""

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
