"""Exponential synapses."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from ..core import Parameter, State
from ..errors import ShapeError
from ._decay import decay
from ._declare import declare, declare_time_step
from ._functional import Functional
from ._noise import declare_key, declare_noise, draw
from ._series import SeriesModule, Values


@dataclass(frozen=True)
class ExpSynStep:
    """One step of exponential synapses."""

    noisy: bool

    signals = ("isyn",)

    @property
    def states(self) -> tuple[str, ...]:
        return ("isyn",)

    def prepare(self, p: Values) -> Values:
        return {**p, "decay": decay(p["dt"], p["tau"]), "noise": p["noise_std"] * jnp.sqrt(p["dt"])}

    def start(self, p: Values, batch: int) -> Values:
        s = {"isyn": jnp.broadcast_to(p["isyn"], (batch, *p["isyn"].shape))}
        return {**s, "rng_key": p["rng_key"]} if self.noisy else s

    def __call__(self, p: Values, s: Values, u: jax.Array) -> tuple[Values, jax.Array, Values]:
        isyn, new = s["isyn"] + u, {}
        if self.noisy:
            new["rng_key"], normal = draw(s, isyn.shape, isyn.dtype)
            isyn = isyn + p["noise"] * normal
        isyn = isyn * p["decay"]
        return {"isyn": isyn, **new}, isyn, {"isyn": isyn}


class ExpSyn(SeriesModule):
    r"""Exponential synapses: every input adds to a current that decays.

    .. math:: I \leftarrow (I + u + \sigma\sqrt{\mathrm{d}t}\,\xi)\, e^{-\mathrm{d}t/\tau}, \qquad y = I

    Parameters
    ----------
    shape : int
        Number of synapses.
    tau : (N,) or scalar, s
        Time constants, 10 ms by default. Family ``'taus'``.
    noise_std : float
        Standard deviation of the noise that arrives with the input, per square root of a second.
    dt : float, s
        Time step.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.
    rng_key : key or int, optional
        For the noise.

    State
    -----
    isyn : (N,)
        Synaptic currents; also recorded.

    Raises
    ------
    ShapeError
        When ``shape`` has more than one dimension, or ``tau`` has none of the shapes above.
    ValueRefused
        For a negative time constant, noise or time step.
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        tau: Any = None,
        noise_std: Any = 0.0,
        dt: Any = 1e-3,
        spiking_input: bool = True,
        spiking_output: bool = False,
        rng_key: Any = None,
    ):
        super().__init__(shape, spiking_input, spiking_output)
        if len(self.shape) != 1:
            raise ShapeError(
                where=f"{self.class_name}(shape=...)",
                expected="one dimension, N",
                got=f"{self.shape}",
                fix="Each synapse has one input and one output; put a Linear in front to change their number.",
            )
        n = self.size_out
        declare(
            self,
            "tau",
            Parameter,
            tau,
            10e-3,
            shape=[(n,), ()],
            family="taus",
            unit="s",
            bounds=(0, None),
            softbounds=(1e-3, 0.2),
            scale="log",
        )
        declare_key(self, rng_key)
        declare(self, "isyn", State, None, 0.0, shape=(n,))
        declare_time_step(self, dt)
        declare_noise(self, noise_std)

    def _step(self) -> ExpSynStep:
        return ExpSynStep(not self._slots["noise_std"].is_off())


class ExpSynJax(Functional, ExpSyn):
    """:class:`ExpSyn` in the functional form: a call leaves the module alone and returns the new state.

    Same arguments and numbers as :class:`ExpSyn`; ``rng_key`` is a state. The module is a JAX pytree. Continue with
    ``module = module.set_attributes(new_state)``.
    """
