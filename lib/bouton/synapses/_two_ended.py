"""What joins two groups of neurons: spikes that arrive, weights, and an output."""

from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..core import SimulationParameter
from ..dynamics import DynamicalSystemNS
from ..dynamics._declare import weight
from ..dynamics._integrate import step
from ..dynamics._system import Turn
from ..errors import KindError, ShapeError, ValueRefused
from ..init import variable
from ..math import BatchingMode, LengthDelay, Mode, TrainingMode
from ..neurons import NeuGroup
from ..synouts import CUBA, Part, SynOut
from ..transform import Variable, default_float
from ._wiring import Wiring


class TwoEndConn(DynamicalSystemNS):
    """Base of synapses: a subclass writes ``update(pre_spike=None)``, one step.

    It has the spikes that arrive from :meth:`arriving`, what a postsynaptic neuron receives through the weights from
    :meth:`received`, and hands a conductance to ``output``. The groups are not part of the synapse: their Variables are not its
    own. A :class:`~bouton.Network` updates synapses before neurons, so that they see the spikes of the step before.

    Parameters
    ----------
    pre, post : NeuGroup
        The groups that are joined.
    conn : Connector or (pre, post) array
        Who is joined with whom. A connector that has been called with the sizes of the groups is used as it is; any other draws
        for this synapse alone.
    output : SynOut, optional
        What becomes of the conductance. One that belongs to another synapse is used by way of a new one like it.
        Default: ``CUBA()``.
    stp : STD or STP, optional
        Short-term plasticity: what a spike counts.
    comp_method : {'sparse', 'dense', 'events', 'all'}
        How spikes are propagated, which the numbers do not depend on. ``'sparse'`` takes the fastest, as measured; the others
        are those of :func:`bouton.connect.propagate`. Trained weights between all pairs are always multiplied as a matrix.
    g_max : number, array, initialiser, or Variable
        Weights: one for all, or of shape ``(pre.num, post.num)`` for All2All, ``(pre.num,)`` for One2One, and one for each
        synapse otherwise, in the order of ``synapse.conn.require('pre_ids', 'post_ids')``: by presynaptic neuron, in whatever
        order a connector was given its pairs. A TrainVar in a training mode.
    delay_step : int, float, (pre.num,) array of either, or initialiser, optional
        How long spikes of the group take: whole numbers are steps, floats are ms; what an initialiser, or another function of a
        shape, gives are steps. Default: those that the group has now arrive. Spikes that are given arrive at once.
    name : str, optional
        Unique among live objects.
    mode : Mode, optional
        Default: that of the environment.
    stop_spike_gradient : bool
        Whether gradients end at the spikes.

    Raises
    ------
    KindError
        For a ``pre`` or ``post`` that is no group, an ``output`` or ``stp`` that is none.
    UnknownPathError
        When ``post`` lacks the Variable that the output asks for.
    ValueRefused
        For an unknown ``comp_method``, a delay below 0, or groups in a mode that does not go with that of the synapse.
    ShapeError
        For weights or delays of a wrong shape, or a matrix that does not fit the groups.
    """

    _turn = Turn.SYNAPSES
    _is_reset = False

    pre: NeuGroup
    post: NeuGroup
    output: SynOut
    stp: Part | None
    delay: LengthDelay | None
    g_max: Any
    method: Any

    def __init__(
        self,
        pre: NeuGroup,
        post: NeuGroup,
        conn: Any,
        output: SynOut | None = None,
        stp: Part | None = None,
        comp_method: str = "sparse",
        g_max: Any = 1.0,
        delay_step: Any = None,
        name: str | None = None,
        mode: Mode | None = None,
        stop_spike_gradient: bool = False,
    ):
        super().__init__(name, mode)
        _check_groups(self, pre, post)
        output = CUBA() if output is None else output
        _check_part(self, "output", output, SynOut, "bp.synouts.CUBA()")
        if stp is not None:
            _check_part(self, "stp", stp, Part, "bp.synplast.STP()")
        # Not registered: the neurons belong to whoever made them.
        self.__dict__.update(pre=pre, post=post)
        wiring = Wiring(conn, pre, post, comp_method, isinstance(self.mode, TrainingMode), type(self).__name__)
        self.__dict__.update(_wiring=wiring, conn=wiring.conn)
        self.comp_method, self.stop_spike_gradient = comp_method, bool(stop_spike_gradient)
        self.output = output.bound(self, pre, post)
        self.stp = None if stp is None else stp.bound(self, pre, post)
        weight(self, "g_max", g_max, wiring.shape, unit=output.unit, family="weights")
        self.delay = None
        self._delay_by(delay_step)

    def _integrate_by(self, method: str) -> None:
        step(method)  # which refuses a name that is none
        self.method = SimulationParameter(method)

    def _delay_by(self, delay_step: Any) -> None:
        pre = self.pre
        delay = delay_step((pre.num,)) if callable(delay_step) else delay_step
        delay = None if delay is None else np.asarray(delay.value if isinstance(delay, Variable) else delay)
        if callable(delay_step) and delay is not None and delay.dtype.kind == "f":
            # Initialisers give floats, and a count is asked for.
            if (delay != np.rint(delay)).any():
                raise ValueRefused(
                    where=f"{type(self).__name__}(delay_step=...)",
                    expected="whole numbers of steps from a function",
                    got=f"{delay[delay != np.rint(delay)].flat[0]:g}",
                    fix="Round them, or give times in ms as a number or an array of floats.",
                )
            delay = delay.astype(int)
        self.__dict__["delay_step"] = delay
        if delay is None:
            return
        if delay.shape not in ((), (pre.num,)):
            raise ShapeError(
                where=f"{type(self).__name__}(delay_step=...)",
                expected=f"one delay, or shape {(pre.num,)}",
                got=f"{delay.shape}",
                fix="Give one for each presynaptic neuron.",
            )
        spike = getattr(pre, "spike", None)
        dtype = spike.dtype if isinstance(spike, Variable) else default_float()
        # What the delay begins with. The spikes that the group has now are pushed by the first step, like those of any other.
        silence = variable(lambda shape: jnp.zeros(shape, dtype), self.mode, pre.num)
        self.__dict__["_silence"] = silence
        self.delay = LengthDelay(silence, delay)

    # -- for subclasses ----------------------------------------------------

    def arriving(self, pre_spike: Any = None) -> jax.Array:
        """The presynaptic spikes that arrive in this step, to be asked for once in it.

        Parameters
        ----------
        pre_spike : (..., pre.num) array, optional
            Spikes that arrive now, whatever the delay is. Default: those that the presynaptic group had so long ago.

        Returns
        -------
        (..., pre.num) array of bool or numbers

        Raises
        ------
        ValueRefused
            When the group has none.
        ShapeError
            For another shape.
        """
        own = getattr(self.pre, "spike", None)
        if pre_spike is None and own is None:
            raise ValueRefused(
                where=f"{type(self).__name__}(pre_spike)",
                expected="the spikes of this step",
                got=f"none, and {type(self.pre).__name__} has none",
                fix="Pass them to the synapse when it is called.",
            )
        if self.delay is not None and own is not None:
            # Also of a step whose spikes are given: the past of the group goes on.
            past, stored = _flat(self, own), self.delay.data.value.shape[1:]
            self.delay.update(jnp.broadcast_to(past, stored) if past.ndim < len(stored) else past)
        if pre_spike is not None:
            spike = _flat(self, pre_spike)
        else:
            spike = _flat(self, own) if self.delay is None else self.delay(self.delay_step)
        return lax.stop_gradient(spike) if self.stop_spike_gradient else spike

    def counted(self, spike: jax.Array) -> jax.Array:
        """What each spike counts, after short-term plasticity; without it, the spikes as they are."""
        return spike if self.stp is None else self.stp(spike)

    def received(self, values: jax.Array, active: float = 0.01) -> jax.Array:
        """What postsynaptic neurons receive through the weights.

        Parameters
        ----------
        values : (..., pre.num) array
            Spikes, or other values of the presynaptic neurons.
        active : float
            The share of them that is not 0, roughly: 1 for what is no spikes.

        Returns
        -------
        (..., post.num) array
        """
        return self._wiring(values, self.g_max, active)

    # ----------------------------------------------------------------------

    def reset_state(self, batch_size: int | None = None) -> Self:
        """Begin anew; ``batch_size`` is the new size of the batch, in a mode that has one."""
        if self.delay is not None and isinstance(self.mode, BatchingMode):
            batch = self.mode.batch_size if batch_size is None else batch_size
            self._silence.value = jnp.zeros((batch, self.pre.num), self._silence.dtype)
        super().reset_state(batch_size)
        return self

    def _described(self) -> dict[str, Any]:
        return {"pre": self.pre.name, "post": self.post.name}


def _check_groups(synapse: TwoEndConn, pre: Any, post: Any) -> None:
    where = type(synapse).__name__
    for end, group in (("pre", pre), ("post", post)):
        if not isinstance(group, NeuGroup):
            raise KindError(
                where=f"{where}({end}=...)",
                expected="a group of neurons",
                got=type(group).__name__,
                fix="Pass for instance bp.neurons.LIF(10).",
            )
    batched = isinstance(synapse.mode, BatchingMode)
    for end, group, first, second in (("pre", pre, pre.mode, synapse.mode), ("post", post, synapse.mode, post.mode)):
        if isinstance(first, BatchingMode) and not isinstance(second, BatchingMode):
            raise ValueRefused(
                where=f"{where}({end}=...)",
                expected="a group and a synapse that both have a batch, or both none",
                got=f"{type(group).__name__} in {group.mode} and {where} in {synapse.mode}",
                fix=f"Make both in one mode, for instance with mode={'bm.batching_mode' if batched else group.mode}.",
            )


def _check_part(synapse: TwoEndConn, argument: str, part: Any, kind: type, example: str) -> None:
    if not isinstance(part, kind) or (argument == "stp" and isinstance(part, SynOut)):
        raise KindError(
            where=f"{type(synapse).__name__}({argument}=...)",
            expected="short-term plasticity" if argument == "stp" else f"a {kind.__name__}",
            got=part.__name__ + " itself" if isinstance(part, type) else type(part).__name__,
            fix=f"Write for instance {argument}={example}.",
        )


def _flat(synapse: TwoEndConn, spike: Any) -> jax.Array:
    """Of shape ``(..., pre.num)``."""
    pre = synapse.pre
    spike = jnp.asarray(spike.value if isinstance(spike, Variable) else spike)
    axes = len(pre.varshape)
    if spike.ndim >= axes and spike.shape[spike.ndim - axes :] == pre.varshape:
        return spike.reshape(*spike.shape[: spike.ndim - axes], pre.num)
    if spike.ndim and spike.shape[-1] == pre.num:
        return spike
    raise ShapeError(
        where=f"{type(synapse).__name__}(pre_spike)",
        expected=f"shape (..., {pre.num})",
        got=f"{spike.shape}",
        fix="Give one value for each presynaptic neuron.",
    )
