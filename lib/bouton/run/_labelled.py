"""A record with named axes and units."""

import importlib
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import EnvironmentProblem
from ._monitors import Monitor

if TYPE_CHECKING:
    import xarray


class Labels(NamedTuple):
    """Of one array.

    Attributes
    ----------
    leading : tuple of str
        Names of its first axes, time and perhaps the batch.
    axes : str
        What the names of the others begin with.
    indices : (n,) int array, or None
        Which elements the last axis has.
    unit : str or None
    """

    leading: tuple[str, ...]
    axes: str
    indices: Any
    unit: str | None


def labels_of(monitor: Monitor, leading: tuple[str, ...]) -> Labels:
    """What the axes of the record of ``monitor`` are."""
    found = monitor.found
    if found is None:
        return Labels(leading, monitor.key, None, None)
    part = monitor.indices is not None and np.ndim(monitor.indices) == 1
    axes = f"{monitor.key}_index" if part else found.path or "neuron"
    # Of a key of the user's own, too, so that what is read of one object shares an axis.
    return Labels(leading, axes, monitor.indices if part else None, found.unit)


def as_dataset(
    arrays: Mapping[str, tuple[Any, Labels]], ts: np.ndarray, unit: str = "ms", where: str = "mon.to_xarray"
) -> "xarray.Dataset":
    """A dataset of arrays and their labels, with times in ``unit``."""
    try:
        xarray = importlib.import_module("xarray")
    except ImportError as missing:
        raise EnvironmentProblem(
            where=where,
            expected="the package xarray",
            got="none that can be imported",
            fix="Install it with `pip install 'bouton[data]'`.",
        ) from missing
    sizes: dict[str, int] = {}
    coordinates: dict[str, Any] = {"time": ("time", ts, {"units": unit})}
    variables = {}
    for key, (value, labels) in arrays.items():
        value = np.asarray(value)
        names = [*labels.leading, *_names(value.shape[len(labels.leading) :], labels.axes, key, sizes, arrays)]
        name = f"{key}_" if key in ("time", "batch") else key
        variables[name] = (
            names,
            value,
            {} if labels.unit is None else {"units": labels.unit},
        )
        if labels.indices is not None:
            coordinates[names[-1]] = (names[-1], np.asarray(labels.indices))
        for name, size in zip(names, value.shape, strict=True):
            if name not in coordinates:
                coordinates[name] = (name, np.arange(size))
    return xarray.Dataset(variables, coords=coordinates)


def _names(shape: tuple[int, ...], axes: str, key: str, sizes: dict[str, int], keys: Container[str]) -> list[str]:
    """Names for axes of these sizes; one of an axis of another size, or of an array, is not given again."""
    names = [axes] if len(shape) == 1 else [f"{axes}_{k}" for k in range(len(shape))]
    if any(sizes.get(name, size) != size or name in keys for name, size in zip(names, shape, strict=True)):
        names = [f"{key}_axis{k}" for k in range(len(shape))]
    sizes.update(zip(names, shape, strict=True))
    return names
