"""Nodes that change the form of data and nothing else."""

import operator
from typing import Any

import jax
import numpy as np

from ..check import check_shape_consistency
from ..errors import KindError, ShapeError, ValueRefused
from ..layers._layer import as_float, whole
from ..transform import default_float
from ._node import Node
from ._owning import side_by_side
from ._passing import PASS_ONLY_ONE
from ._registry import made_as


class Input(Node):
    """Where data come in; what comes is passed on.

    Parameters
    ----------
    input_shape : int or tuple of int
        Shape of the data without the axis of the batch.
    name : str, optional
        Unique among live objects.
    """

    data_pass_type = PASS_ONLY_ONE
    _takes_input = False

    def __init__(self, input_shape: int | tuple[int, ...], name: str | None = None):
        super().__init__(name, input_shape)
        self.set_output_shape((None, *self._given()))
        self.initialize()

    def init_ff(self) -> None:
        """The output is the input."""
        self.set_output_shape(self.feedforward_shapes)

    def forward(self, ff: jax.Array) -> jax.Array:
        """What came."""
        return ff

    def _given(self) -> tuple[int, ...]:
        if self._plan.given is None:
            raise ValueRefused(
                where="Input(input_shape=...)", expected="a shape", got="None", fix="Write for instance Input(10)."
            )
        return self._plan.given


@made_as("concat")
class Concat(Node):
    """What several nodes give, side by side on one axis.

    Parameters
    ----------
    axis : int
        Of the data, with the batch at 0. Default: the last.
    name : str, optional
        Unique among live objects.
    """

    def __init__(self, axis: int = -1, name: str | None = None):
        super().__init__(name)
        if isinstance(axis, bool) or not hasattr(axis, "__index__"):
            raise KindError(
                where="Concat(axis=...)", expected="a whole number", got=f"{axis!r}", fix="Write -1 for the axis of the features."
            )
        self.axis = operator.index(axis)
        if self.axis == 0:
            raise ValueRefused(where="Concat(axis=...)", expected="another axis than that of the batch", got="0", fix="Write -1.")

    def init_ff(self) -> None:
        """Shapes have to agree on the other axes."""
        shapes = self.feedforward_shapes
        axis, axes = self.axis, len(shapes[0])
        if not axis % axes > 0 or not -axes < axis < axes:
            raise ShapeError(
                where=f"{self.name}, axis {axis}",
                expected=f"an axis from 1 to {axes - 1} of data {shapes[0]}, or from {1 - axes} to -1",
                got=f"{axis}",
                fix="Axis 0 is that of the batch.",
            )
        axis %= axes
        common, free = check_shape_consistency(shapes, axis, True)
        self.set_output_shape((*common[:axis], sum(free), *common[axis:]))

    def forward(self, ff: tuple[jax.Array, ...]) -> jax.Array:
        """Side by side, in the order of the inputs."""
        return side_by_side(ff, self.axis)


@made_as("select")
class Select(Node):
    """Some features: ``node[index]`` makes one.

    Parameters
    ----------
    index : int, slice, sequence of int, or of bool for each feature
        Over the last axis, which stays: of one feature too.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.
    """

    data_pass_type = PASS_ONLY_ONE

    def __init__(self, index: int | slice | Any, input_shape: int | tuple[int, ...] | None = None, name: str | None = None):
        super().__init__(name, input_shape)
        self.index = index if isinstance(index, slice) else _places(index)

    def init_ff(self) -> None:
        """The index has to be one of these features."""
        *others, size = self.feedforward_shapes
        if not isinstance(self.index, slice):
            mask = self.index.dtype == bool
            if (mask and self.index.size != size) or (
                not mask and (self.index.size and not -size <= self.index.min() <= self.index.max() < size)
            ):
                raise ShapeError(
                    where=f"{self.name}[{self.index.tolist()}]",
                    expected=f"places among {size} features",
                    got=f"{self.index.tolist()}",
                    fix="Places count from 0, or with -1 from the last.",
                )
        chosen = np.arange(size)[self.index]
        if not chosen.size:
            raise ShapeError(
                where=f"{self.name}[{self.index}]", expected=f"some of {size} features", got="none", fix="Choose at least one."
            )
        self.set_output_shape((*others, chosen.size))

    def forward(self, ff: jax.Array) -> jax.Array:
        """The chosen features, in the order of the index."""
        return ff[..., self.index]


class Reshape(Node):
    """The data of each trial in another shape.

    Parameters
    ----------
    shape : int or tuple of int
        Without the batch; one axis may be -1, and follows from the others.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.
    """

    data_pass_type = PASS_ONLY_ONE

    def __init__(
        self,
        shape: int | tuple[int, ...],
        input_shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ):
        super().__init__(name, input_shape)
        axes = shape if isinstance(shape, tuple | list) else (shape,)
        self.shape = tuple(n if n == -1 else whole("Reshape(shape=...)", n) for n in axes)
        if self.shape.count(-1) > 1:
            raise ValueRefused(where="Reshape(shape=...)", expected="at most one -1", got=f"{shape}", fix="Say the other axes.")

    def init_ff(self) -> None:
        """There have to be as many elements."""
        before = self.feedforward_shapes[1:]
        size, known = int(np.prod(before)), int(np.prod([n for n in self.shape if n != -1]))
        open_ended = -1 in self.shape
        if (open_ended and size % known) or (not open_ended and size != known):
            raise ShapeError(
                where=f"{self.name}", expected=f"a shape of {size} elements", got=f"{self.shape}", fix="Leave the batch out."
            )
        self.set_output_shape((None, *(size // known if n == -1 else n for n in self.shape)))

    def forward(self, ff: jax.Array) -> jax.Array:
        """The same numbers."""
        return ff.reshape(ff.shape[0], *self.output_shape[1:])


class Summation(Node):
    """The sum of what several nodes give, all of one shape."""

    def init_ff(self) -> None:
        """Shapes have to agree."""
        shapes = self.feedforward_shapes
        if any(shape != shapes[0] for shape in shapes):
            raise ShapeError(
                where=f"{self.name}", expected="inputs of one shape", got=", ".join(map(str, shapes)), fix="Give them one size."
            )
        self.set_output_shape(shapes[0])

    def forward(self, ff: tuple[jax.Array, ...]) -> jax.Array:
        """Their sum; spikes, as truth values, count as 0 and 1."""
        with jax.numpy_dtype_promotion("standard"):
            return sum(ff[1:], as_float(ff[0], default_float(), "inputs") if ff[0].dtype == bool else ff[0])


def _places(index: Any) -> np.ndarray:
    places = np.atleast_1d(np.asarray(index))
    if isinstance(index, tuple) or places.ndim != 1 or places.dtype.kind not in "iub":
        raise KindError(
            where="node[index]",
            expected="a place, a slice, or a list of places",
            got=f"{index!r}",
            fix="The index goes over the features alone: node[0], node[:3], node[[0, 2]].",
        )
    return places
