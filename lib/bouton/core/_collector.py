"""Ordered dicts of what a search has found."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

import jax

from ..errors import KindError, UnknownPathError, ValueRefused
from ..transform import Variable
from ._names import nearest


class Collector(dict):
    """An ordered dict by path.

    Raises
    ------
    ValueRefused
        When a known path is given another object.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__()
        self.update(*args, **kwargs)

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self and self[key] is not value:
            raise ValueRefused(
                where=f"{type(self).__name__}[{key!r}]",
                expected=f"the {type(self[key]).__name__} that has this path",
                got=f"another {type(value).__name__}",
                fix="Use replace(key, value) to exchange it, or another path.",
            )
        super().__setitem__(key, self._checked(key, value))

    def _checked(self, key: str, value: Any) -> Any:
        return value

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Take in the items of a mapping, or pairs."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def replace(self, key: str, new: Any) -> Self:
        """Exchange what stands at ``key``, in its place; returns the collector.

        Raises
        ------
        UnknownPathError
            When there is nothing at ``key``.
        """
        if key not in self:
            raise UnknownPathError(
                where=f"{type(self).__name__}.replace", expected="a known path", got=f"{key!r}", fix=nearest(key, self)
            )
        super().__setitem__(key, self._checked(key, new))
        return self

    def subset(self, kind: type | tuple[type, ...]) -> Self:
        """Those that are instances of ``kind``."""
        return type(self)({key: x for key, x in self.items() if isinstance(x, kind)})

    def not_subset(self, kind: type | tuple[type, ...]) -> Self:
        """Those that are no instances of ``kind``."""
        return type(self)({key: x for key, x in self.items() if not isinstance(x, kind)})

    def unique(self) -> Self:
        """Each object once, under its first path."""
        first: dict[int, str] = {}
        for key, x in self.items():
            first.setdefault(id(x), key)
        return type(self)({key: self[key] for key in first.values()})

    def __add__(self, other: Mapping[str, Any]) -> Self:
        both = type(self)(self)
        both.update(other)
        return both

    def __sub__(self, other: Mapping[str, Any] | Iterable[Any]) -> Self:
        """Without the items of a mapping, or without those paths, or objects, in a sequence."""
        gone = [*other.values()] if isinstance(other, Mapping) else [x for x in other if not isinstance(x, str)]
        paths = set() if isinstance(other, Mapping) else {x for x in other if isinstance(x, str)}
        ids = {id(x) for x in gone}
        return type(self)({key: x for key, x in self.items() if key not in paths and id(x) not in ids})


class ArrayCollector(Collector):
    """A :class:`Collector` of Variables, and a pytree of their arrays.

    Raises
    ------
    KindError
        For what is no Variable.
    """

    def _checked(self, key: str, value: Any) -> Variable:
        if not isinstance(value, Variable):
            raise KindError(
                where=f"{type(self).__name__}[{key!r}]",
                expected="a Variable",
                got=f"{type(value).__name__}",
                fix="Use a plain dict for other things.",
            )
        return value

    def dict(self) -> dict[str, jax.Array]:
        """Path → array."""
        return {key: cell.value for key, cell in self.items()}

    def data(self) -> list[jax.Array]:
        """The arrays, in order."""
        return [cell.value for cell in self.values()]


def _as_dict(paths: tuple[str, ...], arrays: Any) -> Any:
    # What comes out of a JAX function is the arrays by path: it cannot write to copies of the cells by mistake.
    return dict(zip(paths, arrays, strict=True))


jax.tree_util.register_pytree_node(ArrayCollector, lambda found: (tuple(found.values()), tuple(found)), _as_dict)
