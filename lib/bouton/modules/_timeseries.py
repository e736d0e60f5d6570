"""What continuous and event time series share: sorted times on a range, which may repeat."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import KindError, ValueRefused
from ._ts_checks import check_range, check_sorted, frozen
from ._ts_clock import checked_time, checked_times, rounding, step_count
from ._ts_plot import plot

Kind = TypeVar("Kind", bound="TimeSeries")


class TimeSeries:
    """Values at sorted times, in seconds, on a range from ``t_start`` to ``t_stop``.

    The base of :class:`TSContinuous` and :class:`TSEvent`, and no use alone. A series is a value: its arrays are
    read-only and its methods return new series. It lives on the host, in NumPy float64 times.

    Parameters
    ----------
    times : (T,) array, s
        Times, never falling.
    periodic : bool
        Whether the range repeats for ever, in both directions.
    t_start, t_stop : float, s, optional
        Range of the series. It has to hold all the times.
    name : str, optional
        Shown in messages.

    Raises
    ------
    KindError
        A time is no number (also a ``TypeError``).
    ShapeError
        ``times`` has more than one axis, or none (also a ``ValueError``).
    ValueRefused
        Times that are NaN or fall, a range that does not hold them, a period of no length (also a ``ValueError``).
    """

    # Whether the range ends before t_stop, so that nothing may stand there.
    _stop_is_open = False

    def __init__(
        self,
        times: ArrayLike,
        periodic: bool = False,
        t_start: float | None = None,
        t_stop: float | None = None,
        name: str | None = None,
    ):
        self.name = name
        self._times = frozen(self._sorted(times))
        self._periodic = bool(periodic)
        start, stop = self._natural_range(self._times)
        self._t_start = start if t_start is None else checked_time(t_start, self._where("t_start"))
        self._t_stop = max(stop, self._t_start) if t_stop is None else checked_time(t_stop, self._where("t_stop"))
        check_range(self._times, self._t_start, self._t_stop, self._stop_is_open, self._where())
        if self._periodic and self._t_start == self._t_stop:
            raise ValueRefused(
                where=self._where("periodic"),
                expected="a range of some length to repeat",
                got=f"t_start = t_stop = {self._t_stop!r} s",
                fix="Give t_stop, the end of one period, or leave periodic=False.",
            )

    def _where(self, part: str = "") -> str:
        named = f" {self.name!r}" if self.name else ""
        return f"{type(self).__name__}{named}{'.' if part else ''}{part}"

    @staticmethod
    def _natural_range(times: NDArray[np.float64]) -> tuple[float, float]:
        """Give the range of a series whose maker gave none."""
        return (float(times[0]), float(times[-1])) if times.size else (0.0, 0.0)

    def _sorted(self, times: ArrayLike) -> NDArray[np.float64]:
        checked = checked_times(times, self._where("times"))
        check_sorted(checked, self._where("times"))
        return checked

    @property
    def times(self) -> NDArray[np.float64]:
        """Times of the samples or events, (T,), s; read-only."""
        return self._times

    @property
    def t_start(self) -> float:
        """Begin of the range, s."""
        return self._t_start

    @property
    def t_stop(self) -> float:
        """End of the range, s."""
        return self._t_stop

    @property
    def duration(self) -> float:
        """Length of the range, s."""
        return self._t_stop - self._t_start

    @property
    def periodic(self) -> bool:
        """Whether the range repeats for ever."""
        return self._periodic

    def __len__(self) -> int:
        """Count the samples or events (of one period)."""
        return len(self._times)

    def contains(self, t: ArrayLike) -> bool:
        """Say whether all the times ``t`` (any shape, s) lie in the range; a periodic series holds all there are.

        Both ends count as inside, and so does a time that misses them by rounding only.
        """
        return bool(self._inside(checked_times(t, self._where("contains(t)"))).all())

    def steps_to_end(self, dt: float, t_start: float) -> int:
        """Count the steps of ``dt`` seconds from ``t_start`` to the end of the range; negative behind it."""
        return step_count(t_start, self._t_stop, dt)

    def plot(self, *, form: str | None = None, height: float | None = None) -> Any:
        """Draw the series: lines, colours or a raster of events over time in s; a periodic one for one period.

        ``bouton_widgets.series`` draws several over one axis of time.

        Parameters
        ----------
        form : {'lines', 'offset', 'heatmap'}, optional
            Of a continuous series: all channels in one frame; each in a row of its own; as colours. The number of channels
            chooses unless it is given.
        height : float, optional
            In pixels.

        Returns
        -------
        bouton_widgets.SeriesPlot
            A widget; the last expression of a notebook's cell displays it.

        Raises
        ------
        EnvironmentProblem
            The widgets are not installed (also a ``RuntimeError``).
        """
        return plot(self, self._where("plot"), form=form, height=height)

    def _delayed(self, offset: float) -> tuple[NDArray[np.float64], dict[str, float]]:
        """Give times and range ``offset`` seconds later."""
        offset = checked_time(offset, self._where("delay(offset)"))
        times = self._times + offset
        stop = self._behind(times, self._t_stop + offset)
        return times, {"t_start": self._t_start + offset, "t_stop": stop}

    def _appended(self, others: "Sequence[TimeSeries]", gap: float) -> tuple[NDArray[np.float64], float]:
        """Give the times of this series and the ``others``, put one behind the other, and where they end."""
        gap = checked_time(gap, self._where("append_t(gap)"))
        if gap < 0:
            raise ValueRefused(
                where=self._where("append_t(gap)"),
                expected="a gap of 0 s or more",
                got=f"{gap!r} s",
                fix="Use merge for series that overlap in time.",
            )
        times, stop = [self._times], self._t_stop
        for series in others:
            offset = stop + gap - series.t_start
            # Adding the offset may round a first time to below the end before it.
            times.append(np.maximum(series.times + offset, stop))
            stop = self._behind(times[-1], series.t_stop + offset)
        return np.concatenate(times), stop

    def _inside(self, t: NDArray[np.float64]) -> NDArray[np.bool_]:
        if self._periodic:
            return np.ones(t.shape, bool)
        slack = rounding(t, self._t_start, self._t_stop) + 1e-9 * self.duration
        return (t >= self._t_start - slack) & (t <= self._t_stop + slack)

    def _behind(self, times: NDArray[np.float64], stop: float) -> float:
        """Give ``stop``, or a little more where rounding has moved the last of ``times`` onto or beyond it."""
        if not times.size:
            return stop
        last = float(times[-1])
        return max(stop, float(np.nextafter(last, np.inf)) if self._stop_is_open else last)

    def _unrolled(self, t_start: float, t_stop: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Give all times around ``t_start ... t_stop``, periods written out, and for each its index in ``times``."""
        index = np.arange(len(self))
        if not self._periodic or not len(self):
            return self._times, index
        first = np.floor((t_start - self._t_start) / self.duration) - 1
        last = np.floor((t_stop - self._t_start) / self.duration) + 1
        periods = np.arange(first, last + 1)
        times = (self._times + periods[:, np.newaxis] * self.duration).ravel()
        # Two periods meet within rounding where samples stand on both ends.
        return np.maximum.accumulate(times), np.tile(index, periods.size)

    def _limits(self, t_start: float | None, t_stop: float | None) -> tuple[float, float]:
        """Fill in and check the limits of a part of the range."""
        start = self._t_start if t_start is None else checked_time(t_start, self._where("clip(t_start)"))
        stop = self._t_stop if t_stop is None else checked_time(t_stop, self._where("clip(t_stop)"))
        if not (start <= stop and self.contains([start, stop])):
            raise ValueRefused(
                where=self._where("clip"),
                expected=f"t_start <= t_stop, both from {self._t_start!r} s to {self._t_stop!r} s",
                got=f"{start!r} s to {stop!r} s",
                fix="Ask for a part of the range of the series.",
            )
        return start, stop

    def _joint_range(self, other: "TimeSeries", call: str) -> tuple[float, float]:
        """Give the range that holds this series and ``other``; a period may not be widened."""
        if other.periodic:
            return self._t_start, self._t_stop
        if self._periodic and not (self._t_start <= other.t_start and other.t_stop <= self._t_stop):
            raise ValueRefused(
                where=self._where(call),
                expected=f"a series inside one period, {self._t_start!r} s to {self._t_stop!r} s",
                got=f"one from {other.t_start!r} s to {other.t_stop!r} s",
                fix="Clip it to the period, or clip the periodic series to the range it shall have.",
            )
        return min(self._t_start, other.t_start), max(self._t_stop, other.t_stop)

    def _summary(self) -> str:
        repeat = ", periodic" if self._periodic else ""
        return f"{self._where()} from {self._t_start:g} s to {self._t_stop:g} s{repeat}"


def listed(others: Kind | Iterable[Kind], kind: type[Kind], where: str) -> list[Kind]:
    """Give ``others``, one series or several, as a list of series of one ``kind``."""
    several = list(others) if isinstance(others, Iterable) else [others]
    for other in several:
        if not isinstance(other, kind):
            raise KindError(
                where=where,
                expected=f"a {kind.__name__}, or a list of them",
                got=type(other).__name__,
                fix="Make a series of it first, with from_clocked for samples or from_raster for events.",
            )
    return several
