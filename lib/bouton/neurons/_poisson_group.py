"""Neurons that spike at random."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dynamics._declare import parameter, state
from ..math import Mode, TrainingMode
from ..math._share import share
from ..math.random import DEFAULT, RandomState
from ..transform import default_float
from ._group import NeuGroup


class PoissonGroup(NeuGroup):
    r"""Neurons that spike at random, each with its own rate: Poisson processes.

    In a step of ``dt`` ms a neuron spikes with probability :math:`f\,dt / 1000`, and at most once. ``update()`` returns the
    spikes of the step: truth values, or floats in a training mode.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    freqs : () or (num,), Hz
        Mean rates.
    seed : int, optional
        Same seed, same spikes, again after each ``reset_state``. Default: the numbers of ``bm.random``.
    keep_size : bool
        Whether states keep the shape of the sheet.
    mode : Mode, optional
        Default: that of the environment. Trials of a batch have spikes of their own.
    name : str, optional
        Unique among live objects.

    State
    -----
    spike : (\*batch, num)
        Spikes of the last step.

    Notes
    -----
    A rate of 1000/dt Hz and above is a spike in every step. The number of spikes in a step is a Bernoulli variable: its mean is
    that of the process, and its variance too as long as :math:`f\,dt` is far below 1000.
    """

    def __init__(
        self,
        size: int | tuple[int, ...],
        freqs: Any,
        seed: int | None = None,
        keep_size: bool = False,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(size, keep_size, name, mode)
        parameter(self, "freqs", freqs, self.varshape, unit="Hz", family="rates", bounds=(0.0, None))
        self.rng = None if seed is None else RandomState(seed)
        dtype = default_float() if isinstance(self.mode, TrainingMode) else bool
        state(self, "spike", np.zeros(self.varshape, dtype), self.varshape)

    def update(self, x: Any = None) -> jax.Array:
        """The spikes of this step."""
        known = self.spike.value
        # The global state is no attribute: a reset of the group would reset it for everybody.
        drawn = (DEFAULT if self.rng is None else self.rng).random(known.shape)
        self.spike.value = jnp.asarray(drawn < self.freqs * (share.dt * 1e-3), known.dtype)
        return self.spike.value
