"""A function as an object."""

import functools
from collections.abc import Callable
from typing import Any

from ..errors import KindError
from ._object import Object


class Function(Object):
    """A function that knows the objects and Variables that it uses; what :func:`to_object` returns."""

    def __init__(self, function: Callable, name: str | None = None):
        super().__init__(name)
        self._function = function
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"to_object({getattr(self._function, '__qualname__', repr(self._function))})"


def to_object(f: Callable | None = None, child_objs: Any = None, dyn_vars: Any = None, name: str | None = None) -> Any:
    """Make an object of a function, so that ``vars()``, ``nodes()`` and what builds on them know what it uses.

    Parameters
    ----------
    f : callable, optional
        Left out, ``to_object`` is a decorator with arguments. An object that can be called stays the object that it is, and gets
        the rest.
    child_objs : Object, or list, tuple or dict of them, optional
        Below the new object in ``nodes()``, and their Variables in ``vars()``. A dict gives them their names.
    dyn_vars : Variable, or list, tuple or dict of them, optional
        Variables of the new object.
    name : str, optional
        Its name.

    Returns
    -------
    Object
        To be called as ``f``.

    Raises
    ------
    KindError
        When ``f`` cannot be called, or for children that are no objects and Variables that are none.

    Examples
    --------
    >>> from bouton.transform import Variable
    >>> count = Variable(1)
    >>> @to_object(dyn_vars={"count": count})
    ... def tick(by):
    ...     count.value = count + by
    >>> tick(2.0)
    >>> list(tick.vars("relative")), count.tolist()
    (['count'], [2.0])
    """
    if f is None:
        return lambda function: to_object(function, child_objs, dyn_vars, name)
    if not callable(f):
        raise KindError(
            where="to_object",
            expected="a function, or an object that can be called",
            got=f"{type(f).__name__}",
            fix="Pass the function itself, or define __call__ in the class of the object.",
        )
    if isinstance(f, Object):
        made = f
        if name is not None:
            made.unique_name(name)
    else:
        made = Function(f, name)
    if child_objs is not None:
        made.register_implicit_nodes(child_objs)
    if dyn_vars is not None:
        made.register_implicit_vars(dyn_vars)
    return made
