"""What is done with one batch."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import optim
from ..errors import ShapeError
from ..run._given import as_argument
from ..transform import DEFAULT, KeyVariable, grad
from ..transform import jit as compiled
from ..transform._look import look
from ._forward import Forward
from ._loss import Loss
from ._several import Batch, on_device, one_after_another

# XLA computes convolutions on a CPU several times slower inside of a loop.
_SLOW_IN_LOOPS = "conv_general_dilated"


class BatchStep:
    """Runs the model, and from the loss changes what the optimiser trains; compiled once for each phase.

    Parameters
    ----------
    forward : Forward
        From inputs to outputs.
    loss : Loss
        Of outputs and targets.
    optimizer : Optimizer
    train_vars : dict of Variables
        What it trains.
    max_norm : float or None
        Of the gradients, all together.
    jit : bool
        Whether it is compiled.

    Attributes
    ----------
    jit : bool
    """

    def __init__(
        self, forward: Forward, loss: Loss, optimizer: optim.Optimizer, train_vars: Any, *, max_norm: float | None, jit: bool
    ):
        self.forward, self._loss, self._max_norm, self.jit = forward, loss, max_norm, jit
        self._optimizer, self._train_vars = optimizer, train_vars
        self._made: dict[tuple, Callable] = {}
        # By phase and kind of batch: whether it loops, what comes out, and how many batches the compiled loop has room for.
        self._loops: dict[tuple, bool] = {}
        self._results: dict[tuple, Any] = {}
        self._room: dict[tuple, int] = {}
        self._cells = [*forward.stepping.target.vars("relative").unique().values()]
        self._keys = [cell for cell in self._cells if isinstance(cell, KeyVariable)]
        self._batched = [cell for cell in self._cells if cell.batch_axis is not None]
        self._began = False

    def batch(self, x: Any, y: Any, where: str) -> Batch:
        """Inputs and targets of a user, looked at."""
        y = jax.tree_util.tree_map(lambda y: as_argument(y, f"{where}, targets", "Give numbers."), y)
        return Batch(where, self.forward.arguments(x, f"{where}, inputs"), y)

    def one(self, phase: str, reset: bool, batch: Batch) -> tuple[Any, dict[str, Any], Any]:
        """Loss, what is told beside it, and whether the gradients are finite; in phase ``'fit'`` with an update."""
        return self._run(phase, reset, batch.xs, batch.y, where=batch.where)

    def loops(self, phase: str, reset: bool, batch: Batch) -> bool:
        """Whether batches like this one can go through a compiled loop, and lose nothing by it."""
        # Without a reset a Variable may begin with another batch size than that of the data.
        if not self.jit or not reset:
            return False
        key = (phase, batch.kind)
        if key not in self._loops:
            self._loops[key] = batch.is_small and self._look(phase, batch)
        return self._loops[key]

    def _look(self, phase: str, batch: Batch) -> bool:
        self.forward.stepping.check_call(batch.xs, batch.where)
        with self._begun(batch.xs, phase, reset=True) as clock:
            seen = look(self._whole(phase, True), batch.xs, clock, batch.y)
        self._results[phase, batch.kind] = seen.result
        return not seen.resizes and not (jax.default_backend() == "cpu" and _SLOW_IN_LOOPS in seen.operations)

    def several(self, phase: str, like: Batch, rows: list[np.ndarray]) -> Callable[[int, int], tuple]:
        """The batches from one to another, in a compiled loop; rows of what :meth:`one` returns, one for each.

        They begin anew, and :meth:`loops` has been asked for one like them. ``rows`` are the leaves of all.
        """
        key = phase, like.kind
        # The program does for any number of batches that it has room for.
        room = self._room[key] = max(len(rows[0]), self._room.get(key, 0))
        data = on_device(like, rows, room)
        if ("several", *key) not in self._made:
            whole = functools.partial(one_after_another, self._whole(phase, True), self._results[key])
            self._made["several", *key] = compiled(whole)
        function = self._made["several", *key]

        def run(start: int, stop: int) -> tuple:
            with self._begun(like.xs, phase, reset=True) as clock:
                return function(np.int32(start), np.int32(stop), clock, data)

        return run

    def has_looped(self, phase: str, batch: Batch) -> bool:
        """Whether a loop over batches like this one has been compiled."""
        return (phase, batch.kind) in self._room

    def predict(self, reset: bool, x: Any, where: str) -> tuple:
        """What the model returns, and what the monitors read."""
        return jax.block_until_ready(self._run("predict", reset, self.forward.arguments(x, f"{where}(inputs=...)"), where=where))

    def _run(self, phase: str, reset: bool, xs: tuple, *y: Any, where: str) -> tuple:
        self.forward.stepping.check_call(xs, where)
        with self._begun(xs, phase, reset) as clock:
            return self._function(phase, reset)(xs, clock, *y)

    @contextmanager
    def _begun(self, xs: tuple, phase: str, reset: bool) -> Iterator[tuple]:
        """The clock of a batch; afterwards its time has passed."""
        if reset:
            self._prepare(xs, phase)
        # Tracing resets, too: the clock is read before and set after.
        clock = self.forward.clock(xs)
        passed = self.forward.stepping.passed
        try:
            yield clock
        except ShapeError as error:
            error.add_note(self.forward.reading(xs))
            raise
        self.forward.stepping.passed = passed

    def _function(self, phase: str, reset: bool) -> Callable:
        if (phase, reset) not in self._made:
            made = self._whole(phase, reset)
            self._made[phase, reset] = compiled(made) if self.jit else made
        return self._made[phase, reset]

    def _whole(self, phase: str, reset: bool) -> Callable:
        outputs = functools.partial(self._outputs, phase, reset)
        lost = functools.partial(self._lost, outputs)
        if phase == "fit":
            gradient = grad(lost, grad_vars=self._train_vars, has_aux=True, return_value=True)
            return functools.partial(self._updated, gradient)
        return outputs if phase == "predict" else functools.partial(self._tested, lost)

    def _outputs(self, phase: str, reset: bool, xs: tuple, clock: tuple) -> tuple:
        if reset:
            # Here, so that gradients reach trained initial states.
            self._reset(xs, phase)
        return self.forward.outputs(xs, clock)

    def _prepare(self, xs: tuple, phase: str) -> None:
        """Reset outside of compiled code, too, where the size of the batch changes: there it would be compiled twice."""
        size = self.forward.size(xs)
        if phase == "predict" or not self._began or any(cell.batch_size != size for cell in self._batched):
            # Random numbers are drawn where the reset counts.
            key = DEFAULT.cell.value
            self._reset(xs, phase)
            DEFAULT.cell.value = key
            self._began = True
        self.forward.stepping.passed = 0

    def _reset(self, xs: tuple, phase: str) -> None:
        # Random numbers that a reset takes back go on all the same: else all batches of a training would see the same noise.
        kept = [(cell, cell.value) for cell in self._keys if phase != "predict"]
        self.forward.stepping.reset(self.forward.size(xs))
        for cell, key in kept:
            cell.value = key

    def _lost(self, outputs: Callable, xs: tuple, clock: tuple, y: Any) -> tuple[Any, dict[str, Any]]:
        out, read = outputs(xs, clock)
        monitored = bool(self.forward.stepping.monitors)
        return self._loss((out, read) if monitored else out, y, monitored)

    def _tested(self, lost: Callable, *data: Any) -> tuple[Any, dict[str, Any], jax.Array]:
        return *lost(*data), jnp.array(True)

    def _updated(self, gradient: Callable, *data: Any) -> tuple[Any, dict[str, Any], Any]:
        slopes, loss, metrics = gradient(*data)
        leaves = jax.tree_util.tree_leaves(slopes)
        finite = jnp.stack([jnp.isfinite(slope).all() for slope in leaves]).all()
        if self._max_norm is not None:
            norm = jnp.sqrt(sum(jnp.sum(slope**2) for slope in leaves))
            scale = jnp.minimum(1.0, self._max_norm / jnp.maximum(norm, 1e-12))
            slopes = jax.tree_util.tree_map(lambda slope: slope * scale.astype(slope.dtype), slopes)
        self._optimizer.update(slopes)
        return loss, metrics, finite
