"""Live simulations, the engine under them moved by hand, and models with a closed form."""

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


class Level(Module):
    """Gives out its parameter at every step, and grows by its gain."""

    def __init__(self, level=0.0, gain=1.0):
        super().__init__(1)
        self.level = Parameter(level)
        self.gain = Parameter(gain)
        self.x = State(np.ones(1, np.float32))
        self.dt = SimulationParameter(1e-3)

    def evolve(self, input_data, record=False):
        data, _ = self._auto_batch(input_data)
        x = self.x * self.gain ** jnp.arange(1.0, data.shape[1] + 1)[:, None]
        return data + self.level, {"x": x[-1]}, {"x": x[None]}


def shown(simulation, path="output"):
    """Every value of a signal that is in the window, one row a step."""
    frame = simulation.frame(path, columns=10**6, units=10**6, rows=10**6)
    if path in frame.events:
        return frame.events[path].T[: frame.step - round(frame.time[0] / simulation.dt)]
    rows = frame.traces[path].lo.T
    return rows[~np.isnan(rows).all(axis=1)]


def newest(simulation):
    return shown(simulation)[-1, 0]


def run_to(simulation, steps, until):
    """Run on the thread up to the end of the chunk in which so many steps are done."""
    leave = simulation.subscribe(lambda: simulation.pause() if simulation.steps >= steps else None)
    simulation.start()
    until(lambda: simulation.status == "paused")
    leave()
