"""What goes into a call of a module, and what comes out of it."""

from collections.abc import Collection, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core._wrappers import is_numeric
from ..errors import KindError, ShapeError
from ..transform import Variable


def taken_apart(data: Any) -> tuple[Any, dict, dict]:
    """Input data, and the dicts that came with them when they are the three results of another module."""
    if isinstance(data, tuple) and len(data) == 3 and isinstance(data[1], dict) and isinstance(data[2], dict):
        return data
    return data, {}, {}


def checked_result(result: Any, data: Any, size_out: int, where: str, submodules: Collection[str] = ()) -> tuple:
    """The three results of ``evolve`` on ``data``, batch first, or the error that says what is wrong with them.

    With a batch of one, output and signals may come without batch axis. What ``submodules`` have recorded they have checked.
    """
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
    batch, steps = _batch_and_steps(data)
    output = _floats(output, where)
    shape = output.shape
    if batch == 1 and shape == (steps, size_out):
        output = output[None]
    elif shape != (batch, steps, size_out):
        raise ShapeError(
            where=f"{where}.evolve",
            expected=f"an output (batch, time, channels) of shape {(batch, steps, size_out)}",
            got=f"shape {shape}",
            fix=_fix(shape, batch, steps, size_out),
        )
    signals = {
        name: signal if name in submodules and isinstance(signal, Mapping) else _batch_first(signal, batch, steps, where, name)
        for name, signal in record.items()
    }
    return output, state, signals


def _floats(output: Any, where: str) -> jax.Array:
    if isinstance(output, Variable):
        output = output.value
    elif not isinstance(output, jax.Array):
        if not is_numeric(output):
            raise KindError(
                where=f"{where}.evolve",
                expected="an output that is an array",
                got=f"{type(output).__name__}",
                fix="Return (output, new_state, record) with the output series first.",
            )
        output = jnp.asarray(output)
    return output.astype(float) if output.dtype.kind in "iub" else output


def _batch_and_steps(data: Any) -> tuple[int, int]:
    shape = np.shape(data)
    return shape[:2] if len(shape) == 3 else (1, shape[0])


def _fix(shape: tuple, batch: int, steps: int, size_out: int) -> str:
    if shape[:2] == (batch, steps) and len(shape) == 3:
        return f"Return {size_out} channels, the last entry of the shape given to super().__init__, or give it another shape."
    if len(shape) == 3 and shape[-1] == size_out:
        return "Keep the batch and time axes of the input series: one output for each step of each element."
    return "Keep the three axes of the input series."


def _batch_first(signal: Any, batch: int, steps: int, where: str, path: str) -> Any:
    """A signal ``(B, T, ...)``; that of one series may have been computed without batch axis."""
    if isinstance(signal, Mapping):
        return {name: _batch_first(below, batch, steps, where, f"{path}.{name}") for name, below in signal.items()}
    if isinstance(signal, Variable):
        signal = signal.value
    if not is_numeric(signal):
        raise KindError(
            where=f"{where}.evolve, record {path!r}",
            expected="a signal that is an array",
            got=f"{type(signal).__name__}",
            fix="Record arrays (batch, time, ...); keep other things in attributes.",
        )
    shape = np.shape(signal)
    if shape[:2] == (batch, steps):
        return signal
    if batch == 1 and shape[:1] == (steps,):
        return jnp.asarray(signal)[None]
    raise ShapeError(
        where=f"{where}.evolve, record {path!r}",
        expected=f"a signal (batch, time, ...) of shape ({batch}, {steps}, ...)",
        got=f"shape {shape}",
        fix="Keep the batch and time axes in front. What has no time is no signal: register it as a State.",
    )
