"""From the inputs of a batch to what a model makes of them."""

from typing import Any, Protocol

import jax
import numpy as np

from ..dynamics._series import time_first
from ..run._given import as_argument, over_time
from ..run._stepping import Stepping
from ..transform import Variable


class Forward(Protocol):
    """How a batch goes through a model.

    Attributes
    ----------
    stepping : Stepping
    trials : int or None
        Axis of the trials in the data of the user, where there are trials.
    """

    stepping: Stepping
    trials: int | None

    def arguments(self, x: Any, where: str) -> tuple:
        """What the model is called with; a tuple is spread."""
        ...

    def size(self, xs: tuple) -> int | None:
        """Trials, where the model has a batch."""
        ...

    def clock(self, xs: tuple) -> tuple:
        """Time before each step and its number, where there is a time; it goes on by them."""
        ...

    def outputs(self, xs: tuple, clock: tuple) -> tuple:
        """What the model returns, and what the monitors read, as users see them."""
        ...

    def reading(self, xs: tuple) -> str:
        """A sentence on how the inputs are read, for a message."""
        ...


class ThroughTime:
    """Batches (B, T, ...), or (T, B, ...), step by step; without a batch (T, ...)."""

    def __init__(self, stepping: Stepping):
        self.stepping = stepping
        self.trials = (0 if stepping.batch_first else 1) if stepping.batched else None

    def arguments(self, x: Any, where: str) -> tuple:
        return over_time(x, self.stepping.batch_first, where)[0]

    def size(self, xs: tuple) -> int | None:
        return self.stepping.batch_size(xs, axis=self.trials or 0)

    def clock(self, xs: tuple) -> tuple[np.ndarray, np.ndarray]:
        start, length = self.stepping.passed, jax.tree_util.tree_leaves(xs)[0].shape[int(self.stepping.batch_first)]
        self.stepping.passed = start + length
        return self.stepping.clock(start, length)

    def outputs(self, xs: tuple, clock: tuple) -> tuple:
        # Here, inside of compiled code: of arrays on a device it would be a copy for each batch.
        xs = time_first(xs, self.stepping.batch_first)
        times, steps = clock
        return self.stepping.laid_back(self.stepping.piece(times, steps, (), xs))

    def reading(self, xs: tuple) -> str:
        shape = jax.tree_util.tree_leaves(time_first(xs, self.stepping.batch_first))[0].shape
        if self.trials is None:
            return f"Inputs are read as (T, ...): {shape[0]} steps, in each of them shape {shape[1:]}."
        axes = "(B, T, ...)" if self.stepping.batch_first else "(T, B, ...)"
        trials = f"{shape[1]} trials" if len(shape) > 1 else "no trials"
        return f"Inputs are read as {axes}: {shape[0]} steps, in each of them {trials} of shape {shape[2:]}. BPFF takes (B, ...)."


class AtOnce:
    """Batches (B, ...), in one step."""

    def __init__(self, stepping: Stepping):
        self.stepping = stepping
        self.trials: int | None = 0

    def arguments(self, x: Any, where: str) -> tuple:
        args, fix = x if isinstance(x, tuple) else (x,), "Give an array (B, ...)."
        return jax.tree_util.tree_map(lambda x: as_argument(x, where, fix), args, is_leaf=lambda x: isinstance(x, Variable))

    def size(self, xs: tuple) -> int | None:
        return self.stepping.batch_size(xs, axis=0)

    def clock(self, xs: tuple) -> tuple:
        return ()

    def outputs(self, xs: tuple, clock: tuple) -> tuple:
        return self.stepping.read_step(0.0, 0, (), xs)

    def reading(self, xs: tuple) -> str:
        shape = jax.tree_util.tree_leaves(xs)[0].shape
        return f"Inputs are read as (B, ...): {shape[0]} trials of shape {shape[1:]}. BPTT takes (B, T, ...)."
