"""The public face of the search for what is below an object."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import jax

from ..transform import Variable
from ..transform._frame import Versioned
from . import _search
from ._collector import ArrayCollector, Collector
from ._groups import NodeDict, VarDict

if TYPE_CHECKING:
    from ._object import Object


class LoadedState(NamedTuple):
    """What :meth:`Searchable.load_state_dict` could not match."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Searchable:
    """Gives an object its ``vars`` and ``nodes``."""

    _implicit_vars: dict[str, Variable]
    _implicit_nodes: "dict[str, Object]"
    _kin: Versioned

    def vars(self, method: str = "absolute", level: int = -1, include_self: bool = True) -> ArrayCollector:
        """Every Variable here and below, object by object, breadth first; within one object by name.

        Parameters
        ----------
        method : {'absolute', 'relative'}
            Paths begin with the unique name of the object that has the Variable, ``'Linear0.W'``, or follow the attributes from
            here, ``'l1.W'``.
        level : int
            How far down; -1 for all, 1 for the direct children.
        include_self : bool
            Whether the object's own are listed.

        Returns
        -------
        ArrayCollector
            Path → Variable. One that is reachable in several ways stands under each path; see ``unique()``.

        Raises
        ------
        ValueRefused
            For another ``method``.
        """
        return _search.variables(cast("Object", self), method, level, include_self=include_self)

    def train_vars(self, method: str = "absolute", level: int = -1, include_self: bool = True) -> ArrayCollector:
        """Those of :meth:`vars` that training changes."""
        return _search.trainable(self.vars(method, level, include_self))

    def nodes(self, method: str = "absolute", level: int = -1, include_self: bool = True) -> Collector:
        """This object and those below, breadth first, by path; arguments as for :meth:`vars`."""
        return _search.nodes(cast("Object", self), method, level, include_self=include_self)

    def state_dict(self) -> dict[str, jax.Array]:
        """What every Variable here and below holds, by relative path; each Variable once."""
        return self.vars("relative").unique().dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> LoadedState:
        """Write the values of a dict such as :meth:`state_dict` gives; all that are known here or, when one is refused, none.

        Parameters
        ----------
        state : mapping of str to array
            By relative path.

        Returns
        -------
        LoadedState
            The paths that ``state`` lacks, and those that are not known here.

        Raises
        ------
        MathError, KindError
            For a value of another shape or dtype than its Variable's.
        """
        known = self.vars("relative")
        admitted = [(known[path], _search.admitted(known[path], path, x)) for path, x in state.items() if path in known]
        for cell, x in admitted:
            cell.value = x
        found = {id(cell) for cell, _ in admitted}
        missing = [path for path, cell in known.unique().items() if id(cell) not in found]
        return LoadedState(missing, [path for path in state if path not in known])

    def register_implicit_vars(self, *variables: Any, **named: Any) -> None:
        """Make Variables known that stand where no search sees them, in a closure for instance.

        Parameters
        ----------
        *variables : Variable, or list, tuple or dict of them
        **named : Variable

        Raises
        ------
        KindError
            For what is no Variable.
        """
        _search.register(self._implicit_vars, VarDict, variables, named)

    def register_implicit_nodes(self, *nodes: Any, **named: Any) -> None:
        """The same for objects."""
        _search.register(self._implicit_nodes, NodeDict, nodes, named)
        self._kin.version += 1
