"""Connectors without chance: everybody, one to one, and given synapses."""

import math
from typing import Any

import numpy as np

from ..errors import KindError, ShapeError
from ._checks import equal_sizes, neuron_ids, numbers
from ._connector import Connector, Pairs, Shape


class All2All(Connector):
    """Each presynaptic neuron with each postsynaptic one.

    Parameters
    ----------
    include_self : bool
        Whether a neuron of a group that is connected with itself has a synapse with itself.
    """

    def __init__(self, include_self: bool = True):
        super().__init__()
        self.include_self = include_self

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        n_pre, n_post = math.prod(pre), math.prod(post)
        return without_self(
            np.repeat(np.arange(n_pre), n_post), np.tile(np.arange(n_post), n_pre), self.include_self or pre != post
        )


class One2One(Connector):
    """Each presynaptic neuron with the postsynaptic one of the same number. The groups have the same size."""

    def __init__(self):
        super().__init__()

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        equal_sizes((math.prod(pre),), (math.prod(post),), "One2One")
        ids = np.arange(math.prod(pre))
        return ids, ids


class MatConn(Connector):
    """A synapse where a matrix is not 0.

    Parameters
    ----------
    mat : (pre, post) array
        Numbers or bool. Where it holds weights, ``mat[mat != 0]`` are those of the synapses in their order.
    """

    def __init__(self, mat: Any):
        super().__init__()
        mat = numbers(mat, "MatConn(mat)")
        if mat.ndim != 2:
            raise ShapeError(
                where="MatConn(mat)",
                expected="shape (pre, post)",
                got=f"{mat.shape}",
                fix="Give a row for each presynaptic neuron.",
            )
        self.mat = mat != 0

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        check_matrix(self.mat.shape, pre, post, "MatConn")
        pre_ids, post_ids = np.nonzero(self.mat)
        return pre_ids, post_ids


class SparseMatConn(Connector):
    """A synapse where a sparse matrix has an entry that is not 0.

    Parameters
    ----------
    mat : (pre, post) sparse array or matrix of SciPy
        Where it holds weights, ``mat.data`` of its CSR form, sorted, without zeros and duplicates, are those of the synapses in
        their order.
    """

    def __init__(self, mat: Any):
        super().__init__()
        if not hasattr(mat, "tocoo"):
            raise KindError(
                where="SparseMatConn(mat)",
                expected="a sparse array of scipy.sparse",
                got=f"{type(mat).__name__}",
                fix="Use MatConn for a whole matrix and IJConn for lists of neurons.",
            )
        # Entries of one place are one, their sum, as in any other form of the matrix.
        entries = mat.tocoo(copy=True)
        entries.sum_duplicates()
        i, j = (np.asarray(ids)[np.asarray(entries.data) != 0] for ids in (entries.row, entries.col))
        order = np.lexsort((j, i))
        self.shape, self.i, self.j = tuple(mat.shape), i[order], j[order]

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        check_matrix(self.shape, pre, post, "SparseMatConn")
        return self.i, self.j


class IJConn(Connector):
    """Given synapses. The same pair may come more than once.

    Parameters
    ----------
    i, j : (synapses,) arrays of int
        The presynaptic and the postsynaptic neuron of each.

    Attributes
    ----------
    order : (synapses,) array of int
        The synapses in the order in which they are counted: that of their presynaptic neurons. Where ``w`` has a weight for each
        of the given pairs, ``w[conn.order]`` are those of the synapses.
    """

    def __init__(self, i: Any, j: Any):
        super().__init__()
        self.i, self.j = neuron_ids(i, "IJConn(i)"), neuron_ids(j, "IJConn(j)")
        if self.i.size != self.j.size:
            raise ShapeError(
                where="IJConn",
                expected="two lists of one length",
                got=f"{self.i.size} and {self.j.size}",
                fix="Give the presynaptic and the postsynaptic neuron of each synapse.",
            )
        self.order = np.argsort(self.i, kind="stable")

    def pairs(self, pre: Shape, post: Shape, draw: np.random.Generator) -> Pairs:
        return self.i, self.j


def as_connector(conn: Any) -> Connector:
    """A connector as it is, or one that stands for a ``(pre, post)`` matrix.

    Raises
    ------
    KindError
        Neither of them.
    """
    if isinstance(conn, Connector):
        return conn
    if hasattr(conn, "tocoo"):
        return SparseMatConn(conn)
    if hasattr(conn, "__array__") or isinstance(conn, list | tuple):
        return MatConn(conn)
    raise KindError(
        where="connect",
        expected="a connector or a (pre, post) matrix",
        got=f"{type(conn).__name__}",
        fix="Use for instance bp.connect.FixedProb(0.1).",
    )


def without_self(pre_ids: np.ndarray, post_ids: np.ndarray, include_self: bool) -> Pairs:
    """The pairs, without those of a neuron with itself unless they are wanted."""
    if include_self:
        return pre_ids, post_ids
    other = pre_ids != post_ids
    return pre_ids[other], post_ids[other]


def check_matrix(shape: tuple[int, ...], pre: Shape, post: Shape, where: str) -> None:
    expected = math.prod(pre), math.prod(post)
    if tuple(shape) != expected:
        raise ShapeError(
            where=where,
            expected=f"a matrix of shape {expected}",
            got=f"{tuple(shape)}",
            fix="A row stands for a presynaptic neuron, a column for a postsynaptic one.",
        )
