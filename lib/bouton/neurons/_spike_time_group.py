"""Spikes at given times."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dynamics._declare import state
from ..errors import KindError, ShapeError, ValueRefused
from ..math import Mode, TrainingMode
from ..math._share import share
from ..transform import default_float
from ._group import NeuGroup

_NEVER = np.iinfo(np.int32).max


class SpikeTimeGroup(NeuGroup):
    """Neurons that spike at given times.

    A spike comes in the first step whose time, the one before the step, is not earlier than the spike's, to a
    thousandth of a step. ``update()`` returns the spikes of the step: truth values, or floats in a training mode.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    times : (spikes,) sequence, ms
        When they spike, in any order.
    indices : (spikes,) sequence of int
        Which of the neurons it is, counted from 0 along the row.
    need_sort : bool
        Of no effect: times may be in any order.
    keep_size : bool
        Whether states keep the shape of the sheet.
    mode : Mode, optional
        Default: that of the environment. Trials of a batch have the same spikes.
    name : str, optional
        Unique among live objects.

    State
    -----
    spike : (*batch, num)
        Spikes of the last step.

    Raises
    ------
    KindError
        For times that are no numbers, or indices that are no whole numbers.
    ShapeError
        Unless there are as many times as indices.
    ValueRefused
        For an index of no neuron, or a time that is not finite.

    Notes
    -----
    Times are constants of compiled code. A step is as much work as the most spikes that fall into one step. The time is the
    shared ``t``: where nobody shares it, it is 0 in every step.
    """

    def __init__(
        self,
        size: int | tuple[int, ...],
        times: Any,
        indices: Any,
        need_sort: bool = True,
        keep_size: bool = False,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(size, keep_size, name, mode)
        when, which = _array(times, "biuf", "times"), _array(indices, "iu", "indices")
        if when.shape != which.shape:
            raise ShapeError(
                where="SpikeTimeGroup(times, indices)",
                expected="as many times as indices",
                got=f"{when.size} and {which.size}",
                fix="Give the time and the neuron of each spike.",
            )
        if which.size and not 0 <= which.min() <= which.max() < self.num:
            raise ValueRefused(
                where="SpikeTimeGroup(indices=...)",
                expected=f"neurons from 0 to {self.num - 1}",
                got=f"{which.min()} to {which.max()}",
                fix="Count neurons from 0, or make the group larger.",
            )
        if not np.isfinite(when).all():
            raise ValueRefused(
                where="SpikeTimeGroup(times=...)", expected="finite times", got=f"{when}", fix="Leave out spikes that never come."
            )
        order = np.argsort(when, kind="stable")
        self._times, self._indices = when[order], which[order]
        state(self, "spike", np.zeros(self.varshape, self._dtype()), self.varshape)

    @property
    def times(self) -> np.ndarray:
        """When they spike, in order; ms."""
        return self._times.copy()

    @property
    def indices(self) -> np.ndarray:
        """Which neuron each of ``times`` is of."""
        return self._indices.copy()

    def update(self, x: Any = None) -> jax.Array:
        """The spikes of this step."""
        dt = share.dt
        # Less a little, lest a time that is a step's own falls into the next one by rounding.
        steps = np.clip(np.ceil(self._times / dt - 1e-3), -_NEVER, _NEVER - 1).astype(np.int32)
        most = int(np.unique(steps, return_counts=True)[1].max(initial=0))
        row = jnp.zeros(self.num, self._dtype())
        if most:
            now = _number_of_step(dt)
            first = jnp.searchsorted(jnp.asarray(steps), now)
            nobody, never = np.full(most, self.num, np.int32), np.full(most, _NEVER, np.int32)
            there = jax.lax.dynamic_slice(jnp.asarray(np.concatenate([steps, never])), (first,), (most,)) == now
            who = jax.lax.dynamic_slice(jnp.asarray(np.concatenate([self._indices, nobody])), (first,), (most,))
            row = row.at[jnp.where(there, who, self.num)].set(jnp.ones((), row.dtype), mode="drop")
        self.spike.value = jnp.broadcast_to(row.reshape(self.varshape), self.spike.shape)
        return self.spike.value

    def _dtype(self) -> Any:
        return default_float() if isinstance(self.mode, TrainingMode) else np.bool_


def _number_of_step(dt: float) -> jax.Array:
    """The number of the step at the shared time, also where a time in single precision no longer tells them apart."""
    counted = jnp.asarray(share.load("i", 0), np.int32)
    real = default_float()
    apart = jnp.asarray(share.load("t", 0.0), real) - counted.astype(real) * real.type(dt)
    return counted + jnp.round(apart / dt).astype(np.int32)


def _array(given: Any, kinds: str, name: str) -> np.ndarray:
    array = np.asarray(given)
    if array.size == 0:
        array = array.astype(float if "f" in kinds else int)
    if array.ndim != 1 or array.dtype.kind not in kinds:
        raise KindError(
            where=f"SpikeTimeGroup({name}=...)",
            expected="a row of numbers" if "f" in kinds else "a row of whole numbers",
            got=f"an array of {array.dtype} with {array.ndim} axes",
            fix="Give one for each spike.",
        )
    return array.astype(np.float64 if "f" in kinds else np.int32)
