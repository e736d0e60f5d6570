"""What is done to each element: dropping it, or a function of it."""

from collections.abc import Callable, Mapping
from typing import Any

import jax

from .. import layers
from ..core._names import next_name
from ..dynamics import share
from ..errors import KindError
from ..layers._layer import Layer, fraction
from ..math import activation as named_activation
from ..math.random import default_rng
from ._layered import Layered


class Dropout(Layered):
    """Keeps each element with a probability, scaled so that the mean stays; the others are 0. Unless it is told ``train=False``.

    Parameters
    ----------
    prob : float
        The probability to keep an element, from 0 to 1.
    seed : int, key or RandomState, optional
        For numbers of its own. Default: drawn from the state that ``bm.random.seed`` governs.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError, ValueRefused
        For a ``prob`` that is no number from 0 to 1.

    Notes
    -----
    A trainer says which it is; ``bp.layers.Dropout``, of the systems of one step, is off where nobody does.
    """

    def __init__(self, prob: float, seed: Any = None, input_shape: int | tuple[int, ...] | None = None, name: str | None = None):
        super().__init__(name, input_shape)
        self._chance = fraction(f"{type(self).__name__}.prob", prob)
        # The layer's, which will be listed; here it only waits.
        self.__dict__["_source"] = default_rng(seed)

    def _build(self, shape: tuple[int, ...]) -> Layer:
        return layers.Dropout(self._chance, self._source, self.mode)

    def forward(self, ff: jax.Array, train: Any = True) -> jax.Array:
        """Dropped out, or as it came."""
        with share.restored({"fit": train}):
            return self._layer.update(ff)


class Activation(Layered):
    """A function of each element.

    Parameters
    ----------
    activation : str or callable
        The function, or its name.
    fun_setting : dict, optional
        Keywords for it.
    input_shape : int or tuple of int, optional
        For a node that is not fed by another.
    name : str, optional
        Unique among live objects. Default: of the function, ``relu_activation0``.
    """

    def __init__(
        self,
        activation: str | Callable = "relu",
        fun_setting: dict[str, Any] | None = None,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        called = activation if isinstance(activation, str) else getattr(activation, "__name__", "")
        self.activation = named_activation(activation)
        super().__init__(name or (next_name(f"{called}_activation") if called.isidentifier() else None), input_shape)
        if fun_setting is not None and not isinstance(fun_setting, Mapping):
            raise KindError(
                where="Activation(fun_setting=...)",
                expected="a dict of keywords for the function",
                got=type(fun_setting).__name__,
                fix="Write for instance {'negative_slope': 0.1}.",
            )
        self.fun_setting = dict(fun_setting or {})

    def _build(self, shape: tuple[int, ...]) -> Layer:
        return layers.Activation(self.activation, self.mode, **self.fun_setting)
