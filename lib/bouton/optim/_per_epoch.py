"""Rates that follow the count of epochs."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import SimulationParameter
from ._numbers import as_count, as_float, cell, whole
from ._scheduler import Scheduler


class _PerEpoch(Scheduler):
    counts = "epochs"


class StepLR(_PerEpoch):
    r"""Times ``gamma`` every ``step_size`` epochs: :math:`lr\,\gamma^{\lfloor i / step\rfloor}`.

    Parameters
    ----------
    lr : float or Variable
    step_size : int
    gamma : float
    name : str, optional
    """

    def __init__(self, lr: Any, step_size: int, gamma: float = 0.1, name: str | None = None):
        super().__init__(lr, name)
        self.step_size = SimulationParameter(whole(step_size, "StepLR(step_size=...)"), bounds=(1, None))
        self.gamma = cell(gamma, "StepLR(gamma=...)", low=0.0)

    def rate(self, count: jax.Array) -> jax.Array:
        return as_float(self.lr) * as_float(self.gamma) ** as_float(count // as_count(self.step_size))


class MultiStepLR(_PerEpoch):
    r"""Times ``gamma`` at each milestone: :math:`lr\,\gamma^{n}` with the number :math:`n` of milestones at or before :math:`i`.

    Parameters
    ----------
    lr : float or Variable
    milestones : sequence of int
        Epochs, in any order; one given twice counts twice.
    gamma : float
    name : str, optional
    """

    def __init__(self, lr: Any, milestones: Sequence[int], gamma: float = 0.1, name: str | None = None):
        super().__init__(lr, name)
        epochs = [whole(m, "MultiStepLR(milestones=...)", low=0) for m in milestones]
        self.milestones = SimulationParameter(np.asarray(epochs, np.int32))
        self.gamma = cell(gamma, "MultiStepLR(gamma=...)", low=0.0)

    def rate(self, count: jax.Array) -> jax.Array:
        passed = jnp.sum(count[..., None] >= as_count(self.milestones), axis=-1)
        return as_float(self.lr) * as_float(self.gamma) ** as_float(passed)


class ExponentialLR(_PerEpoch):
    r"""Times ``gamma`` every epoch: :math:`lr\,\gamma^{i}`.

    Parameters
    ----------
    lr : float or Variable
    gamma : float
    name : str, optional
    """

    def __init__(self, lr: Any, gamma: float, name: str | None = None):
        super().__init__(lr, name)
        self.gamma = cell(gamma, "ExponentialLR(gamma=...)", low=0.0)

    def rate(self, count: jax.Array) -> jax.Array:
        return as_float(self.lr) * as_float(self.gamma) ** as_float(count)


def _cosine(high: Any, low: Any, part: jax.Array) -> jax.Array:
    high, low = as_float(high), as_float(low)
    return low + (high - low) * (1 + jnp.cos(jnp.pi * part)) / 2


class CosineAnnealingLR(_PerEpoch):
    r"""Half a cosine from ``lr`` to ``eta_min`` in ``T_max`` epochs, and then back up, with period ``2 * T_max``.

    :math:`\eta_{min} + (lr - \eta_{min})\,(1 + \cos(\pi i / T_{max})) / 2`, of Loshchilov and Hutter (2017), without restarts.

    Parameters
    ----------
    lr : float or Variable
    T_max : int
    eta_min : float
    name : str, optional
    """

    def __init__(self, lr: Any, T_max: int, eta_min: float = 0.0, name: str | None = None):
        super().__init__(lr, name)
        self.T_max = SimulationParameter(whole(T_max, "CosineAnnealingLR(T_max=...)"), bounds=(1, None))
        self.eta_min = cell(eta_min, "CosineAnnealingLR(eta_min=...)", low=0.0)

    def rate(self, count: jax.Array) -> jax.Array:
        # Of the rest in one period: a cosine of a great number is not exact.
        part = as_float(count % (2 * as_count(self.T_max))) / as_float(self.T_max)
        return _cosine(self.lr, self.eta_min, part)


class CosineAnnealingWarmRestarts(_PerEpoch):
    r"""Half a cosine from ``lr`` down to ``eta_min``, again and again, each ``T_mult`` times as long as the one before.

    :math:`\eta_{min} + (lr - \eta_{min})\,(1 + \cos(\pi j / T)) / 2`, where :math:`j` counts the epochs since the last
    restart and :math:`T` is the number from one to the next, ``T_0`` at first
    (Loshchilov and Hutter, 2017). At a restart the rate is ``lr``.

    Parameters
    ----------
    lr : float or Variable
    T_0, T_mult : int
        Fixed once the schedule is made.
    eta_min : float
    name : str, optional
    """

    def __init__(self, lr: Any, T_0: int, T_mult: int = 1, eta_min: float = 0.0, name: str | None = None):
        super().__init__(lr, name)
        first, factor = whole(T_0, f"{self.class_name}(T_0=...)"), whole(T_mult, f"{self.class_name}(T_mult=...)")
        self.eta_min = cell(eta_min, f"{self.class_name}(eta_min=...)", low=0.0)
        self._first, self._factor = first, factor

    def rate(self, count: jax.Array) -> jax.Array:
        if self._factor == 1:
            since, length = count % self._first, as_float(self._first)
        else:
            # A table of all that int32 can count; a logarithm would be off by one at some of them.
            starts = jnp.asarray(_starts(self._first, self._factor))
            turn = jnp.searchsorted(starts, count, side="right") - 1
            since, length = count - starts[turn], as_float(self._first) * as_float(self._factor) ** as_float(turn)
        return _cosine(self.lr, self.eta_min, as_float(since) / length)

    def __repr__(self) -> str:
        return super().__repr__().replace(", eta_min", f", T_0={self._first}, T_mult={self._factor}, eta_min", 1)


def _starts(first: int, factor: int) -> np.ndarray:
    starts, length = [0], first
    while starts[-1] + length < 2**31:
        starts.append(starts[-1] + length)
        length *= factor
    return np.asarray(starts, np.int32)
