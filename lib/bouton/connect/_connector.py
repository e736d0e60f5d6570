"""What all connectors share: binding to two groups, and the forms of what comes of it."""

import copy
import difflib
import math
from collections.abc import Callable
from typing import Any, Self

import jax
import numpy as np

from ..errors import NoImplementationError, RunningError, UnknownPathError
from ..transform import DEFAULT
from ._checks import Size, count, shape_of, within
from ._synapses import Synapses

Shape = tuple[int, ...]
Pairs = tuple[np.ndarray, np.ndarray]


class Connector:
    """A recipe for the synapses between two groups of neurons.

    Calling it with the sizes of the groups draws them and gives a connector that holds them, from which :meth:`require` takes
    what is needed. The connector itself holds the last ones, too, so that ``conn(100, 100)`` and then ``conn.require(...)``
    work; what an earlier call gave stays as it is.

    Synapses are counted in the order of their presynaptic neurons. A weight for each synapse is given in this order.

    A subclass writes :meth:`pairs`.

    Parameters
    ----------
    seed : int, optional
        Of what is drawn at random: the same seed and sizes give the same synapses. Without one each call draws anew, from
        bouton's random state, so that ``bm.random.seed`` makes a whole model repeatable.

    Raises
    ------
    KindError, ValueRefused
        For a seed that is no whole number, or below 0.
    """

    def __init__(self, seed: int | None = None):
        self.seed = None if seed is None else count(seed, f"{type(self).__name__}(seed)")
        self._synapses: Synapses | None = None
        self._sizes: tuple[Shape, Shape] | None = None

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        """The neurons that each synapse joins.

        Parameters
        ----------
        pre, post : tuple of int
            Sizes of the groups.
        draw : numpy.random.Generator
            What is random comes from here.

        Returns
        -------
        pre_ids, post_ids : (synapses,) arrays of int
            In any order.
        """
        raise NoImplementationError(
            where=f"{type(self).__name__}.pairs",
            expected="a method that says which neurons are joined",
            got="none",
            fix="Write pairs(pre, post, draw), which returns two arrays of numbers of neurons.",
        )

    def __call__(self, pre_size: Size, post_size: Size | None = None) -> Self:
        """Draw the synapses from a group to another, or to itself when ``post_size`` is left out."""
        where = type(self).__name__
        pre = shape_of(pre_size, f"{where}(pre_size)")
        post = pre if post_size is None else shape_of(post_size, f"{where}(post_size)")
        pre_ids, post_ids = self.pairs(pre, post, self._generator())
        within(pre_ids, math.prod(pre), f"{where}: presynaptic neurons")
        within(post_ids, math.prod(post), f"{where}: postsynaptic neurons")
        self._synapses = Synapses.between(pre_ids, post_ids, math.prod(pre), math.prod(post))
        self._sizes = pre, post
        return copy.copy(self)

    def _generator(self) -> np.random.Generator:
        if self.seed is not None:
            return np.random.default_rng(self.seed)
        return np.random.default_rng(np.asarray(jax.random.key_data(DEFAULT.split())).tolist())

    @property
    def synapses(self) -> Synapses:
        """What the call drew, as :func:`propagate` takes it."""
        if self._synapses is None:
            raise RunningError(
                where=f"{type(self).__name__}.require",
                expected="a connector that knows the sizes of its groups",
                got="one that does not",
                fix="Call it with the sizes first: conn(pre_size, post_size).",
            )
        return self._synapses

    @property
    def pre_size(self) -> Shape | None:
        """Size of the presynaptic group, once it is known."""
        return self._sizes and self._sizes[0]

    @property
    def post_size(self) -> Shape | None:
        """Size of the postsynaptic group, once it is known."""
        return self._sizes and self._sizes[1]

    def require(self, *names: str) -> Any:
        """The synapses in one form or several.

        Parameters
        ----------
        *names : str
            ``'pre_ids'``, ``'post_ids'``: the neurons each synapse joins, ``(synapses,)``. ``'coo'``: both.
            ``'pre2post'`` or ``'csr'``: the targets of all presynaptic neurons in a row, ``(synapses,)``, and where those of
            each begin, ``(pre + 1,)``. ``'post2pre'`` or ``'csc'``: the sources of all postsynaptic neurons in a row, and where
            those of each begin, ``(post + 1,)``. ``'pre2syn'``, ``'post2syn'``: the same with the numbers of synapses.
            ``'conn_mat'``: a ``(pre, post)`` array of bool, which takes as much memory as there are pairs.
            ``'synapses'``: a :class:`Synapses`.

        Returns
        -------
        One form, or a tuple of as many as were named.

        Raises
        ------
        UnknownPathError
            There is no form of this name.
        RunningError
            The connector has not been called with sizes.
        """
        synapses = self.synapses
        unknown = [name for name in names if name not in FORMS]
        if unknown or not names:
            near = difflib.get_close_matches(str(unknown[0]), FORMS, n=1) if unknown else []
            raise UnknownPathError(
                where=f"{type(self).__name__}.require",
                expected=f"some of {', '.join(FORMS)}",
                got=f"{unknown[0]!r}" if unknown else "no name",
                fix=f"Did you mean {near[0]!r}?" if near else "Name a form.",
            )
        found = tuple(FORMS[name](synapses) for name in names)
        return found[0] if len(found) == 1 else found


def _by_post(synapses: Synapses) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the synapses in order of their targets, and where those of each begin."""
    order = np.argsort(synapses.post_ids, kind="stable").astype(np.int32)
    fan_in = np.bincount(synapses.post_ids, minlength=synapses.post_size)
    return order, np.concatenate([[0], np.cumsum(fan_in)]).astype(np.int32)


def _sources(synapses: Synapses) -> tuple[np.ndarray, np.ndarray]:
    order, starts = _by_post(synapses)
    return np.asarray(synapses.pre_ids)[order], starts


def _targets(synapses: Synapses) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(synapses.post_ids), np.asarray(synapses.starts)


def _matrix(synapses: Synapses) -> np.ndarray:
    matrix = np.zeros((synapses.pre_size, synapses.post_size), bool)
    matrix[synapses.pre_ids, synapses.post_ids] = True
    return matrix


FORMS: dict[str, Callable[[Synapses], Any]] = {
    "conn_mat": _matrix,
    "pre_ids": lambda synapses: np.asarray(synapses.pre_ids),
    "post_ids": lambda synapses: np.asarray(synapses.post_ids),
    "coo": lambda synapses: (np.asarray(synapses.pre_ids), np.asarray(synapses.post_ids)),
    "pre2post": _targets,
    "csr": _targets,
    "post2pre": _sources,
    "csc": _sources,
    "pre2syn": lambda synapses: (np.arange(synapses.size, dtype=np.int32), np.asarray(synapses.starts)),
    "post2syn": _by_post,
    "synapses": lambda synapses: synapses,
}
