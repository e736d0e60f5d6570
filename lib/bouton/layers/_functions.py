"""Functions as layers."""

import math
from collections.abc import Callable
from typing import Any

import jax

from ..errors import KindError, ShapeError
from ..math import Mode, activation
from ._layer import Layer, as_array


class Identity(Layer):
    """Passes on what comes.

    Parameters
    ----------
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.
    """

    def __init__(self, mode: Mode | None = None, name: str | None = None):
        super().__init__(name, mode)

    def update(self, x: Any) -> Any:
        """What came."""
        return x


class Activation(Layer):
    """An activation function.

    Parameters
    ----------
    activate_fun : callable or str
        A function of the input, or the name of an activation.
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.
    **kwargs
        Passed on to the function at each call.

    Raises
    ------
    UnknownPathError
        For a name that no activation has.
    KindError
        For what is neither a name nor a function.
    """

    def __init__(self, activate_fun: Callable | str, mode: Mode | None = None, name: str | None = None, **kwargs: Any):
        super().__init__(name, mode)
        self.activate_fun = activation(activate_fun)
        self.kwargs = kwargs

    def update(self, x: Any) -> Any:
        """The function of ``x``."""
        return self.activate_fun(x, **self.kwargs)

    def _described(self) -> dict[str, Any]:
        return {"activate_fun": _name_of(self.activate_fun)}


class Flatten(Layer):
    """All axes as one, but for that of the batch in a mode that has one.

    Parameters
    ----------
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    ShapeError
        When called with a single number in a mode that has a batch.
    """

    def __init__(self, mode: Mode | None = None, name: str | None = None):
        super().__init__(name, mode)

    def update(self, x: Any) -> jax.Array:
        """``x`` of shape ``(batch, n)``, or ``(n,)`` without a batch."""
        array = as_array(x, type(self).__name__)
        if not self._has_batch:
            return array.reshape(-1)
        if array.ndim == 0:
            raise ShapeError(
                where=f"{type(self).__name__}(x)",
                expected="an axis for the batch",
                got="()",
                fix="Give an array of shape (batch, ...), or build the layer in NonBatchingMode.",
            )
        # Not -1, which cannot be told for a batch of none.
        return array.reshape(array.shape[0], math.prod(array.shape[1:]))


class FunAsLayer(Layer):
    """A function of one step as a layer.

    Parameters
    ----------
    fun : callable
        Called with what the layer is called with.
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError
        For what cannot be called.
    """

    def __init__(self, fun: Callable, mode: Mode | None = None, name: str | None = None):
        super().__init__(name, mode)
        if not callable(fun):
            raise KindError(
                where=f"{type(self).__name__}.fun",
                expected="a function",
                got=f"{type(fun).__name__}",
                fix="Pass for instance bm.relu.",
            )
        self.fun = fun

    def update(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives."""
        return self.fun(*args, **kwargs)

    def _described(self) -> dict[str, Any]:
        return {"fun": _name_of(self.fun)}


def _name_of(function: Callable) -> str:
    return getattr(function, "__name__", None) or type(function).__name__
