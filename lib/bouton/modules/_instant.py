"""Functions without a memory, as modules."""

from collections.abc import Callable
from typing import Any

import jax

from ..core import SimulationParameter
from ..errors import KindError, ShapeError
from ._functional import Functional
from ._module import Module


class Instant(Module):
    """A function of the input, at every step the same.

    Parameters
    ----------
    shape : int or (N, N)
        Number of channels.
    function : callable
        From an array ``(B, T, N)`` to one of the same shape; a function of single numbers such as ``jax.numpy.tanh`` does. It is
        a constant of compiled code.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.

    Raises
    ------
    ShapeError
        When input and output sizes differ.
    KindError
        For what cannot be called.

    Examples
    --------
    >>> import jax.numpy as jnp, numpy as np
    >>> output, _, _ = Instant(2, jnp.abs)(-np.ones((3, 2)))
    >>> float(output[0, 0, 0])
    1.0
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        function: Callable[[jax.Array], jax.Array],
        spiking_input: bool = False,
        spiking_output: bool = False,
    ):
        super().__init__(shape, spiking_input, spiking_output)
        if self.size_in != self.size_out:
            raise ShapeError(
                where=f"{self.class_name}(shape=...)",
                expected="as many outputs as inputs",
                got=f"{self.shape}",
                fix="Put a Linear in front to change the number of channels.",
            )
        self.function = SimulationParameter(self._admit("function", function))

    def _admit(self, name: str, value: Any) -> Any:
        if name == "function" and not callable(value):
            raise KindError(
                where=f"{self.class_name}.function",
                expected="a function of an array",
                got=f"{type(value).__name__}",
                fix="Pass the function itself, for instance jax.numpy.tanh.",
            )
        return super()._admit(name, value)

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        function: Any = self.function
        return function(input_data), {}, {}


class InstantJax(Functional, Instant):
    """:class:`Instant` in the functional form, a JAX pytree. Same arguments and numbers as :class:`Instant`."""
