"""Modules one after the other."""

import itertools
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from ..core._names import nearest
from ..errors import KindError, PositionError, ShapeError, UnknownPathError, ValueRefused
from ._call import overlay
from ._functional import Functional
from ._module import Module


class Sequential(Module):
    """Modules one after the other, each fed with the output of the one before.

    They become attributes named ``'0_Linear'``, ``'1_LIF'``, ...; ``seq[i]`` is the i-th, and
    ``seq['1_LIF']`` the one of that name. Shape and kind of input and output are
    those of the first and the last. The record has ``f'{name}_output'`` for every stage beside its own record. With functional
    modules the result is functional, a :class:`SequentialJax`.

    Parameters
    ----------
    *modules : Module
        At least one.

    Raises
    ------
    ShapeError
        When the output size of one is not the input size of the next.
    ValueRefused
        For no modules, when only some are functional, or for ``shape``, ``spiking_input`` or ``spiking_output``, which follow
        from the modules.
    KindError
        For something that is no module.

    Examples
    --------
    >>> import numpy as np
    >>> from bouton.modules import LIF, Linear
    >>> net = Sequential(Linear((2, 3)), LIF(3))
    >>> net
    Sequential with shape (2, 3) {
        Linear '0_Linear' with shape (2, 3)
        LIF '1_LIF' with shape (3,)
    }
    """

    def __new__(cls, *modules: Module, **kwargs: Any):
        functional = any(getattr(m, "_functional", False) for m in modules)
        chosen: Any = SequentialJax if functional and cls is Sequential else cls
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
        if not modules:
            raise ValueRefused(where=where, expected="at least one module", got="none", fix="Pass modules in order.")
        for i, module in enumerate(modules):
            if not isinstance(module, Module):
                raise KindError(
                    where=f"{where}, position {i}",
                    expected="a module",
                    got=f"{type(module).__name__}",
                    fix="Wrap a function in a module of its own.",
                )
        for i, (one, two) in enumerate(itertools.pairwise(modules)):
            if one.size_out != two.size_in:
                raise ShapeError(
                    where=f"{where}, from position {i} to {i + 1}",
                    expected=f"{type(two).__name__} with size_in {one.size_out}, the size_out of {type(one).__name__}",
                    got=f"size_in {two.size_in}",
                    fix="Make the sizes agree, or put a Linear between them.",
                )
        first, last = modules[0], modules[-1]
        super().__init__((first.size_in, last.size_out), first.spiking_input, last.spiking_output)
        self._names = tuple(f"{i}_{type(m).__name__}" for i, m in enumerate(modules))
        for name, module in zip(self._names, modules, strict=True):
            setattr(self, name, module)

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

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        data, state, recorded = input_data, {}, {}
        for name in self._names:
            data, substate, subrecord = getattr(self, name)(data, record=record)
            state[name] = substate
            if record:
                recorded = overlay(recorded, {name: subrecord, f"{name}_output": data})
        return data, state, recorded


class SequentialJax(Functional, Sequential):
    """:class:`Sequential` of functional modules; a JAX pytree."""
