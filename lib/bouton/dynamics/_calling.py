"""The dict of shared arguments in front of the others: who is handed it, and who only goes by it."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

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


def is_marked(method: Any) -> bool:
    """Whether :func:`not_pass_shared` has been there."""
    # A compiled method stands in front of the one that was marked.
    while method is not None:
        if getattr(method, _MARK, False):
            return True
        method = getattr(method, "__wrapped__", None)
    return False
