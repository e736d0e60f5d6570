"""What the operators do, as functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import KindError, ValueRefused
from ._graph import Edge, Graph, wired
from ._registry import is_node, maker

if TYPE_CHECKING:
    from ._network import Network
    from ._node import Node

_SETS = (set, frozenset)
# Where an error is, said only when there is one: a network that is asked for its name uses up a number.
Where = Callable[[], str]


def ff_connect(senders: Any, receivers: Any, inplace: bool = False, name: str | None = None) -> Network:
    """Feedforward edges from every exit of the senders to every entry of the receivers: ``senders >> receivers``.

    Parameters
    ----------
    senders : Node, Network, set, list or tuple of them
        Those of a set are separate inputs of the receivers; the outputs of those in a list or a tuple come as one, side by side.
    receivers : Node, Network, or set of them
    inplace : bool
        Whether ``receivers``, which is a Network then, changes, or else ``senders``. Default: a new one.
    name : str, optional
        Of the new Network.

    Returns
    -------
    Network
        All nodes and edges of both.

    Raises
    ------
    KindError
        For what is no node; for a list of receivers.
    ValueRefused
        For a circle of edges.
    """
    where = partial(_between, senders, ">>", receivers)
    if isinstance(receivers, list | tuple):
        raise KindError(
            where=where(),
            expected="a node, a network, or a set of nodes",
            got=type(receivers).__name__,
            fix="Write a >> {b, c}: both get the same. Only what sends can be a list, which is put side by side.",
        )
    host = _host(senders, receivers, name, "ff_connect") if inplace else None
    graphs, targets = _sending(senders, where), _apart(receivers, where)
    ff = [(a, b) for one in graphs for a in one.exits for two in targets for b in two.entries]
    return _result([*graphs, *targets], ff, [], host, name)


def fb_connect(senders: Any, receivers: Any, inplace: bool = False, name: str | None = None) -> Network:
    """Feedback edges, which carry the output of the step before: ``receivers << senders``.

    Parameters
    ----------
    senders, receivers : Node, Network, or set of them
        From every exit of the senders to every entry of the receivers.
    inplace : bool
        Whether ``receivers``, which is a Network then, changes, or else ``senders``.
    name : str, optional
        Of the new Network.

    Returns
    -------
    Network

    Raises
    ------
    KindError
        For what is no node; for a list.
    ValueRefused
        For a receiver that does not support feedback; for a circle of feedback edges.
    """
    where = partial(_between, receivers, "<<", senders)
    for given in (senders, receivers):
        if isinstance(given, list | tuple):
            raise KindError(
                where=where(),
                expected="a node, a network, or a set of nodes",
                got=type(given).__name__,
                fix="Write a set, {a, b}.",
            )
    host = _host(senders, receivers, name, "fb_connect") if inplace else None
    graphs, targets = _apart(senders, where), _apart(receivers, where)
    fb = [(a, b) for one in graphs for a in one.exits for two in targets for b in two.entries]
    return _result([*graphs, *targets], [], fb, host, name)


def merge(*nodes: Any, inplace: bool = False, name: str | None = None) -> Network:
    """All nodes and edges of several graphs: ``a & b``.

    Parameters
    ----------
    *nodes : Node, Network, or set, list or tuple of them
    inplace : bool
        Whether the first, which is a Network then, changes.
    name : str, optional
        Of the new Network.

    Returns
    -------
    Network

    Raises
    ------
    KindError
        For what is no node.
    ValueRefused
        For a circle of edges.
    """
    if not nodes:
        raise ValueRefused(where="merge", expected="nodes", got="none", fix="Pass the graphs that are put together.")
    host = _host(nodes[0], nodes[0], name, "merge") if inplace else None
    where = partial(_between, nodes[0], "&", *nodes[1:])
    return _result([graph for given in nodes for graph in _apart(given, where)], [], [], host, name)


def select(node: Any, index: Any, name: str | None = None) -> Network:
    """Some features of what a node gives: ``node[index]``.

    Parameters
    ----------
    node : Node or Network
        With one exit.
    index : int, slice, sequence of int or bool
        Over the last axis, which stays.
    name : str, optional
        Of the new Network.

    Returns
    -------
    Network
        With a :class:`~bouton.nn.Select` at its end.
    """
    exits = _graph_of(node, lambda: "select").exits
    if len(exits) != 1:
        raise ValueRefused(
            where="select",
            expected="one exit",
            got=f"{len(exits)}, {', '.join(str(one.name) for one in exits)}",
            fix="Select from a member: net['name'][index].",
        )
    return ff_connect(node, maker("select")(index), name=name)


def concatenate(*nodes: Any, axis: int = -1, name: str | None = None) -> Network:
    """What several nodes give, side by side in this order: ``[a, b] >> c`` does this first.

    Parameters
    ----------
    *nodes : Node or Network
    axis : int
        On which they come side by side.
    name : str, optional
        Of the new Network.

    Returns
    -------
    Network
        With a :class:`~bouton.nn.Concat` at its end.

    Raises
    ------
    KindError, ValueRefused
        For what is no node, for nothing, and for a node that comes twice.
    """
    graphs = [graph for given in nodes for graph in _apart(given, lambda: "concatenate")]
    if not graphs:
        raise ValueRefused(where="concatenate", expected="nodes", got="none", fix="Pass those that are put side by side.")
    exits = [a for graph in graphs for a in graph.exits]
    twice = [a for k, a in enumerate(exits) if a in exits[:k]]
    if twice:
        raise ValueRefused(
            where=f"[{', '.join(str(a.name) for a in exits)}]",
            expected="each node once",
            got=f"{twice[0].name} again",
            fix=f"An edge is there or not; its output once more is {twice[0].name}[:], which goes through a Select.",
        )
    joint = maker("concat")(axis=axis)
    joint._plan.listed = tuple(exits)
    return _result([*graphs, joint._as_graph()], [(a, joint) for a in exits], [], None, name)


def nodes_in(given: Any) -> bool:
    """Whether it is a node, or a set, list or tuple with one."""
    return is_node(given) or (isinstance(given, set | frozenset | list | tuple) and any(map(nodes_in, given)))


def _apart(given: Any, where: Where) -> list[Graph]:
    """The graphs of one or several; of a set in the order in which its nodes were made."""
    if not isinstance(given, (*_SETS, list, tuple)):
        return [_graph_of(given, where)]
    if not given:
        raise ValueRefused(where=where(), expected="nodes", got=f"{given!r}", fix="Put nodes into it.")
    each: Iterable = sorted(given, key=lambda one: _numbers(one, where)) if isinstance(given, _SETS) else given
    return [graph for one in each for graph in _apart(one, where)]


def _sending(given: Any, where: Where) -> list[Graph]:
    """The same, but what comes out of those in a list or a tuple, also one in a set, is put side by side first."""
    if isinstance(given, _SETS) and given:
        each = sorted(given, key=lambda one: _numbers(one, where))
        return [graph for one in each for graph in _sending(one, where)]
    graphs = _apart(given, where)
    if isinstance(given, list | tuple) and len([a for graph in graphs for a in graph.exits]) > 1:
        return [_graph_of(concatenate(*given), where)]
    return graphs


def _graph_of(given: Any, where: Where) -> Graph:
    if not is_node(given):
        raise KindError(
            where=where(),
            expected="a node, a network, or several of them",
            got=type(given).__name__,
            fix="Make a node of a system with bp.nn.FromSystem(system)." if hasattr(given, "update") else "Wire nodes of bp.nn.",
        )
    return given._as_graph()


def _numbers(given: Any, where: Where) -> list[int]:
    return sorted(node._number for graph in _apart(given, where) for node in graph.nodes)


def _host(senders: Any, receivers: Any, name: str | None, where: str) -> Any:
    """The Network that changes in place."""
    if name is not None:
        raise ValueRefused(
            where=f"{where}(inplace=True, name=...)",
            expected="no name: the Network that changes has one",
            got=f"{name!r}",
            fix="Leave one of the two out.",
        )
    network = maker("network")
    host = receivers if isinstance(receivers, network) else senders
    if not isinstance(host, network):
        raise ValueRefused(
            where=f"{where}(inplace=True)",
            expected="a Network",
            got=type(receivers).__name__,
            fix="Leave inplace out: a new Network is returned.",
        )
    return host


def _result(graphs: list[Graph], ff: list[Edge], fb: list[Edge], host: Any, name: str | None) -> Network:
    graphs = [*([host._as_graph()] if host is not None else []), *graphs]
    nodes: list[Node] = [node for graph in graphs for node in graph.nodes]
    whole = wired(nodes, [*(e for graph in graphs for e in graph.ff), *ff], [*(e for graph in graphs for e in graph.fb), *fb])
    if host is not None:
        host._rewire(whole)
        return host
    return maker("network")._of(whole, name)


def _between(first: Any, operator: str, *others: Any) -> str:
    return f" {operator} ".join(map(_shown, (first, *others)))


def _shown(given: Any) -> str:
    if isinstance(given, list | tuple):
        return f"[{', '.join(map(_shown, given))}]"
    if isinstance(given, _SETS):
        return f"{{{', '.join(sorted(map(_shown, given)))}}}"
    return str(getattr(given, "name", type(given).__name__))
