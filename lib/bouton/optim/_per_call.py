"""Rates that follow the count of updates."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import SimulationParameter
from ..errors import ShapeError, ValueRefused
from ._numbers import as_count, as_float, cell, number, whole
from ._scheduler import Scheduler


class _OverSteps(Scheduler):
    def __init__(self, lr: Any, decay_steps: int, name: str | None):
        super().__init__(lr, name)
        self.decay_steps = SimulationParameter(whole(decay_steps, f"{self.class_name}(decay_steps=...)"), bounds=(1, None))

    def _part(self, count: jax.Array) -> jax.Array:
        return as_float(count) / as_float(self.decay_steps)


class ExponentialDecay(_OverSteps):
    r"""Times ``decay_rate`` over ``decay_steps`` updates, smoothly: :math:`lr\,rate^{\,i / steps}`.

    Parameters
    ----------
    lr : float or Variable
    decay_steps : int
    decay_rate : float
    name : str, optional
    """

    def __init__(self, lr: Any, decay_steps: int, decay_rate: float, name: str | None = None):
        super().__init__(lr, decay_steps, name)
        self.decay_rate = cell(decay_rate, "ExponentialDecay(decay_rate=...)", low=0.0)

    def rate(self, count: jax.Array) -> jax.Array:
        return as_float(self.lr) * as_float(self.decay_rate) ** self._part(count)


class InverseTimeDecay(_OverSteps):
    r"""Slower and slower: :math:`lr / (1 + rate\,i / steps)`.

    Parameters
    ----------
    lr : float or Variable
    decay_steps : int
    decay_rate : float
    staircase : bool
        Change once every ``decay_steps`` updates: :math:`\lfloor i / steps\rfloor` in place of :math:`i / steps`.
    name : str, optional
    """

    def __init__(self, lr: Any, decay_steps: int, decay_rate: float, staircase: bool = False, name: str | None = None):
        super().__init__(lr, decay_steps, name)
        self.decay_rate = cell(decay_rate, "InverseTimeDecay(decay_rate=...)", low=0.0)
        self._staircase = bool(staircase)

    def rate(self, count: jax.Array) -> jax.Array:
        part = as_float(count // as_count(self.decay_steps)) if self._staircase else self._part(count)
        return as_float(self.lr) / (1 + as_float(self.decay_rate) * part)


class PolynomialDecay(_OverSteps):
    r"""From ``lr`` to ``final_lr`` in ``decay_steps`` updates, and then constant.

    :math:`final + (lr - final)\,(1 - \min(i, steps) / steps)^{power}`

    Parameters
    ----------
    lr : float or Variable
    decay_steps : int
    final_lr : float
    power : float
        1 for a straight line.
    name : str, optional
    """

    def __init__(self, lr: Any, decay_steps: int, final_lr: float, power: float = 1.0, name: str | None = None):
        super().__init__(lr, decay_steps, name)
        self.final_lr = cell(final_lr, "PolynomialDecay(final_lr=...)", low=0.0)
        self.power = cell(power, "PolynomialDecay(power=...)", low=0.0)

    def rate(self, count: jax.Array) -> jax.Array:
        final = as_float(self.final_lr)
        # Of whole numbers: what is left is 0 at the end, and not a little less, of which no root is a number.
        steps = as_count(self.decay_steps)
        left = as_float(steps - jnp.minimum(count, steps)) / as_float(steps)
        return final + (as_float(self.lr) - final) * left ** as_float(self.power)


class PiecewiseConstant(Scheduler):
    """One value after the other: ``values[n]`` with the number ``n`` of boundaries below the count.

    At a boundary itself the value before it still holds. There is no ``lr`` beside the values.

    Parameters
    ----------
    boundaries : sequence of int
        Counts of updates, rising.
    values : sequence of float
        One more than boundaries.
    name : str, optional

    Raises
    ------
    ValueRefused
        When the boundaries do not rise.
    ShapeError
        When there is not one value more than boundaries.
    """

    def __init__(self, boundaries: Sequence[int], values: Sequence[float], name: str | None = None):
        where = "PiecewiseConstant"
        known = [number(x, f"{where}(values=...)") for x in values]
        steps = [whole(b, f"{where}(boundaries=...)", low=0) for b in boundaries]
        if sorted(set(steps)) != steps:
            raise ValueRefused(
                where=f"{where}(boundaries=...)",
                expected="counts that rise",
                got=f"{steps}",
                fix="Put them in order, and the values with them.",
            )
        if len(known) != len(steps) + 1:
            raise ShapeError(
                where=where,
                expected=f"{len(steps) + 1} values for {len(steps)} boundaries",
                got=f"{len(known)}",
                fix="Give one value for each stretch between boundaries, the first and the last included.",
            )
        super().__init__(name=name)
        self.boundaries = SimulationParameter(np.asarray(steps, np.int32))
        self.values = SimulationParameter(np.asarray(known), bounds=(0.0, None))

    def rate(self, count: jax.Array) -> jax.Array:
        passed = jnp.sum(count[..., None] > as_count(self.boundaries), axis=-1)
        return as_float(self.values)[passed]
