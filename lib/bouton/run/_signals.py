"""Which signals a live simulation shows, and what is known about them."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from ..core._names import nearest
from ..errors import KindError, ShapeError, UnknownPathError
from ..modules import Module
from ..transform import Variable, purify
from ._usual import usual

OUTPUT = "output"
WHERE = "LiveSimulation(record=...)"
MOST_EVENTS = 255


@dataclass(frozen=True)
class Signal:
    """One recorded signal.

    Attributes
    ----------
    path : str
        As in the record, ``'hidden.vmem'``; ``'output'`` is the output of the model.
    unit : str or None
        Of its values.
    units : int
        Values a step that are kept.
    every : int
        One of so many units is kept, where the signal has too many: the k-th kept is unit ``k * every``.
    kind : {'trace', 'events'}
        Whether it is drawn as lines or as a raster.
    """

    path: str
    unit: str | None
    units: int
    every: int
    kind: str


class Recorder:
    """Evolves a model over a chunk and returns the signals asked for; what a live simulation compiles.

    Parameters
    ----------
    model : Module
        The model.
    record : str, sequence of str or None
        Paths and patterns; None for what is looked at first.
    most_units : int
        A signal with more units than this is thinned out.
    steps : int
        Steps of a chunk.

    Attributes
    ----------
    signals : tuple of Signal
        Found by tracing one chunk, which moves nothing.
    written : list of Variable
        The cells that a chunk moves.
    """

    def __init__(self, model: Module, record: str | Sequence[str] | None, most_units: int, steps: int):
        self.model, self._steps = model, steps
        patterns = () if record is None else _checked_patterns(record)
        shapes: dict[str, tuple[int, ...]] = {}
        dtypes: dict[str, Any] = {}

        def look(inputs: jax.Array) -> None:
            for path, value in self.evolved(inputs, True).items():
                shapes[path], dtypes[path] = np.shape(value), getattr(value, "dtype", type(value))

        self.written: list[Variable] = list(purify(look, np.zeros((steps, model.size_in), np.float32)).written)
        units = {e.path: e.unit for e in model.entries()}
        chosen = dict.fromkeys(path for pattern in patterns for path in _matching(pattern, shapes))
        if record is None:
            plain = [path for path, shape in shapes.items() if shape[1:2] == (steps,) and _is_real(dtypes[path])]
            chosen = usual({path: self._is_events(path) for path in plain}, units, OUTPUT)
        self.signals = tuple(self._signal(p, shapes[p], dtypes[p], units.get(p), most_units) for p in chosen)

    def __call__(self, inputs: jax.Array) -> dict[str, jax.Array]:
        """Evolve over inputs ``(T, Nin)``; ``{path: (T, units kept)}``, events as bytes."""
        found = self.evolved(inputs, [s.path for s in self.signals])
        return {s.path: _kept(found[s.path], s) for s in self.signals}

    def evolved(self, inputs: jax.Array, record: Literal[True] | list[str]) -> dict[str, jax.Array]:
        """Evolve over inputs ``(T, Nin)``; all signals or those named, as the model has them, ``{path: (batch, T, ...)}``."""
        asked = record if record is True else [path for path in record if path != OUTPUT] or False
        output, state, signals = self.model(inputs, record=asked)
        if self.model._functional:
            # The simulation has a copy of its own, which it moves along.
            Module.set_attributes(self.model, state)
        return {**dict(_flat(signals, "")), OUTPUT: output}

    def _signal(self, path: str, shape: tuple[int, ...], dtype: Any, unit: str | None, most_units: int) -> Signal:
        if not _is_real(dtype):
            raise KindError(
                where=f"{WHERE}, {path!r}",
                expected="an array of real numbers",
                got=f"{dtype}",
                fix="Record a part of it, such as its absolute value, or leave this signal out.",
            )
        if len(shape) < 2 or shape[1] != self._steps:
            raise ShapeError(
                where=f"{WHERE}, {path!r}",
                expected=f"a signal (batch, time, ...) with {self._steps} steps in a chunk of as many",
                got=f"shape {shape}",
                fix="Let evolve record a value for every step, or leave this signal out.",
            )
        units = int(np.prod(shape[2:]))
        every = -(-units // most_units) if units else 1
        return Signal(path, unit, -(-units // every), every, "events" if self._is_events(path) else "trace")

    def _is_events(self, path: str) -> bool:
        *above, name = path.split(".")
        if path == OUTPUT:
            return self.model.spiking_output
        parent: Any = self.model
        for part in above:
            # A record may be nested by other names than those of the modules.
            parent = parent.modules().get(part) if parent is not None else None
        stage = parent.modules().get(name.removesuffix("_output")) if parent is not None else None
        # Modules call them spikes, neurons of one step spike.
        return name in ("spikes", "spike") or (name.endswith("_output") and getattr(stage, "spiking_output", False))


def _is_real(dtype: Any) -> bool:
    return any(jnp.issubdtype(dtype, real) for real in (jnp.floating, jnp.integer, jnp.bool_))


def _kept(value: jax.Array, signal: Signal) -> jax.Array:
    rows = jnp.reshape(value[0], (value.shape[1], -1))[:, :: signal.every]
    if signal.kind == "trace":
        return rows
    # Fewer bytes from the device. What is no number is no event.
    return jnp.clip(jnp.nan_to_num(rows.astype(jnp.float32)), 0, MOST_EVENTS).astype(jnp.uint8)


def _matching(pattern: str, known: Mapping[str, Any]) -> list[str]:
    paths = [path for path in known if fnmatch.fnmatchcase(path, pattern)]
    if not paths:
        raise UnknownPathError(
            where=WHERE, expected="paths of signals that the model records", got=f"{pattern!r}", fix=nearest(pattern, known)
        )
    return paths


def _checked_patterns(record: Any) -> tuple[str, ...]:
    patterns = (record,) if isinstance(record, str) else record
    if not isinstance(patterns, Sequence) or not patterns or not all(isinstance(p, str) for p in patterns):
        raise KindError(
            where=WHERE,
            expected="a path or a list of paths",
            got=f"{record!r}",
            fix="Write for instance record=['neurons.vmem', 'output'].",
        )
    return tuple(patterns)


def _flat(record: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    flat = []
    for name, value in record.items():
        flat += _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [(prefix + name, value)]
    return flat
