"""What all models have in common that are modules one after the other."""

import itertools
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from ..core import Object
from ..core._names import nearest
from ..core._nested import overlay
from ..errors import KindError, PositionError, ShapeError, UnknownPathError, ValueRefused
from ._forms import functional_form
from ._graph import ModuleGraph
from ._held_state import moving
from ._module import Module


class Chain(Module):
    """Modules one after the other; a subclass says what is between them and around them.

    They become attributes named ``'0_Linear'``, ``'1_LIF'``, ...; with functional modules the result is functional.
    """

    _least = 1

    def __new__(cls, *modules: Module, **kwargs: Any):
        functional = any(getattr(m, "_functional", False) for m in modules)
        chosen: Any = functional_form(cls) if functional else cls
        return super().__new__(chosen)

    def __init__(self, *modules: Module, **kwargs: Any):
        where = type(self).__name__
        for name in kwargs:
            raise ValueRefused(
                where=where,
                expected="only modules",
                got=f"{name}=",
                fix="Shape and spiking follow from the modules; leave it out.",
            )
        if len(modules) < self._least:
            raise ValueRefused(
                where=where,
                expected=f"at least {'one module' if self._least == 1 else f'{self._least} modules'}",
                got=f"{len(modules) or 'none'}",
                fix="Pass modules in order.",
            )
        for i, module in enumerate(modules):
            if not isinstance(module, Module):
                raise KindError(
                    where=f"{where}, position {i}",
                    expected="a module",
                    got=f"{type(module).__name__}",
                    fix="Wrap a function in a module of its own.",
                )
        self._check_sizes(modules)
        first, last = modules[0], modules[-1]
        super().__init__((first.size_in, last.size_out), first.spiking_input, last.spiking_output)
        self._names = tuple(f"{i}_{type(m).__name__}" for i, m in enumerate(modules))
        for name, module in zip(self._names, modules, strict=True):
            setattr(self, name, module)

    def _refuse_child(self, name: str, child: Object) -> None:
        super()._refuse_child(name, child)
        # A plain module would go on in the second place with the state of the first, and a functional one begin anew in both.
        names = self.__dict__.get("_names", ())
        if name in names:
            self._refuse_shared_state(name, child, names)

    def _refuse_shared_state(self, name: str, child: Object, names: tuple[str, ...]) -> None:
        own = {cell for cell, _ in moving(child)}
        for other in names:
            there = self._children.get(other)
            if other == name or there is None or not any(cell in own for cell, _ in moving(there)):
                continue
            # Rather than a random key: a state that somebody knows by its name.
            shared = min((entry for entry in there.entries() if entry.cell in own), key=lambda entry: entry.name.endswith("_key"))
            raise ValueRefused(
                where=self._where(name),
                expected="a module with states of its own",
                got=f"{type(child).__name__} with the state {f'{other}.{shared.path}'!r}, which stands there as well",
                fix="Build a second one; a module without states, a Linear for instance, may stand in several places.",
            )

    def _check_sizes(self, modules: tuple[Module, ...]) -> None:
        """Refuse modules that do not fit together."""
        where = type(self).__name__
        for i, (one, two) in enumerate(itertools.pairwise(modules)):
            if one.size_out != two.size_in:
                raise ShapeError(
                    where=f"{where}, from position {i} to {i + 1}",
                    expected=f"{type(two).__name__} with size_in {one.size_out}, the size_out of {type(one).__name__}",
                    got=f"size_in {two.size_in}",
                    fix="Make the sizes agree, or put a Linear between them.",
                )

    def _between(self, data: Any, index: int) -> Any:
        """What the module at ``index`` gets of the output of the one before."""
        return data

    def __getitem__(self, index: int | str) -> Module:
        """The module at a position, from the end when negative, or of a name."""
        if isinstance(index, str):
            if index not in self._names:
                raise UnknownPathError(
                    where=f"{self.class_name}[{index!r}]",
                    expected="the name of a module in it",
                    got=f"{index!r}",
                    fix=nearest(index, self._names),
                )
            return getattr(self, index)
        if isinstance(index, slice):
            part = "".join("" if i is None else str(i) for i in (index.start, ":", index.stop))
            raise KindError(
                where=f"{self.class_name}[{part}]",
                expected="one position or name",
                got="a slice",
                fix=f"Write list(net)[{part}] for the modules, and Sequential(*list(net)[{part}]) for a model of them.",
            )
        if not isinstance(index, int | np.integer):
            raise KindError(
                where=f"{self.class_name}[{index!r}]",
                expected="a position or a name",
                got=f"{type(index).__name__}",
                fix=f"Write for instance net[0] or net[{self._names[0]!r}].",
            )
        if not -len(self) <= index < len(self):
            raise PositionError(
                where=f"{self.class_name}[{index}]",
                expected=f"a position from 0 to {len(self) - 1}, or from -{len(self)} to -1 counted from the end",
                got=f"{index}",
                fix=f"It holds {', '.join(self._names)}.",
            )
        return getattr(self, self._names[index])

    def __iter__(self) -> Iterator[Module]:
        return (getattr(self, name) for name in self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _signals(self, above: tuple = ()) -> list[str]:
        return [*super()._signals(above), *(f"{name}_output" for name in self._names)]

    def _event_signals(self, above: tuple = ()) -> list[str]:
        spiking = [f"{name}_output" for name in self._names if getattr(self, name).spiking_output]
        return [*super()._event_signals(above), *spiking]

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        data, state, recorded = input_data, {}, {}
        for i, name in enumerate(self._names):
            data = self._between(data, i) if i else data
            data, substate, subrecord = getattr(self, name)(data, record=record)
            state[name] = substate
            if record:
                recorded = overlay(recorded, {name: subrecord, f"{name}_output": data})
        return data, state, recorded

    def as_graph(self) -> ModuleGraph:
        self._refuse_unknown_evolve()
        graphs = [getattr(self, name).as_graph().below(name) for name in self._names]
        joined = graphs[0]
        for i, graph in enumerate(graphs[1:], 1):
            between = self._graph_between(i)
            joined = joined.then(graph if between is None else between.then(graph))
        return joined

    as_graph.__doc__ = Module.as_graph.__doc__

    def _graph_between(self, index: int) -> ModuleGraph | None:
        """What :meth:`_between` does, as a graph."""
        return None
