"""Many small batches in one compiled loop."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..transform import while_loop

# A loop spares the 0.1 ms that each call from Python takes. Of large batches the copies cost more than that, and of many the
# user could not interrupt the loop for long.
MOST, LARGEST = 32, 4 * 2**20


@dataclass(frozen=True)
class Batch:
    """One batch, as a model takes it.

    Attributes
    ----------
    where : str
        Stands in errors.
    xs : tuple
        Arguments.
    y : pytree
        Targets.
    """

    where: str
    xs: tuple
    y: Any

    @functools.cached_property
    def kind(self) -> tuple:
        """Structure, shapes and dtypes, and whether all lies on the host: a compiled loop takes batches of one kind."""
        leaves, structure = jax.tree_util.tree_flatten((self.xs, self.y))
        return structure, all(map(_on_host, leaves)), *((leaf.shape, leaf.dtype) for leaf in leaves)

    @property
    def nbytes(self) -> int:
        """Of all of it."""
        return sum(leaf.nbytes for leaf in jax.tree_util.tree_leaves((self.xs, self.y)))

    @property
    def is_small(self) -> bool:
        """Whether a copy of it among others costs little."""
        return self.nbytes <= LARGEST and all(map(_on_host, jax.tree_util.tree_leaves((self.xs, self.y))))


def stacked(batches: list[Batch]) -> list[np.ndarray]:
    """Leaves of arguments and targets with an axis of batches in front."""
    return [np.stack(leaves) for leaves in zip(*(jax.tree_util.tree_leaves((b.xs, b.y)) for b in batches), strict=True)]


def on_device(like: Batch, rows: list[np.ndarray], room: int) -> Any:
    """Arguments and targets with an axis of ``room`` batches in front; where there are fewer, the rest holds anything."""
    leaves, structure = jax.tree_util.tree_flatten((like.xs, like.y))
    found = []
    for leaf, given in zip(leaves, rows, strict=True):
        # In the dtype that the device will have.
        whole = given if len(given) == room and given.dtype == leaf.dtype else np.empty((room, *leaf.shape), leaf.dtype)
        if whole is not given:
            whole[: len(given)] = given
        found.append(whole)
    return jax.device_put(jax.tree_util.tree_unflatten(structure, found))


def one_after_another(step: Callable, result: Any, first: jax.Array, stop: jax.Array, clock: tuple, data: Any) -> Any:
    """``step(xs, clock, y)`` of the batches from ``first`` to ``stop``; a row of results for each batch there is room for.

    Parameters
    ----------
    step : callable
    result : pytree
        Shapes and dtypes of what it returns.
    first, stop : int
        Inputs of the compiled program: it does for any number of batches.
    clock : tuple
        The same for all.
    data : pytree
        What :func:`on_device` gives.
    """
    room = jax.tree_util.tree_leaves(data)[0].shape[0]
    rows = jax.tree_util.tree_map(lambda one: jnp.zeros((room, *one.shape), one.dtype), result)

    def turn(k: jax.Array, rows: Any) -> tuple:
        xs, y = jax.tree_util.tree_map(lambda x: jax.lax.dynamic_index_in_dim(x, k, keepdims=False), data)
        return k + 1, jax.tree_util.tree_map(lambda row, one: row.at[k].set(one), rows, step(xs, clock, y))

    return while_loop(turn, lambda k, _: k < stop, (first, rows))[1]


def _on_host(leaf: Any) -> bool:
    if not isinstance(leaf.dtype, np.dtype):
        return False
    return not isinstance(leaf, jax.Array) or all(device.platform == "cpu" for device in leaf.devices())
