"""What an optimiser trains, and which gradient belongs to what."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import ArrayCollector
from ..errors import KindError, MathError, ShapeError, UnknownPathError, ValueRefused
from ..transform import Variable
from ..transform._operators import plain


class Targets:
    """Variables by path, and once more without those that came up before under another path.

    Attributes
    ----------
    cells : ArrayCollector
        All, in the order given.
    distinct : ArrayCollector
        Each Variable once, under its first path.
    """

    def __init__(self, train_vars: Any, where: str):
        self.cells = ArrayCollector()
        for path, found in _leaves(train_vars):
            self.cells[path] = _trainable(found, path, where)
        self.distinct = self.cells.unique()
        if not self.cells:
            raise ValueRefused(
                where=where,
                expected="at least one Variable",
                got="none",
                fix="train_vars() of a model lists the TrainVars only: pass model.vars() for the others.",
            )

    def matched(self, grads: Any, where: str) -> dict[str, jax.Array]:
        """The gradient of each distinct Variable by path, or the error that says which are missing, unknown or of wrong shape."""
        flat = isinstance(grads, dict) and grads.keys() == self.cells.keys()
        given = grads if flat else dict(_leaves(grads))
        if given.keys() != self.cells.keys():
            self._refuse(given, where)
        found = {}
        for path, cell in self.distinct.items():
            grad, value = given[path], cell.value
            fits = isinstance(grad, jax.Array) and grad.shape == value.shape and grad.dtype == value.dtype
            found[path] = grad if fits else _fitting(grad, value, f"{where}, gradient of {path}")
        return found

    def _refuse(self, given: dict, where: str) -> None:
        missing = [path for path in self.cells if path not in given]
        unknown = [path for path in given if path not in self.cells]
        told = [f"{what} {', '.join(map(repr, paths))}" for what, paths in (("without", missing), ("with", unknown)) if paths]
        kind = UnknownPathError if len(given) == len(self.cells) else MathError
        raise kind(
            where=where,
            expected=f"{len(self.cells)} gradients, in the structure of train_vars",
            got=f"{len(given)}, {' and '.join(told)}",
            fix="Take the gradient by the same Variables: bm.grad(loss, grad_vars=train_vars).",
        )


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """What stands in dicts and lists, by path; one thing alone stands at '0'."""
    # Not by JAX, which sorts the keys of a dict and takes Variables apart.
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list | tuple):
        items = enumerate(tree)
    else:
        yield path or "0", tree
        return
    for key, x in items:
        yield from _leaves(x, f"{path}.{key}" if path else str(key))


def _trainable(found: Any, path: str, where: str) -> Variable:
    if not isinstance(found, Variable):
        raise KindError(
            where=where,
            expected="a Variable, or Variables in a dict, list or tuple",
            got=f"{type(found).__name__}" + ("" if path == "0" else f" at {path}"),
            fix="Of a model pass model.train_vars() or model.vars().",
        )
    if not jnp.issubdtype(found.value.dtype, jnp.floating):
        raise KindError(
            where=where,
            expected="Variables of floats",
            got=f"dtype {found.value.dtype} at {path}",
            fix="There is no gradient to follow: pass the others only, for instance model.train_vars().",
        )
    return found


def _fitting(grad: Any, value: jax.Array, where: str) -> jax.Array:
    """``grad`` as an array, or the error that says why it does not fit ``value``."""
    grad = plain(grad)
    if isinstance(grad, int | float):
        grad = jnp.asarray(grad, value.dtype)
    elif isinstance(grad, np.ndarray | np.generic) and grad.dtype.kind in "biufc":
        grad = jnp.asarray(grad)
    elif not isinstance(grad, jax.Array):
        raise KindError(where=where, expected="an array", got=f"{type(grad).__name__}", fix="Pass what bm.grad gives.")
    if grad.shape != value.shape:
        raise ShapeError(
            where=where, expected=f"shape {value.shape}", got=f"{grad.shape}", fix="A gradient has the shape of its Variable."
        )
    if grad.dtype != value.dtype:
        raise KindError(
            where=where,
            expected=f"dtype {value.dtype}",
            got=f"{grad.dtype}",
            fix=f"Convert it with .astype('{value.dtype}').",
        )
    return grad
