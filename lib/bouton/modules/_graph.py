"""The computational graph of a module, as plain data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ._module import Module

INPUT, OUTPUT = "input", "output"


class ModuleOfGraph(NamedTuple):
    """What a graph knows of one of its nodes.

    Attributes
    ----------
    kind : str
        Name of the class, of the plain form where the module is functional; ``'weight'`` and ``'add'`` for weights and sums
        between modules.
    shape : tuple of int
        Input and output channels.
    parameters : dict
        Parameters and constants by name, nested as the module has them: what somebody else would need to build the same.
    """

    kind: str
    shape: tuple[int, ...]
    parameters: dict[str, Any]


@dataclass(frozen=True)
class ModuleGraph:
    """Which module feeds which, from ``'input'`` to ``'output'``.

    Attributes
    ----------
    nodes : dict
        Path of each module, or of weights between two, → :class:`ModuleOfGraph`.
    edges : tuple of (str, str)
        Sender and receiver. A module with recurrent weights feeds itself.

    Examples
    --------
    >>> from bouton.modules import LIF, Linear, Sequential
    >>> graph = Sequential(Linear((2, 3)), LIF(3, has_rec=True)).as_graph()
    >>> graph.edges
    (('input', '0_Linear'), ('0_Linear', '1_LIF'), ('1_LIF', '1_LIF'), ('1_LIF', 'output'))
    >>> graph.nodes["1_LIF"].kind, graph.nodes["1_LIF"].shape
    ('LIF', (3,))
    """

    nodes: dict[str, ModuleOfGraph]
    edges: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "\n".join(f"{sender} -> {receiver}" for sender, receiver in self.edges)

    def below(self, name: str) -> "ModuleGraph":
        """The same graph with all paths below ``name``; a module by itself is called that."""

        def path(known: str) -> str:
            return known if known in (INPUT, OUTPUT) else f"{name}.{known}" if known else name

        nodes = {path(known): node for known, node in self.nodes.items()}
        return ModuleGraph(nodes, tuple((path(a), path(b)) for a, b in self.edges))

    def then(self, other: "ModuleGraph") -> "ModuleGraph":
        """The other one behind this one."""
        entries = [b for a, b in other.edges if a == INPUT]
        ends = [a for a, b in self.edges if b == OUTPUT]
        joined = tuple((a, b) for a in ends for b in entries)
        kept = tuple(edge for edge in self.edges if edge[1] != OUTPUT)
        return ModuleGraph({**self.nodes, **other.nodes}, (*kept, *joined, *(e for e in other.edges if e[0] != INPUT)))


def of_one(name: str, kind: str, shape: tuple[int, ...], parameters: dict[str, Any], *, loop: bool = False) -> ModuleGraph:
    """The graph of a single node."""
    edges = ((INPUT, name), *(((name, name),) if loop else ()), (name, OUTPUT))
    return ModuleGraph({name: ModuleOfGraph(kind, shape, parameters)}, edges)


def of_leaf(module: "Module", kind: type) -> ModuleGraph:
    """The graph of a module that is one node; it has no name of its own."""
    described = {e.name: e.value for e in module.entries() if e.owner is module and _describes(e)}
    below = {name: child.parameters() for name, child in module.modules().items()}
    return of_one("", kind.__name__, module.shape, {**described, **below}, loop="w_rec" in described)


def _describes(entry: Any) -> bool:
    # A constant is a parameter that is not trained; other simulation parameters are the simulation's own business.
    return entry.kind == "parameter" or (entry.kind == "simulation" and entry._slot.wrapper.constant)
