"""What a run of a graph is given, checked before anything changes."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from ..errors import KindError, ShapeError, ValueRefused
from ..run._given import as_argument
from ._given import by_entry, by_node, input_shape
from ._graph import Graph
from ._step import trials as trials_of

_AXES = "Put the trials of the batch first and time second: x[None] for one trial."


def over_time(graph: Graph, given: Any, where: str) -> tuple[Any, int, int]:
    """Inputs of the entries, an array (B, T, ...) for one or a dict by name; and how many trials and steps.

    Raises
    ------
    KindError
        For what are no numbers.
    ValueRefused
        For names that are not those of the entries, and one array for several.
    ShapeError
        For other features than the entries take, and for several numbers of trials or steps.
    """
    named = by_entry(graph, given, where, "predict")
    data = {str(node.name): _array(x, input_shape(node)[1:], f"{where}, {node.name}") for node, x in named.items()}
    sizes = {x.shape[:2] for x in data.values()}
    if len(sizes) != 1 or 0 in next(iter(sizes)):
        raise ShapeError(
            where=where,
            expected="as many trials and steps for each entry node, one or more",
            got=", ".join(f"{name}: {x.shape}" for name, x in data.items()),
            fix=_AXES,
        )
    return (data if isinstance(given, Mapping) else next(iter(data.values()))), *sizes.pop()


def states(graph: Graph, given: Any, leading: tuple[int, ...], where: str) -> dict[str, Any]:
    """Values for the states of nodes, (*leading, ...), by name."""
    return {
        str(node.name): _sized(x, node.state, leading, f"{where}[{str(node.name)!r}]", "a node that has a state")
        for node, x in by_node(graph, given, where).items()
    }


def feedbacks(graph: Graph, given: Any, leading: tuple[int, ...], where: str) -> dict[str, Any]:
    """Values for what nodes send back, (*leading, ...), by name."""
    senders = {id(sender) for sender, _ in graph.fb}
    return {
        str(node.name): _sized(
            x,
            node.fb_output if id(node) in senders else None,
            leading,
            f"{where}[{str(node.name)!r}]",
            "a node that sends feedback",
        )
        for node, x in by_node(graph, given, where).items()
    }


def keywords(given: Any, where: str) -> dict[str, Any]:
    """Keywords for every ``forward``: plain numbers and truth values.

    Raises
    ------
    KindError
        For anything else.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise KindError(where=where, expected="a dict", got=type(given).__name__, fix="Write for instance {'train': False}.")
    for name, value in given.items():
        if not isinstance(name, str) or not isinstance(value, bool | int | float | np.bool_ | np.number):
            raise KindError(
                where=f"{where}[{name!r}]",
                expected="a number or a truth value, under the name of a keyword",
                got=type(value).__name__,
                fix="Arrays over time are data: wire an Input node for them.",
            )
    return dict(given)


def check_trials(graph: Graph, trials: int, where: str) -> None:
    """:class:`ShapeError` when states are there for another number of trials."""
    for node, batch in trials_of(graph):
        if batch != trials:
            raise ShapeError(
                where=where,
                expected=f"{batch} trials, for which {node.name} has states",
                got=f"{trials}",
                fix="Write predict(x, reset=True) to begin anew with as many trials as the data have.",
            )


def _array(x: Any, shape: tuple[int | None, ...], where: str) -> Any:
    array = as_argument(x, where, _AXES)
    if array.ndim != len(shape) + 2 or not all(n in (None, m) for n, m in zip(shape, array.shape[2:], strict=True)):
        raise ShapeError(
            where=where,
            expected=f"shape ({', '.join(map(str, ('B', 'T', *shape)))})",
            got=f"{array.shape}",
            fix=_AXES if array.ndim == len(shape) + 1 else "Give as many features as the node takes.",
        )
    return array


def _sized(x: Any, cell: Any, leading: tuple[int, ...], where: str, kind: str) -> jax.Array | np.ndarray:
    if cell is None:
        raise ValueRefused(where=where, expected=kind, got="one that does not", fix="Leave it out.")
    array, shape = as_argument(x, where, _AXES), (*leading, *cell.shape[1:])
    if array.shape != shape:
        raise ShapeError(
            where=where,
            expected=f"shape {shape}",
            got=f"{array.shape}",
            fix="Give a value for each trial of the data, and each step." if len(leading) > 1 else "Give a value for each trial.",
        )
    return array.astype(cell.dtype)
