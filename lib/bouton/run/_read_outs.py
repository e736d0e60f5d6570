"""What a stretch of a live simulation comes to: one number, of which derivatives are taken."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ShapeError, ValueRefused
from ..transform._numbers import is_real


class ReadOut(ABC):
    """One number of a stretch of a signal.

    Parameters
    ----------
    path : str
        Of the signal, as in a record: ``'hidden.spikes'``, ``'output'``.
    units : int or sequence of int, optional
        Of which units; all unless given.
    """

    def __init__(self, path: str, units: Any = None):
        self.path = path
        self.units = None if units is None else np.atleast_1d(np.asarray(units))
        if self.units is not None and (self.units.ndim > 1 or self.units.dtype.kind not in "iu"):
            raise KindError(
                where=f"{type(self).__name__}(units=...)", expected="numbers of units", got=f"{units!r:.60}", fix="Write [0, 1]."
            )

    def __call__(self, signals: Mapping[str, jax.Array], dt: float) -> jax.Array:
        """The number, of signals (T, units) in steps of ``dt`` seconds."""
        rows = signals[self.path]
        return self.of(rows if self.units is None else rows[:, self.units], dt)

    @abstractmethod
    def of(self, rows: jax.Array, dt: float) -> jax.Array:
        """The number, of the chosen units (T, units)."""

    def check(self, shape: tuple[int, int]) -> None:
        """Refuse a signal (T, units) that it cannot be read from."""
        outside = [] if self.units is None else self.units[(self.units < 0) | (self.units >= shape[1])].tolist()
        if outside:
            raise ValueRefused(
                where=f"{type(self).__name__}({self.path!r}, units=...)",
                expected=f"units from 0 to {shape[1] - 1}",
                got=f"{outside[0]}",
                fix="Leave units out for all of them.",
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"


class MeanOf(ReadOut):
    """Mean of a signal over time and units."""

    def of(self, rows: jax.Array, dt: float) -> jax.Array:
        """The mean."""
        return jnp.mean(rows)


class RateOf(ReadOut):
    """Events of a unit in a second, Hz, averaged over units."""

    def of(self, rows: jax.Array, dt: float) -> jax.Array:
        """The rate."""
        return jnp.mean(rows) / dt


class DistanceTo(ReadOut):
    r"""Mean squared distance of a signal to a target.

    Parameters
    ----------
    path : str
        Of the signal.
    target : number, (T,) or (T, units) array
        What the signal should be from the present step on; one column is for all units.
    units : int or sequence of int, optional
        Of which units; all unless given.
    smooth : float, s, optional
        Time constant :math:`\tau` of a low pass, :math:`y_k = y_{k-1} + (1 - e^{-dt/\tau}) (x_k - y_{k-1})` from 0 on, through
        which signal and target go before they are compared. Two spikes then are the closer the less time is between them,
        whereas those of different steps are all equally wrong without it.

    References
    ----------
    .. [1] van Rossum, A novel spike distance, *Neural Computation* 13, 2001.
    """

    def __init__(self, path: str, target: Any, units: Any = None, smooth: float | None = None):
        super().__init__(path, units)
        if smooth is not None and (not is_real(smooth) or not 0 < float(smooth) < math.inf):
            raise ValueRefused(
                where=f"DistanceTo({path!r}, smooth=...)",
                expected="seconds above 0, or None",
                got=f"{smooth!r}",
                fix="Write for instance 0.02.",
            )
        self.smooth = None if smooth is None else float(smooth)
        self.target = np.asarray(target)
        if self.target.dtype.kind not in "iuf" or self.target.ndim > 2 or not np.all(np.isfinite(self.target)):
            raise KindError(
                where=f"DistanceTo({path!r}, target=...)",
                expected="finite numbers (T,) or (T, units)",
                got=f"{type(target).__name__} of dtype {self.target.dtype} and shape {self.target.shape}",
                fix="Give an array with a value for each step.",
            )
        if self.target.ndim == 1:
            self.target = self.target[:, None]

    def of(self, rows: jax.Array, dt: float) -> jax.Array:
        """The distance."""
        apart = rows - jnp.asarray(self.target, rows.dtype)
        # The filter is linear: that of the difference is the difference of both.
        return jnp.mean((apart if self.smooth is None else _low_passed(apart, dt / self.smooth)) ** 2)

    def check(self, shape: tuple[int, int]) -> None:
        """Refuse a signal of another shape than the target."""
        super().check(shape)
        chosen = (shape[0], shape[1] if self.units is None else len(self.units))
        if self.target.ndim and (len(self.target) != chosen[0] or self.target.shape[1] not in (1, chosen[1])):
            raise ShapeError(
                where=f"DistanceTo({self.path!r}, target=...)",
                expected=f"shape {chosen}, or {(chosen[0], 1)} for all units",
                got=f"{self.target.shape}",
                fix=f"Ask for steps={len(self.target)}, or give as many values as there are steps.",
            )


def _low_passed(rows: jax.Array, steps: float) -> jax.Array:
    """Rows (T, units) through a low pass of which a step takes so many time constants."""
    gain = -math.expm1(-steps)

    def step(y: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        y = y + jnp.asarray(gain, x.dtype) * (x - y)
        return y, y

    return jax.lax.scan(step, jnp.zeros_like(rows[0]), rows)[1]
