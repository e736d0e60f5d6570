"""Channels as probabilities."""

from typing import Any

import jax

from ..core import SimulationParameter
from ..errors import ShapeError
from ._declare import declare_number
from ._functional import Functional
from ._module import Module


class Softmax(Module):
    r"""Probabilities of the channels at every step, :math:`e^{x_k/T} / \sum_j e^{x_j/T}`.

    Parameters
    ----------
    shape : int or (N, N)
        Number of channels.
    temperature : float
        :math:`T`, above 0: the lower, the more of all goes to the largest channel.
    spiking_input : bool
        Whether the input is counts of events.

    Raises
    ------
    ShapeError
        When input and output sizes differ.
    ValueRefused
        For a temperature of 0 or less.

    Examples
    --------
    >>> import numpy as np
    >>> output, _, _ = Softmax(2)(np.log([[1.0, 3.0]]))
    >>> np.asarray(output).round(4).tolist()
    [[[0.25, 0.75]]]
    """

    def __init__(self, shape: int | tuple[int, ...], temperature: Any = 1.0, spiking_input: bool = False):
        super().__init__(shape, spiking_input, spiking_output=False)
        if self.size_in != self.size_out:
            raise ShapeError(
                where=f"{self.class_name}(shape=...)",
                expected="as many outputs as inputs",
                got=f"{self.shape}",
                fix="Put a Linear in front to change the number of channels.",
            )
        bounds = {"bounds": (0, None), "strict": True, "softbounds": (0.1, 10.0), "scale": "log"}
        declare_number(self, "temperature", temperature, SimulationParameter, **bounds)

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        return jax.nn.softmax(self._scaled(input_data)), {}, {}

    def _scaled(self, series: jax.Array) -> jax.Array:
        temperature: Any = self.temperature
        return series / (temperature if isinstance(temperature, float) else temperature.astype(series.dtype))


class SoftmaxJax(Functional, Softmax):
    """:class:`Softmax` in the functional form, a JAX pytree. Same arguments and numbers as :class:`Softmax`."""


class LogSoftmax(Softmax):
    r"""Logarithms of the probabilities of the channels at every step, :math:`x_k/T - \ln \sum_j e^{x_j/T}`.

    Parameters
    ----------
    shape : int or (N, N)
        Number of channels.
    temperature : float
        :math:`T`, above 0.
    spiking_input : bool
        Whether the input is counts of events.

    Raises
    ------
    ShapeError
        When input and output sizes differ.
    ValueRefused
        For a temperature of 0 or less.
    """

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        return jax.nn.log_softmax(self._scaled(input_data)), {}, {}


class LogSoftmaxJax(Functional, LogSoftmax):
    """:class:`LogSoftmax` in the functional form, a JAX pytree. Same arguments and numbers as :class:`LogSoftmax`."""
