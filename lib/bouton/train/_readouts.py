"""The parts of a model that are fitted by their inputs and targets, and what goes into them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple, NoReturn, Protocol, cast

import jax
import jax.numpy as jnp

from ..core._names import nearest
from ..dynamics import DynamicalSystem
from ..errors import NoImplementationError, ShapeError, UnknownPathError, ValueRefused
from ..math._modes import Mode, TrainingMode
from ..run._given import as_numbers
from ..transform import TrainVar, Variable
from ..transform._operators import plain


class Fitted(Protocol):
    """What a part offers whose output is linear in columns made of its inputs: :class:`bouton.layers.Dense`, nodes of graphs."""

    name: str
    mode: Mode

    def vars(self) -> Any:
        """Its Variables."""
        ...

    def _fit_columns(self, *inputs: Any) -> jax.Array:
        """(..., columns), from what a step calls the part with: a column of ones first where there is a bias, feedback last."""
        ...

    def _fit_weights(self) -> jax.Array:
        """(columns, num_out)."""
        ...

    def _fit_assign(self, weights: jax.Array) -> None:
        """Take weights in that layout."""
        ...


class Readout(NamedTuple):
    """One of them: a part in training mode whose output is linear in its weights.

    Attributes
    ----------
    path : str
        Where it stands in the model; empty for the model itself.
    node : Fitted
    """

    path: str
    node: Fitted

    @property
    def weights(self) -> jax.Array:
        """(columns, num_out), the bias first where there is one."""
        return self.node._fit_weights()

    @property
    def num_out(self) -> int:
        return self.node._fit_weights().shape[-1]


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

    def record(self, inputs: tuple, out: Any) -> dict[str, Any]:
        """What the method is given beside the targets: what went in and came out, and the feedback of a node that has some."""
        names = ("input", "feedback") if step_of(self.node) != "update" else ("input",)
        return {**dict(zip(names, inputs, strict=False)), "output": out}

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
    for path, node in target.nodes("relative", -1, include_self=True).unique().items():
        if not isinstance(node, DynamicalSystem) or not isinstance(node.mode, TrainingMode):
            continue
        if callable(getattr(node, hook, None)):
            found.append(Own(path, node))
            continue
        if not any(isinstance(slot.cell, TrainVar) for slot in node._slots.values()):
            continue
        if not hasattr(type(node), "_fit_columns"):
            raise NoImplementationError(
                where=f"{where}, {path or 'the model'} ({node.name})",
                expected="a Dense layer in training mode, and all else in another mode",
                got=f"{type(node).__name__} in {node.mode}",
                fix=f"Give it {_fixed(node)}, or a method {hook}(target, fit_record); or train the model with bp.BPTT.",
            )
        found.append(Readout(path, cast("Any", node)))
    if not found:
        raise ValueRefused(
            where=where,
            expected="a model with a Dense layer in training mode",
            got=type(target).__name__,
            fix="Write bp.layers.Dense(n_in, n_out, mode=bm.training_mode) for the layer that is to be fitted; of a graph "
            "bp.nn.Dense(n_out, trainable=True).",
        )
    return found


def check_still_trained(parts: list[Readout | Own], where: str) -> None:
    """:class:`ValueRefused` for a part that is in training mode no more."""
    for part in parts:
        if not isinstance(part.node.mode, TrainingMode):
            raise ValueRefused(
                where=f"{where}, {part.path or 'the model'} ({part.node.name})",
                expected="a part in training mode, as it was when the trainer was made",
                got=f"{part.node.mode}",
                fix="Make it trainable again, or make a new trainer.",
            )


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
        last = y.shape[-1:] if isinstance(part, Own) else (part.num_out,)
        if y.ndim <= len(leading) or y.shape[: len(leading)] != leading or y.shape[-1:] != last:
            _misfit(part, (*leading, *last), y, where)


def check_targets(part: Readout, columns: jax.Array, y: jax.Array, where: str) -> None:
    """:class:`ShapeError` for targets that do not fit the inputs of a part."""
    expected = (*columns.shape[:-1], part.num_out)
    if y.shape != expected:
        _misfit(part, expected, y, where)


def require(part: Readout | Own, noted: tuple | None, where: str) -> tuple[Any, jax.Array]:
    """What went into a part in this step, as columns where it has some, and what came out; an error when it was not called."""
    if noted is None:
        raise ValueRefused(
            where=f"{where}, {part.path or 'the model'}",
            expected="a part that the model calls in each step",
            got="one that was not called",
            fix="Use it in update, or leave it out of the model.",
        )
    return noted


def teach(part: Readout | Own, y: jax.Array, out: jax.Array) -> None:
    """Let those who listen to a node get in the next step what they would if the target had come out."""
    send = getattr(part.node, "_send_back", None)
    if send is not None and y.shape == out.shape:
        send(y)


def heard_behind(target: DynamicalSystem, parts: list[Readout | Own]) -> bool:
    """Whether feedback comes from what stands behind a readout, and is none: of a graph, whose nodes know it."""
    fitted = [part.node for part in parts if isinstance(part, Readout)]
    return any(
        graph._sends_back_behind(fitted)
        for graph in target.nodes("relative", -1, include_self=True).unique().values()
        if hasattr(graph, "_sends_back_behind")
    )


@contextmanager
def giving(parts: list[Readout | Own], ys: list[jax.Array]) -> Iterator[None]:
    """Inside of the block readouts give their targets."""
    with ExitStack() as stack:
        for part, y in zip(parts, ys, strict=True):
            if isinstance(part, Readout):
                stack.enter_context(_giving(part.node, y))
        yield


@contextmanager
def _giving(node: Any, y: jax.Array) -> Iterator[None]:
    name = step_of(node)
    step = getattr(node, name)

    def give(*inputs: Any, **keywords: Any) -> Any:
        out = jnp.asarray(plain(step(*inputs, **keywords)))
        return y.astype(out.dtype) if y.shape == out.shape else out

    node.__dict__[name] = give
    try:
        yield
    finally:
        del node.__dict__[name]


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
    name = step_of(node)
    step = getattr(node, name)

    def noting(*inputs: Any, **keywords: Any) -> Any:
        if noted[k] is not None:
            raise ValueRefused(
                where=f"{path or 'the model'}",
                expected="a part that the model calls once in each step",
                got="a second call",
                fix="Write a Dense layer for each call, or train the model with bp.BPTT.",
            )
        # Before the call, which may change what its inputs stand in.
        arrays = jax.tree_util.tree_map(lambda x: jnp.asarray(plain(x)), inputs, is_leaf=lambda x: isinstance(x, Variable))
        seen = arrays if isinstance(part, Own) else part.node._fit_columns(*arrays)
        out = step(*inputs, **keywords)
        noted[k] = seen, jnp.asarray(plain(out))
        return out

    # In the instance, in front of the method of the class.
    node.__dict__[name] = noting
    try:
        yield
    finally:
        del node.__dict__[name]


def step_of(node: Any) -> str:
    """Name of the method that a step calls with the inputs of a part."""
    return getattr(node, "_fit_step", "update")


def _fixed(node: Any) -> str:
    """How to say that it is not trained."""
    return "mode=bm.batching_mode" if step_of(node) == "update" else "trainable=False"


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
