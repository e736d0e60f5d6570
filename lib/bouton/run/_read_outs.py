"""What a stretch of a live simulation comes to: one number, of which derivatives are taken."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ShapeError, ValueRefused


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
    """Mean squared distance of a signal to a target.

    Parameters
    ----------
    path : str
        Of the signal.
    target : number, (T,) or (T, units) array
        What the signal should be from the present step on; one column is for all units.
    units : int or sequence of int, optional
        Of which units; all unless given.
    """

    def __init__(self, path: str, target: Any, units: Any = None):
        super().__init__(path, units)
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
        return jnp.mean((rows - jnp.asarray(self.target, rows.dtype)) ** 2)

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
