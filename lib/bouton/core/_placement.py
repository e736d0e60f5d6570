"""Where the arrays of a model are."""

from typing import TYPE_CHECKING, Any

import jax
from jax.core import Tracer

from ..errors import KindError, UnsupportedError, ValueRefused
from ..transform._frame import STACK
from . import _saving, _search

if TYPE_CHECKING:
    from ._object import Object

_PLATFORMS = ("cpu", "gpu", "tpu")


def move(root: "Object", device: Any) -> None:
    """Put the value of every Variable there; all of them, or none."""
    where = f"{type(root).__name__}.to"
    target = _target(device, where)
    cells = _saving.cells(root)
    if STACK.top is not None or any(isinstance(cell.value, Tracer) for cell in cells.values()):
        raise UnsupportedError(
            where=where,
            expected="to be called where values are known",
            got="a call in a function that is being traced",
            fix="Move the model before it is used in a transform; inside one, use jax.device_put on arrays.",
        )
    moved = {path: _put(cell.value, target, f"{where}: {path}") for path, cell in cells.items()}
    slots = list(_search.slots(root).values())
    for path, cell in cells.items():
        before = cell.value
        cell.store(moved[path])
        for slot in slots:
            if slot.cell is cell:
                slot.moved(before)


def _put(value: jax.Array, target: Any, where: str) -> jax.Array:
    try:
        return jax.device_put(value, target)
    except ValueError as error:
        raise ValueRefused(
            where=where,
            expected=f"what can be put to {target}",
            got=f"shape {value.shape}",
            fix=f"JAX says: {str(error).splitlines()[0]}",
        ) from error


def _target(device: Any, where: str) -> Any:
    if isinstance(device, jax.Device | jax.sharding.Sharding):
        return device
    if not isinstance(device, str):
        raise KindError(
            where=where,
            expected="a device, a sharding or the name of a platform",
            got=f"{type(device).__name__}",
            fix="Pass for instance 'cpu' or jax.devices()[0].",
        )
    try:
        return jax.devices(device)[0]
    except RuntimeError as error:
        raise ValueRefused(
            where=where,
            expected=f"one of the platforms that there are, {', '.join(map(repr, filter(_is_there, _PLATFORMS)))}",
            got=f"{device!r}",
            fix="Choose one of these, or install a JAX that knows the other one.",
        ) from error


def _is_there(platform: str) -> bool:
    try:
        return bool(jax.devices(platform))
    except RuntimeError:
        return False
