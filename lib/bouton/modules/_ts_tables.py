"""What tables of pandas and xarray have in common: time axes in seconds, and what else is to be said of a series."""

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EnvironmentProblem, KindError, ValueRefused
from ._ts_clock import checked_times

PER_SECOND = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e3),
    **dict.fromkeys(("us", "µs", "μs", "usec", "microsecond", "microseconds"), 1e6),
    **dict.fromkeys(("ns", "nsec", "nanosecond", "nanoseconds"), 1e9),
}
"""Units that a time axis may have, and how many of them make a second."""


def xarray(where: str) -> Any:
    """The package xarray, or what to do where there is none."""
    try:
        return importlib.import_module("xarray")
    except ImportError as missing:
        raise _missing("xarray", where) from missing


def pandas(where: str) -> Any:
    """The package pandas, or what to do where there is none."""
    try:
        return importlib.import_module("pandas")
    except ImportError as missing:
        raise _missing("pandas", where) from missing


def _missing(name: str, where: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        where=where,
        expected=f"the package {name}",
        got="none that can be imported",
        fix="Install it with `pip install 'bouton[data]'`.",
    )


def check_kind(table: Any, kinds: tuple[type, ...], where: str, fix: str) -> None:
    """Refuse what is none of these tables."""
    if not isinstance(table, kinds):
        raise KindError(
            where=where,
            expected=" or ".join(f"a {kind.__module__.split('.')[0]}.{kind.__name__}" for kind in kinds),
            got=type(table).__name__,
            fix=fix,
        )


def seconds(values: Any, units: Any, where: str, relative: str) -> NDArray[np.float64]:
    """Times of a table in seconds.

    Parameters
    ----------
    values : (T,) array
        Numbers in ``units``, or differences of times.
    units : str or None
        A key of :data:`PER_SECOND`; None is seconds.
    where : str
        Named in an error.
    relative : str
        Expression that makes differences of dates, for the error about dates.

    Raises
    ------
    KindError
        For dates, and for what is no number.
    ValueRefused
        For a unit that is none of time, and for times that are missing.
    """
    array = np.asarray(values)
    if array.dtype.kind == "m":
        whole = array.astype("timedelta64[ns]").astype(np.float64) / 1e9
        return checked_times(np.where(np.isnat(array), np.nan, whole), where)
    if array.dtype.kind == "M":
        raise KindError(
            where=where,
            expected="seconds, or time differences",
            got="dates",
            fix=f"Count from a start of your choice, for instance with {relative}.",
        )
    if units is not None and units not in PER_SECOND:
        raise ValueRefused(
            where=where,
            expected="units of time, such as 's' or 'ms'",
            got=f"{units!r:.80}",
            fix="Correct the attribute units of the time axis; without one, times are in seconds.",
        )
    return checked_times(array, where) / (1.0 if units is None else PER_SECOND[units])


def said(series: Any, **more: Any) -> dict[str, Any]:
    """What is to be kept of a series beside its arrays, in types that files can hold."""
    kept = {"t_start": series.t_start, "t_stop": series.t_stop, "periodic": int(series.periodic), **more}
    return {name: value for name, value in kept.items() if value is not None}


def text(value: Any) -> str | None:
    """A name, or None where there is none that is a text."""
    return value if isinstance(value, str) else None


def range_of(attrs: Mapping[str, Any], times: NDArray, count: Any = None) -> dict[str, Any]:
    """Arguments of a series that were kept by :func:`said`.

    The range is that which was kept, unless the table has been cut since: it has another ``count`` of samples, or times outside
    the range.
    """
    kept = {name: float(attrs[name]) for name in ("t_start", "t_stop") if name in attrs}
    whole = count is None or attrs.get("num_samples", count) == count
    outside = len(times) > 0 and (times[0] < kept.get("t_start", -np.inf) or times[-1] > kept.get("t_stop", np.inf))
    if not whole or outside:
        return {}
    return kept | {"periodic": bool(attrs.get("periodic", False))}
