"""What is done with one batch."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from .. import optim
from ..errors import ShapeError
from ..transform import DEFAULT, KeyVariable, grad
from ..transform import jit as compiled
from ._forward import Forward
from ._loss import Loss


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
    """

    def __init__(
        self, forward: Forward, loss: Loss, optimizer: optim.Optimizer, train_vars: Any, *, max_norm: float | None, jit: bool
    ):
        self.forward, self._loss, self._max_norm, self._jit = forward, loss, max_norm, jit
        self._optimizer, self._train_vars = optimizer, train_vars
        self._made: dict[tuple[str, bool], Callable] = {}
        self._cells = [*forward.stepping.target.vars("relative").unique().values()]
        self._keys = [cell for cell in self._cells if isinstance(cell, KeyVariable)]
        self._began = False

    def __call__(self, phase: str, reset: bool, x: Any, y: Any, where: str) -> tuple[Any, dict[str, Any], Any]:
        """Loss, what is told beside it, and whether the gradients are finite; in phase ``'fit'`` with an update."""
        return self._run(phase, reset, self.forward.arguments(x, f"{where}, inputs"), y, where=where)

    def predict(self, reset: bool, x: Any, where: str) -> tuple:
        """What the model returns, and what the monitors read."""
        return jax.block_until_ready(self._run("predict", reset, self.forward.arguments(x, f"{where}(inputs=...)"), where=where))

    def _run(self, phase: str, reset: bool, xs: tuple, *y: Any, where: str) -> tuple:
        self.forward.stepping.check_call(xs, where)
        if reset:
            self._prepare(xs, phase)
        # Tracing resets, too: the clock is read before and set after.
        clock = self.forward.clock(xs)
        passed = self.forward.stepping.passed
        try:
            found = self._function(phase, reset)(xs, clock, *y)
        except ShapeError as error:
            error.add_note(self.forward.reading(xs))
            raise
        self.forward.stepping.passed = passed
        return found

    def _function(self, phase: str, reset: bool) -> Callable:
        if (phase, reset) not in self._made:
            outputs = functools.partial(self._outputs, phase, reset)
            lost = functools.partial(self._lost, outputs)
            made: Callable = {"predict": outputs, "test": functools.partial(self._tested, lost)}.get(phase, lost)
            if phase == "fit":
                gradient = grad(lost, grad_vars=self._train_vars, has_aux=True, return_value=True)
                made = functools.partial(self._updated, gradient)
            self._made[phase, reset] = compiled(made) if self._jit else made
        return self._made[phase, reset]

    def _outputs(self, phase: str, reset: bool, xs: tuple, clock: tuple) -> tuple:
        if reset:
            # Here, so that gradients reach trained initial states.
            self._reset(xs, phase)
        return self.forward.outputs(xs, clock)

    def _prepare(self, xs: tuple, phase: str) -> None:
        """Reset outside of compiled code, too, where the size of the batch changes: there it would be compiled twice."""
        size = self.forward.size(xs)
        if phase == "predict" or not self._began or any(cell.batch_size not in (None, size) for cell in self._cells):
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
        return self._loss((out, read) if self.forward.stepping.monitors else out, y)

    def _tested(self, lost: Callable, *data: Any) -> tuple[Any, dict[str, Any], bool]:
        return *lost(*data), True

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
