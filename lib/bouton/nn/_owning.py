"""The layer that a node owns once shapes are known: the equation is the layer's, the weights have the names that nodes use."""

from collections.abc import Sequence
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np

from ..check import check_shape_consistency
from ..dynamics._declare import weight
from ..errors import ShapeError
from ..init import Constant
from ..init._parameter import refuse_kind
from ..layers._layer import Layer, as_float
from ..transform import TrainVar, Variable
from ._node import Node
from ._plan import Shape


def keep(node: Node, **initial: Any) -> None:
    """Keep what weights begin with as it was given: a Variable among it is no attribute of the model.

    Raises
    ------
    KindError, ValueRefused
        For what can be none, whatever the shapes will be.
    """
    check_initial(node, **initial)
    node.__dict__.update(initial)


def check_initial(node: Node, **initial: Any) -> None:
    """Of these, what is called an initialiser; biases and scales may be left out."""
    for name, given in initial.items():
        if name.endswith("_initializer"):
            may_miss = name.startswith(("b_", "bias", "scale"))
            refuse_kind(given, may_miss, f"{type(node).__name__}({name}=...)")


def begun(node: Node, initial: Any) -> Any:
    """What weights begin with, as layers take it.

    A number stands for as many as there are: one weight for all would be trained as one. A TrainVar gives its numbers to a node
    that is not trained.
    """
    if isinstance(initial, Variable):
        return initial.value if isinstance(initial, TrainVar) and not node.trainable else initial
    if isinstance(initial, int | float | np.generic | np.ndarray | jax.Array) and np.ndim(initial) == 0:
        return Constant(float(initial))
    return initial


def own(node: Node, layer: Layer, **named: str) -> None:
    """Let ``node`` own ``layer``, and have its attributes under names of its own: ``own(node, layer, Wff='W')``.

    The cells are the same, so either name reads and writes them. The layer itself is no child: what it has is listed once, at the
    node.
    """
    # First of all: it would use up a number of the class that nodes count by.
    layer.__dict__["_unique_name"] = "layer"
    node.__dict__["_layer"] = layer
    for name, theirs in named.items():
        slot = layer._slots.get(theirs)
        if slot is None:
            setattr(node, name, None)
            continue
        assert slot.cell is not None  # layers keep numbers
        node._slots[name] = slot
        slot.cell.belongs_to(node._kin.held)
        if theirs in layer.__dict__:
            node.__dict__[name] = slot.cell


def own_all(node: Node, layer: Layer) -> None:
    """The same, with all that the layer has under the layer's names."""
    own(node, layer, **{name: name for name in layer._slots})
    for name, child in layer.modules().items():
        setattr(node, name, child)


def feedback_weights(node: Node, initial: Any, width: int) -> None:
    """Register ``node.Wfb``, of all feedback inputs side by side."""
    sizes = features(node, node.feedback_shapes, node.output_shape[:-1])
    node.__dict__["_fb_weights"] = (sum(sizes), width)
    weight(node, "Wfb", begun(node, initial), (sum(sizes), width), family="weights")


def side_by_side(parts: Sequence[jax.Array], axis: int = -1) -> jax.Array:
    """One array of several, in the widest of their dtypes."""
    with jax.numpy_dtype_promotion("standard"):
        return jnp.concatenate(parts, axis=axis)


def in_floats(parts: Sequence[jax.Array], dtype: Any) -> jax.Array:
    """The same in floats of at least that dtype: spikes, as truth values, count as 0 and 1."""
    return as_float(side_by_side(parts), dtype, "inputs")


def features(node: Node, shapes: Sequence[Shape], common: Shape = (None,)) -> tuple[int, ...]:
    """How many features each input has, on the last axis behind ``common`` ones.

    Raises
    ------
    ShapeError
        For other axes: weights would go over the wrong ones.
    """
    if any(shape[:-1] != common for shape in shapes):
        axes = ", ".join("batch" if n is None else str(n) for n in common)
        raise ShapeError(
            where=f"{type(node).__name__}({node.name})",
            expected=f"inputs ({axes}, features)",
            got=", ".join(map(str, shapes)),
            fix="Put bp.nn.Reshape before it, Reshape(-1) for one axis; bp.nn.DenseMD goes over the last axis of any data.",
        )
    return tuple(cast("int", shape[-1]) for shape in shapes)


def joined(shapes: Sequence[Shape]) -> tuple[Shape, tuple[int, ...]]:
    """What shapes have in common but for the last axis, and what each has there."""
    return check_shape_consistency(shapes, -1, True)
