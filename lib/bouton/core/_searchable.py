"""The public face of the search for what is below an object."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

import jax

from ..transform import Variable
from ..transform._frame import Versioned
from . import _placement, _saving, _search
from ._collector import ArrayCollector, Collector
from ._node_groups import NodeDict
from ._var_groups import VarDict

if TYPE_CHECKING:
    from ._object import Object


class LoadedState(NamedTuple):
    """What :meth:`Searchable.load_state_dict` could not match."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Kin(Versioned):
    """Counts the changes of children; ``held`` those of what was taken away unseen."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        super().__init__()
        self.held = Versioned()


class Searchable:
    """Gives an object its ``vars`` and ``nodes``."""

    _implicit_vars: dict[str, Variable]
    _implicit_nodes: "dict[str, Object]"
    _kin: Kin

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
        return _saving.cells(cast("Object", self)).dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> Any:
        """Write the values of a dict such as :meth:`state_dict` gives; all that are known here or, when one is refused, none.

        Parameters
        ----------
        state : mapping of str to array
            By relative path.

        Returns
        -------
        LoadedState
            The paths that ``state`` lacks, and those that are not known here. A functional module returns a new module instead.

        Raises
        ------
        MathError, KindError
            For a value of another shape or dtype than its Variable's.
        ValueRefused
            For a value outside the bounds of its attribute; NaN is outside of all.
        """
        return LoadedState(*_saving.load(cast("Object", self), state))

    def _file_facts(self) -> dict[str, str]:
        """For subclasses: what a file says of the model beside its arrays, as text."""
        return {}

    def _check_file_facts(self, facts: Mapping[str, str], where: str) -> None:
        """For subclasses: refuse a file that says something else of the model."""

    def save_states(self, file: str | os.PathLike[str]) -> None:
        """Save what :meth:`state_dict` gives, so that :meth:`load_states` of the same model, built again, can go on from there.

        Parameters
        ----------
        file : str or path
            A safetensors file, whatever its extension. One that is there is replaced once the new one is complete; a link is
            replaced by the file, what it pointed to stays.

        Raises
        ------
        UnsupportedError
            While a function is being traced: the values are not known then.
        KindError
            When ``file`` is no path.
        FolderError
            When its folder is not there.

        Notes
        -----
        Whatever reads safetensors reads the file, without bouton. The header holds, as text, the format and its version, the
        version of bouton, the class of the model, and for each path the kind and unit. Complex numbers are stored as pairs of
        floats, random keys of the newer kind as their data; the header says so. What is no array (functions, names) is not
        saved: it comes with the code that builds the model.
        """
        _saving.save(cast("Object", self), file)

    def load_states(self, file: str | os.PathLike[str]) -> Any:
        """Write what :meth:`save_states` has saved; all that is known here or, when something is refused, nothing.

        Parameters
        ----------
        file : str or path
            Also a safetensors file of other origin, whose paths, shapes and dtypes fit. Nothing in it is ever run.

        Returns
        -------
        LoadedState
            The paths that the file lacks, and those that are not known here. A functional module returns a new module instead.

        Raises
        ------
        ValueRefused
            A damaged file, or one of a newer format; a value outside the bounds of its attribute; a file of a module whose
            classes, or functions such as an activation, have other names than this one's.
        MathError
            Another shape or dtype than the model's.
        UnsupportedError
            While a function is being traced.
        """
        return LoadedState(*_saving.read(cast("Object", self), file))

    def to(self, device: Any) -> Self:
        """Move the value of every Variable here and below; compiled functions go on working, on the new device.

        Parameters
        ----------
        device : str, jax.Device or jax.sharding.Sharding
            ``'cpu'`` and ``'gpu'`` mean the first device of that platform.

        Returns
        -------
        Object
            The object itself.

        Raises
        ------
        ValueRefused
            For a platform that there is not, or an array that the sharding does not fit; nothing is moved.
        KindError
            For what is no device.
        UnsupportedError
            While a function is being traced.

        Notes
        -----
        JAX refuses to compute with arrays that were put to different devices: move all that works together.
        """
        _placement.move(cast("Object", self), device)
        return self

    def cpu(self) -> Self:
        """``to('cpu')``."""
        return self.to("cpu")

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
