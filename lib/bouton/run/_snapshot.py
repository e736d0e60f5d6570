"""What a live simulation can go back to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from ..core import Object
from ..errors import KindError, ValueRefused
from ..transform import Variable

WHERE = "LiveSimulation.restore"


@dataclass(frozen=True)
class Snapshot:
    """Everything a live simulation can go back to: the values of all cells, and the steps done."""

    values: dict[str, jax.Array]
    steps: int


def put_back(snapshot: Any, model: Object, unregistered: Mapping[str, Variable]) -> None:
    """Write the values of a snapshot to a model; all of them, or none when one is refused.

    Parameters
    ----------
    snapshot : Snapshot
        Of this model, or of one built alike.
    model : Object
        Where to.
    unregistered : dict of str to Variable
        Further cells, by the names they have in a snapshot.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        For what is no snapshot, one of another model or time step, and a value that its attribute cannot take.
    """
    if not isinstance(snapshot, Snapshot):
        raise KindError(
            where=WHERE, expected="a snapshot", got=f"{type(snapshot).__name__}", fix="Pass what snapshot() has returned."
        )
    values = snapshot.values
    entries = [(e, e.cell.value) for e in model.entries() if e.cell is not None]
    differing = ({e.path for e, _ in entries} | unregistered.keys()) ^ values.keys()
    if differing:
        raise ValueRefused(
            where=WHERE,
            expected="a snapshot of this model",
            got=f"one that differs in {', '.join(sorted(differing)[:3])}",
            fix="Restore a snapshot that this simulation made.",
        )
    changed = [e for e, value in entries if value is not values[e.path]]
    for entry in changed:
        entry.check(values[entry.path])
        if entry.name == "dt":
            _check_same_step(entry.path, entry.value, values[entry.path])
    for entry in changed:
        if entry.name != "dt":
            entry.set(values[entry.path])
    for path, cell in unregistered.items():
        cell.value = values[path]


def _check_same_step(path: str, mine: Any, theirs: Any) -> None:
    if np.float32(mine) != np.float32(theirs):
        raise ValueRefused(
            where=f"{WHERE}, {path}",
            expected=f"a snapshot with the time step {float(mine):g} s",
            got=f"one with {float(theirs):g} s",
            fix="Restore a snapshot that this simulation made.",
        )
