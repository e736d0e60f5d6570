"""The record of a runner as time series."""

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
    """
    for name, array in dataset.data_vars.items():
        unit = dataset.time.attrs.get("units") if "time" in array.dims and "time" in dataset.coords else None
        if unit not in _IN_SECONDS:
            raise errors.KindError(
                where=f"bouton_widgets.series({name!r})",
                expected="an array over an axis 'time' with units='ms' or 's'",
                got=f"axes {array.dims}" + (f" and a time in {unit!r}" if "time" in array.dims else ""),
                fix="Pass a record as the runner gives it, or select what is to be drawn: dataset[['V']].",
            )
        times = np.asarray(dataset.time, float) * _IN_SECONDS[unit]
        values = np.asarray(array.transpose("time", ...)).reshape(len(times), -1)
        yield f"{path}.{name}" if path else str(name), _series(times, values, array.attrs.get("units"))


def _series(times: np.ndarray, values: np.ndarray, unit: str | None) -> Any:
    if values.dtype != bool:
        return bp.modules.TSContinuous(times, values, units=unit)
    at, channels = np.nonzero(values)
    # The end belongs to no event: half of the last interval behind it.
    ends = (times[0], times[-1] + np.diff(times[-2:]).sum() / 2) if len(times) else (0.0, 0.0)
    return bp.modules.TSEvent(times[at], channels, t_start=ends[0], t_stop=ends[1], num_channels=values.shape[1])
