"""Methods of fitting, by name."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ..core._names import nearest
from ..errors import KindError, UnknownPathError, ValueRefused


class Methods:
    """The methods of one kind that a trainer knows by name.

    Parameters
    ----------
    register : str
        Name of the function that adds one; stands in errors.
    expected : str
        What else than a name a trainer takes.
    example : str
        How it is written.
    is_one : callable
        Whether something is a method.
    is_maker : callable
        Whether something can be given a name.
    maker : str
        What such a thing is.
    **known
        Methods by name.
    """

    def __init__(
        self,
        register: str,
        *,
        expected: str,
        example: str,
        is_one: Callable[[Any], bool],
        is_maker: Callable[[Any], bool],
        maker: str,
        **known: Any,
    ):
        self._register, self._expected, self._example = register, expected, example
        self._is_one, self._is_maker, self._maker = is_one, is_maker, maker
        self._known = known

    def names(self) -> tuple[str, ...]:
        """All names."""
        return tuple(self._known)

    def register(self, name: str, method: Any) -> None:
        """Give a method a name.

        Raises
        ------
        ValueRefused
            For a name that is taken.
        KindError
            For what is no name, or no method.
        """
        if not isinstance(name, str):
            raise KindError(
                where=self._register, expected="a name", got=type(name).__name__, fix="Pass a string, and the method behind it."
            )
        if name in self._known:
            raise ValueRefused(where=self._register, expected="a name that is free", got=f"{name!r}", fix="Choose another name.")
        if not self._is_maker(method):
            raise KindError(where=self._register, expected=self._maker, got=f"{method!r:.60}", fix="Pass it itself.")
        self._known[name] = method

    def made(self, given: Any, where: str) -> Any:
        """The method that is meant by a name, a dict ``{'name': ..., **arguments}``, a class, or a method.

        Raises
        ------
        UnknownPathError, KindError
            For what is none.
        """
        arguments = dict(given) if isinstance(given, Mapping) else {}
        name = arguments.pop("name", None) if isinstance(given, Mapping) else given
        method = given
        if isinstance(name, str):
            if name not in self._known:
                fix = nearest(name, self._known)
                raise UnknownPathError(where=where, expected="the name of a method", got=f"{name!r}", fix=fix)
            method = self._known[name]
        if isinstance(method, type) or (arguments and callable(method)):
            method = self._called(method, arguments, where)
        if not self._is_one(method):
            raise KindError(
                where=where,
                expected=f"the name of a method, a dict with one, or {self._expected}",
                got=type(given).__name__,
                fix=f"Write for instance {self._example}.",
            )
        return method

    def _called(self, method: Any, arguments: dict[str, Any], where: str) -> Any:
        takes = inspect.signature(method) if isinstance(method, type) else inspect.Signature()
        try:
            takes.bind(**arguments)
        except TypeError as problem:
            raise KindError(
                where=where,
                expected=f"arguments of {getattr(method, '__name__', type(method).__name__)}({', '.join(takes.parameters)})",
                got=", ".join(map(repr, arguments)) or "none",
                fix="Choose from these, or pass the method itself, made as you want it.",
            ) from problem
        return method(**arguments)
