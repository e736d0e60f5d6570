"""Weights between layers."""

from collections.abc import Callable
from typing import Any

import jax

from ..core import Parameter
from ..errors import ShapeError, ValueRefused
from ._declare import WEIGHTS, Full, declare
from ._dtypes import common_dtype
from ._functional import Functional
from ._module import Module
from ._series_data import as_series, widened
from ._weights import kaiming

_ZEROS = Full(0.0)


class Linear(Module):
    """Weights, and optionally a bias: ``x @ weight + bias`` at every time step.

    Parameters
    ----------
    shape : (Nin, Nout)
        Numbers of inputs and outputs.
    weight : (Nin, Nout)
        Family ``'weights'``.
    bias : (Nout,) or scalar
        Family ``'biases'``; only with ``has_bias``.
    has_bias : bool
        Whether there is a bias.
    weight_init_func, bias_init_func : callable
        ``f(shape)``; by default Kaiming's uniform weights, and zeros for the bias.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.

    Raises
    ------
    ShapeError
        When ``shape`` has not two entries, or an attribute has none of the shapes above.
    ValueRefused
        For a bias without ``has_bias``.

    Examples
    --------
    >>> import numpy as np
    >>> output, _, _ = Linear((2, 3), weight=np.ones((2, 3)))(np.ones((5, 2)))
    >>> output.shape, float(output[0, 0, 0])
    ((1, 5, 3), 2.0)
    """

    def __init__(
        self,
        shape: tuple[int, int],
        weight: Any = None,
        bias: Any = None,
        has_bias: bool = False,
        weight_init_func: Callable = kaiming,
        bias_init_func: Callable = _ZEROS,
        spiking_input: bool = False,
        spiking_output: bool = False,
    ):
        super().__init__(shape, spiking_input, spiking_output)
        if len(self.shape) != 2:
            raise ShapeError(
                where=f"{self.class_name}(shape=...)",
                expected="two entries, (inputs, outputs)",
                got=f"{self.shape}",
                fix="Write for instance Linear((4, 6)).",
            )
        if bias is not None and not has_bias:
            raise ValueRefused(
                where=f"{self.class_name}.bias",
                expected="no bias, since has_bias is False",
                got="one",
                fix="Pass has_bias=True to use it.",
            )
        self._has_bias = bool(has_bias)
        declare(self, "weight", Parameter, weight, weight_init_func, shape=self.shape, **WEIGHTS)
        if has_bias:
            declare(self, "bias", Parameter, bias, bias_init_func, shape=[(self.size_out,), ()], family="biases")

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        series = as_series(input_data, self.size_in, self.class_name)
        return product(series, self.weight, self.bias if self._has_bias else None), {}, {}


class LinearJax(Functional, Linear):
    """:class:`Linear` weights in the functional form, a JAX pytree. Same arguments and numbers as :class:`Linear`."""


@jax.jit
def product(series: jax.Array, weight: jax.Array, bias: jax.Array | None) -> jax.Array:
    dtype = common_dtype(series, weight, *([] if bias is None else [bias]))
    output = widened(series, weight.shape[0]).astype(dtype) @ weight.astype(dtype)
    return output if bias is None else output + bias.astype(dtype)
