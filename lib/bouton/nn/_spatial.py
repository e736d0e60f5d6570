"""Convolutions and pools."""

from typing import Any, ClassVar

from .. import layers
from ..errors import ShapeError
from ..init import XavierNormal, ZeroInit
from ..layers._layer import Layer, whole
from ._layered import Layered
from ._owning import begun, keep

_XAVIER, _ZERO = XavierNormal(), ZeroInit()


class Convolution(Layered):
    """A convolution; channels are the last axis of the data.

    Parameters
    ----------
    out_channels : int
        Number of filters.
    kernel_size : int or tuple of int
        Of each axis of space.
    strides, padding, lhs_dilation, rhs_dilation, groups, w_initializer, b_initializer, mask
        As of the layer of the same name in :mod:`bouton.layers`.
    trainable : bool
        Whether weights and bias are TrainVars.
    input_shape : tuple of int, optional
        ``(*space, channels)``, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.
    """

    _layer_class: ClassVar[Any]

    def __init__(
        self,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        strides: int | tuple[int, ...] = 1,
        padding: Any = "SAME",
        lhs_dilation: int | tuple[int, ...] = 1,
        rhs_dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        w_initializer: Any = _XAVIER,
        b_initializer: Any = _ZERO,
        mask: Any = None,
        trainable: bool = True,
        input_shape: tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        super().__init__(name, input_shape, trainable)
        self.out_channels, self.kernel_size = whole(f"{type(self).__name__}(out_channels=...)", out_channels), kernel_size
        self._settings = (strides, padding, lhs_dilation, rhs_dilation, groups)
        keep(self, w_initializer=w_initializer, b_initializer=b_initializer, mask=mask)

    def _build(self, shape: tuple[int, ...]) -> Layer:
        weights = begun(self, self.w_initializer), begun(self, self.b_initializer)
        sizes = shape[-1], self.out_channels, self.kernel_size
        return self._layer_class(*sizes, *self._settings, *weights, self.mask, self.mode)


class Conv1D(Convolution):
    __doc__ = (Convolution.__doc__ or "").replace("A convolution;", "A convolution over one axis of space;", 1)
    _layer_class = layers.Conv1d
    _axes = ("(batch, length, channels)",)


class Conv2D(Convolution):
    __doc__ = (Convolution.__doc__ or "").replace("A convolution;", "A convolution over two axes of space;", 1)
    _layer_class = layers.Conv2d
    _axes = ("(batch, height, width, channels)",)


class Conv3D(Convolution):
    __doc__ = (Convolution.__doc__ or "").replace("A convolution;", "A convolution over three axes of space;", 1)
    _layer_class = layers.Conv3d
    _axes = ("(batch, depth, height, width, channels)",)


class Pooling(Layered):
    """Of each window in space one number for each channel.

    Parameters
    ----------
    window_shape : int or tuple of int
        Of each axis of space.
    strides : int or tuple of int, optional
        From one window to the next. Default: a whole window.
    padding : 'VALID', 'SAME' or pairs
        As of :class:`bouton.layers.MaxPool`.
    input_shape : tuple of int, optional
        ``(*space, channels)``, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.
    """

    _layer_class: ClassVar[Any]

    def __init__(
        self,
        window_shape: int | tuple[int, ...],
        strides: int | tuple[int, ...] | None = None,
        padding: Any = "VALID",
        input_shape: tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        super().__init__(name, input_shape)
        self.window_shape, self.strides, self.padding = window_shape, strides, padding

    def _build(self, shape: tuple[int, ...]) -> Layer:
        axes = len(shape) - 1
        window = self.window_shape if isinstance(self.window_shape, tuple | list) else (self.window_shape,) * axes
        if len(window) != axes or not axes:
            raise ShapeError(
                where=f"{type(self).__name__}({self.name})",
                expected=f"data (batch, *space, channels), with {len(window) or 'some'} axes of space",
                got=f"shape (batch, {', '.join(map(str, shape))})",
                fix="Give the window one size for each axis of space.",
            )
        return self._layer_class(tuple(window), self.strides, self.padding, self.mode)


class MaxPool(Pooling):
    __doc__ = (Pooling.__doc__ or "").replace("one number", "the largest number", 1)
    _layer_class = layers.MaxPool


class AvgPool(Pooling):
    __doc__ = (Pooling.__doc__ or "").replace("one number", "the mean", 1)
    _layer_class = layers.AvgPool


class MinPool(Pooling):
    __doc__ = (Pooling.__doc__ or "").replace("one number", "the smallest number", 1)
    _layer_class = layers.MinPool
