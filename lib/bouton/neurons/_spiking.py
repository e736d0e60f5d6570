"""Groups that spike: threshold, reset and refractory time."""

import functools
from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.custom_derivatives import SymbolicZero

from ..core import SimulationParameter
from ..dynamics._declare import parameter, state
from ..errors import KindError, RunningError, ValueRefused
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
        if not callable(spike_fun):
            raise KindError(
                where=f"{type(self).__name__}(spike_fun=...)",
                expected="a function of the distance from the threshold",
                got=f"{spike_fun!r}",
                fix="Pass for instance bm.surrogate.inv_square_grad.",
            )
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
        # Potentials may lie above the threshold in refractory time, by synapses that make them jump.
        may = self._distance(before) < 0 if self._crosses else None if held is None else ~held
        if isinstance(self.mode, TrainingMode):
            self._refuse_spikes_without_derivative()
            spike = self.spike_fun(distance)
            spike = spike if may is None else spike * may.astype(spike.dtype)
            did = jax.lax.stop_gradient(spike)
        else:
            spike = distance >= 0
            spike = did = spike if may is None else spike & may
        self._write(self._after_spike(values, spike.astype(distance.dtype), did))
        self.spike.value = spike
        if held is not None:
            whole = did >= 0.5 if did.dtype != bool else did
            self.t_last_spike.value = jnp.where(whole, self._time(), self.t_last_spike.value)
            if self._shows_refractory:
                self.refractory.value = held | whole
        return spike

    def _distance(self, values: tuple[jax.Array, ...]) -> jax.Array:
        """How far it is past the threshold: it spikes at 0 and above."""
        return values[0] - self.V_th

    def _after_spike(self, values: tuple[jax.Array, ...], spike: jax.Array, did: jax.Array) -> tuple[jax.Array, ...]:
        """The variables after a step with these spikes: ``spike``, of floats, has a derivative, ``did`` has none."""
        return values

    def _refuse_spikes_without_derivative(self) -> None:
        if self.spike.dtype == bool:
            raise RunningError(
                where=f"{type(self).__name__}(x)",
                expected="a group that was made in a training mode",
                got=f"one with spikes that are truth values, in {self.mode}",
                fix="Pass mode=bm.training_mode when the group is made.",
            )

    def _refuse_reset_above(self, after: str, threshold: str) -> None:
        """Refuse parameters of these names with which a neuron would go on spiking in every step."""
        low, high = (plain(getattr(self, name)) for name in (after, threshold))
        if isinstance(low, Tracer) or isinstance(high, Tracer):
            return
        low, high = np.broadcast_arrays(np.asarray(low), np.asarray(high))
        if (wrong := low >= high).any():
            raise ValueRefused(
                where=f"{type(self).__name__}({after}=...)",
                expected=f"less than {threshold}, {high[wrong][0]} mV",
                got=f"{low[wrong][0]} mV",
                fix=f"Give {after} as well as {threshold}: from there a neuron would spike in every step.",
            )

    def _held(self) -> jax.Array | None:
        """Whether a neuron is refractory; ``None`` where none ever is."""
        if self.tau_ref is None:
            return None
        self._refuse_late("tau_ref")
        if "t" not in share:
            # It is always 0 then: the past moves away instead.
            self.t_last_spike.value = self.t_last_spike.value - share.dt
        since = self._time() - self.t_last_spike.value
        # A tenth of a step: otherwise the rounding of the time decides about the last step of the refractory time. A spike that
        # is still to come is one of a run with another beginning.
        return (since >= 0) & (since <= self.tau_ref + 0.1 * share.dt)

    def _time(self) -> jax.Array:
        return jnp.asarray(share.load("t", 0.0), self.t_last_spike.dtype)


def reset(value: jax.Array, did: jax.Array, to: Any) -> jax.Array:
    """``value``, and ``to`` where a neuron spiked: no gradient passes the spike. Half a spike goes half of the way."""
    to = plain(to)
    if did.dtype == bool:
        return jnp.where(did, to, value)
    return _part_of_the_way(value, did, jnp.asarray(to))


@jax.custom_jvp
def _part_of_the_way(value: jax.Array, did: jax.Array, to: jax.Array) -> jax.Array:
    """A whole spike leads to ``to`` itself, without the rounding of a sum."""
    return jnp.where(did == 1, to, value + (to - value) * did)


def _way_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    (value, did, to), (value_dot, _, to_dot) = primals, tangents
    out = _part_of_the_way(value, did, to)
    change = jnp.zeros_like(out)
    if not isinstance(value_dot, SymbolicZero):
        change = change + _what_stays(did, value_dot)
    if not isinstance(to_dot, SymbolicZero):
        change = change + did * to_dot
    return out, change


_part_of_the_way.defjvp(_way_jvp, symbolic_zeros=True)


@functools.partial(jax.checkpoint, prevent_cse=False)
def _what_stays(did: jax.Array, change: jax.Array) -> jax.Array:
    """Of a change before the spike. Of a series only ``did`` is kept for the gradient, instead of the choice and the factor."""
    return jnp.where(did == 1, 0, (1 - did) * change)
