"""Connectors by the famous random graphs."""

import math

import numpy as np

from ..errors import ValueRefused
from ._checks import count, equal_sizes, probability
from ._connector import Connector, Pairs, Shape


class SmallWorld(Connector):
    """A ring whose synapses are rewired at random.

    Each neuron is joined with its nearest ones on a ring, as many on either side. Then each synapse gets with some probability
    another target, drawn from all neurons but itself and those that it is joined with. All are rewired at once: a place that one
    leaves is not taken by another. In [1]_ that happens, as one follows the other, to about ``num_neighbor / neurons`` of them.

    Parameters
    ----------
    num_neighbor : int
        Neighbours of each neuron, an even number.
    prob : float
        Probability that a synapse is rewired.
    directed : bool
        Whether the two directions are rewired apart. Otherwise each pair is joined in both.
    seed : int, optional
        See :class:`Connector`.

    References
    ----------
    .. [1] Watts and Strogatz, "Collective dynamics of 'small-world' networks", Nature 393, 1998.
    """

    def __init__(self, num_neighbor: int, prob: float, directed: bool = False, seed: int | None = None):
        super().__init__(seed)
        self.num_neighbor, self.prob = count(num_neighbor, "SmallWorld(num_neighbor)"), probability(prob, "SmallWorld(prob)")
        self.directed = directed
        if self.num_neighbor % 2:
            raise ValueRefused(
                where="SmallWorld(num_neighbor)",
                expected="an even number",
                got=f"{num_neighbor}",
                fix="Half of the neighbours stand on either side.",
            )

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        equal_sizes(pre, post, "SmallWorld")
        n = math.prod(pre)
        if self.num_neighbor >= max(n, 1):
            raise ValueRefused(
                where="SmallWorld(num_neighbor)",
                expected=f"fewer than the {n} neurons",
                got=f"{self.num_neighbor}",
                fix="Ask for fewer.",
            )
        forward = np.arange(1, self.num_neighbor // 2 + 1)
        steps = np.concatenate([forward, -forward]) if self.directed else forward
        pre_ids = np.repeat(np.arange(n), steps.size)
        post_ids = (pre_ids + np.tile(steps, n)) % max(n, 1)
        post_ids = self._rewired(pre_ids, post_ids, n, draw)
        if self.directed:
            return pre_ids, post_ids
        return np.concatenate([pre_ids, post_ids]), np.concatenate([post_ids, pre_ids])

    def _rewired(self, pre_ids: np.ndarray, post_ids: np.ndarray, n: int, draw: np.random.Generator) -> np.ndarray:
        todo = np.nonzero(draw.random(pre_ids.size) < self.prob)[0]
        if n - 1 <= self.num_neighbor:
            return post_ids  # everybody is joined with everybody
        # New targets replace the old ones only where nobody has them yet; the others are drawn again.
        while todo.size:
            new = draw.integers(0, n, todo.size)
            new_keys, old_keys = self._keys(pre_ids[todo], new, n), self._keys(pre_ids, post_ids, n)
            _, first = np.unique(new_keys, return_index=True)
            free = np.zeros(todo.size, bool)
            free[first] = True
            free &= (new != pre_ids[todo]) & ~np.isin(new_keys, old_keys)
            post_ids[todo[free]] = new[free]
            todo = todo[~free]
            todo = todo[self._room(pre_ids, post_ids, n)[pre_ids[todo]]]
        return post_ids

    def _keys(self, pre_ids: np.ndarray, post_ids: np.ndarray, n: int) -> np.ndarray:
        if self.directed:
            return pre_ids * n + post_ids
        return np.minimum(pre_ids, post_ids) * n + np.maximum(pre_ids, post_ids)

    def _room(self, pre_ids: np.ndarray, post_ids: np.ndarray, n: int) -> np.ndarray:
        """Which neurons are not joined with all others already."""
        joined = np.bincount(pre_ids, minlength=n)
        if not self.directed:
            joined = joined + np.bincount(post_ids, minlength=n)
        return joined < n - 1


class ScaleFreeBA(Connector):
    """A few neurons with very many synapses: each new neuron joins others in proportion to the synapses they have.

    Every pair is joined in both directions.

    Parameters
    ----------
    m : int
        The synapses with which each new neuron comes.
    seed : int, optional
        See :class:`Connector`.

    References
    ----------
    .. [1] Barabási and Albert, "Emergence of scaling in random networks", Science 286, 1999.
    """

    def __init__(self, m: int, seed: int | None = None):
        super().__init__(seed)
        self.m = count(m, "ScaleFreeBA(m)", lowest=1)

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        equal_sizes(pre, post, "ScaleFreeBA")
        n, m = math.prod(pre), self.m
        if n <= m:
            raise ValueRefused(where="ScaleFreeBA(m)", expected=f"fewer than the {n} neurons", got=f"{m}", fix="Ask for fewer.")
        # Each neuron stands here once for each of its synapses. It begins with a star of m + 1 neurons.
        ends = np.empty(2 * m * (n - m), np.int64)
        ends[:m], ends[m : 2 * m] = np.arange(m), m
        for new in range(m + 1, n):
            filled = 2 * m * (new - m)
            ends[filled : filled + m] = _different(ends[:filled], m, draw)
            ends[filled + m : filled + 2 * m] = new
        both = ends.reshape(n - m, 2, m)
        old, new = both[:, 0].ravel(), both[:, 1].ravel()
        return np.concatenate([old, new]), np.concatenate([new, old])


def _different(ends: np.ndarray, number: int, draw: np.random.Generator) -> np.ndarray:
    """So many different values of ``ends``, drawn one after the other."""
    chosen: dict[int, None] = {}
    while len(chosen) < number:
        chosen.update(dict.fromkeys(ends[draw.integers(0, ends.size, number - len(chosen))].tolist()))
    return np.fromiter(chosen, np.int64, number)
