"""The engine under a live simulation, moved by hand, and a model with a closed form."""

import jax.numpy as jnp
import numpy as np

from bouton.core import Parameter, SimulationParameter, State
from bouton.modules import Module
from bouton.run._engine import Engine

DT = 1e-3


def engine(model, record, chunk=10, window=1000, max_units=4096):
    return Engine(model, record, chunk, window, max_units)


def run(engine, inputs):
    """Whole chunks, then single steps."""
    while len(inputs):
        steps = engine.chunk if len(inputs) >= engine.chunk else 1
        engine.run(np.asarray(inputs[:steps], np.float32))
        inputs = inputs[steps:]


def held(engine, path):
    """Everything that a ring holds."""
    ring = engine.rings[path]
    return ring.rows(np.arange(ring.first, ring.next))


def drive(steps, size, seed=0):
    return np.random.default_rng(seed).uniform(0, 0.3, (steps, size)).astype(np.float32)


class Growing(Module):
    """x ← gain · x at every step; with a gain of 2 and x = 1 at first, x is 2^k after k steps, exactly, until it overflows."""

    def __init__(self, size=1, gain=2.0, start=1.0):
        super().__init__(size)
        self.gain = Parameter(gain)
        self.x = State(np.full(size, start, np.float32))
        self.dt = SimulationParameter(DT)

    def evolve(self, input_data, record=False):
        data, _ = self._auto_batch(input_data)
        x = self.x * self.gain ** jnp.arange(1.0, data.shape[1] + 1)[:, None]
        return x[None], {"x": x[-1]}, {}
