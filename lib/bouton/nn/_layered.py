"""Nodes that are a layer and no more, whose sizes follow from the input."""

from typing import ClassVar

import jax
import jax.numpy as jnp

from ..dynamics import share
from ..errors import ShapeError
from ..layers._layer import Layer
from ..transform import result_shapes
from ._node import Node
from ._owning import own_all
from ._passing import PASS_ONLY_ONE


class Layered(Node):
    """Base of nodes that own one layer for one input."""

    data_pass_type = PASS_ONLY_ONE
    _layer: Layer
    # Axes of the data in words, each way that they may be; none where any will do.
    _axes: ClassVar[tuple[str, ...]] = ()

    def _build(self, shape: tuple[int, ...]) -> Layer:
        """The layer for data of that shape, the batch left out."""
        raise self._lacks("_build", "the layer")

    def init_ff(self) -> None:
        """The layer, and what comes out of it."""
        shape = self.feedforward_shapes[1:]
        if self._axes and len(shape) not in [axes.count(",") for axes in self._axes]:
            raise ShapeError(
                where=f"{type(self).__name__}({self.name})",
                expected=f"data {' or '.join(self._axes)}",
                got=f"(batch, {', '.join(map(str, shape))})",
                fix="Channels, or features, are the last axis, 1 for one; bp.nn.Reshape gives data another shape.",
            )
        own_all(self, self._build(shape))
        with share.restored({"fit": False}):
            out = result_shapes(lambda: self._layer.update(jnp.zeros((1, *shape))))
        self.set_output_shape((None, *out.shape[1:]))

    def forward(self, ff: jax.Array) -> jax.Array:
        """What the layer gives."""
        return self._layer.update(ff)
