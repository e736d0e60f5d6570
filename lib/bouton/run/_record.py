"""What a runner has read."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from ..core._names import nearest
from ..errors import MonitorError
from ..transform import Variable
from ._labelled import Labels, as_dataset, labels_of
from ._monitors import Monitor
from ._stepping import Stepping

if TYPE_CHECKING:
    import xarray

_TOO_SHORT = "Run first, and for as many steps as a reading takes: every=..."


class Times(NamedTuple):
    """When something was read: after the last of each ``every`` steps, of which the first has the number ``first``."""

    t0: float
    dt: float
    first: int
    every: int
    readings: int

    def array(self) -> np.ndarray:
        """The times, (readings,)."""
        return self.t0 + self.dt * (self.first + self.every * np.arange(1, self.readings + 1))


class Record(Mapping[str, Any]):
    """What the monitors of the last run have read: ``mon['V']``, or ``mon.V``; ``mon.ts`` is the time.

    Parameters
    ----------
    values : dict of str to array
        By the keys of the monitors, each (time, ...), or (batch, time, ...).
    ts : (time,) array, ms, or Times
        Time after the step of each reading.
    labels : dict of str to Labels
        Names of the axes, and units, for :meth:`to_xarray`.
    missing : collection of str
        Keys of monitors that have read nothing.

    Raises
    ------
    MonitorError
        For a key that was not monitored.
    """

    def __init__(
        self, values: dict[str, Any], ts: "np.ndarray | Times", labels: Mapping[str, Labels], missing: Collection[str] = ()
    ):
        self._values, self._ts, self._labels, self._missing = values, ts, labels, missing

    @property
    def ts(self) -> np.ndarray:
        """Time after the step of each reading, ms."""
        if isinstance(self._ts, Times):
            # Now that somebody asks.
            self._ts = self._ts.array()
        return self._ts

    @ts.setter
    def ts(self, ts: np.ndarray) -> None:
        self._ts = ts

    def __getitem__(self, key: str) -> Any:
        if key == "ts":
            return self.ts
        if key in self._missing:
            raise MonitorError(where=f"mon[{key!r}]", expected="at least one reading", got="none", fix=_TOO_SHORT)
        if key not in self._values:
            raise MonitorError(
                where=f"mon[{key!r}]",
                expected="the key of a monitor",
                got=f"{key!r}",
                fix=nearest(key, [*self._values, "ts"]),
            )
        return self._values[key]

    def __getattr__(self, key: str) -> Any:
        values = self.__dict__.get("_values", {})
        if key in values:
            return values[key]
        if key in self.__dict__.get("_missing", ()):
            raise AttributeError(f"mon.{key}: expected at least one reading, got none. {_TOO_SHORT}", name=key, obj=self)
        raise AttributeError(
            f"mon.{key}: expected the key of a monitor, got {key!r}. {nearest(key, [*values, 'ts'])}", name=key, obj=self
        )

    def __iter__(self) -> Iterator[str]:
        return iter((*self._values, "ts"))

    def __len__(self) -> int:
        return len(self._values) + 1

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(key for key in self._values if key.isidentifier())]

    def to_xarray(self) -> "xarray.Dataset":
        """The record with named axes, coordinates and units.

        Axes are ``time`` (ms, after the step), ``batch``, and one for the elements of each object, which all that is read of that
        object shares: ``E`` for ``'E.V'``, ``neuron`` for the model itself. A part of the elements has an axis of its own,
        ``E.V_index``, with their numbers. What was read under the name of an axis, ``time``, is ``time_``. Of several arrays in
        one reading, as a node of a graph has inputs, each is named by its place, ``'r.inputs_0'``, or its key.

        Raises
        ------
        EnvironmentProblem
            When xarray is not installed.
        """
        return as_dataset({name: (value, labels) for name, value, labels in self._arrays()}, self.ts)

    def _arrays(self) -> Iterator[tuple[str, Any, Labels]]:
        """Each array with a name and labels: those of a tuple, or a dict, have numbers or keys in their names."""
        for key, value in self._values.items():
            labels = self._labels[key]
            if not isinstance(value, tuple | list | Mapping):
                yield key, value, labels
                continue
            parts = value.items() if isinstance(value, Mapping) else enumerate(value)
            for part, array in parts:
                name = key if len(value) == 1 else f"{key}_{part}"
                yield name, array, labels._replace(axes=name)

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name}: {array.dtype}{tuple(array.shape)}" for name, array, _ in self._arrays())
        return f"Record({shapes or 'nothing'}; {len(self.ts)} readings)"


def record_of(stepping: Stepping, readings: Mapping[str, Any], first: int, done: int) -> Record:
    """The record of ``done`` steps from number ``first`` on, from readings with time first."""
    values, labels = {}, {}
    for one in stepping.monitors:
        if one.key in readings:
            values[one.key], leading = _laid_back(one, readings[one.key], stepping)
            known = stepping.labels.get((one.key, leading))
            labels[one.key] = known or stepping.labels.setdefault((one.key, leading), labels_of(one, leading))
    missing = () if len(values) == len(stepping.monitors) else {one.key for one in stepping.monitors} - values.keys()
    return Record(values, Times(stepping.t0, stepping.dt, first, stepping.every, done // stepping.every), labels, missing)


def _laid_back(monitor: Monitor, value: Any, stepping: Stepping) -> tuple[Any, tuple[str, ...]]:
    # A Variable knows without a look at the modes.
    axis = monitor.batch_axis(value.ndim - 1, not isinstance(monitor.source, Variable) and stepping.batched)
    if axis is None or value.ndim < 2:
        return value, ("time",)
    value = np.moveaxis(value, axis + 1, 1) if isinstance(value, np.ndarray) else jnp.moveaxis(value, axis + 1, 1)
    return (value.swapaxes(0, 1), ("batch", "time")) if stepping.batch_first else (value, ("time", "batch"))
