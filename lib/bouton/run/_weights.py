"""The weights of a live simulation as a matrix of who sends and who receives."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..connect import Synapses
from ..core import Entry
from ..core._names import nearest
from ..errors import UnknownPathError, ValueRefused
from ._live import LiveSimulation
from ._of_simulation import checked_simulation
from ._settings import checked_count
from ._snapshot import Snapshot
from ._weight_blocks import Blocks, SparseBlocks, of_matrix

_WHERE = "Weights"


def _difference(first: Any, second: Any) -> np.ndarray:
    """By how much one array is larger than another, of whatever kind both are."""
    first, second = np.asarray(first), np.asarray(second)
    # Of these NumPy has no difference, or one that goes round.
    return first - second if first.dtype.kind == "f" else first.astype(float) - second.astype(float)


@dataclass(frozen=True)
class WeightSource:
    """Something that has weights.

    Attributes
    ----------
    path : str
        As in ``model.entries()``.
    unit : str
        Of the weights; empty where the model does not say.
    kind : {'parameter', 'state'}
        As of the entry.
    shape : (int, int)
        Of the matrix: who sends, and who receives.
    synapses : int or None
        How many pairs are joined, where the connections say so; None where all are.
    names : (str, str)
        Of the rows and of the columns: 'pre' and 'post', with the paths of the groups that synapses join, ``'pre, system.E'``;
        for what are no weights 'row' and 'column'.
    """

    path: str
    unit: str
    kind: str
    shape: tuple[int, int]
    synapses: int | None
    names: tuple[str, str]


@dataclass(frozen=True)
class WeightMatrix(Blocks):
    """A matrix in as many blocks as there is room for; see :class:`Blocks` for the rest.

    Attributes
    ----------
    change : int
        Number of the last change of a parameter that it may contain.
    """

    change: int

    def histogram(self, bins: int = 60) -> tuple[np.ndarray, np.ndarray]:
        """Edges ``(bins + 1,)`` and counts ``(bins,)`` of the weights that were looked at; one bin where all are the same."""
        if not len(self.values):
            return np.zeros(2), np.zeros(1, int)
        low, high = float(self.values.min()), float(self.values.max())
        if low == high:
            room = 0.05 * abs(low) or 1.0
            return np.array([low - room, low + room]), np.array([len(self.values)])
        counts, edges = np.histogram(self.values, bins, (low, high))
        return edges, counts


class Weights:
    """The weights at a path as a matrix; a call gives it as it is.

    Parameters
    ----------
    simulation : LiveSimulation
    path : str, optional
        A parameter or a state with two axes, the first for who sends; or the weights of synapses, whose connections tell which
        pairs they join. Default: the first that there is. May be assigned later.

    Raises
    ------
    KindError, UnknownPathError, ValueRefused
        For what is no simulation, a path without weights, and a model that has none at all.

    Notes
    -----
    Of a matrix with more than two million weights so many are looked at, spread evenly; of synapses every second, third, ....

    Examples
    --------
    >>> import bouton as bp, numpy as np
    >>> weight = np.array([[1.0, 0.0], [0.0, -2.0], [0.5, 0.5]], np.float32)
    >>> model = bp.modules.Sequential(bp.modules.Linear((3, 2), weight=weight), bp.modules.ExpSyn(2))
    >>> with bp.run.LiveSimulation(model, record="output") as sim:
    ...     matrix = bp.run.Weights(sim, "0_Linear.weight")(rows=2, columns=2)
    >>> matrix.rows.tolist(), matrix.extreme.tolist()
    ([0, 1, 3], [[1.0, 0.0], [0.5, -2.0]])
    """

    def __init__(self, simulation: LiveSimulation, path: str | None = None):
        checked_simulation(simulation, _WHERE)
        self._simulation = simulation
        self._entries = {e.path: e for e in simulation.model.entries() if _shape(e) is not None}
        # Weights first: they are what is looked for.
        groups = {id(node): path for path, node in simulation.model.nodes("relative").items()}
        found = (_source(entry, groups) for entry in self._entries.values())
        self.sources = tuple(sorted(found, key=lambda source: source.names[0] == "row"))
        if not self.sources:
            raise ValueRefused(
                where=f"{_WHERE}(simulation)",
                expected="a model with weights: synapses, or a parameter or state with two axes",
                got=f"{simulation.model.class_name} with none",
                fix="Show its parameters with the tree instead.",
            )
        self._joined: tuple[tuple, SparseBlocks] | None = None
        self._seen: object = None
        self.path = self.sources[0].path if path is None else path

    @property
    def path(self) -> str:
        """Whose weights. Assign to change it."""
        return self._path

    @path.setter
    def path(self, path: str) -> None:
        if path not in self._entries:
            raise UnknownPathError(
                where=f"{_WHERE}(path)",
                expected="the path of weights, or of a parameter or state with two axes",
                got=f"{path!r}",
                fix=nearest(str(path), self._entries),
            )
        self._path = path

    @property
    def source(self) -> WeightSource:
        """What is chosen."""
        return next(source for source in self.sources if source.path == self._path)

    @property
    def stale(self) -> bool:
        """Whether another array stands at the path than the last call found there."""
        return _array(self._entries[self._path]) is not self._seen

    def __call__(
        self, rows: int = 200, columns: int = 240, *, at: Snapshot | None = None, less: Snapshot | None = None
    ) -> WeightMatrix:
        """The weights as they are, in at most so many blocks.

        Parameters
        ----------
        rows, columns : int
            Most blocks.
        at : Snapshot, optional
            As they were then instead, ``recording.end`` for instance.
        less : Snapshot, optional
            By how much they are larger than they were then.

        Raises
        ------
        ValueRefused
            For no blocks, and for a snapshot that has no such weights.
        """
        rows, columns = (checked_count(n, f"{_WHERE}({name}=...)") for n, name in ((rows, "rows"), (columns, "columns")))
        simulation, entry = self._simulation, self._entries[self._path]
        with simulation._turns:
            value, change = _array(entry), simulation.change
        if at is None:
            self._seen = value
        else:
            value = self._then(at, "at")
        if less is not None:
            value = _difference(value, self._then(less, "less"))
        return WeightMatrix(**vars(self._blocks(entry, value, rows, columns)), change=change)

    def values(self, at: Snapshot | None = None, less: Snapshot | None = None) -> np.ndarray:
        """All of them: a matrix (n, m), or a number for each of the :meth:`pairs`; ``at`` and ``less`` as in a call."""
        entry, pairs = self._entries[self._path], self.pairs()
        with self._simulation._turns:
            value = _array(entry) if at is None else self._then(at, "values(at")
        if less is not None:
            value = _difference(value, self._then(less, "values(less"))
        return np.array(np.broadcast_to(np.asarray(value), self.source.shape if pairs is None else pairs[0].shape))

    def pairs(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Who sends and who receives, by number, where connections join some of the pairs; None for a whole matrix."""
        synapses, shape = _synapses(self._entries[self._path]), self._entries[self._path].shape
        if synapses is None or synapses.complete or shape == (synapses.pre_size, synapses.post_size):
            return None
        return np.asarray(synapses.pre_ids), np.asarray(synapses.post_ids)

    def _then(self, snapshot: Snapshot, name: str) -> Any:
        found = snapshot.values.get(self._path) if isinstance(snapshot, Snapshot) else None
        if found is None:
            raise ValueRefused(
                where=f"{_WHERE}({name}=...)",
                expected=f"a snapshot with {self._path!r}",
                got=f"{type(snapshot).__name__}" if not isinstance(snapshot, Snapshot) else "one of another model",
                fix="Pass what simulation.snapshot() has returned.",
            )
        return found

    def _blocks(self, entry: Entry, value: Any, rows: int, columns: int) -> Blocks:
        synapses = _synapses(entry)
        if synapses is None:
            return of_matrix(value, rows, columns)
        shape = synapses.pre_size, synapses.post_size
        whole = value.ndim == 2 and value.shape == shape
        if whole or synapses.complete:
            lacks = synapses.size < math.prod(shape)
            return of_matrix(value if whole else np.broadcast_to(np.asarray(value), shape), rows, columns, diagonal=not lacks)
        key = (entry.path, rows, columns)
        if self._joined is None or self._joined[0] != key:
            self._joined = key, SparseBlocks(synapses, rows, columns)
        return self._joined[1].of(np.asarray(value))


def _array(entry: Entry) -> Any:
    return None if entry.cell is None else entry.cell.value


def _synapses(entry: Entry) -> Synapses | None:
    """Who is joined by what these are the weights of."""
    conn = getattr(entry.owner, "conn", None) if entry.family == "weights" else None
    found = getattr(conn, "synapses", None)
    return found if isinstance(found, Synapses) else None


def _shape(entry: Entry) -> tuple[int, int] | None:
    if entry.cell is None or entry.kind not in ("parameter", "state"):
        return None
    dtype = entry.cell.value.dtype
    if not any(jnp.issubdtype(dtype, real) for real in (jnp.floating, jnp.integer, jnp.bool_)):
        return None
    synapses = _synapses(entry)
    if synapses is not None:
        return (synapses.pre_size, synapses.post_size) if synapses.size else None
    # A state of one row is that of a batch of one.
    least = 1 if entry.family == "weights" else 2
    return entry.shape if len(entry.shape) == 2 and min(entry.shape) >= least and max(entry.shape) > 1 else None


def _source(entry: Entry, groups: Mapping[int, str]) -> WeightSource:
    synapses, shape = _synapses(entry), _shape(entry) or (0, 0)
    names = ("pre", "post") if entry.family == "weights" else ("row", "column")
    if synapses is not None:
        ends = (groups.get(id(getattr(entry.owner, end, None))) for end in names)
        names = tuple(f"{end}, {path}" if path else end for end, path in zip(names, ends, strict=True))
    joined = None if synapses is None or synapses.complete else synapses.size
    return WeightSource(entry.path, entry.unit or "", entry.kind, shape, joined, (names[0], names[1]))
