"""Advances a model chunk by chunk and keeps its last steps; knows of no threads."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import Entry, Object
from ..errors import RunningError, ValueRefused
from ..modules import Module
from ..transform import Jitted, Variable, jit
from ._anchors import Anchors
from ._foreign import Foreign, Stopped
from ._ring import Ring
from ._signals import Recorder, Signal
from ._snapshot import Snapshot, put_back

# Signals that would take more memory are refused.
MOST_BYTES = 4 * 2**30


class Engine:
    """A model, its compiled chunk, and the last steps of its signals.

    Parameters
    ----------
    model : Module
        Moved in place.
    record : str, sequence of str or None
        Paths and patterns of the signals kept; None for what is looked at first.
    chunk : int
        Steps computed at once.
    window : int
        Steps kept.
    max_units : int
        A signal with more units is thinned out.

    Attributes
    ----------
    recorder : Recorder
        Evolves the model.
    anchors : Anchors
        Where it stood at some steps of the window.
    """

    def __init__(self, model: Module, record: str | Sequence[str] | None, chunk: int, window: int, max_units: int):
        self.model, self.chunk, self.window = model, chunk, window
        self.recorder = Recorder(model, record, max_units, chunk)
        cells = {path: (entry, cell) for path, entry, cell in _with_cells(model)}
        self._states = {p: c for p, (e, c) in cells.items() if e.kind == "state" and jnp.issubdtype(c.dtype, jnp.inexact)}
        registered = dict.fromkeys(cell for _, cell in cells.values())
        # A cell that the model moves without having registered it is part of its condition all the same.
        self._unregistered = {f"<cell {k}>": c for k, c in enumerate(self.recorder.written) if c not in registered}
        moving = [cell for entry, cell in cells.values() if entry.kind in ("state", "random")]
        self._moving = list(dict.fromkeys([*moving, *self.recorder.written]))
        self._parts = {path: cell for path, (_, cell) in cells.items()}
        self._advance = _compiled(self.recorder, list(self._states.values()))
        _refuse_too_much_memory(self.signals, window)
        self.rings = {s.path: Ring(window, s.units, np.uint8 if s.kind == "events" else np.float32) for s in self.signals}
        self.steps = 0
        self.anchors = Anchors(window, sum(cell.value.nbytes for cell in self._moving))

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What is recorded."""
        return self.recorder.signals

    @property
    def moving(self) -> tuple[Variable, ...]:
        """The cells that a chunk or a reset writes to."""
        return tuple(self._moving)

    @property
    def compilations(self) -> int:
        """How often something was compiled."""
        return self._advance.compilations

    def moves(self, entry: Entry) -> bool:
        """Whether a chunk writes to the attribute, so that nobody else may while one is computed."""
        return any(entry.cell is cell for cell in self._moving)

    def run(self, inputs: np.ndarray) -> None:
        """Advance by the steps of ``inputs``, as many as it was compiled for before; each other number compiles once.

        Raises
        ------
        Stopped
            When a state is no longer finite, or the model raised. The last good state is kept.
        """
        self.anchors.pass_by(self.steps, self.look)
        try:
            with self._all_or_nothing():
                with Foreign("the model"):
                    recorded, finite = self._advance(inputs)
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

    def prepare(self, steps: int) -> Callable[[], object]:
        """Trace a chunk of so many steps; what is returned compiles it, on whatever thread, while others go on."""
        return self._advance.prepare(np.zeros((steps, self.model.size_in), jax.dtypes.canonicalize_dtype(float)))

    def refuse_other_parts(self) -> None:
        """Refuse to go on with a model whose parts are not those that were compiled.

        Raises
        ------
        RunningError
            When a module or a Variable of the model has been replaced, or a new one added.
        """
        now = {path: cell for path, _, cell in _with_cells(self.model)}
        replaced = [path for path in (now | self._parts) if now.get(path) is not self._parts.get(path)]
        if replaced:
            raise RunningError(
                where=f"LiveSimulation, {replaced[0]}",
                expected="the model as it was when the simulation was made",
                got="another part in this place",
                fix="Make a new LiveSimulation of the changed model.",
            )

    def rewind(self, steps: int) -> None:
        """Empty the rings and set the count of steps."""
        self.steps = steps
        self.anchors.clear()
        for ring in self.rings.values():
            ring.clear(steps)

    def reset(self) -> None:
        """States to their initial values, time to 0; all of it, or nothing when the model refuses."""
        self.refuse_other_parts()
        with self._all_or_nothing():
            if self.model._functional:
                # In place: the engine has a copy of its own.
                Object.reset_state(self.model)
            else:
                self.model.reset_state()
        self.rewind(0)

    def snapshot(self) -> Snapshot:
        """Values of all cells, and the count of steps."""
        self.refuse_other_parts()
        return self.look()

    def look(self) -> Snapshot:
        """The same of the parts that were compiled, in no time: arrays are never written to, so none is copied."""
        values = {path: cell.value for path, cell in self._parts.items()}
        return Snapshot(values | {path: cell.value for path, cell in self._unregistered.items()}, self.steps)

    def choices(self) -> dict[str, Any]:
        """What is set to something that is no number, by path."""
        return {entry.path: entry.value for entry in self.model.entries() if entry.cell is None}

    def values_at(self, snapshot: Snapshot, cells: Sequence[Variable]) -> list[jax.Array]:
        """Values of cells in a snapshot; that of now where a cell is not part of one, since no step writes it."""
        paths = {cell: path for path, cell in (self._parts | self._unregistered).items()}
        return [snapshot.values[paths[cell]] if cell in paths else cell.value for cell in cells]

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``; all of it, or nothing when it is refused."""
        self.refuse_other_parts()
        put_back(snapshot, self.model, self._unregistered)
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


def _refuse_too_much_memory(signals: Sequence[Signal], window: int) -> None:
    # Said before the memory fills up, which would take as long as the window.
    needed = sum(window * s.units * (1 if s.kind == "events" else 4) for s in signals)
    if needed > MOST_BYTES:
        raise ValueRefused(
            where="LiveSimulation(window=...)",
            expected=f"signals that need at most {MOST_BYTES / 2**30:g} GiB",
            got=f"{needed / 2**30:.3g} GiB for {window} steps of {', '.join(f'{s.units} units of {s.path}' for s in signals)}",
            fix="Choose a shorter window, fewer signals, or fewer units with max_units=.",
        )
