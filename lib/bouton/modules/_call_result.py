"""What goes into a call of a module, and what comes out of it."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ShapeError
from ._call import FORWARDED


def taken_apart(data: Any) -> tuple[Any, dict, dict]:
    """Input data, and the dicts that came with them when they are the three results of another module."""
    if isinstance(data, tuple) and len(data) == 3 and isinstance(data[1], dict) and isinstance(data[2], dict):
        return data
    return data, {}, {}


def with_record(args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """The arguments of ``evolve``, asked to record."""
    return ((FORWARDED, *args[1:]), kwargs) if args else (args, {**kwargs, "record": FORWARDED})


def checked_result(result: Any, data: Any, where: str) -> tuple:
    """The three results of ``evolve`` on ``data``, batch first, or the error that says what is wrong with them."""
    if not (isinstance(result, tuple) and len(result) == 3):
        raise KindError(
            where=f"{where}.evolve",
            expected="three results, (output, new_state, record)",
            got=f"{len(result)} results" if isinstance(result, tuple) else f"{type(result).__name__}",
            fix="End evolve with: return output, new_state, record.",
        )
    output, state, record = result
    if not isinstance(state, Mapping) or not isinstance(record, Mapping):
        raise KindError(
            where=f"{where}.evolve",
            expected="dicts for new_state and record",
            got=f"{type(state).__name__} and {type(record).__name__}",
            fix="Return {} for what there is not.",
        )
    axes = np.ndim(output)
    if axes == 2:
        output = output[None]
    elif axes != 3:
        raise ShapeError(
            where=f"{where}.evolve",
            expected="an output (batch, time, channels)",
            got=f"shape {np.shape(output)}",
            fix="Keep the three axes of the input series.",
        )
    return output, state, {name: _batch_first(signal, data) for name, signal in record.items()}


def _batch_first(signal: Any, data: Any) -> Any:
    """A signal computed from a series without batch axis gets one."""
    if np.ndim(data) != 2 or isinstance(signal, Mapping):
        return signal
    steps, shape = len(data), np.shape(signal)
    return signal[None] if shape[:1] == (steps,) and shape[:2] != (1, steps) else signal


def of_whole_batch(state: dict, batched: Mapping[str, Any], batch: int) -> dict:
    """Final states ``(B, ...)``, of those that have one for each element; the others are repeated."""
    full = {}
    for name, value in state.items():
        if isinstance(value, dict):
            full[name] = of_whole_batch(value, batched.get(name, {}), batch)
        elif name in batched:
            full[name] = batched[name]
        else:
            full[name] = jnp.broadcast_to(value, (batch, *jnp.shape(value)))
    return full
