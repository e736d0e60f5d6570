"""The record of a runner as time series."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

import bouton as bp
from bouton import errors

_IN_SECONDS = {"ms": 1e-3, "s": 1.0}


def series_of(dataset: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each array of an `xarray.Dataset` with its name: truth values as events, others as samples.

    Elements, and those of a batch one after another, are the channels.

    Raises
    ------
    KindError
        Arrays without an axis ``time``, or with one in other units than ``ms`` and ``s``.
    ValueRefused
        No reading.
    """
    for name, array in dataset.data_vars.items():
        unit = dataset.time.attrs.get("units") if "time" in array.dims and "time" in dataset.coords else None
        if not isinstance(unit, str) or unit not in _IN_SECONDS:
            raise errors.KindError(
                where=f"bouton_widgets.series({name!r})",
                expected="an array over an axis 'time' with units='ms' or 's'",
                got=f"axes {array.dims}" + (f" and a time in {unit!r}" if "time" in array.dims else ""),
                fix="Pass a record as the runner gives it, or select what is to be drawn: dataset[['V']].",
            )
        if not dataset.sizes["time"]:
            raise errors.ValueRefused(
                where=f"bouton_widgets.series({name!r})", expected="at least one reading", got="none", fix="Run for longer first."
            )
        times = np.asarray(dataset.time, float) * _IN_SECONDS[unit]
        whole = np.asarray(array.transpose("time", ...))
        units = array.attrs.get("units")
        values = whole.reshape(len(times), math.prod(whole.shape[1:]))
        yield f"{path}.{name}" if path else str(name), _series(times, values, units if isinstance(units, str) else None)


def _series(times: np.ndarray, values: np.ndarray, unit: str | None) -> Any:
    if values.dtype != bool:
        return bp.modules.TSContinuous(times, values, units=unit)
    at, channels = np.nonzero(values)
    # The end belongs to no event: half of the last interval behind it.
    stop = max(times[-1] + np.diff(times[-2:]).sum() / 2, np.nextafter(times[-1], np.inf))
    return bp.modules.TSEvent(times[at], channels, t_start=times[0], t_stop=stop, num_channels=values.shape[1])
