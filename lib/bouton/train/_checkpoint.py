"""A training in a file, to go on from."""

import os
from typing import Any

import jax.numpy as jnp

from ..core import Object
from ..core._files import as_path, read
from ..transform import Variable
from ._history import History

_PREFIX = "history."


def save(file: str | os.PathLike[str], target: Object, optimizer: Object, history: History, passed: int) -> None:
    """Save a model, what its optimiser keeps, and the history, in one safetensors file that is written whole or not at all."""
    _together(target, optimizer, history, list(history.rows), passed).save_states(file)


def load(file: str | os.PathLike[str], target: Object, optimizer: Object, where: str) -> tuple[History, int]:
    """Read what :func:`save` has saved; all of it or, when something is refused, nothing.

    Returns
    -------
    history : History
    passed : int
        Steps that lay behind.
    """
    _, keys = read(as_path(file, where), {})
    names = [key.removeprefix(_PREFIX) for key in keys if key.startswith(_PREFIX)]
    rows = [_row(name) for name in names if name != "counts"]
    empty = History()
    whole = _together(target, optimizer, empty, rows, 0)
    whole.load_states(file)
    cells = whole.vars("relative")
    empty.epochs, empty.updates, empty.began, passed = (int(n) for n in cells[f"{_PREFIX}counts"].value)
    for row in rows:
        points = cells[_PREFIX + "/".join(row)].value
        empty.rows[row] = [(int(update), float(value)) for update, value in points]
    return empty, passed


def _row(name: str) -> tuple[str, str, str]:
    # A metric may have any name.
    phase, _, rest = name.partition("/")
    metric, _, which = rest.rpartition("/")
    return phase, metric, which


def _together(target: Object, optimizer: Object, history: History, rows: list[Any], passed: int) -> Object:
    whole = Object()
    whole.register_implicit_nodes(target=target, optimizer=optimizer)
    counts = [history.epochs, history.updates, history.began, passed]
    cells = {f"{_PREFIX}counts": Variable(jnp.array(counts, jnp.int32))}
    for row in rows:
        points = jnp.array(history.rows.get(row, []), jnp.float32).reshape(-1, 2)
        # With an axis that may have any length.
        cells[_PREFIX + "/".join(row)] = Variable(points, batch_axis=0)
    whole.register_implicit_vars(**cells)
    return whole
