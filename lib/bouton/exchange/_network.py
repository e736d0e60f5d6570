"""Nodes with branches and loops, wired with :mod:`bouton.nn`."""

import functools
import operator
from collections.abc import Mapping
from typing import Any, Self

import jax

from ..dynamics import DynamicalSystem, DynamicalSystemNS
from ..errors import UnsupportedError
from ..math import TrainingMode, environment
from ..modules import FromStep, Module
from ..nn import FromSystem, Input, Network, Node
from ._flat import Flat
from ._nodes import Reader


class Joint(Node):
    """The sum of what comes, from this step and, around loops, from the one before."""

    def init_ff(self) -> None:
        """Of the shape of its inputs."""
        self.set_output_shape(self.feedforward_shapes[0])

    def init_fb(self) -> None:
        """A loop brings what has the shape of the output."""

    def forward(self, ff: tuple[jax.Array, ...], fb: tuple[jax.Array, ...] = ()) -> jax.Array:
        """Their sum."""
        return sum((*ff[1:], *fb), ff[0])


class Whole(DynamicalSystemNS):
    """A network, of whose exits one is the output; others only lead back.

    Parameters
    ----------
    network : Network
    output : Node
    nodes : dict of str to FromSystem
        By the names that they have in NIR.
    edges : list of (str, str)
        Between them; an empty name is the input, or the output.
    """

    def __init__(self, network: Network, output: Node, nodes: Mapping[str, FromSystem], edges: list[tuple[str, str]]):
        super().__init__(mode=TrainingMode())
        self.network = network
        # Nodes of the network, which are not children once more.
        self.__dict__.update(_output=output, _nodes=dict(nodes))
        self.edges = tuple(edges)

    @property
    def systems(self) -> dict[str, DynamicalSystem]:
        """What the nodes go by, by their names in NIR."""
        return {name: node.system for name, node in self._nodes.items()}

    def reset_state(self, batch_size: int | None = None) -> Self:
        """All nodes begin anew."""
        self.network.reset_state(batch_size or 1)
        return self

    def update(self, x: jax.Array) -> jax.Array:
        """One step."""
        found = self.network(x)
        return found[self._output.name] if isinstance(found, dict) else found


def wired(flat: Flat, reader: Reader) -> Module:
    """The graph as a module over a network; edges that close a loop are one step late."""
    if "" in flat.after[""]:
        raise UnsupportedError(
            where="from_nir",
            expected="nodes on every way from the input to the output",
            got="an edge from the one to the other",
            fix="Put a nir.Scale of ones there.",
        )
    ours = set(reader.loops.values())
    back = _closing(flat)
    parts: list[Any] = []
    # Modules in it check that steps are as long as their own.
    with environment(dt=reader.dt * 1e3):
        systems = {name: FromSystem(reader.system(name)) for name in flat.nodes if name not in ours}
        nodes: dict[str, Node] = {"": Input(flat.size_in[0]), **systems}
        head = nodes[""]
        for name in (*systems, ""):
            senders = [one for one in flat.before[name] if one not in ours]
            ahead = [nodes[one] for one in senders if (one, name) not in back]
            behind = [nodes[one] for one in senders if (one, name) in back]
            head = ahead[0]
            if len(ahead) > 1 or behind:
                head = Joint()
                parts += [one >> head for one in ahead] + [head << one for one in behind]
            if name:
                parts.append(head >> nodes[name])
        network = functools.reduce(operator.and_, parts).initialize()
        edges = [(one, two) for one, ahead in flat.after.items() for two in ahead if not {one, two} & ours]
        return FromStep(Whole(network, head, systems, edges), reader.dt, shape=flat.size_in[0])


def _closing(flat: Flat) -> set[tuple[str, str]]:
    """Edges that lead back to a node on the way from the input."""
    closing: set[tuple[str, str]] = set()
    done: set[str] = set()
    way: dict[str, list[str]] = {"": list(flat.after[""])}
    while way:
        name = next(reversed(way))
        if not way[name]:
            done.add(name)
            del way[name]
            continue
        two = way[name].pop(0)
        if two in way and two:
            closing.add((name, two))
        elif two and two not in done:
            way[two] = list(flat.after[two])
    return closing
