"""Connectors that draw each synapse alike: by probability, by fan-out, by fan-in, by their number."""

import math

import numpy as np

from ..errors import ValueRefused
from ._checks import count, probability
from ._connector import Connector, Pairs, Shape
from ._draw import bernoulli, distinct
from ._regular import without_self


class FixedProb(Connector):
    """Each pair of neurons with the same probability, independently of all others.

    Parameters
    ----------
    prob : float
        Probability of a synapse.
    pre_ratio : float
        The share of the presynaptic neurons, drawn at random, that have synapses at all.
    include_self : bool
        Whether a neuron of a group that is connected with itself may have a synapse with itself.
    seed : int, optional
        See :class:`Connector`.
    """

    def __init__(self, prob: float, pre_ratio: float = 1.0, include_self: bool = True, seed: int | None = None):
        super().__init__(seed)
        self.prob, self.pre_ratio = probability(prob, "FixedProb(prob)"), probability(pre_ratio, "FixedProb(pre_ratio)")
        self.include_self = include_self

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        n_pre, n_post = math.prod(pre), math.prod(post)
        sources = distinct(1, round(n_pre * self.pre_ratio), n_pre, draw)[0]
        found = bernoulli(sources.size * n_post, self.prob, draw)
        rows, post_ids = np.divmod(found, max(n_post, 1))
        return without_self(sources[rows], post_ids, self.include_self or pre != post)


class FixedPostNum(Connector):
    """A fixed out-degree: each presynaptic neuron with so many different postsynaptic ones.

    Parameters
    ----------
    num : int
        The number of targets.
    include_self : bool
        Whether a neuron of a group that is connected with itself may have a synapse with itself.
    seed : int, optional
        See :class:`Connector`.
    """

    def __init__(self, num: int, include_self: bool = True, seed: int | None = None):
        super().__init__(seed)
        self.num, self.include_self = count(num, "FixedPostNum(num)"), include_self

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        return _partners(self.num, pre, post, self.include_self or pre != post, draw, "FixedPostNum(num)")


class FixedPreNum(Connector):
    """A fixed in-degree: each postsynaptic neuron with so many different presynaptic ones.

    Parameters
    ----------
    num : int
        The number of sources.
    include_self : bool
        Whether a neuron of a group that is connected with itself may have a synapse with itself.
    seed : int, optional
        See :class:`Connector`.
    """

    def __init__(self, num: int, include_self: bool = True, seed: int | None = None):
        super().__init__(seed)
        self.num, self.include_self = count(num, "FixedPreNum(num)"), include_self

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        post_ids, pre_ids = _partners(self.num, post, pre, self.include_self or pre != post, draw, "FixedPreNum(num)")
        return pre_ids, post_ids


class FixedTotalNum(Connector):
    """A fixed number of synapses between different pairs.

    Parameters
    ----------
    num : int
        The number of synapses.
    include_self : bool
        Whether a neuron of a group that is connected with itself may have a synapse with itself.
    seed : int, optional
        See :class:`Connector`.
    """

    def __init__(self, num: int, include_self: bool = True, seed: int | None = None):
        super().__init__(seed)
        self.num, self.include_self = count(num, "FixedTotalNum(num)"), include_self

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        others = math.prod(post) - (0 if self.include_self or pre != post else 1)
        there_are = math.prod(pre) * max(others, 0)
        _enough(self.num, there_are, "FixedTotalNum(num)", "pairs of neurons")
        pre_ids, post_ids = np.divmod(distinct(1, self.num, there_are, draw)[0], max(others, 1))
        return pre_ids, past_self(pre_ids, post_ids, self.include_self or pre != post)


def _partners(num: int, here: Shape, there: Shape, include_self: bool, draw: np.random.Generator, where: str) -> Pairs:
    """So many partners there for each neuron here."""
    n_here, others = math.prod(here), math.prod(there) - (not include_self)
    _enough(num, others, where, "neurons to choose from")
    ids = np.repeat(np.arange(n_here), num)
    return ids, past_self(ids, distinct(n_here, num, max(others, 0), draw).ravel(), include_self)


def past_self(ids: np.ndarray, partners: np.ndarray, include_self: bool) -> np.ndarray:
    """Partners counted among all others, as partners counted among all."""
    return partners if include_self else partners + (partners >= ids)


def _enough(num: int, there_are: int, where: str, what: str) -> None:
    if num > there_are:
        raise ValueRefused(
            where=where,
            expected=f"at most {max(there_are, 0)}, the number of {what}",
            got=f"{num}",
            fix="Each is taken once: ask for fewer, or give larger groups.",
        )
