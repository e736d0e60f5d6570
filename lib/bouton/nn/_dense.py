"""Every input to every unit."""

from collections.abc import Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from .. import layers
from ..init import XavierNormal, ZeroInit
from ..layers._layer import filled, whole
from ..transform._operators import plain
from ._node import Node
from ._owning import begun, features, feedback_weights, in_floats, joined, keep, own, side_by_side

_XAVIER, _ZERO = XavierNormal(), ZeroInit()


class DenseMD(Node):
    """Weights and a bias over the last axis, whatever the others: ``concat(ff) @ Wff + bias``, and ``concat(fb) @ Wfb`` with it.

    Parameters
    ----------
    num_unit : int
        Number of outputs.
    weight_initializer : (inputs, num_unit) array, number, Variable, Initializer or another function of the shape
        Weights of the inputs, side by side in their order, and of the feedback.
    bias_initializer : the same with shape (num_unit,), or None
        Bias; ``None`` for none.
    trainable : bool
        Whether weights and bias are TrainVars.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.

    Attributes
    ----------
    Wff, bias, Wfb
        Weights of the inputs, also called ``weights``; the bias or None; weights of the feedback, where there is some.

    Raises
    ------
    KindError, ValueRefused
        For a ``num_unit`` that is no whole number of 1 or more.
    ShapeError
        When it is initialised: for weights that do not fit.
    """

    _called: ClassVar[Mapping[str, str]] = {"Wff": "W", "bias": "b"}

    def __init__(
        self,
        num_unit: int,
        weight_initializer: Any = _XAVIER,
        bias_initializer: Any = _ZERO,
        trainable: bool = True,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        super().__init__(name, input_shape, trainable)
        self.num_unit = whole(f"{type(self).__name__}(num_unit=...)", num_unit)
        keep(self, weight_initializer=weight_initializer, bias_initializer=bias_initializer)

    def init_ff(self) -> None:
        """Weights and a bias."""
        common, sizes = joined(self.feedforward_shapes)
        weights, bias = begun(self, self.weight_initializer), begun(self, self.bias_initializer)
        layer = layers.Dense(sum(sizes), self.num_unit, weights, bias, self.mode)
        own(self, layer, **self._called)
        self.set_output_shape((*common, self.num_unit))

    def init_fb(self) -> None:
        """Weights of the feedback."""
        feedback_weights(self, self.weight_initializer, self.num_unit)

    def forward(self, ff: tuple[jax.Array, ...], fb: tuple[jax.Array, ...] | None = None) -> jax.Array:
        """The weighted sum."""
        out = self._layer.update(side_by_side(ff))
        return out if fb is None else out + in_floats(fb, self.Wfb.dtype) @ filled(self.Wfb, self._fb_weights)

    def _fit_columns(self, ff: tuple[jax.Array, ...], fb: tuple[jax.Array, ...] | None = None) -> jax.Array:
        """What :meth:`_fit_weights` multiply: inputs behind a column of ones where there is a bias, then feedback."""
        columns = self._layer._fit_columns(side_by_side(ff))
        return columns if fb is None else jnp.concatenate([columns, *(x.astype(columns.dtype) for x in fb)], axis=-1)

    def _fit_weights(self) -> jax.Array:
        """(columns, num_unit): the bias where there is one, ``Wff``, and ``Wfb`` where there is feedback."""
        own = self._layer._fit_weights()
        return own if self._plan.fb is None else jnp.concatenate([own, plain(self.Wfb)])

    def _fit_assign(self, weights: jax.Array) -> None:
        """Take weights in that layout."""
        rows = self._layer._fit_weights().shape[0]
        self._layer._fit_assign(weights[:rows])
        if self._plan.fb is not None:
            self.Wfb.value = weights[rows:].astype(self.Wfb.dtype)

    @property
    def weights(self) -> Any:
        """The same as ``Wff``."""
        return self.Wff

    @weights.setter
    def weights(self, value: Any) -> None:
        self.Wff = value


# The other name.
GeneralDense = DenseMD


class Dense(DenseMD):
    """Every input to every unit, for data ``(batch, features)``: ``concat(ff) @ Wff + bias``, and ``concat(fb) @ Wfb``."""

    __doc__ = (__doc__ or "") + "\n" + (DenseMD.__doc__ or "").partition("\n")[2]

    def __init__(
        self,
        num_unit: int,
        weight_initializer: Any = _XAVIER,
        bias_initializer: Any = _ZERO,
        trainable: bool = True,
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        super().__init__(num_unit, weight_initializer, bias_initializer, trainable, input_shape, name)
        self.set_output_shape((None, self.num_unit))

    def init_ff(self) -> None:
        """Weights and a bias."""
        features(self, self.feedforward_shapes)
        super().init_ff()


class LinearReadout(Dense):
    """A :class:`Dense` that keeps its last output as its state, for training while it runs."""

    __doc__ = (__doc__ or "") + "\n" + (DenseMD.__doc__ or "").partition("\n")[2]

    def init_state(self, num_batch: int = 1) -> jax.Array:
        """Zeros."""
        return jnp.zeros((num_batch, self.num_unit), self._layer.W.dtype)

    def forward(self, ff: tuple[jax.Array, ...], fb: tuple[jax.Array, ...] | None = None) -> jax.Array:
        """The weighted sum, which becomes the state."""
        self.state.value = out = super().forward(ff, fb)
        return out
