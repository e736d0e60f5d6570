"""Connectors by place: neurons at the points of a grid."""

import itertools
import math
from collections.abc import Callable

import numpy as np

from ..errors import KindError, ShapeError, ValueRefused
from ._checks import count, equal_sizes, positive
from ._connector import Connector, Pairs, Shape

# Pairs looked at in one go; memory is bounded by it.
_PART = 2**21


class Grid(Connector):
    """Neighbours on a grid: the two groups have the same size, a number along each axis.

    A subclass says which steps lead to a neighbour.

    Parameters
    ----------
    include_self : bool
        Whether a neuron is its own neighbour.
    periodic : bool
        Whether the grid closes in itself, so that neurons at the edge have as many neighbours.
    """

    def __init__(self, include_self: bool = False, periodic: bool = False):
        super().__init__()
        self.include_self, self.periodic = include_self, periodic

    def steps(self, axes: int) -> list[tuple[int, ...]]:
        """Steps along each axis to the neighbours."""
        return [step for step in itertools.product((-1, 0, 1), repeat=axes) if any(step)]

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        equal_sizes(pre, post, type(self).__name__)
        at = np.indices(pre).reshape(len(pre), -1)
        ids, size = np.arange(at.shape[1]), np.array(pre)[:, None]
        steps = [*([(0,) * len(pre)] if self.include_self else []), *self.steps(len(pre))]
        found = []
        for step in steps:
            there = at + np.array(step)[:, None]
            inside = np.ones(ids.size, bool) if self.periodic else np.all((there >= 0) & (there < size), axis=0)
            there = there % np.maximum(size, 1)
            found.append(ids[inside] * ids.size + np.ravel_multi_index(tuple(there[:, inside]), pre))
        # On a small periodic grid two ways may lead to one neighbour, or back.
        pre_ids, post_ids = np.divmod(np.unique(np.concatenate(found)) if found else ids[:0], max(ids.size, 1))
        keep = self.include_self | (pre_ids != post_ids)
        return pre_ids[keep], post_ids[keep]


class GridFour(Grid):
    __doc__ = "The next neurons along each axis: four on a sheet.\n\n" + (Grid.__doc__ or "").split("\n", 4)[4]

    def steps(self, axes: int) -> list[tuple[int, ...]]:
        return [step for step in super().steps(axes) if sum(map(abs, step)) == 1]


class GridEight(Grid):
    __doc__ = "The next neurons along the axes and the diagonals: eight on a sheet.\n\n" + (Grid.__doc__ or "").split("\n", 4)[4]


class GridN(Grid):
    """All neurons of a square, or a cube, around each.

    Parameters
    ----------
    n : int
        Steps from the middle of the square to its sides: 1 gives the neighbours of :class:`GridEight`.
    include_self, periodic : bool
        See :class:`GridFour`.
    """

    def __init__(self, n: int = 1, include_self: bool = False, periodic: bool = False):
        super().__init__(include_self, periodic)
        self.n = count(n, "GridN(n)", lowest=1)

    def steps(self, axes: int) -> list[tuple[int, ...]]:
        return [step for step in itertools.product(range(-self.n, self.n + 1), repeat=axes) if any(step)]


class DistanceProb(Connector):
    """Each pair of neurons with a probability that depends on their distance.

    The neurons of either group stand on a grid that fills a box of side 1: number ``k`` of ``n`` along an axis at
    ``(k + 1/2) / n``. Memory is proportional to the synapses, time to the pairs.

    Parameters
    ----------
    prob : callable
        Probabilities of an array of distances.
    include_self : bool
        Whether a neuron of a group that is connected with itself may have a synapse with itself.
    periodic : bool
        Whether the box closes in itself.
    seed : int, optional
        See :class:`Connector`.
    """

    def __init__(
        self,
        prob: Callable[[np.ndarray], np.ndarray],
        include_self: bool = True,
        periodic: bool = False,
        seed: int | None = None,
    ):
        super().__init__(seed)
        if not callable(prob):
            raise KindError(
                where=f"{type(self).__name__}(prob)",
                expected="a function of distances",
                got=type(prob).__name__,
                fix="Use FixedProb for one probability at any distance.",
            )
        self.prob, self.include_self, self.periodic = prob, include_self, periodic

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        if len(pre) != len(post):
            raise ShapeError(
                where=type(self).__name__,
                expected="groups with as many axes",
                got=f"{pre} and {post}",
                fix="Give both a size along each axis, for instance (20, 20) and (10, 10).",
            )
        here, there = _places(pre), _places(post)
        rows = max(1, _PART // max(1, there.shape[1]))
        found = [self._part(slice(k, k + rows), here, there, pre != post, draw) for k in range(0, here.shape[1], rows)]
        return np.concatenate([p for p, _ in found] or [np.zeros(0, int)]), np.concatenate(
            [p for _, p in found] or [np.zeros(0, int)]
        )

    def _part(self, rows: slice, here: np.ndarray, there: np.ndarray, others: bool, draw: np.random.Generator) -> Pairs:
        apart = np.abs(here[:, rows, None] - there[:, None, :])
        if self.periodic:
            apart = np.minimum(apart, 1 - apart)
        prob = np.asarray(self.prob(np.sqrt(np.sum(apart**2, axis=0))))
        if prob.shape != apart.shape[1:] or not np.all((prob >= 0) & (prob <= 1)):
            raise ValueRefused(
                where=f"{type(self).__name__}(prob)",
                expected="a probability from 0 to 1 for each distance",
                got=f"shape {prob.shape} for {apart.shape[1:]}" if prob.shape != apart.shape[1:] else "others",
                fix="Write a function of an array, for instance lambda distance: np.exp(-distance / 0.1).",
            )
        pre_ids, post_ids = np.nonzero(draw.random(prob.shape) < prob)
        pre_ids = pre_ids + rows.start
        keep = self.include_self | others | (pre_ids != post_ids)
        return pre_ids[keep], post_ids[keep]


class GaussianProb(DistanceProb):
    r"""Each pair of neurons with probability :math:`\exp(-d^2 / 2 \sigma^2)`, where :math:`d` is their distance.

    For where they stand see :class:`DistanceProb`.

    Parameters
    ----------
    sigma : float
        Width, in sides of the box.
    include_self, periodic, seed
        See :class:`DistanceProb`.
    """

    def __init__(self, sigma: float, include_self: bool = True, periodic: bool = False, seed: int | None = None):
        super().__init__(self._gaussian, include_self, periodic, seed)
        self.sigma = positive(sigma, "GaussianProb(sigma)")

    def _gaussian(self, distance: np.ndarray) -> np.ndarray:
        return np.exp(-(distance**2) / (2 * self.sigma**2))


def _places(size: Shape) -> np.ndarray:
    """``(axes, neurons)``."""
    at = np.indices(size).reshape(len(size), math.prod(size))
    return (at + 0.5) / np.maximum(np.array(size), 1)[:, None]
