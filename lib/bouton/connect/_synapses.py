"""The synapses between two groups, in the form that the event-driven product wants."""

import dataclasses
from typing import Self

import jax
import numpy as np

from ..errors import ShapeError, ValueRefused
from ._checks import count, neuron_ids, within

MOST = 2**31 - 1


@dataclasses.dataclass(frozen=True, eq=False)
class Synapses:
    """Who is joined with whom: the synapses in the order of their presynaptic neurons.

    Memory is proportional to the synapses. A pytree: it may be an argument of a compiled function, and is a constant of one
    that only refers to it. Made by a connector, or by :meth:`between`.

    Attributes
    ----------
    pre_ids, post_ids : (synapses,) arrays of int32
        The neurons that each joins. Several may join the same two.
    starts : (pre_size + 1,) array of int32
        The synapses of presynaptic neuron ``i`` are ``starts[i]`` to ``starts[i + 1]``.
    pre_size, post_size : int
        Numbers of neurons.
    turn : int
        How many synapses of a neuron that spikes are worked off in one go: the largest fan-out, or less where the fan-outs
        differ too much for that.
    most : int
        The largest fan-out.
    fixed : bool
        Whether all presynaptic neurons have as many synapses.
    complete : bool
        Whether each presynaptic neuron is joined with each postsynaptic one, once, in their order.
    """

    pre_ids: np.ndarray | jax.Array
    post_ids: np.ndarray | jax.Array
    starts: np.ndarray | jax.Array
    pre_size: int
    post_size: int
    turn: int
    most: int
    fixed: bool
    complete: bool

    @classmethod
    def between(cls, pre_ids: object, post_ids: object, pre_size: int, post_size: int) -> Self:
        """From the two neurons of each synapse, in any order; those of one presynaptic neuron keep theirs.

        Raises
        ------
        KindError
            What are no whole numbers.
        ShapeError
            Lists of different lengths.
        ValueRefused
            Numbers of neurons that there are not, or more synapses than can be counted.
        """
        pre_size, post_size = count(pre_size, "Synapses: pre_size"), count(post_size, "Synapses: post_size")
        pre, post = neuron_ids(pre_ids, "Synapses: pre_ids"), neuron_ids(post_ids, "Synapses: post_ids")
        if pre.shape != post.shape:
            raise ShapeError(
                where="Synapses",
                expected="as many presynaptic as postsynaptic neurons",
                got=f"{pre.size} and {post.size}",
                fix="Give both neurons of each synapse.",
            )
        if max(pre.size, pre_size, post_size) > MOST:
            raise ValueRefused(
                where="Synapses",
                expected=f"at most {MOST} neurons and synapses",
                got=f"{pre.size} synapses, {pre_size} and {post_size} neurons",
                fix="Divide the projection into several.",
            )
        within(pre, pre_size, "Synapses: pre_ids")
        within(post, post_size, "Synapses: post_ids")
        if np.any(pre[1:] < pre[:-1]):
            order = np.argsort(pre, kind="stable")
            pre, post = pre[order], post[order]
        fan_out = np.bincount(pre, minlength=pre_size)
        most = int(fan_out.max(initial=0))
        fixed = bool(np.all(fan_out == most))
        complete = fixed and most == post_size and bool(np.all(post.reshape(pre_size, post_size) == np.arange(post_size)))
        return cls(
            pre_ids=pre.astype(np.int32),
            post_ids=post.astype(np.int32),
            starts=np.concatenate([[0], np.cumsum(fan_out)]).astype(np.int32),
            pre_size=pre_size,
            post_size=post_size,
            turn=_best_turn(fan_out),
            most=most,
            fixed=fixed,
            complete=complete,
        )

    @property
    def size(self) -> int:
        """How many synapses there are."""
        return self.post_ids.shape[-1]

    @property
    def density(self) -> float:
        """Synapses for each pair of neurons."""
        return self.size / max(1, self.pre_size * self.post_size)

    def __repr__(self) -> str:
        return f"Synapses({self.size} from {self.pre_size} to {self.post_size} neurons)"


# What a turn costs beside its synapses, in synapses. Measured on a CPU: about 100 ns beside 2 ns each.
_OVERHEAD = 40


def _best_turn(fan_out: np.ndarray) -> int:
    """The number of synapses a turn with which a spike of each neuron once costs least."""
    most = int(fan_out.max(initial=0))
    sizes = {most, *(2**k for k in range(3, most.bit_length()))} - {0}
    costs = {size: int(np.sum(-(-fan_out // size))) * (size + _OVERHEAD) for size in sizes}
    best = min(costs, key=lambda size: costs[size], default=1)
    # One turn a neuron is simpler work.
    return most if costs and costs[most] < 1.2 * costs[best] else best


jax.tree_util.register_dataclass(
    Synapses,
    data_fields=["pre_ids", "post_ids", "starts"],
    meta_fields=["pre_size", "post_size", "turn", "most", "fixed", "complete"],
)
