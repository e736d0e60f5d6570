"""Time series of what a module has recorded."""

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..errors import ShapeError
from ._ts_continuous import TSContinuous
from ._ts_event import TSEvent


def wrap_record(
    record: Mapping[str, Any],
    dt: float,
    t_start: float,
    spiking_names: Collection[str] = ("spikes",),
    events: Collection[str] = (),
    path: str = "",
) -> dict[str, Any]:
    """Make time series of a record.

    Parameters
    ----------
    record : nested dict of (B, T, ...) arrays
        As a module returns it. Of a batch, element 0 becomes the series; axes after the time are flattened into
        channels.
    dt : float, s
    t_start : float, s
        Time of the first step.
    spiking_names : collection of str
        Names of the signals that count events, at any depth; they become event series.
    events : collection of str
        Paths of others that count events.
    path : str
        Where the record stands in the model; the name of a series is its path, as in ``"hidden.vmem"``.

    Returns
    -------
    dict
        Same keys and nesting, a TSContinuous or TSEvent for each array.

    Raises
    ------
    ShapeError
        A signal has no batch or no time axis, or a batch of none (also a ``ValueError``).
    """
    wrapped: dict[str, Any] = {}
    for name, value in record.items():
        full = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            wrapped[name] = wrap_record(value, dt, t_start, spiking_names, events, full)
            continue
        signal = np.asarray(value)
        if signal.ndim < 2 or not len(signal):
            raise ShapeError(
                where=f"record {full!r}",
                expected="a signal of shape (B, T, ...) with B at least 1",
                got=f"shape {signal.shape}",
                fix="Record one row per batch element and one entry per step.",
            )
        steps = signal.shape[1]
        channels = signal[0].reshape(steps, math.prod(signal.shape[2:]))
        counts = name in spiking_names or full in events
        make = TSEvent.from_raster if counts else TSContinuous.from_clocked
        wrapped[name] = make(channels, dt, t_start=t_start, name=full)
    return wrapped


def one_of_batch(record: Mapping[str, Any], element: int) -> dict[str, Any]:
    """Give the record of one batch element, which stays a batch of one."""
    return {
        name: one_of_batch(value, element) if isinstance(value, Mapping) else value[element : element + 1]
        for name, value in record.items()
    }
