"""The least that a synapse needs of a group of neurons."""

import jax.numpy as jnp

from bouton.dynamics._declare import state
from bouton.math import TrainingMode
from bouton.neurons import NeuGroup


class TinyGroup(NeuGroup):
    """Holds a potential and spikes that a test sets, and remembers what a step was driven with."""

    def __init__(self, size, V=0.0, **options):
        super().__init__(size, **options)
        state(self, "V", V, self.varshape, unit="mV")
        dtype = jnp.float32 if isinstance(self.mode, TrainingMode) else bool
        state(self, "spike", lambda shape: jnp.zeros(shape, dtype), self.varshape)
        self._gather_input(unit="nA")

    def update(self, x=None):
        return self._take_input(x)
