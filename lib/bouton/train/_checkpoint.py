"""A training in a file, to go on from."""

import os
from typing import Any

import jax.numpy as jnp
from safetensors import safe_open

from ..core import Object
from ..core._files import as_path
from ..transform import Variable
from ._history import History

_PREFIX = "history."


def save(file: str | os.PathLike[str], target: Object, optimizer: Object, history: History) -> None:
    """Save a model, what its optimiser keeps, and the history, in one safetensors file that is written whole or not at all."""
    _together(target, optimizer, history, list(history.rows)).save_states(file)


def load(file: str | os.PathLike[str], target: Object, optimizer: Object, where: str) -> History:
    """Read what :func:`save` has saved; all of it or, when something is refused, nothing.

    Returns
    -------
    History
    """
    with safe_open(as_path(file, where), "numpy") as opened:
        names = [key.removeprefix(_PREFIX) for key in [*opened.keys()] if key.startswith(_PREFIX)]
    rows = [tuple(name.split("/")) for name in names if name != "counts"]
    empty = History()
    whole = _together(target, optimizer, empty, rows)
    whole.load_states(file)
    cells = whole.vars("relative")
    epochs, empty.updates = (int(n) for n in cells[f"{_PREFIX}counts"].value)
    empty.epochs = epochs
    for row in rows:
        points = cells[_PREFIX + "/".join(row)].value
        empty.rows[row] = [(int(update), float(value)) for update, value in points]
    return empty


def _together(target: Object, optimizer: Object, history: History, rows: list[Any]) -> Object:
    whole = Object()
    whole.register_implicit_nodes(target=target, optimizer=optimizer)
    cells = {f"{_PREFIX}counts": Variable(jnp.array([history.epochs, history.updates], jnp.int32))}
    for row in rows:
        points = jnp.array(history.rows.get(row, []), jnp.float32).reshape(-1, 2)
        # With an axis that may have any length.
        cells[_PREFIX + "/".join(row)] = Variable(points, batch_axis=0)
    whole.register_implicit_vars(**cells)
    return whole
