"""Which signals a live simulation shows, and what is known about them."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core._names import nearest
from ..errors import KindError, UnknownPathError
from ..modules import Module
from ..transform import result_shapes

OUTPUT = "output"


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
        One of so many units is kept, where the signal has too many.
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
    record : str or sequence of str
        Paths and patterns.
    most_units : int
        A signal with more units than this is thinned out.
    """

    def __init__(self, model: Module, record: str | Sequence[str], most_units: int):
        self.model, self.most_units = model, most_units
        self.patterns = (record,) if isinstance(record, str) else tuple(record)
        if not self.patterns or not all(isinstance(p, str) for p in self.patterns):
            raise KindError(
                where="LiveSimulation(record=...)",
                expected="a path or a list of paths",
                got=f"{record!r}",
                fix="Write for instance record=['neurons.vmem', 'output'].",
            )
        inside = tuple(p for p in self.patterns if p != OUTPUT)
        # A pattern such as '*' is for the output as well.
        self.with_output = any(fnmatch.fnmatchcase(OUTPUT, p) for p in self.patterns)
        self._record = list(inside) or False
        self._every: dict[str, int] = {}

    def __call__(self, inputs: jax.Array) -> dict[str, jax.Array]:
        """Evolve over inputs ``(T, Nin)``; ``{path: (T, units kept)}``."""
        output, state, record = self.model(inputs, record=self._record)
        if self.model._functional:
            # The simulation has a copy of its own, which it moves along.
            Module.set_attributes(self.model, state)
        found = dict(_flat(record, ""))
        if self.with_output:
            found[OUTPUT] = output
        if not found:
            raise UnknownPathError(
                where="LiveSimulation(record=...)",
                expected="paths of signals that the model records",
                got=f"{', '.join(map(repr, self.patterns))}",
                fix=nearest(self.patterns[0], [*self.model._signals(), OUTPUT]),
            )
        self._every = {path: thinning(int(np.prod(v.shape[2:])), self.most_units) for path, v in found.items()}
        return {path: jnp.reshape(v[0], (v.shape[1], -1))[:, :: self._every[path]] for path, v in found.items()}

    def signals(self, inputs: np.ndarray) -> tuple[Signal, ...]:
        """What is known about each signal; found by tracing one chunk, which moves nothing."""
        shapes = result_shapes(self, inputs)
        units = {e.path: e.unit for e in self.model.entries()}
        return tuple(Signal(path, units.get(path), s.shape[1], self._every[path], self._kind(path)) for path, s in shapes.items())

    def _kind(self, path: str) -> str:
        *above, name = path.split(".")
        if name == OUTPUT and not above:
            return "events" if self.model.spiking_output else "trace"
        parent: Any = self.model
        for part in above:
            parent = parent.modules()[part]
        stage = parent.modules().get(name.removesuffix("_output"))
        spiking = name == "spikes" or (stage is not None and name.endswith("_output") and getattr(stage, "spiking_output", False))
        return "events" if spiking else "trace"


def thinning(units: int, most: int) -> int:
    """Keep one of so many."""
    return -(-units // most) if units else 1


def _flat(record: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    flat = []
    for name, value in record.items():
        flat += _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [(prefix + name, value)]
    return flat
