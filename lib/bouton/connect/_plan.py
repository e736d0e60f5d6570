"""What of a product is known before it runs, and by which method it is computed."""

import dataclasses
from typing import Literal

import jax

from ._synapses import Synapses

Method = Literal["auto", "events", "all", "dense"]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What of the synapses is known at compile time, with the method. Hashable.

    Attributes
    ----------
    pre, post, synapses, turn, most, fixed, complete
        See :class:`Synapses`.
    method : str
        See :func:`propagate`.
    active : float
        Share of the neurons that spike in a step.
    """

    pre: int
    post: int
    synapses: int
    turn: int
    most: int
    fixed: bool
    complete: bool
    method: Method
    active: float

    @classmethod
    def of(cls, synapses: Synapses, method: Method, active: float) -> "Plan":
        s = synapses
        return cls(s.pre_size, s.post_size, s.size, s.turn, s.most, s.fixed, s.complete, method, active)

    @property
    def whole(self) -> bool:
        """Whether each turn takes all synapses of a neuron, as many of each."""
        return self.fixed and self.turn == self.most

    def matrix_is_small(self, batch: int) -> bool:
        """Whether a matrix takes little more memory than the synapses, or what they deliver to a whole batch."""
        return self.pre * self.post <= max(4, batch) * self.synapses

    def choose(self, batch: int) -> Literal["events", "all", "dense"]:
        """The method, for so many products at once."""
        if self.method != "auto":
            return self.method
        if jax.default_backend() != "cpu":
            # A turn of a loop is a launch of several kernels there. Not measured yet.
            return "dense" if self.matrix_is_small(batch) else "all"
        costs = self._nanoseconds(batch)
        return min(costs, key=lambda method: costs[method])

    def _nanoseconds(self, batch: int) -> dict:
        """What the methods take on one core of a processor, roughly: only where they cross matters. Fitted to measurements."""
        pairs, fan_out = self.pre * self.post, self.synapses / max(1, self.pre)
        turns = max(1.0, fan_out / self.turn)
        spike = turns * (50 + 1.5 * self.turn)
        synapse = 0.5 if batch > 1 else 1.0 if self.fixed else 3.0
        costs = {
            "events": 1000 + batch * self.pre * (0.15 + self.active * spike),
            "all": 300 + batch * self.synapses * synapse,
        }
        if self.matrix_is_small(batch):
            build = 0.0 if self.complete else self.synapses + 0.1 * pairs
            costs["dense"] = 300 + build + pairs * (0.12 if batch == 1 else 0.025 * batch)
        return costs
