"""Convolutions, with the channels last."""

from typing import Any, ClassVar

import jax
from jax import lax

from ..dynamics._declare import weight
from ..errors import ValueRefused
from ..init import XavierNormal, ZeroInit
from ..math import BatchingMode, Mode, TrainingMode
from ..transform import Variable
from ._layer import Layer, filled, whole
from ._spatial import Padding, joined_mask, padding_of, per_axis, refuse_empty, with_space

_XAVIER, _ZERO = XavierNormal(), ZeroInit()
# Batch N, channels C, and letters for up to three axes of space.
SPACE = "WHD"


class _Kernel(Layer):
    """A kernel that goes over space, and a bias for each channel that it makes."""

    _axes: ClassVar[int]
    _modes = (TrainingMode, BatchingMode)

    def _make(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        groups: Any,
        w_initializer: Any,
        b_initializer: Any,
        mask: Any,
    ) -> None:
        where = type(self).__name__
        self.in_channels = whole(f"{where}.in_channels", in_channels)
        self.out_channels = whole(f"{where}.out_channels", out_channels)
        self.kernel_size = per_axis(f"{where}.kernel_size", kernel_size, self._axes)
        self.groups = whole(f"{where}.groups", groups)
        for name, channels in (("in_channels", self.in_channels), ("out_channels", self.out_channels)):
            if channels % self.groups:
                raise ValueRefused(
                    where=f"{where}.{name}",
                    expected=f"a multiple of groups, {self.groups}",
                    got=f"{channels}",
                    fix="Channels are shared out equally among the groups.",
                )
        self._kernel_shape = (*self.kernel_size, self.in_channels // self.groups, self.out_channels)
        self.mask = joined_mask(f"{where}.mask", mask, self._kernel_shape)
        weight(self, "w", w_initializer, self._kernel_shape, family="weights")
        weight(self, "b", b_initializer, (self.out_channels,), allow_none=True, family="biases")

    def _kernel(self) -> jax.Array:
        w = filled(self.w, self._kernel_shape)
        return w if self.mask is None else w * self.mask.astype(w.dtype)

    def _biased(self, x: jax.Array) -> jax.Array:
        b = self.b.value if isinstance(self.b, Variable) else self.b
        return x if b is None else x + b

    def _letters(self) -> tuple[str, str, str]:
        space = SPACE[: self._axes]
        return f"N{space}C", f"{space}IO", f"N{space}C"

    def _described(self) -> dict[str, Any]:
        return {"in_channels": self.in_channels, "out_channels": self.out_channels, "kernel_size": self.kernel_size}


class _Convolution(_Kernel):
    """A convolution, or strictly speaking a cross-correlation: the kernel is not turned round.

    Parameters
    ----------
    in_channels, out_channels : int
        Numbers of channels.
    kernel_size : int or tuple of int
        Size of the kernel, for all axes of space or for each.
    stride : int or tuple of int
        Steps of the kernel.
    padding : 'SAME', 'VALID', int, or sequence of int or of pairs of int
        ``'SAME'`` so that stride 1 keeps the size, ``'VALID'`` for none, or how many zeros before and after each axis.
    lhs_dilation, rhs_dilation : int or tuple of int
        Spread the input, or the kernel, with zeros between the elements.
    groups : int
        The channels fall into so many groups, each with outputs of its own.
    w_initializer : (*kernel_size, in_channels / groups, out_channels) array, Initializer, function of the shape, or number
        The kernel ``w``.
    b_initializer : the same with shape (out_channels,), or None
        The bias ``b``; ``None`` for none.
    mask : array that broadcasts to the kernel, optional
        The kernel is multiplied by it.
    mode : Mode, optional
        A BatchingMode or TrainingMode. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    UnsupportedError
        In NonBatchingMode.
    KindError, ValueRefused, ShapeError
        For sizes, weights, a mask or an input that do not fit.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: Padding = "SAME",
        lhs_dilation: int | tuple[int, ...] = 1,
        rhs_dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        w_initializer: Any = _XAVIER,
        b_initializer: Any = _ZERO,
        mask: Any = None,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        self._make(in_channels, out_channels, kernel_size, groups, w_initializer, b_initializer, mask)
        self.stride = per_axis(f"{where}.stride", stride, self._axes)
        self.padding = padding_of(f"{where}.padding", padding, self._axes)
        self.lhs_dilation = per_axis(f"{where}.lhs_dilation", lhs_dilation, self._axes)
        self.rhs_dilation = per_axis(f"{where}.rhs_dilation", rhs_dilation, self._axes)

    def update(self, x: Any) -> jax.Array:
        """The convolution, (batch, *space, out_channels), of (batch, *space, in_channels)."""
        kernel = self._kernel()
        array = with_space(x, self._axes, self.in_channels, kernel.dtype, type(self).__name__)
        out = lax.conv_general_dilated(
            array,
            kernel,
            self.stride,
            self._pads(array.shape[1:-1]),
            self.lhs_dilation,
            self.rhs_dilation,
            self._letters(),
            feature_group_count=self.groups,
        )
        return self._biased(refuse_empty(type(self).__name__, out, array.shape[1:-1]))

    def _pads(self, space: tuple[int, ...]) -> Any:
        if isinstance(self.padding, str) and max(self.lhs_dilation) > 1:
            # JAX takes no word for an input with zeros between its elements.
            wide = [(n - 1) * d + 1 for n, d in zip(space, self.lhs_dilation, strict=True)]
            kernel = [(n - 1) * d + 1 for n, d in zip(self.kernel_size, self.rhs_dilation, strict=True)]
            return lax.padtype_to_pads(wide, kernel, self.stride, self.padding)
        return self.padding


class _Transposed(_Kernel):
    """A transposed convolution, which makes space larger by its stride.

    The input gets ``stride - 1`` zeros between its elements, and a convolution of stride 1 follows. Its kernel is not turned
    round: this is the transpose of a convolution whose kernel is, along each axis of space.

    Parameters
    ----------
    in_channels, out_channels : int
        Numbers of channels.
    kernel_size : int or tuple of int
        Size of the kernel, for all axes of space or for each.
    stride : int or tuple of int
        Steps of the output for one of the input.
    padding : 'SAME', 'VALID', int, or sequence of int or of pairs of int
        ``'SAME'`` for an output of ``stride`` times the input, ``'VALID'`` for all that the kernel reaches, or how many zeros
        before and after each axis of the input, as it is with zeros between its elements.
    w_initializer : (*kernel_size, in_channels, out_channels) array, Initializer, function of the shape, or number
        The kernel ``w``.
    b_initializer : the same with shape (out_channels,), or None
        The bias ``b``; ``None`` for none.
    mask : array that broadcasts to the kernel, optional
        The kernel is multiplied by it.
    mode : Mode, optional
        A BatchingMode or TrainingMode. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    UnsupportedError
        In NonBatchingMode.
    KindError, ValueRefused, ShapeError
        For sizes, weights, a mask or an input that do not fit.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: Padding = "SAME",
        w_initializer: Any = _XAVIER,
        b_initializer: Any = _ZERO,
        mask: Any = None,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        self._make(in_channels, out_channels, kernel_size, 1, w_initializer, b_initializer, mask)
        self.stride = per_axis(f"{where}.stride", stride, self._axes)
        self.padding = padding_of(f"{where}.padding", padding, self._axes)

    def update(self, x: Any) -> jax.Array:
        """The transposed convolution, (batch, *space, out_channels), of (batch, *space, in_channels)."""
        kernel = self._kernel()
        array = with_space(x, self._axes, self.in_channels, kernel.dtype, type(self).__name__)
        out = lax.conv_transpose(array, kernel, self.stride, self.padding, dimension_numbers=self._letters())
        return self._biased(refuse_empty(type(self).__name__, out, array.shape[1:-1]))


class Conv1d(_Convolution):
    __doc__ = f"Over one axis of space. {_Convolution.__doc__}"
    _axes = 1


class Conv2d(_Convolution):
    __doc__ = f"Over two axes of space. {_Convolution.__doc__}"
    _axes = 2


class Conv3d(_Convolution):
    __doc__ = f"Over three axes of space. {_Convolution.__doc__}"
    _axes = 3


class ConvTranspose1d(_Transposed):
    __doc__ = f"Over one axis of space. {_Transposed.__doc__}"
    _axes = 1


class ConvTranspose2d(_Transposed):
    __doc__ = f"Over two axes of space. {_Transposed.__doc__}"
    _axes = 2


class ConvTranspose3d(_Transposed):
    __doc__ = f"Over three axes of space. {_Transposed.__doc__}"
    _axes = 3


# The other spelling that the seeds use.
Conv1D, Conv2D, Conv3D = Conv1d, Conv2d, Conv3d
ConvTranspose1D, ConvTranspose2D, ConvTranspose3D = ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
