"""Final states of a batch: what ``evolve`` returned, the element that the module keeps, and all of them on request."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core._names import nearest
from ..errors import ShapeError, UnknownPathError
from ..transform import Variable

if TYPE_CHECKING:
    from ..core import Object


_APART = 0x61746368


def first_of_batch(
    obj: "Object", returned: Mapping[str, Any], reported: Mapping[str, Any], batch: int, where: str, above: str = ""
) -> tuple[dict, dict]:
    """Returned states without batch axis, and apart from them those ``(B, ...)`` that had one.

    A state has a batch axis when its shape is that of the attribute with the batch in front: the attribute's shape never changes,
    so nothing is ambiguous.

    Parameters
    ----------
    obj : Object
        Has the attributes.
    returned : nested dict
        From ``evolve``.
    reported : nested dict
        What submodules told of their states themselves. Where ``evolve`` returned another value than that, their whole batch is
        known no more, which ``None`` stands for.
    batch : int
        Size of the batch, B.
    where : str
        Names the ``evolve``.

    Raises
    ------
    ShapeError
        For a state of another shape.
    UnknownPathError
        For one that the module has not.
    """
    first, whole = {}, {}
    for name, value in returned.items():
        told = reported.get(name)
        _refuse_unknown(obj, name, value, where, above)
        if value is told:
            first[name] = value
        elif isinstance(value, Mapping):
            told = told if isinstance(told, Mapping) else {}
            first[name], below = first_of_batch(obj._children[name], value, told, batch, where, f"{above}{name}.")
            if below:
                whole[name] = below
        else:
            value = value.value if isinstance(value, Variable) else value
            slot = obj._slots[name]
            shape = None if slot.cell is None else slot.cell.value.shape
            if shape is not None and np.shape(value) == (batch, *shape):
                whole[name] = jnp.asarray(value)
                first[name] = whole[name][0]
                continue
            if shape is not None and slot.wrapper.remembers and np.shape(value) != shape:
                raise ShapeError(
                    where=f"{where}, new_state {above + name!r}",
                    expected=f"shape {shape}, or {(batch, *shape)} with the batch in front",
                    got=f"{np.shape(value)}",
                    fix="Return the state after the last step, of the shape that the attribute was made with.",
                )
            first[name] = value
            if told is not None:
                whole[name] = None
    return first, whole


def _refuse_unknown(obj: "Object", name: str, value: Any, where: str, above: str) -> None:
    below = isinstance(value, Mapping)
    if name in (obj._children if below else obj._slots):
        return
    known = [*obj._children] if below else [key for key, slot in obj._slots.items() if slot.kind == "state"]
    register = f"self.{name} = {'...' if below else 'State(...)'}"
    raise UnknownPathError(
        where=f"{where}, new_state {above + name!r}",
        expected=f"{'a submodule' if below else 'a state'} of {type(obj).__name__}",
        got=f"{name!r}, which it has not",
        fix=nearest(name, known) if known else f"Register it in __init__: {register}.",
    )


def of_whole_batch(
    state: Mapping[str, Any], start: Mapping[str, Any], whole: Mapping[str, Any], batch: int, where: str, above: str = ""
) -> dict:
    """Final states ``(B, ...)`` of every element.

    Parameters
    ----------
    state : nested dict
        Final states without batch axis.
    start : nested dict
        The states before: what has not moved is that of every element, apart from the key of noise.
    whole : nested dict
        Those known of the whole batch.
    batch : int
        Size of the batch, B.
    where : str
        Class of the module.

    Raises
    ------
    ShapeError
        For a state of which only that of one element is known.
    """
    full = {}
    for name, value in state.items():
        known = whole.get(name)
        if isinstance(value, dict):
            full[name] = of_whole_batch(value, start.get(name, {}), known or {}, batch, where, f"{above}{name}.")
            continue
        shape = (batch, *np.shape(value))
        if known is not None and np.shape(known) == shape:
            full[name] = known
        elif name == "rng_key" and batch > 1 and _is_key(value):
            full[name] = _key_for_each(value, batch)
        elif batch == 1 or value is start.get(name) or _is_key(value):
            full[name] = jnp.broadcast_to(value, shape)
        else:
            raise ShapeError(
                where=f"{where}(return_batch_state=True)",
                expected=f"from evolve the final state {above + name!r} of each of {batch} elements, shape {shape}",
                got=f"shape {shape[1:]}, one for all",
                fix=f"Return it with its batch axis in new_state; one that all share as jnp.broadcast_to(x, {shape}).",
            )
    return full


def refuse_whole_batch(obj: "Object", attributes: Mapping[str, Any], error: ShapeError) -> None:
    """When ``error`` came of states ``(B, ...)`` of a batch, one that says how they are given back.

    Parameters
    ----------
    obj : Object
        Whose ``set_attributes`` has refused the nested dict ``attributes``.
    """
    batch = _size_of_batch(obj, attributes)
    if batch is None:
        return
    module = "module" if getattr(obj, "_functional", False) else "bp.functional(module)"
    raise ShapeError(
        where=error.where,
        expected=error.expected,
        got=f"{error.got}, as of {batch} elements of a batch",
        fix="Let each element go on from its own: jax.vmap(lambda state, x: "
        f"{module}.set_attributes(state)(x)[0][0])(states, series).",
    ) from error


def _size_of_batch(obj: "Object", attributes: Mapping[str, Any]) -> int | None:
    """B, when states ``(B, ...)`` of one B are among them."""
    sizes: set[int | None] = set()
    for name, value in attributes.items():
        if isinstance(value, Mapping):
            child = obj._children.get(name)
            if child is not None and value:
                sizes.add(_size_of_batch(child, value))
        elif (slot := obj._slots.get(name)) is not None and slot.cell is not None and slot.kind == "state":
            shape, own = np.shape(value), slot.cell.value.shape
            sizes.add(shape[0] if len(shape) == len(own) + 1 and shape[1:] == own else None)
    found = sizes - {None}
    return next(iter(found)) if len(found) == 1 else None


def _key_for_each(key: jax.Array, batch: int) -> jax.Array:
    """The key that the module keeps for element 0, and others for the rest, which go on with noise of their own."""
    # Not those that a split of the key itself gives: that is how the next step draws.
    others = jax.random.split(jax.random.fold_in(key, _APART), batch - 1)
    return jnp.concatenate([key[None], others])


def _is_key(value: Any) -> bool:
    # The elements of a batch draw from one key.
    dtype = getattr(value, "dtype", None)
    if dtype == np.uint32:
        return np.ndim(value) == 1
    return dtype is not None and jnp.issubdtype(dtype, jax.dtypes.prng_key)
