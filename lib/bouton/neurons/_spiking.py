"""Groups that spike: threshold, reset and refractory time."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from ..core import SimulationParameter
from ..dynamics._declare import parameter, state
from ..math import Mode, TrainingMode
from ..math._share import share
from ..transform import default_float
from ..transform._operators import plain
from ._membrane import MembraneGroup
from ._quantities import TIME

# Long before anything: no neuron begins refractory.
NEVER = -1e7


class SpikingGroup(MembraneGroup):
    """Base of groups that spike at the threshold ``V_th``: a subclass writes what a spike changes in ``_after_spike``.

    Parameters
    ----------
    size, keep_size, mode, name, method, noise, input_var, **initial
        As for the base.
    spike_fun : callable
        What makes spikes in a training mode: 1 where its argument is 0 or more, else 0, with a derivative that stands in.
    tau_ref : () or (num,), ms, optional
        Refractory time.
    ref_var : bool
        Whether there is a Variable ``refractory``.
    """

    # Whether a spike is a crossing of the threshold from below, of a potential that is not reset.
    _crosses: ClassVar[bool] = False

    spike_fun: Any

    def __init__(
        self,
        size: int | tuple[int, ...],
        keep_size: bool,
        mode: Mode | None,
        name: str | None,
        *,
        spike_fun: Callable,
        tau_ref: Any = None,
        ref_var: bool = False,
        **options: Any,
    ):
        super().__init__(size, keep_size, mode, name, **options)
        self.spike_fun = SimulationParameter(spike_fun)
        trained = isinstance(self.mode, TrainingMode)
        state(self, "spike", np.zeros(self.varshape, default_float() if trained else bool), self.varshape)
        parameter(self, "tau_ref", tau_ref, self.varshape, allow_none=True, **{**TIME, "strict": False, "scale": "linear"})
        if self.tau_ref is not None:
            state(self, "t_last_spike", NEVER, self.varshape, unit="ms")
        self._shows_refractory = bool(ref_var)
        if ref_var:
            state(self, "refractory", np.zeros(self.varshape, bool), self.varshape)

    def update(self, x: Any = None) -> jax.Array:
        """One step under the input ``x``.

        Returns
        -------
        (num,) or (batch, num) array
            Spikes: truth values; in a training mode floats with a derivative.
        """
        before = self._values()
        values = self._integrated(x)
        held = self._held()
        if held is not None:
            values = (jnp.where(held, before[0], values[0]), *values[1:])
        distance = self._distance(values)
        if isinstance(self.mode, TrainingMode):
            spike = self.spike_fun(distance)
            if self._crosses:
                spike = spike * (self._distance(before) < 0).astype(spike.dtype)
            did = jax.lax.stop_gradient(spike) > 0
        else:
            spike = distance >= 0
            if self._crosses:
                spike = spike & (self._distance(before) < 0)
            did = spike
        self._write(self._after_spike(values, spike.astype(distance.dtype), did))
        self.spike.value = spike
        if held is not None:
            self.t_last_spike.value = jnp.where(did, self._time(), self.t_last_spike.value)
            if self._shows_refractory:
                self.refractory.value = held | did
        return spike

    def _distance(self, values: tuple[jax.Array, ...]) -> jax.Array:
        """How far it is past the threshold: it spikes at 0 and above."""
        return values[0] - self.V_th

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        """The variables after a step in which those neurons spiked: ``spike`` has a derivative, ``did`` has none."""
        return values

    def _held(self) -> jax.Array | None:
        """Whether a neuron is refractory; ``None`` where none ever is."""
        if self.tau_ref is None:
            return None
        # A tenth of a step: otherwise the rounding of the time decides about the last step of the refractory time.
        return self._time() - self.t_last_spike.value <= self.tau_ref + 0.1 * share.dt

    def _time(self) -> jax.Array:
        return jnp.asarray(share.load("t", 0.0), self.t_last_spike.dtype)


def reset(value: jax.Array, did: jax.Array, to: Any) -> jax.Array:
    """``value``, and ``to`` where a neuron spiked: no gradient passes the spike."""
    return jnp.where(did, plain(to), value)
