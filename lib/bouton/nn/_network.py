"""Nodes that are wired."""

import copy as copying
from collections.abc import Callable, Iterable
from typing import Any, Self

from ..core import Collector
from ..core._names import claim, nearest, next_name
from ..errors import KindError, UnknownPathError
from . import _initialise as initialisation
from ._graph import Edge, Graph, wired
from ._node import Node
from ._operators import fb_connect, ff_connect, merge, select
from ._plan import Shape
from ._registry import made_as

_NOTHING = Graph()


class ByNode(dict[Node, Shape]):
    """Shapes by node, which shows the names of these."""

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{node.name}: {shape}' for node, shape in self.items())}}}"


@made_as("network")
class Network(Node):
    """Nodes that are wired; usually what ``>>``, ``<<`` and ``&`` make of them.

    It is a node itself, and a system of one step, so it goes wherever these go. Its members are objects of their own: one that is
    in two networks has the same weights in both.

    Parameters
    ----------
    nodes : iterable of Node, optional
        Members; those at the ends of edges need not be named.
    ff_edges, fb_edges : iterable of (sender, receiver), optional
        Feedforward and feedback edges.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError
        For what is no node.
    ValueRefused
        For a circle of edges, feedback to a node that does not support it, or two nodes of one name.

    Notes
    -----
    Within a step nodes run each behind its senders. Inputs of a node stand in the order in which the senders were constructed,
    however they were wired; only a list, ``[b, a] >> c``, has an order of its own.
    """

    def __init__(
        self,
        nodes: Iterable[Node] | None = None,
        ff_edges: Iterable[Edge] | None = None,
        fb_edges: Iterable[Edge] | None = None,
        name: str | None = None,
    ):
        super().__init__(name)
        ff, fb = _pairs(ff_edges, "ff_edges"), _pairs(fb_edges, "fb_edges")
        members = [*(nodes or ()), *(node for edge in (*ff, *fb) for node in edge)]
        for node in members:
            if not isinstance(node, Node) or isinstance(node, Network):
                raise KindError(
                    where=f"{type(self).__name__}(nodes, ff_edges, fb_edges)",
                    expected="single nodes, and pairs of them",
                    got=type(node).__name__,
                    fix="Networks are put together with >>, << and &.",
                )
        self._rewire(wired(members, ff, fb))

    @classmethod
    def _of(cls, graph: Graph, name: str | None) -> "Network":
        return cls(graph.nodes, graph.ff, graph.fb, name)

    def _rewire(self, graph: Graph) -> None:
        for name in self._listed:
            self._disown(name)
        # A subclass may have some in attributes of its own.
        known = {id(child) for child in self._children.values()}
        listed = {str(node.name): node for node in graph.nodes if id(node) not in known}
        for name, node in listed.items():
            # Not through attributes: members may have names that the class uses itself.
            self._children[name] = node
            node.__dict__["_attribute_name"] = name
        self.__dict__.update(_wires=graph, _names_listed=tuple(listed))
        self._kin.version += 1

    @property
    def _listed(self) -> tuple[str, ...]:
        """Under which names members were made children."""
        return self.__dict__.get("_names_listed", ())

    @property
    def _graph(self) -> Graph:
        self._kin.used()
        return self.__dict__.get("_wires", _NOTHING)

    # -- what it is made of ------------------------------------------------

    @property
    def lnodes(self) -> tuple[Node, ...]:
        """All members, in the order in which they run."""
        return self._graph.nodes

    @property
    def entry_nodes(self) -> list[Node]:
        """Members that no other feeds."""
        return [*self._graph.entries]

    @property
    def exit_nodes(self) -> list[Node]:
        """Members that feed no other."""
        return [*self._graph.exits]

    @property
    def ff_edges(self) -> tuple[Edge, ...]:
        """Feedforward edges, (sender, receiver)."""
        return self._graph.ff

    @property
    def fb_edges(self) -> tuple[Edge, ...]:
        """Feedback edges, (sender, receiver)."""
        return self._graph.fb

    @property
    def feedback_nodes(self) -> list[Node]:
        """Members that send feedback."""
        return [*self._graph.fb_sending]

    @property
    def nodes_has_feedback(self) -> list[Node]:
        """Members that receive feedback."""
        return [*dict.fromkeys(receiver for _, receiver in self._graph.fb)]

    def nodes(self, method: str = "absolute", level: int = 1, include_self: bool = False) -> Collector:
        """Members by name; arguments as of every object, by default the members alone."""
        return super().nodes(method, level, include_self)

    def get_node(self, name: str) -> Node:
        """The member of that name, ``net['name']``.

        Raises
        ------
        UnknownPathError
            When there is none.
        """
        known = {str(node.name): node for node in self._graph.nodes}
        if name not in known:
            raise UnknownPathError(
                where=f"{type(self).__name__}[{name!r}]",
                expected="the name of a member",
                got=f"{name!r}",
                fix=nearest(str(name), known),
            )
        return known[name]

    def __getitem__(self, index: Any) -> Any:
        return self.get_node(index) if isinstance(index, str) else select(self, index)

    @property
    def feedforward_shapes(self) -> Any:
        """Shapes of the inputs by entry node; None before they are known."""
        shapes = {node: node._plan.ff for node in self.entry_nodes}
        return None if None in shapes.values() else ByNode({node: next(iter(ff.values())) for node, ff in shapes.items() if ff})

    @property
    def feedback_shapes(self) -> None:
        """None: feedback goes between members."""
        return None

    @property
    def output_shape(self) -> Any:
        """Shape of the output; with several exits a dict by node; None before they are known."""
        shapes: dict[Node, Any] = {node: node.output_shape for node in self.exit_nodes}
        if None in shapes.values():
            return None
        return next(iter(shapes.values())) if len(shapes) == 1 else ByNode(shapes)

    @property
    def is_initialized(self) -> bool:
        """Whether it can be called."""
        return bool(self._graph.nodes) and initialisation.is_ready(self._graph)

    @property
    def trainable(self) -> bool:
        """Whether a member is; assigned, it holds for all, as :attr:`Node.trainable` says.

        A system in a ``FromSystem`` that was built without TrainVars has none afterwards, either.
        """
        self._kin.used()
        return any(node.trainable for node in self._graph.nodes)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._refuse_no_flag(trainable)
        self._train(self._graph.nodes, trainable)

    # -- in place ----------------------------------------------------------

    def __irshift__(self, other: Any) -> Self:
        return self._take(ff_connect(self, other))

    def __ilshift__(self, other: Any) -> Self:
        return self._take(fb_connect(other, self))

    def __iand__(self, other: Any) -> Self:
        return self._take(merge(self, other))

    def _take(self, made: "Network") -> Self:
        self._rewire(made._graph)
        return self

    def copy(self, name: str | None = None, shallow: bool = False) -> "Network":
        """Another network of the same form.

        Parameters
        ----------
        name : str, optional
            Of the copy.
        shallow : bool
            Whether it has the same members. Default: copies of them, whose weights are their own.
        """
        made = self._made(type(self).__new__(type(self)), self._graph, lambda given: given) if shallow else copying.deepcopy(self)
        if name is not None:
            claim(made, name)
        return made

    def __deepcopy__(self, memo: dict) -> "Network":
        memo[id(self)] = made = type(self).__new__(type(self))
        # With one memo: what two of them share, the copies share.
        copies = {node: copying.deepcopy(node, memo) for node in self._graph.nodes}
        for node, copied in copies.items():
            claim(copied, next_name(f"{node.name}_copy"))
            copied._plan.rewire(copies)
        for node in sorted(copies, key=lambda node: node._number):
            copies[node]._renumber()
        return self._made(made, self._graph.of(copies), lambda given: copying.deepcopy(given, memo))

    def __copy__(self) -> "Network":
        return self.copy(shallow=True)

    def __getstate__(self) -> dict[str, Any]:
        nodes = self._graph.nodes
        order = sorted(range(len(nodes)), key=lambda k: nodes[k]._number)
        return {**self.__dict__, "_pickled": ([str(node.name) for node in nodes], order)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Out of a pickle: members have the names that they had, unless others have these now."""
        names, order = state.pop("_pickled")
        super().__setstate__(state)
        graph = self._graph
        for name, node in zip(names, graph.nodes, strict=True):
            if node.__dict__["_unique_name"] is None:
                claim(node, next_name(f"{name}_copy"))
            node._plan.rejoin(graph.senders(node), graph.fb_senders(node))
        for k in order:
            graph.nodes[k]._renumber()
        self._rewire(graph)

    def _made(self, made: "Network", graph: Graph, taken: Callable[[Any], Any]) -> "Network":
        """``made`` with that graph, and with what a subclass has in attributes besides."""
        attributes = self.__dict__.keys() - made.__dict__.keys() - {"_wires", "_names_listed"}
        made.__dict__.update({name: taken(self.__dict__[name]) for name in self.__dict__ if name in attributes})
        children = {name: child for name, child in self._children.items() if name not in self._listed}
        for registry, own in ((made._slots, self._slots), (made._children, children), (made._groups, self._groups)):
            registry.update({name: taken(each) for name, each in own.items()})
        for name, group in made._groups.items():
            group.belongs_to(made, name)
        made._rewire(graph)
        made._plan.num_batch = self._plan.num_batch
        return made

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(str(node.name) for node in self._graph.nodes)})"


class FrozenNetwork(Network):
    """A network that cannot be extended, by no operator.

    Parameters
    ----------
    nodes, ff_edges, fb_edges, name
        As of a :class:`Network`.
    """

    def _as_graph(self) -> Graph:
        raise KindError(
            where=f"{type(self).__name__}({self.name})",
            expected="a network that can be extended",
            got="a frozen one",
            fix="Wire its members, or make a Network of them: bp.nn.Network(net.lnodes, net.ff_edges, net.fb_edges).",
        )


def _pairs(edges: Iterable[Edge] | None, name: str) -> list[Edge]:
    made: list[Any] = [tuple(edge) if isinstance(edge, tuple | list) else edge for edge in edges or ()]
    for edge in made:
        if not (isinstance(edge, tuple) and len(edge) == 2):
            raise KindError(
                where=f"Network({name}=...)",
                expected="pairs (sender, receiver)",
                got=f"{edge!r}",
                fix=f"Write {name}=[(a, b), (b, c)].",
            )
    return made
