"""One step of gradient descent on parameters of a model, as one compiled function."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ..core import Entry
from ..errors import KindError, ValueRefused
from ..transform import Purified, Variable, grad, purify
from ..transform._numbers import is_real
from ._read_outs import DistanceTo
from ._signals import Recorder

_TINY = 1e-30


class Coordinate:
    """Along what a parameter is moved: its logarithm where its control is logarithmic, else itself in units of its range.

    A step of the descent then means the same for all: so many per cent of the value, or of the range.

    Parameters
    ----------
    entry : Entry
        Of floats.
    """

    def __init__(self, entry: Entry):
        low, high = entry.bounds or (None, None)
        value = np.asarray(entry.value, np.float64)
        self.log = entry.scale == "log" and bool(np.all(value > 0))
        soft = entry.softbounds
        reach = float(np.max(np.abs(value), initial=0.0))
        self.span = 1.0 if self.log else float(soft[1] - soft[0]) if soft is not None else reach if reach > 0 else 1.0
        self.low, self.high = _ends(entry, low, high)

    def of(self, x: jax.Array) -> jax.Array:
        """The coordinate of a value."""
        return jnp.log(jnp.maximum(x, _TINY)) if self.log else x / self.span

    def back(self, u: jax.Array) -> jax.Array:
        """The value at a coordinate, inside the bounds."""
        return jnp.clip(jnp.exp(u) if self.log else u * self.span, self.low, self.high)

    def slope(self, slope: jax.Array, x: jax.Array) -> jax.Array:
        """From the derivative by the value that by the coordinate."""
        return slope * (jnp.maximum(x, _TINY) if self.log else self.span)


def _ends(entry: Entry, low: float | None, high: float | None) -> tuple[Any, Any]:
    """The bounds in the precision of the value; those that are refused themselves moved inwards."""
    dtype = np.dtype(entry.dtype) if np.dtype(entry.dtype).kind == "f" else np.dtype(np.float32)
    strict = entry._slot.wrapper.strict
    ends = [None if end is None else dtype.type(end) for end in (low, high)]
    if ends[0] is not None and (strict or ends[0] < (low if low is not None else 0.0)):
        ends[0] = np.nextafter(ends[0], dtype.type(np.inf))
    if ends[1] is not None and (strict or ends[1] > (high if high is not None else 0.0)):
        ends[1] = np.nextafter(ends[1], dtype.type(-np.inf))
    return ends[0], ends[1]


class FitStep:
    """Loss, derivatives and the next values, from given values of all cells.

    Parameters
    ----------
    recorder : Recorder
        Evolves the model.
    entries : sequence of Entry
        The parameters that are moved.
    distance : DistanceTo
        The loss.
    optimizer : optax.GradientTransformation
        Of coordinates.
    inputs : (T, Nin) array
        An example of what drives the model.
    dt : float, s
        Time step.

    Attributes
    ----------
    compilations : int
        How often it was traced.
    """

    def __init__(
        self,
        recorder: Recorder,
        entries: Sequence[Entry],
        distance: DistanceTo,
        optimizer: optax.GradientTransformation,
        inputs: np.ndarray,
        dt: float,
    ):
        self._recorder, self._distance, self._optimizer, self._dt = recorder, distance, optimizer, dt
        self._moved = {entry.path: cell for entry in entries if (cell := entry.cell) is not None}
        self._coordinates = {entry.path: Coordinate(entry) for entry in entries}
        self._example = np.zeros_like(inputs)
        self._pure: Purified | None = None
        self._compiled: Any = None
        self.compilations = 0

    def start(self) -> Any:
        """The optimiser before its first step."""
        here = {path: coordinate.of(self._moved[path].value) for path, coordinate in self._coordinates.items()}
        with jax.numpy_dtype_promotion("standard"):  # which optax relies on
            return self._optimizer.init(here)

    def prepare(self) -> None:
        """Trace the model, if that has not been done, or if a choice that is compiled in is another."""
        if self._pure is None or any(constant.version != version for constant, version in self._pure.constants.items()):
            self._pure = purify(self._differentiated, self._example)
            self._compiled = jax.jit(self._next)

    def __call__(self, start: Mapping[Variable, jax.Array], moments: Any, inputs: np.ndarray) -> tuple[dict, Any, float, float]:
        """The next values by path, the next state of the optimiser, the loss now, and the largest derivative by a coordinate.

        Parameters
        ----------
        start : mapping of Variable to array
            Of the cells that do not have their present values, the values.
        moments : pytree
            State of the optimiser.
        inputs : (T, Nin) array
            What drives the model.
        """
        assert self._pure is not None  # prepared before
        cells = [start.get(cell, cell.value) for cell in self._pure.cells]
        moved = {path: cell.value for path, cell in self._moved.items()}
        new, moments, loss, steepest = self._compiled(cells, moved, moments, inputs)
        return new, moments, float(loss), float(steepest)

    def _next(self, cells: list, moved: dict, moments: Any, inputs: jax.Array) -> tuple:
        self.compilations += 1
        assert self._pure is not None
        (slopes, loss), _ = self._pure.pure(cells, inputs)
        coordinates = self._coordinates
        slopes = {path: coordinates[path].slope(slopes[path], x) for path, x in moved.items()}
        here = {path: coordinates[path].of(x) for path, x in moved.items()}
        with jax.numpy_dtype_promotion("standard"):
            updates, moments = self._optimizer.update(slopes, moments, here)
            there: Any = optax.apply_updates(here, updates)
        new = {path: coordinates[path].back(u).astype(moved[path].dtype) for path, u in there.items()}
        steepest = jnp.max(jnp.stack([jnp.max(jnp.abs(slope)).astype(float) for slope in slopes.values()]))
        return new, moments, loss, steepest

    def _differentiated(self, inputs: Any) -> tuple:
        return grad(self._loss, grad_vars=self._moved, return_value=True)(inputs)

    def _loss(self, inputs: Any) -> jax.Array:
        path = self._distance.path
        rows = jnp.reshape(self._recorder.evolved(inputs, [path])[path][0], (len(self._example), -1))
        rows = rows if jnp.issubdtype(rows.dtype, jnp.floating) else rows.astype(float)
        return self._distance({path: rows}, self._dt)


def optimizer_of(rate: Any, optimizer: Any, where: str) -> optax.GradientTransformation:
    """What moves the coordinates: Rprop in steps of at most ``rate``, or what somebody gives.

    Raises
    ------
    ValueRefused, KindError
        For what is no rate, and no optimiser.
    """
    if optimizer is None:
        if not is_real(rate) or not 0 < float(rate) < 1:
            raise ValueRefused(
                where=f"{where}(rate=...)", expected="a number between 0 and 1", got=f"{rate!r}", fix="Write for instance 0.05."
            )
        # Slopes of one trace have no noise, and sizes that differ by orders of magnitude: their signs tell more.
        return optax.rprop(float(rate), max_step_size=float(rate))
    if not isinstance(optimizer, optax.GradientTransformation):
        raise KindError(
            where=f"{where}(optimizer=...)",
            expected="an optax.GradientTransformation",
            got=f"{type(optimizer).__name__}",
            fix="Write for instance optax.sgd(0.1).",
        )
    return optimizer
