"""Advances a model chunk by chunk and keeps its last steps; knows of no threads."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import Entry, Object
from ..errors import ValueRefused
from ..modules import Module
from ..transform import Jitted, Variable, jit
from ._foreign import Foreign, Stopped
from ._ring import Ring
from ._signals import Recorder, Signal


@dataclass(frozen=True)
class Snapshot:
    """Everything a live simulation can go back to: the values of all cells, and the steps done."""

    values: dict[str, jax.Array]
    steps: int


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
        self.model, self.chunk, self.window = model, chunk, window
        self._recorder = Recorder(model, record, max_units, chunk)
        cells = {path: (entry, cell) for path, entry, cell in _with_cells(model)}
        self._states = {p: c for p, (e, c) in cells.items() if e.kind == "state" and jnp.issubdtype(c.dtype, jnp.inexact)}
        registered = dict.fromkeys(cell for _, cell in cells.values())
        # A cell that the model moves without having registered it is part of its condition all the same.
        self._unregistered = {f"<cell {k}>": c for k, c in enumerate(self._recorder.written) if c not in registered}
        moving = [cell for entry, cell in cells.values() if entry.kind in ("state", "random")]
        self._moving = list(dict.fromkeys([*moving, *self._recorder.written]))
        self._chunk, self._one_step = (_compiled(self._recorder, list(self._states.values())) for _ in range(2))
        self.rings = {s.path: Ring(window, s.units, np.uint8 if s.kind == "events" else np.float32) for s in self.signals}
        self.steps = 0

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What is recorded."""
        return self._recorder.signals

    @property
    def compilations(self) -> int:
        """How often something was compiled."""
        return self._chunk.compilations + self._one_step.compilations

    def moves(self, entry: Entry) -> bool:
        """Whether a chunk writes to the attribute, so that nobody else may while one is computed."""
        return any(entry.cell is cell for cell in self._moving)

    def run(self, inputs: np.ndarray) -> None:
        """Advance by the steps of ``inputs``: a whole chunk, or one step.

        Raises
        ------
        Stopped
            When a state is no longer finite, or the model raised. The last good state is kept.
        """
        advance = self._one_step if len(inputs) == 1 and self.chunk != 1 else self._chunk
        try:
            with self._all_or_nothing():
                with Foreign("the model"):
                    recorded, finite = advance(inputs)
                    # Waits for the device: an error that JAX reports late is one of the model's, too.
                    finite, rows = np.asarray(finite), {path: np.asarray(value) for path, value in recorded.items()}
                if not finite.all():
                    raise _NotFinite(finite)
        except _NotFinite as stop:
            if len(inputs) == 1:
                raise Stopped(self._verdict(stop.finite, inputs)) from None
            # Once more in single steps, to find the one where it began.
            for k in range(len(inputs)):
                self.run(inputs[k : k + 1])
            return
        for path, ring in self.rings.items():
            ring.push(rows[path])
        self.steps += len(inputs)

    def rewind(self, steps: int) -> None:
        """Empty the rings and set the count of steps."""
        self.steps = steps
        for ring in self.rings.values():
            ring.clear(steps)

    def reset(self) -> None:
        """States to their initial values, time to 0; all of it, or nothing when the model refuses."""
        with self._all_or_nothing():
            if self.model._functional:
                # In place: the engine has a copy of its own.
                Object.reset_state(self.model)
            else:
                self.model.reset_state()
        self.rewind(0)

    def snapshot(self) -> Snapshot:
        """Values of all cells, and the count of steps."""
        values = {path: cell.value for path, _, cell in _with_cells(self.model)}
        return Snapshot(values | {path: cell.value for path, cell in self._unregistered.items()}, self.steps)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``; all of it, or nothing when it is refused."""
        values, cells = snapshot.values, _with_cells(self.model)
        _check_same_model({path for path, _, _ in cells} | self._unregistered.keys(), values)
        changed = [(path, entry) for path, entry, cell in cells if cell.value is not values[path]]
        for path, entry in changed:
            entry.check(values[path])
            if entry.name == "dt":
                _check_same_step(path, entry.value, values[path])
        for path, entry in changed:
            if entry.name != "dt":
                # By assignment, not into the cell: what is only compiled for a value other than 0 has to notice.
                entry.set(values[path])
        for path, cell in self._unregistered.items():
            cell.value = values[path]
        self.rewind(snapshot.steps)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """What moves is as before, whatever is raised on the way."""
        before = [(cell, cell.value) for cell in self._moving]
        finished = False
        try:
            yield
            finished = True
        finally:
            if not finished:
                for cell, value in before:
                    cell.value = value

    def _verdict(self, finite: np.ndarray, inputs: np.ndarray) -> str:
        if not np.all(np.isfinite(inputs)):
            return "the input is NaN or infinite"
        wrong = [path for path, ok in zip(self._states, finite, strict=True) if not ok]
        return f"{' and '.join(wrong)} became NaN or infinite"


class _NotFinite(Exception):
    """A state is NaN or infinite after a chunk; ``finite`` says which."""

    def __init__(self, finite: np.ndarray):
        self.finite = finite


def _with_cells(model: Module) -> list[tuple[str, Entry, Variable]]:
    return [(e.path, e, e.cell) for e in model.entries() if e.cell is not None]


def _compiled(recorder: Recorder, states: list[Variable]) -> Jitted:
    """A chunk: its signals, and whether each state is finite after it."""

    # Not a method: a circle of references would keep the model in memory after the last use.
    def advanced(inputs: jax.Array) -> tuple[dict[str, jax.Array], jax.Array]:
        recorded = recorder(inputs)
        finite = [jnp.all(jnp.isfinite(cell.value)) for cell in states]
        return recorded, jnp.stack(finite) if finite else jnp.ones(1, bool)

    return jit(advanced)


def _check_same_model(known: set[str], values: dict[str, Any]) -> None:
    if known != values.keys():
        raise ValueRefused(
            where="LiveSimulation.restore",
            expected="a snapshot of this model",
            got=f"one that differs in {', '.join(sorted(known ^ values.keys())[:3])}",
            fix="Restore a snapshot that this simulation made.",
        )


def _check_same_step(path: str, mine: Any, theirs: Any) -> None:
    if np.float32(mine) != np.float32(theirs):
        raise ValueRefused(
            where=f"LiveSimulation.restore, {path}",
            expected=f"a snapshot with the time step {float(mine):g} s",
            got=f"one with {float(theirs):g} s",
            fix="Restore a snapshot that this simulation made.",
        )
