"""Exponential smoothing."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from ..core import Parameter, State
from ..errors import ShapeError
from ._decay import decay
from ._declare import declare, declare_time_step
from ._functional import Functional
from ._series import SeriesModule, Values


@dataclass(frozen=True)
class SmoothStep:
    """One step of exponential smoothing."""

    signals = ("x",)

    @property
    def states(self) -> tuple[str, ...]:
        return ("x",)

    def prepare(self, p: Values) -> Values:
        return {"decay": decay(p["dt"], p["tau"])}

    def start(self, p: Values, batch: int) -> Values:
        return {"x": jnp.broadcast_to(p["x"], (batch, *p["x"].shape))}

    def __call__(self, p: Values, s: Values, u: jax.Array) -> tuple[Values, jax.Array, Values]:
        x = u + (s["x"] - u) * p["decay"]
        return {"x": x}, x, {"x": x}


class ExpSmooth(SeriesModule):
    r"""Exponential smoothing: every output follows its input with a time constant.

    .. math:: x \leftarrow u + (x - u)\, e^{-\mathrm{d}t/\tau}, \qquad y = x

    which is :math:`\tau \dot x = u - x` exactly, for an input that is constant during a step. A constant input passes unchanged
    in the end; spikes come out as a rate per step.

    Parameters
    ----------
    shape : int
        Number of channels.
    tau : (N,) or scalar, s
        Time constants, 10 ms by default. Family ``'taus'``.
    dt : float, s
        Time step.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.

    State
    -----
    x : (N,)
        The smoothed signal; also recorded.

    Raises
    ------
    ShapeError
        When ``shape`` has more than one dimension, or ``tau`` has none of the shapes above.
    ValueRefused
        For a negative time constant, or a time step of 0 or less.

    Examples
    --------
    >>> import numpy as np
    >>> output, _, _ = ExpSmooth(1, tau=0.01)(np.ones((10, 1)))
    >>> round(float(output[0, -1, 0]), 4)  # after one time constant
    0.6321
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        tau: Any = None,
        dt: Any = 1e-3,
        spiking_input: bool = False,
        spiking_output: bool = False,
    ):
        super().__init__(shape, spiking_input, spiking_output)
        if len(self.shape) != 1:
            raise ShapeError(
                where=f"{self.class_name}(shape=...)",
                expected="one dimension, N",
                got=f"{self.shape}",
                fix="Each channel has one input and one output; put a Linear in front to change their number.",
            )
        n = self.size_out
        taus = {"family": "taus", "unit": "s", "bounds": (0, None), "softbounds": (1e-3, 0.2), "scale": "log"}
        declare(self, "tau", Parameter, tau, 10e-3, shape=[(n,), ()], **taus)
        declare(self, "x", State, None, 0.0, shape=(n,))
        declare_time_step(self, dt)

    def _step(self) -> SmoothStep:
        return SmoothStep()


class ExpSmoothJax(Functional, ExpSmooth):
    """:class:`ExpSmooth` in the functional form: a call leaves the module alone and returns the new state.

    Same arguments and numbers as :class:`ExpSmooth`. The module is a JAX pytree. Continue with
    ``module = module.set_attributes(new_state)``.
    """
