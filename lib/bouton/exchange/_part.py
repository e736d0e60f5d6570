"""A module as nodes of NIR."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core import Object
from ..errors import ValueRefused
from ..modules import Module

WHERE = "to_nir"


@dataclass
class Part:
    """Nodes and edges.

    Attributes
    ----------
    nodes : dict of str to nir.NIRNode
    edges : list of (str, str)
    first, last : tuple of str
        Nodes through which all comes in, and nodes whose sum goes out.
    """

    nodes: dict[str, Any]
    edges: list[tuple[str, str]] = field(default_factory=list)
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, node: Any) -> "Part":
        """A single node."""
        return cls({name: node}, [], (name,), (name,))

    @classmethod
    def in_a_row(cls, parts: "list[Part]") -> "Part":
        """Several, each fed by the one before."""
        whole = cls({}, [], parts[0].first, parts[-1].last)
        for part in parts:
            whole.nodes |= part.nodes
            whole.edges += part.edges
        for one, two in itertools.pairwise(parts):
            whole.edges += itertools.product(one.last, two.first)
        return whole

    @classmethod
    def wired(cls, parts: "dict[str, Part]", edges: Iterable[tuple[str, str]]) -> "Part":
        """Several with edges between them; an empty name is what comes in, or goes out."""
        whole = cls({}, [])
        for part in parts.values():
            whole.nodes |= part.nodes
            whole.edges += part.edges
        for one, two in edges:
            if one and two:
                whole.edges += itertools.product(parts[one].last, parts[two].first)
            elif two:
                whole.first += parts[two].first
            else:
                whole.last += parts[one].last
        return whole


def facts(module: Module) -> dict[str, Any]:
    """What NIR has no place for, and the way back needs."""
    return {
        "library": "bouton",
        "module": type(module).__name__,
        "spiking_input": bool(module.spiking_input),
        "spiking_output": bool(module.spiking_output),
    }


def each(owner: Object, key: str, shape: tuple[int, ...], told: dict[str, Any]) -> np.ndarray:
    """A value for each neuron, and in ``told`` that it was one for all, if it was."""
    value = np.asarray(getattr(owner, key))
    if value.shape != shape:
        told[f"shape_of_{key}"] = "x".join(map(str, value.shape)) or "scalar"
    return np.array(np.broadcast_to(value, shape))


def refuse_zero(where: str, **taus: np.ndarray) -> None:
    """Refuse time constants that no differential equation has."""
    for key, tau in taus.items():
        if not np.all(tau > 0):
            raise ValueRefused(
                where=f"{WHERE}, {where}.{key}",
                expected="time constants above 0, as a differential equation has",
                got="0",
                fix="Give it one that is short beside dt.",
            )
