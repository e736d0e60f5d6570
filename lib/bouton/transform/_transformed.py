"""What a transform that compiles nothing gives back."""

import functools
from collections.abc import Callable
from types import MethodType
from typing import Any


class Transformed:
    """A function that a transform has made of another one.

    An object rather than a function: a model that keeps it in an attribute can be copied and pickled, and its copy has one of
    its own, of the copy's method and the copy's Variables. In the body of a class it is a method.

    Parameters
    ----------
    call : callable
        What a call does.
    func : callable
        What it was made of.
    again : (callable, tuple)
        What makes it, and of which arguments.
    """

    def __init__(self, call: Callable, func: Callable, again: tuple[Callable, tuple]):
        self._call, self._func, self._again = call, func, again
        functools.update_wrapper(self, func, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        return self._call(*args, **kwargs)

    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> tuple[Callable, tuple]:
        return self._again

    def __repr__(self) -> str:
        make = self._again[0]
        return f"{getattr(make, '__name__', make)}({getattr(self, '__qualname__', self._func)})"
