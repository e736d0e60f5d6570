"""What is normalised."""

from typing import Any, ClassVar

import jax

from .. import layers
from ..dynamics import share
from ..init import OneInit, ZeroInit
from ..layers._layer import Layer, whole
from ._layered import Layered
from ._owning import begun, check_initial, keep

_ZERO, _ONE = ZeroInit(), OneInit()


class Normalisation(Layered):
    """Base of those that normalise."""

    _layer_class: ClassVar[Any]

    def __init__(self, settings: dict[str, Any], trainable: bool, input_shape: int | tuple[int, ...] | None, name: str | None):
        super().__init__(name, input_shape, trainable)
        check_initial(self, **settings)
        keep(self, _settings=settings)

    def _build(self, shape: tuple[int, ...]) -> Layer:
        return self._layer_class(shape[-1], **self._begun(), mode=self.mode)

    def _begun(self) -> dict[str, Any]:
        return {key: begun(self, x) if key.endswith("initializer") else x for key, x in self._settings.items()}


class BatchNorm(Normalisation):
    """Each feature by its mean and variance over the batch, or by running ones where it is told ``train=False``.

    Parameters
    ----------
    epsilon, momentum, affine, bias_initializer, scale_initializer
        As of the layer of the same name in :mod:`bouton.layers`.
    trainable : bool
        Whether scale and bias are TrainVars.
    input_shape : int or tuple of int, optional
        For a node that is not fed by another.
    name : str, optional
        Unique among live objects.

    Notes
    -----
    A trainer says which it is. In a plain call it is training, as it is for :class:`Dropout`; ``bp.layers.BatchNorm1d`` and its
    like, of the systems of one step, go by running statistics where nobody says it.
    """

    def __init__(
        self,
        epsilon: float = 1e-5,
        momentum: float = 0.99,
        affine: bool = True,
        bias_initializer: Any = _ZERO,
        scale_initializer: Any = _ONE,
        trainable: bool = True,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        settings = {"epsilon": epsilon, "momentum": momentum, "affine": affine}
        settings |= {"bias_initializer": bias_initializer, "scale_initializer": scale_initializer}
        super().__init__(settings, trainable, input_shape, name)

    def forward(self, ff: jax.Array, train: Any = True) -> jax.Array:
        """Normalised; while training the running statistics move."""
        with share.restored({"fit": train}):
            return self._layer.update(ff)


class BatchNorm1d(BatchNorm):
    __doc__ = (BatchNorm.__doc__ or "").replace("\n", " Of data ``(batch, features)`` or ``(batch, length, features)``.\n", 1)
    _layer_class = layers.BatchNorm1d
    _axes = ("(batch, features)", "(batch, length, features)")


class BatchNorm2d(BatchNorm):
    __doc__ = (BatchNorm.__doc__ or "").replace("\n", " Of data ``(batch, height, width, features)``.\n", 1)
    _layer_class = layers.BatchNorm2d
    _axes = ("(batch, height, width, features)",)


class BatchNorm3d(BatchNorm):
    __doc__ = (BatchNorm.__doc__ or "").replace("\n", " Of data ``(batch, depth, height, width, features)``.\n", 1)
    _layer_class = layers.BatchNorm3d
    _axes = ("(batch, depth, height, width, features)",)


class LayerNorm(Normalisation):
    """Each trial by the mean and variance of its features.

    Parameters
    ----------
    epsilon, bias_initializer, scale_initializer, elementwise_affine
        As of :class:`bouton.layers.LayerNorm`.
    trainable : bool
        Whether scale and bias are TrainVars.
    input_shape : int or tuple of int, optional
        For a node that is not fed by another.
    name : str, optional
        Unique among live objects.
    """

    _layer_class = layers.LayerNorm

    def __init__(
        self,
        epsilon: float = 1e-5,
        bias_initializer: Any = _ZERO,
        scale_initializer: Any = _ONE,
        elementwise_affine: bool = True,
        trainable: bool = True,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        settings = {"epsilon": epsilon, "elementwise_affine": elementwise_affine}
        settings |= {"bias_initializer": bias_initializer, "scale_initializer": scale_initializer}
        super().__init__(settings, trainable, input_shape, name)


class GroupNorm(Normalisation):
    """Each trial by the mean and variance of groups of its channels.

    Parameters
    ----------
    num_groups : int
        Groups that the channels are divided into.
    epsilon, affine, bias_initializer, scale_initializer
        As of :class:`bouton.layers.GroupNorm`.
    trainable : bool
        Whether scale and bias are TrainVars.
    input_shape : tuple of int, optional
        For a node that is not fed by another.
    name : str, optional
        Unique among live objects.
    """

    def __init__(
        self,
        num_groups: int,
        epsilon: float = 1e-5,
        affine: bool = True,
        bias_initializer: Any = _ZERO,
        scale_initializer: Any = _ONE,
        trainable: bool = True,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        settings = {"epsilon": epsilon, "affine": affine}
        settings |= {"bias_initializer": bias_initializer, "scale_initializer": scale_initializer}
        super().__init__(settings, trainable, input_shape, name)
        self.num_groups = whole(f"{type(self).__name__}(num_groups=...)", num_groups)

    def _build(self, shape: tuple[int, ...]) -> Layer:
        return layers.GroupNorm(self.num_groups, shape[-1], **self._begun(), mode=self.mode)


class InstanceNorm(Normalisation):
    """Each channel of each trial by its mean and variance.

    Parameters
    ----------
    epsilon, affine, bias_initializer, scale_initializer
        As of :class:`bouton.layers.InstanceNorm`.
    trainable : bool
        Whether scale and bias are TrainVars.
    input_shape : tuple of int, optional
        For a node that is not fed by another.
    name : str, optional
        Unique among live objects.
    """

    _layer_class = layers.InstanceNorm

    def __init__(
        self,
        epsilon: float = 1e-5,
        affine: bool = True,
        bias_initializer: Any = _ZERO,
        scale_initializer: Any = _ONE,
        trainable: bool = True,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        settings = {"epsilon": epsilon, "affine": affine}
        settings |= {"bias_initializer": bias_initializer, "scale_initializer": scale_initializer}
        super().__init__(settings, trainable, input_shape, name)
