"""What a runner reads after each step."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..core import Object
from ..errors import KindError, MonitorError, PositionError, ValueRefused
from ..neurons import NeuGroup
from ..transform import Variable
from ..transform._operators import plain
from ._given import as_numbers
from ._lookup import Found, gathers, lookup, owner_of

_FORM = "Write for instance ['V', 'E.spike', ('V', [0, 3])], or {'v': model.V, 'mean': lambda shared: model.V.mean()}."


class Monitor(NamedTuple):
    """One of them.

    Attributes
    ----------
    key : str
        Under which it is found in the record.
    source : Variable or callable
        What is read.
    indices : int or int array, or None
        Along the last axis.
    found : Found or None
        Where the Variable stands in the model.
    group : NeuGroup or None
        Whose steps use up the input that is read: the source has what they used.
    """

    key: str
    source: Variable | Callable
    indices: Any = None
    found: Found | None = None
    group: NeuGroup | None = None

    def begin(self) -> None:
        """Before a step of which something is read."""
        if self.group is not None:
            self.group.__dict__["_took"] = False

    def read(self, shared: Mapping[str, Any]) -> jax.Array:
        """The present value."""
        if not isinstance(self.source, Variable):
            read = plain(self.source(shared))
            where = f"DSRunner(monitors=...), {self.key!r}"
            return jnp.asarray(read if isinstance(read, list | tuple) else as_numbers(read, where, _FORM))
        # A step that a user has written may have left the input where it is.
        source = self.source if self.group is None or self.group._took else self.group.input
        return source.value if self.indices is None else source.value[..., self.indices]

    def batch_axis(self, ndim: int, batched: bool) -> int | None:
        """Of the batch in a value of ``ndim`` axes; ``batched`` says whether the model has one."""
        if isinstance(self.source, Variable):
            return self.source.batch_axis
        return 0 if batched and ndim else None


def monitors(target: Object, given: Any) -> list[Monitor]:
    """All that are asked for, checked.

    Parameters
    ----------
    target : Object
        The model.
    given : None, str, list, tuple or dict
        As for :class:`bouton.DSRunner`.

    Raises
    ------
    MonitorError
        For a name that does not exist.
    KindError, ValueRefused, PositionError
        For what cannot be read.
    """
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [_monitor(target, _text(key), source) for key, source in given.items()]
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list | tuple):
        raise KindError(where="DSRunner(monitors=...)", expected="a list or a dict", got=type(given).__name__, fix=_FORM)
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str) and not isinstance(given[1], str | tuple):
        given = [given]
    found = [_monitor(target, _text(one[0] if isinstance(one, tuple | list) and one else one), one) for one in given]
    keys = [one.key for one in found]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ValueRefused(
            where="DSRunner(monitors=...)",
            expected="each name once",
            got=f"{twice!r} twice",
            fix="Give a dict with keys of its own.",
        )
    return found


def _text(key: Any) -> str:
    if not isinstance(key, str):
        raise KindError(where="DSRunner(monitors=...)", expected="the name of a Variable", got=type(key).__name__, fix=_FORM)
    if key == "ts":
        raise ValueRefused(
            where="DSRunner(monitors=...), 'ts'",
            expected="a key other than 'ts', which is the time",
            got="it",
            fix="Choose another key.",
        )
    return key


def _monitor(target: Object, key: str, given: Any) -> Monitor:
    where = f"DSRunner(monitors=...), {key!r}"
    source, indices, group = given, None, None
    if isinstance(given, tuple | list):
        if len(given) != 2:
            raise KindError(where=where, expected="a pair (name, indices)", got=f"{len(given)} elements", fix=_FORM)
        source, indices = given
    found = None
    if isinstance(source, str):
        found = lookup(target, source, where, MonitorError)
        source = found.cell
    elif isinstance(source, Variable):
        found = owner_of(target, source)
    elif not callable(source) or indices is not None:
        raise KindError(
            where=where,
            expected="a Variable, the name of one, a pair of it and indices, or a function",
            got=type(source).__name__,
            fix=_FORM,
        )
    if isinstance(source, Variable):
        group = gathers(found)
        source = source if group is None else group.watched_input()
        indices = None if indices is None else _places(source, indices, where)
    return Monitor(key, source, indices, found, group)


def _places(source: Variable, indices: Any, where: str) -> Any:
    shape = source.value.shape
    if not shape:
        raise PositionError(where=where, expected="an axis for the indices", got="a single number", fix="Leave the indices out.")
    if isinstance(indices, slice):
        return np.arange(shape[-1])[indices]
    places = np.asarray(plain(indices))
    places = places if places.size else places.astype(int)
    if places.dtype == bool and places.shape == shape[-1:]:
        return np.flatnonzero(places)
    if places.dtype.kind not in "iu" or places.ndim > 1:
        raise KindError(
            where=where,
            expected=f"whole numbers, a slice, or {shape[-1]} truth values",
            got=f"{places.dtype} of shape {places.shape}",
            fix="Give the positions along the last axis.",
        )
    if places.size and not -shape[-1] <= places.min() <= places.max() < shape[-1]:
        wrong = places.min() if places.min() < -shape[-1] else places.max()
        raise PositionError(
            where=where,
            expected=f"indices below {shape[-1]}",
            got=f"{wrong}",
            fix="Count the elements along the last axis from 0.",
        )
    return places % shape[-1]
