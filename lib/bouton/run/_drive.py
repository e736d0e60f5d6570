"""What drives a live simulation, chunk by chunk."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from ..errors import KindError, ShapeError, ValueRefused
from ..modules import TSContinuous, TSEvent

WHERE = "LiveSimulation(inputs=...)"


class Drive:
    """Inputs for any stretch of steps.

    Parameters
    ----------
    inputs : (T, Nin) or (T,) array, callable, number or None
        A series repeated for ever, ``f(first_step, steps) -> (steps, Nin)``, one number for every channel and step, or none.
        One column is for all channels.
    size_in : int
        Input channels of the model.

    Attributes
    ----------
    level : float or None
        What every channel gets in every step; None where that is not one number, or comes from a function.

    Raises
    ------
    KindError, ShapeError, ValueRefused
        For what holds no real numbers, a series that does not fit the model, and an empty one.
    """

    def __init__(self, inputs: Any, size_in: int):
        self.size_in = size_in
        self._function: Callable | None = None
        self._series = np.zeros((1, size_in), np.float32)
        self.level: float | None = None
        if isinstance(inputs, TSContinuous | TSEvent):
            raise KindError(
                where=WHERE,
                expected="an array, a function of (first_step, steps), or a number",
                got=f"a time series, {type(inputs).__name__}",
                fix="Pass its values at the steps: series.raster(dt) of events, series(times) of a continuous one.",
            )
        if callable(inputs):
            self._function = inputs
            return
        series = _numbers(0.0 if inputs is None else inputs)
        if series.ndim == 3 and len(series) == 1:
            series = series[0]
        if series.ndim == 1 and len(series) == size_in > 1:
            raise ShapeError(
                where=WHERE,
                expected=f"shape (steps, {size_in})",
                got=f"{series.shape}: as many steps as there are channels, or one for each channel",
                fix="Write x[None] for one number for each channel, x[:, None] for a series that all channels get.",
            )
        self._series = self._checked(series, 1 if series.ndim == 0 else len(series))
        if not len(self._series):
            raise ValueRefused(
                where=WHERE,
                expected="a series of at least one step",
                got="an empty one",
                fix="Leave inputs out for a model without drive.",
            )
        first = self._series[0, 0]
        self.level = float(first) if np.isfinite(first) and (self._series == first).all() else None

    def __call__(self, first: int, steps: int) -> np.ndarray:
        """Inputs ``(steps, Nin)`` from step ``first`` on, as floats of JAX's default width."""
        if self._function is None:
            # Not mode="wrap": that subtracts the length until the index fits, so it takes longer the longer a simulation runs.
            rows = np.take(self._series, np.arange(first, first + steps) % len(self._series), axis=0)
            return rows if rows.shape[1] == self.size_in else np.repeat(rows, self.size_in, axis=1)
        given = self._fitted(_numbers(self._function(first, steps)), steps)
        if len(given) != steps:
            raise ShapeError(
                where=WHERE,
                expected=f"{steps} steps from the input function",
                got=f"{len(given)}",
                fix="Return an array of shape (steps, channels).",
            )
        return given

    @property
    def repeats(self) -> bool:
        """Whether steps that lie behind can be asked for again: a function may not expect it."""
        return self._function is None

    def anew(self, step: int) -> "Drive":
        """The drive after a jump of the simulation to another step."""
        return self

    def refuse_other_size(self, size_in: int) -> None:
        """Refuse to drive a model of another size."""
        if self.size_in != size_in:
            raise ShapeError(
                where=WHERE,
                expected=f"inputs for {size_in} channels",
                got=f"the inputs of a simulation with {self.size_in}",
                fix="Give the series or the function itself.",
            )

    @property
    def known_from(self) -> int:
        """The first step of which it can be told what was given."""
        return 0

    def _fitted(self, series: np.ndarray, steps: int) -> np.ndarray:
        """``series`` in full width; a number is for each of ``steps``."""
        series = self._checked(series, steps)
        return np.array(np.broadcast_to(series, (len(series), self.size_in)))

    def _checked(self, series: np.ndarray, steps: int) -> np.ndarray:
        """``series`` as a copy (steps, channels), with one column where that is for all."""
        if series.ndim == 0:
            series = np.broadcast_to(series, (steps, 1))
        if series.ndim == 1:
            series = series[:, None]
        if series.ndim != 2 or series.shape[1] not in (1, self.size_in):
            raise ShapeError(
                where=WHERE,
                expected=f"shape (steps, {self.size_in})",
                got=f"{series.shape}",
                fix="Give one column for each input channel of the model, or one for all.",
            )
        dtype = jax.dtypes.canonicalize_dtype(float)
        return np.array(series, dtype)


def _numbers(values: Any) -> np.ndarray:
    try:
        array = np.asarray(values)
    except ValueError:
        # Rows of different lengths.
        array = np.asarray(None)
    if array.dtype.kind in "biuf":
        return array
    raise KindError(
        where=WHERE,
        expected="real numbers in rows of one length",
        got=f"{type(values).__name__}" + (f" of dtype {array.dtype}" if array.dtype.kind != "O" else ""),
        fix="Give an array (steps, channels), a number, or a function of (first_step, steps) that returns one of these.",
    )
