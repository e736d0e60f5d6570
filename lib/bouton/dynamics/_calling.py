"""The dict of shared arguments in front of the others: who is handed it, and who only goes by it."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import KindError
from ..math._share import share

_MARK = "_bouton_update_without_shared"


def not_pass_shared(method: Callable) -> Callable:
    """Mark a method that takes no shared arguments: a dict in front of the others is shared, and not handed on.

    Parameters
    ----------
    method : callable
        An ``update`` of a :class:`~bouton.DynamicalSystem`, or any other of its methods.

    Returns
    -------
    callable
        The method, marked.
    """

    @functools.wraps(method)
    def without(self: Any, *args: Any, **kwargs: Any) -> Any:
        return method(self, *without_shared(args), **kwargs)

    setattr(without, _MARK, True)
    return without


def without_shared(args: tuple) -> tuple:
    """The arguments behind a dict of shared ones, which is shared for whoever asks."""
    if args and isinstance(args[0], Mapping):
        share.take(args[0])
        return args[1:]
    return args


def check_arguments(system: Any, args: tuple, kwargs: Mapping[str, Any], where: str, got: str, fix: str) -> None:
    """Refuse arguments that the ``update`` of a system does not take; the shared ones are not among them.

    Raises
    ------
    KindError
        With ``fix``, unless all that is wrong is that ``update`` has no place for what is shared.
    """
    takes = inspect.signature(system.update)
    shared = ({},) if system._takes_shared else ()
    try:
        takes.bind(*shared, *args, **kwargs)
    except TypeError as problem:
        name = f"{type(system).__name__}.update({', '.join(takes.parameters)})"
        if shared and _binds(takes, args, kwargs):
            told = ", ".join(("self", "tdi", *takes.parameters))
            fix = f"What is shared comes first: write update({told}), or derive from bp.DynamicalSystemNS, which gets none of it."
        raise KindError(where=where, expected=f"the arguments of {name}", got=got, fix=fix) from problem


def _binds(takes: inspect.Signature, args: tuple, kwargs: Mapping[str, Any]) -> bool:
    try:
        takes.bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def is_marked(method: Any) -> bool:
    """Whether :func:`not_pass_shared` has been there."""
    # A compiled method stands in front of the one that was marked.
    while method is not None:
        if getattr(method, _MARK, False):
            return True
        method = getattr(method, "__wrapped__", None)
    return False
