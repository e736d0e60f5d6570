"""Compilation of methods, for each instance by itself."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Self, overload

from ..errors import KindError
from ._deprecated import found_by_tracing
from ._jit import Jitted, as_callable


class _OfInstance(Jitted):
    """The compiled method of one instance, kept in its dictionary; a copy of the instance starts without."""

    def __reduce__(self) -> tuple:
        return _nothing, ()


def _nothing() -> None:
    return None


class _MethodJit:
    """A method that each instance compiles for itself. A data descriptor, so that every access comes here."""

    def __init__(self, method: Callable, options: dict):
        self._method, self._options = method, options
        self._name = getattr(method, "__name__", "method")
        # A method that overrides another, and calls it with super(), has the same name.
        self._key = f"_bouton_jit_{self._name}_{id(self):x}"
        functools.update_wrapper(self, method, updated=())

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Jitted: ...
    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            kept = instance.__dict__
        except AttributeError:
            raise KindError(
                where=f"{type(instance).__name__}.{self._name}",
                expected="an instance with a __dict__, where its compiled method is kept",
                got="one of a class with __slots__ alone",
                fix="Add '__dict__' to __slots__, or compile the method of an instance: bm.jit(instance.method).",
            ) from None
        compiled = kept.get(self._key)
        # A copied instance carries the dictionary of the first one: the compiled method must be its own.
        if compiled is None or compiled._fn.__self__ is not instance or compiled._fn.__func__ is not self._method:
            compiled = _OfInstance(self._method.__get__(instance, owner), **self._options)
            kept[self._key] = compiled
        return compiled

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError(f"{type(instance).__name__}.{self._name} is a compiled method and cannot be assigned to.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Called on the class: ``Model.update(model, x)``."""
        return self.__get__(args[0], type(args[0]))(*args[1:], **kwargs)


@found_by_tracing
def cls_jit(
    func: Callable | None = None,
    static_argnums: int | Sequence[int] | None = None,
    static_argnames: str | Sequence[str] | None = None,
    inline: bool = False,
) -> Any:
    """Compile a method of any class; each instance has its own compiled version.

    Parameters
    ----------
    func : callable, optional
        The method. Left out, ``cls_jit`` is a decorator with arguments.
    static_argnums : int or sequence of int, optional
        Counted without ``self``.
    static_argnames : str or sequence of str, optional
        Arguments that are Python constants.
    inline : bool
        As in :func:`jax.jit`.

    Raises
    ------
    KindError
        When ``func`` cannot be called.
    """
    options = {"static_argnums": static_argnums, "static_argnames": static_argnames, "inline": inline}
    if func is None:
        return lambda f: cls_jit(f, **options)
    return _MethodJit(as_callable(func, "cls_jit"), options)
