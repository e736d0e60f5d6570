"""The parts of a model that are fitted by their inputs and targets, and what goes into them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple, NoReturn

import jax
import jax.numpy as jnp

from ..core._names import nearest
from ..dynamics import DynamicalSystem
from ..errors import NoImplementationError, ShapeError, UnknownPathError, ValueRefused
from ..layers import Dense
from ..math._modes import TrainingMode
from ..run._given import as_numbers
from ..transform import TrainVar
from ..transform._operators import plain


class Readout(NamedTuple):
    """One of them: a :class:`~bouton.layers.Dense` in training mode.

    Attributes
    ----------
    path : str
        Where it stands in the model; empty for the model itself.
    node : Dense
    """

    path: str
    node: Dense

    @property
    def weights(self) -> jax.Array:
        """(num_in + 1, num_out), the bias first; (num_in, num_out) where there is none."""
        W = plain(self.node.W)
        return W if self.node.b is None else jnp.concatenate([plain(self.node.b)[None], W])

    def assign(self, weights: jax.Array) -> None:
        """Take weights in the layout of :attr:`weights`."""
        if self.node.b is not None:
            self.node.b.value = weights[0].astype(self.node.b.dtype)
            weights = weights[1:]
        self.node.W.value = weights.astype(self.node.W.dtype)

    def columns(self, x: jax.Array) -> jax.Array:
        """Inputs (..., num_in), with a leading column of ones where there is a bias."""
        return x if self.node.b is None else jnp.concatenate([jnp.ones((*x.shape[:-1], 1), x.dtype), x], axis=-1)


class Own(NamedTuple):
    """A part that says itself how it is fitted, by a method ``offline_fit`` or ``online_fit``.

    Attributes
    ----------
    path : str
        Where it stands in the model; empty for the model itself.
    node : DynamicalSystem
    """

    path: str
    node: Any

    def finite(self) -> jax.Array:
        """Whether all of its Variables in floats are."""
        values = [cell.value for cell in self.node.vars().unique().values()]
        return jnp.array([jnp.isfinite(x).all() for x in values if jnp.issubdtype(x.dtype, jnp.inexact)]).all()


def readouts(target: DynamicalSystem, hook: str, where: str) -> list[Readout | Own]:
    """All parts of the model that are in training mode and have a method of that name, or weights of their own.

    Raises
    ------
    NoImplementationError
        For a part that cannot be fitted, by name.
    ValueRefused
        When there is none.
    """
    found: list[Readout | Own] = []
    for path, node in target.nodes("relative").unique().items():
        if not isinstance(node, DynamicalSystem) or not isinstance(node.mode, TrainingMode):
            continue
        if callable(getattr(node, hook, None)):
            found.append(Own(path, node))
            continue
        if not any(isinstance(slot.cell, TrainVar) for slot in node._slots.values()):
            continue
        if not isinstance(node, Dense):
            raise NoImplementationError(
                where=f"{where}, {path or 'the model'} ({node.name})",
                expected="a Dense layer in training mode, and all else in another mode",
                got=f"{type(node).__name__} in {node.mode}",
                fix=f"Give it mode=bm.batching_mode, or a method {hook}(target, fit_record); or train the model with bp.BPTT.",
            )
        found.append(Readout(path, node))
    if not found:
        raise ValueRefused(
            where=where,
            expected="a model with a Dense layer in training mode",
            got=type(target).__name__,
            fix="Write bp.layers.Dense(n_in, n_out, mode=bm.training_mode) for the layer that is to be fitted.",
        )
    return found


def targets_of(parts: list[Readout | Own], targets: Any, where: str) -> list[jax.Array]:
    """The targets of each part, in order: one array for one part, or a dict by path or name.

    Raises
    ------
    UnknownPathError
        For a dict with other keys.
    """
    if not isinstance(targets, Mapping):
        if len(parts) > 1:
            _refuse(parts, "one array", where)
        return [_as_array(targets, where)]
    keys = {key: part for part in parts for key in (part.path, str(part.node.name))}
    for key in targets:
        if key not in keys:
            raise UnknownPathError(
                where=where, expected="the path or the name of a part that is fitted", got=f"{key!r}", fix=nearest(str(key), keys)
            )
    given = {keys[key].path: _as_array(y, where) for key, y in targets.items()}
    if len(given) < len(parts):
        _refuse(parts, f"those of {', '.join(map(repr, given)) or 'none'}", where)
    return [given[part.path] for part in parts]


def check_shapes(parts: list[Readout | Own], ys: list[jax.Array], leading: tuple[int, ...], where: str) -> None:
    """:class:`ShapeError` for targets that are not for as many trials and steps as there are inputs."""
    for part, y in zip(parts, ys, strict=True):
        # An own part may have targets of any shape.
        last = y.shape[-1:] if isinstance(part, Own) else (part.node.num_out,)
        if y.ndim <= len(leading) or y.shape[: len(leading)] != leading or y.shape[-1:] != last:
            _misfit(part, (*leading, *last), y, where)


def check_targets(part: Readout | Own, inputs: jax.Array, y: jax.Array, where: str) -> None:
    """:class:`ShapeError` for targets that do not fit the inputs of a part."""
    expected = (*inputs.shape[:-1], part.node.num_out)
    if y.shape != expected:
        _misfit(part, expected, y, where)


def require(part: Readout | Own, noted: tuple | None, where: str) -> tuple[jax.Array, jax.Array]:
    """What went into a part in this step, and what came out; an error when it was not called."""
    if noted is None:
        raise ValueRefused(
            where=f"{where}, {part.path or 'the model'}",
            expected="a part that the model calls in each step",
            got="one that was not called",
            fix="Use it in update, or leave it out of the model.",
        )
    return noted


@contextmanager
def noting_inputs(parts: list[Readout | Own]) -> Iterator[list[tuple | None]]:
    """What goes into each part inside of the block, and what comes out; for a part that is not called, None."""
    noted: list[tuple | None] = [None] * len(parts)
    with ExitStack() as stack:
        for k, part in enumerate(parts):
            stack.enter_context(_noting(part, noted, k))
        yield noted


@contextmanager
def _noting(part: Readout | Own, noted: list, k: int) -> Iterator[None]:
    path, node = part
    update = node.update

    def noting(x: Any, *more: Any) -> jax.Array:
        x = plain(x)
        if noted[k] is not None:
            raise ValueRefused(
                where=f"{path or 'the model'}",
                expected="a part that the model calls once in each step",
                got="a second call",
                fix="Write a Dense layer for each call, or train the model with bp.BPTT.",
            )
        dtype = None if isinstance(part, Own) else plain(node.W).dtype
        out = update(x, *more)
        noted[k] = jnp.asarray(x, dtype), jnp.asarray(plain(out))
        return out

    # In the instance, in front of the method of the class.
    node.__dict__["update"] = noting
    try:
        yield
    finally:
        del node.__dict__["update"]


def _as_array(y: Any, where: str) -> jax.Array:
    return jnp.asarray(as_numbers(plain(y), f"{where}, targets", "Give an array (B, T, num_out)."))


def _misfit(part: Readout | Own, expected: tuple[int, ...], y: jax.Array, where: str) -> NoReturn:
    raise ShapeError(
        where=f"{where}, targets of {part.path or 'the model'}",
        expected=f"shape {expected}, from the inputs and the number of outputs",
        got=f"{y.shape}",
        fix="Give inputs (B, T, ...) and targets (B, T, num_out), one for each step of each trial; without a batch no B.",
    )


def _refuse(parts: list[Readout | Own], got: str, where: str) -> NoReturn:
    raise UnknownPathError(
        where=where,
        expected=f"targets by path, of {', '.join(repr(part.path) for part in parts)}",
        got=got,
        fix="Give a dict with an array for each.",
    )
