"""Samples at times, and a value at every time between."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ShapeError, ValueRefused
from ._timeseries import TimeSeries
from ._ts_checks import frozen
from ._ts_clock import checked_times, rounding
from ._ts_interpolate import KINDS, interpolate
from ._ts_samples import checked_samples


class Sampled(TimeSeries):
    """Sampled channels that are read at any time; see :class:`TSContinuous`, which is made of it."""

    def __init__(
        self,
        times: ArrayLike,
        samples: ArrayLike,
        num_channels: int | None = None,
        periodic: bool = False,
        t_start: float | None = None,
        t_stop: float | None = None,
        name: str | None = None,
        units: str | None = None,
        interp_kind: str = "previous",
    ):
        super().__init__(times, periodic, t_start, t_stop, name)
        self._samples = frozen(checked_samples(samples, len(self), num_channels, self._where("samples")))
        self.units = units
        if interp_kind not in tuple(KINDS):
            raise ValueRefused(
                where=self._where("interp_kind"),
                expected=f"one of {', '.join(map(repr, KINDS))}",
                got=f"{interp_kind!r:.80}",
                fix="Choose one of these, for instance interp_kind='linear'.",
            )
        self._interp_kind = interp_kind

    @property
    def samples(self) -> NDArray:
        """Samples, (T, C); read-only."""
        return self._samples

    @property
    def num_channels(self) -> int:
        """Number of channels C."""
        return self._samples.shape[1]

    @property
    def interp_kind(self) -> str:
        """How values between samples come about."""
        return self._interp_kind

    def __repr__(self) -> str:
        unit = f", in {self.units}" if self.units else ""
        return f"{self._summary()}: {len(self)} samples of {self.num_channels} channels{unit}"

    def __call__(self, t: ArrayLike, fill_value: ArrayLike | None = None) -> NDArray:
        """Give the value at the times ``t``.

        Parameters
        ----------
        t : array of any shape, s
        fill_value : scalar or (C,) array, optional
            Value outside the range. Without it such a time is an error.

        Returns
        -------
        array, shape of ``t`` and one axis of C channels
            At the time of a sample, exactly that sample.

        Raises
        ------
        ValueRefused
            A time is out of range and there is no ``fill_value``, or it is NaN (also a ``ValueError``).
        """
        t = checked_times(t, self._where("__call__(t)"))
        inside = self._inside(t) if len(self) else np.zeros(t.shape, bool)
        if fill_value is None:
            self._refuse_outside(t, inside)
        values = self._interpolated(t) if len(self) else np.zeros((*t.shape, self.num_channels), self._samples.dtype)
        if fill_value is None or inside.all():
            return values
        fill = np.asarray(fill_value, self._samples.dtype)
        if fill.shape not in ((), (self.num_channels,)):
            raise ShapeError(
                where=self._where("__call__(fill_value)"),
                expected=f"shape () or ({self.num_channels},)",
                got=f"shape {fill.shape}",
                fix="Pass one value for all channels, or one for each.",
            )
        return np.where(inside[..., np.newaxis], values, fill)

    def _refuse_outside(self, t: NDArray[np.float64], inside: NDArray[np.bool_]) -> None:
        if inside.all():
            return
        held = f"{self._t_start!r} s to {self._t_stop!r} s" if len(self) else "a series with samples"
        raise ValueRefused(
            where=self._where("__call__(t)"),
            expected=f"times in the range of the series, {held}" if len(self) else held,
            got=f"{float(t[~inside][0])!r} s" if len(self) else "an empty one",
            fix="Pass fill_value for times outside, or make the series with periodic=True.",
        )

    def _interpolated(self, t: NDArray[np.float64]) -> NDArray:
        slack = rounding(t, self._t_start)
        times, samples = self._times, self._samples
        if self._periodic:
            t = self._t_start + np.mod(t - self._t_start, self.duration)
            times = np.concatenate([[times[-1] - self.duration], times, [times[0] + self.duration]])
            samples = np.concatenate([samples[-1:], samples, samples[:1]])
        return interpolate(times, samples, t, self._interp_kind, slack)

    def _like(self, times: ArrayLike, samples: ArrayLike, **changed: Any) -> Self:
        """Make a series of these samples and all else as here, except what is ``changed``."""
        kept = {
            "periodic": self._periodic,
            "t_start": self._t_start,
            "t_stop": self._t_stop,
            "name": self.name,
            "units": self.units,
            "interp_kind": self._interp_kind,
        }
        return type(self)(times, samples, **(kept | changed))
