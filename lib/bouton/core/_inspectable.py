"""The public face of the one walk over a model: entries, nested dictionaries, resets."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from ..errors import KindError, UnknownPathError
from ..transform import Variable
from . import _inspect
from ._entry import Entry
from ._names import nearest
from ._searchable import Kin

if TYPE_CHECKING:
    from ._object import Object


class Inspectable:
    """Gives an object its entries, and reads, writes and resets by them."""

    _children: "dict[str, Object]"
    _kin: Kin

    def entries(self) -> Iterator[Entry]:
        """Yield what is known about each registered attribute, depth first: own attributes, then each child's.

        Yields
        ------
        Entry
            With path, kind, family, unit, shapes, dtype, bounds and value.
        """
        yield from _inspect.walk(cast("Object", self), "", ())

    def entry(self, path: str) -> Entry:
        """The entry at ``path``, for instance ``'neurons.tau'``.

        Raises
        ------
        UnknownPathError
            When there is none; it names the nearest.
        """
        for entry in self.entries():
            if entry.path == path:
                return entry
        raise UnknownPathError(
            where=f"{type(self).__name__}.entry",
            expected="the path of a registered attribute",
            got=f"{path!r}",
            fix=nearest(path, [e.path for e in self.entries()]),
        )

    def cell(self, path: str) -> Variable:
        """The Variable behind the attribute at ``path``, for ``grad(grad_vars=...)``.

        Raises
        ------
        UnknownPathError
            When there is no such attribute.
        KindError
            When it is no array, so has no cell.
        """
        entry = self.entry(path)
        if entry.cell is None:
            raise KindError(
                where=f"{type(self).__name__}.cell({path!r})",
                expected="a number or an array",
                got=f"{type(entry.value).__name__}",
                fix="What is no array is a constant and has no Variable.",
            )
        return entry.cell

    # -- nested dictionaries ------------------------------------------------

    def modules(self) -> "dict[str, Object]":
        """Children by attribute name, in order of assignment."""
        self._kin.used()
        return dict(self._children)

    def parameters(self, family: str | tuple | list | None = None) -> dict:
        """Parameters as a nested dict of copies, own first, then one dict for each child.

        Parameters
        ----------
        family : str, or tuple or list of str, optional
            Only these; then branches without any are left out.
        """
        return _inspect.nested(cast("Object", self), "parameter", family)

    def states(self, family: str | tuple | list | None = None) -> dict:
        """States, in the form of :meth:`parameters`."""
        return _inspect.nested(cast("Object", self), "state", family)

    def simulation_parameters(self, family: str | tuple | list | None = None) -> dict:
        """Simulation parameters, in the form of :meth:`parameters`."""
        return _inspect.nested(cast("Object", self), "simulation", family)

    def attributes_named(self, name: str | tuple | list) -> dict:
        """Every registered attribute of that name, or those names, whatever its kind, as a nested dict."""
        return _inspect.named(cast("Object", self), name)

    def set_attributes(self, attributes: Mapping[str, Any]) -> Self:
        """Write the values of a nested dict such as :meth:`parameters` gives, in place.

        Either all are written or, when one is refused, none.

        Raises
        ------
        UnknownPathError
            For an unknown name; it names the nearest.
        ShapeError, KindError, ValueRefused
            For a value that its attribute cannot take.
        """
        _inspect.assign(cast("Object", self), attributes)
        return self

    def reset_state(self) -> Self:
        """Set every state to its initial value; returns the object."""
        _inspect.reset(cast("Object", self), ("state", "random"))
        return self

    def reset_parameters(self) -> Self:
        """Set every parameter to its initial value; returns the object."""
        _inspect.reset(cast("Object", self), ("parameter",))
        return self
