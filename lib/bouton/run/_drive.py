"""What drives a live simulation, chunk by chunk."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from ..errors import ShapeError, ValueRefused


class Drive:
    """Inputs for any stretch of steps.

    Parameters
    ----------
    inputs : (T, Nin) or (T,) array, callable, number or None
        A series repeated for ever, ``f(first_step, steps) -> (steps, Nin)``, one number for every channel and step, or none.
    size_in : int
        Input channels of the model.

    Raises
    ------
    ShapeError, ValueRefused
        For a series that does not fit the model, or is empty.
    """

    def __init__(self, inputs: Any, size_in: int):
        self.size_in = size_in
        self._function: Callable | None = inputs if callable(inputs) else None
        series = np.zeros((1, size_in)) if inputs is None or callable(inputs) else np.asarray(inputs)
        if series.ndim == 0:
            series = np.full((1, size_in), series)
        if series.ndim == 3 and len(series) == 1:
            series = series[0]
        if series.ndim == 1:
            series = series[:, None]
        self._series = self._fitted(series)
        if not len(self._series):
            raise ValueRefused(
                where="LiveSimulation(inputs=...)",
                expected="a series of at least one step",
                got="an empty one",
                fix="Leave inputs out for a model without drive.",
            )

    def __call__(self, first: int, steps: int) -> np.ndarray:
        """Inputs ``(steps, Nin)`` from step ``first`` on, float32."""
        if self._function is None:
            return np.take(self._series, np.arange(first, first + steps), axis=0, mode="wrap")
        given = np.asarray(self._function(first, steps))
        series = self._fitted(np.full((steps, 1), given) if given.ndim == 0 else given)
        if len(series) != steps:
            raise ShapeError(
                where="LiveSimulation(inputs=...)",
                expected=f"{steps} steps from the input function",
                got=f"{len(series)}",
                fix="Return an array of shape (steps, channels).",
            )
        return series

    def _fitted(self, series: np.ndarray) -> np.ndarray:
        if series.ndim != 2 or series.shape[1] not in (1, self.size_in):
            raise ShapeError(
                where="LiveSimulation(inputs=...)",
                expected=f"shape (steps, {self.size_in})",
                got=f"{series.shape}",
                fix="Give one column for each input channel of the model, or one for all.",
            )
        dtype = jax.dtypes.canonicalize_dtype(float)
        return np.array(np.broadcast_to(series, (len(series), self.size_in)), dtype)
