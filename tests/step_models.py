"""Small systems of one step, whose results are known in closed form, and their runner."""

import jax.numpy as jnp

import bouton as bp
import bouton.math as bm
from bouton.dynamics._declare import parameter, state


class Leak(bp.neurons.NeuGroup):
    """``V`` relaxes towards the input, exactly."""

    def __init__(self, size, tau=10.0, mode=None, **more):
        super().__init__(size, mode=mode, **more)
        parameter(self, "tau", tau, self.varshape, unit="ms")
        state(self, "V", 0.0, self.varshape, unit="mV")
        self._gather_input("nA")

    def update(self, x=None):
        x = self._take_input(x)
        self.V.value = x + (self.V - x) * jnp.exp(-bp.share.dt / self.tau)
        return self.V.value


class Sum(bp.DynamicalSystemNS):
    """Adds up what it is called with, and does not register more than that."""

    def __init__(self):
        super().__init__()
        self.total = bm.Variable(())

    def update(self, x=1.0):
        self.total.value = self.total + x
        return self.total.value

    def reset_state(self, batch_size=None):
        self.total.value = jnp.zeros(())


class Told(bp.DynamicalSystem):
    """Gives back what it is told."""

    def __init__(self):
        super().__init__()
        self.seen = bm.Variable(4)

    def update(self, shared, gain=1.0):
        self.seen.value = jnp.stack([jnp.asarray(shared[key], jnp.float32) for key in ("t", "i", "dt", "fit")]) * gain
        return self.seen.value

    def reset_state(self, batch_size=None):
        self.seen.value = jnp.zeros(4)


class Pair(bp.Network):
    """Two groups, without synapses."""

    def __init__(self):
        super().__init__()
        self.E, self.I = Leak(3), Leak(2)


def runner_of(target, *args, **options):
    return bp.DSRunner(target, *args, **{"dt": 0.1, "progress_bar": False, **options})
