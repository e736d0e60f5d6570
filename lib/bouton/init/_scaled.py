"""Initialisers of weights that keep the size of signals, whatever the number of units."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.nn import initializers
from jax.typing import DTypeLike

from ..errors import ShapeError
from ..math.random._sample import at_least_32_bits
from ._checks import Shape, axes, one_of, positive
from ._initializer import Drawn

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "normal", "uniform")


class VarianceScaling(Drawn):
    """Numbers of mean 0 and variance ``scale / fan``, where a fan is the number of connections of a unit.

    Parameters
    ----------
    scale : float
        Above 0.
    mode : {'fan_in', 'fan_out', 'fan_avg'}
        Connections to a unit, from one, or the mean of the two.
    distribution : {'truncated_normal', 'normal', 'uniform'}
        Normal and cut at 2 standard deviations, with the variance kept; normal; or uniform between
        ``±sqrt(3 * scale / fan)``.
    in_axis, out_axis : int
        Of the shape: which one counts the units that connections come from, and which one those that they go to. Every other
        axis belongs to the receptive field, and its size multiplies both fans.
    seed : int, key or RandomState, optional
        For numbers of its own.

    Raises
    ------
    ShapeError
        When called with a shape that lacks one of the axes.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        in_axis: int = -2,
        out_axis: int = -1,
        seed: Any = None,
    ):
        super().__init__(seed)
        name = type(self).__name__
        self.scale = positive(f"{name}(scale)", scale)
        self.mode = one_of(f"{name}(mode)", mode, _MODES)
        self.distribution = one_of(f"{name}(distribution)", distribution, _DISTRIBUTIONS)
        self.in_axis, self.out_axis = in_axis, out_axis

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        shape, dtype = self._asked(shape, dtype)
        name = type(self).__name__
        axes(name, shape, "A vector has no inputs and outputs to count: use Normal or ZeroInit.")
        if not _are_two_axes(shape, self.in_axis, self.out_axis):
            raise ShapeError(
                where=name,
                expected=f"a shape with the two axes {self.in_axis} and {self.out_axis}",
                got=f"{shape}",
                fix="Say which axes count inputs and outputs with in_axis and out_axis.",
            )
        if 0 in shape:
            return jnp.zeros(shape, dtype)
        draw = initializers.variance_scaling(self.scale, self.mode, self.distribution, self.in_axis, self.out_axis)
        return draw(self._rng.split_key(), shape, at_least_32_bits(dtype)).astype(dtype)


def _are_two_axes(shape: Shape, one: int, other: int) -> bool:
    n = len(shape)
    return all(-n <= axis < n for axis in (one, other)) and one % n != other % n


class KaimingNormal(VarianceScaling):
    """Normal numbers for units that rectify: variance ``2 / fan_in`` (He et al., ICCV 2015).

    Parameters as for :class:`VarianceScaling`, with other defaults.
    """

    def __init__(
        self,
        scale: float = 2.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        in_axis: int = -2,
        out_axis: int = -1,
        seed: Any = None,
    ):
        super().__init__(scale, mode, distribution, in_axis, out_axis, seed)


class KaimingUniform(VarianceScaling):
    """Uniform numbers for units that rectify: variance ``2 / fan_in`` (He et al., ICCV 2015).

    Parameters as for :class:`VarianceScaling`, with other defaults.
    """

    def __init__(
        self,
        scale: float = 2.0,
        mode: str = "fan_in",
        distribution: str = "uniform",
        in_axis: int = -2,
        out_axis: int = -1,
        seed: Any = None,
    ):
        super().__init__(scale, mode, distribution, in_axis, out_axis, seed)


class XavierNormal(VarianceScaling):
    """Normal numbers for both directions: variance ``2 / (fan_in + fan_out)`` (Glorot and Bengio, AISTATS 2010).

    Parameters as for :class:`VarianceScaling`, with other defaults.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_avg",
        distribution: str = "truncated_normal",
        in_axis: int = -2,
        out_axis: int = -1,
        seed: Any = None,
    ):
        super().__init__(scale, mode, distribution, in_axis, out_axis, seed)


class XavierUniform(VarianceScaling):
    """Uniform numbers for both directions: variance ``2 / (fan_in + fan_out)`` (Glorot and Bengio, AISTATS 2010).

    Parameters as for :class:`VarianceScaling`, with other defaults.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_avg",
        distribution: str = "uniform",
        in_axis: int = -2,
        out_axis: int = -1,
        seed: Any = None,
    ):
        super().__init__(scale, mode, distribution, in_axis, out_axis, seed)


class LecunNormal(VarianceScaling):
    """Normal numbers of variance ``1 / fan_in`` (LeCun et al., Efficient BackProp, 1998).

    Parameters as for :class:`VarianceScaling`, with other defaults.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        in_axis: int = -2,
        out_axis: int = -1,
        seed: Any = None,
    ):
        super().__init__(scale, mode, distribution, in_axis, out_axis, seed)


class LecunUniform(VarianceScaling):
    """Uniform numbers of variance ``1 / fan_in`` (LeCun et al., Efficient BackProp, 1998).

    Parameters as for :class:`VarianceScaling`, with other defaults.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "uniform",
        in_axis: int = -2,
        out_axis: int = -1,
        seed: Any = None,
    ):
        super().__init__(scale, mode, distribution, in_axis, out_axis, seed)
