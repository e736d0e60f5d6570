"""Advances a model chunk by chunk and keeps its last steps; knows of no threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import Object
from ..errors import BoutonError, ValueRefused
from ..modules import Module
from ..transform import Variable, jit
from ._ring import Ring
from ._signals import Recorder, Signal


@dataclass(frozen=True)
class Snapshot:
    """Everything a live simulation can go back to: the values of all cells, and the steps done."""

    values: dict[str, jax.Array]
    steps: int


class Stopped(Exception):
    """A chunk could not be computed; the message says why."""


class Engine:
    """A model, its compiled chunk, and the last steps of its signals.

    Parameters
    ----------
    model : Module
        Moved in place.
    record : str or sequence of str
        Paths and patterns of the signals kept.
    chunk : int
        Steps computed at once.
    window : int
        Steps kept.
    max_units : int
        A signal with more units is thinned out.
    """

    def __init__(self, model: Module, record: str | Sequence[str], chunk: int, window: int, max_units: int):
        self.model, self.chunk = model, chunk
        recorder = Recorder(model, record, max_units)
        self._chunk = jit(lambda inputs: _with_verdicts(model, recorder, inputs))
        self._one_step = jit(lambda inputs: _with_verdicts(model, recorder, inputs))
        self.signals: tuple[Signal, ...] = recorder.signals(np.zeros((chunk, model.size_in), np.float32))
        self.rings = {s.path: Ring(window, s.units, np.uint8 if s.kind == "events" else np.float32) for s in self.signals}
        self.window = window
        self.steps = 0

    @property
    def compilations(self) -> int:
        """How often something was compiled."""
        return self._chunk.compilations + self._one_step.compilations

    def run(self, inputs: np.ndarray) -> None:
        """Advance by the steps of ``inputs``: a whole chunk, or one step.

        Raises
        ------
        Stopped
            When a state is no longer finite, or the model raised. The last good state is kept.
        """
        advance = self._one_step if len(inputs) == 1 and self.chunk != 1 else self._chunk
        before = self._moving_values()
        try:
            recorded, finite = advance(inputs)
            # Waits for the device; an error that JAX reports late is caught here too.
            all_finite = bool(np.all(finite))
        except BoutonError as error:
            raise Stopped(str(error)) from error
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
            # The model's own code: whatever it raises stops the run and is shown, with the states as before.
            raise Stopped(f"{type(error).__name__}: {error}") from error
        if all_finite:
            self._keep(recorded, len(inputs))
            return
        self._restore(before)
        if advance is self._one_step or len(inputs) == 1:
            raise Stopped(_verdict(self.model, np.asarray(finite), inputs))
        for k in range(len(inputs)):
            self.run(inputs[k : k + 1])
        raise Stopped("a state was not finite when computed in one chunk, but is in single steps")

    def rewind(self, steps: int) -> None:
        """Empty the rings and set the count of steps."""
        self.steps = steps
        for ring in self.rings.values():
            ring.clear(steps)

    def reset(self) -> None:
        """States to their initial values, time to 0."""
        # In place for a functional model too: the engine has a copy of its own.
        Object.reset_state(self.model)
        self.rewind(0)

    def snapshot(self) -> Snapshot:
        """Values of all cells, and the count of steps."""
        return Snapshot({path: cell.value for path, cell in self._cells().items()}, self.steps)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``; all of it, or nothing when it is refused."""
        cells = self._cells()
        if cells.keys() != snapshot.values.keys():
            raise ValueRefused(
                where="LiveSimulation.restore",
                expected="a snapshot of this model",
                got=f"one that differs in {', '.join(sorted(cells.keys() ^ snapshot.values.keys())[:3])}",
                fix="Restore a snapshot that this simulation made.",
            )
        admitted = [(cells[path], cells[path].admit(value)) for path, value in snapshot.values.items()]
        self._restore(admitted)
        self.rewind(snapshot.steps)

    def _cells(self) -> dict[str, Variable]:
        return {e.path: e.cell for e in self.model.entries() if e.cell is not None}

    def _moving_values(self) -> list[tuple[Variable, Any]]:
        return [(e.cell, e.cell.value) for e in self.model.entries() if e.cell is not None and e.kind in ("state", "random")]

    def _restore(self, values: list[tuple[Variable, Any]]) -> None:
        for cell, value in values:
            cell.value = value

    def _keep(self, recorded: dict[str, jax.Array], steps: int) -> None:
        for path, rows in recorded.items():
            self.rings[path].push(np.asarray(rows))
        self.steps += steps


def _with_verdicts(model: Module, recorder: Callable, inputs: jax.Array) -> tuple[dict, jax.Array]:
    """A chunk's signals, and whether each floating state is finite after it."""
    recorded = recorder(inputs)
    finite = [jnp.all(jnp.isfinite(e.cell.value)) for e in _floating_states(model)]
    return recorded, jnp.stack(finite) if finite else jnp.ones(1, bool)


def _floating_states(model: Module) -> list:
    return [e for e in model.entries() if e.kind == "state" and e.cell is not None and jnp.issubdtype(e.cell.dtype, jnp.floating)]


def _verdict(model: Module, finite: np.ndarray, inputs: np.ndarray) -> str:
    if not np.all(np.isfinite(inputs)):
        return "the input is NaN or infinite"
    wrong = [e.path for e, ok in zip(_floating_states(model), finite, strict=True) if not ok]
    return f"{' and '.join(wrong)} became NaN or infinite"
