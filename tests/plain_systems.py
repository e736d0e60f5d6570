"""Two systems: one that is told what is shared, and one that is not."""

import jax.numpy as jnp

import bouton as bp
import bouton.math as bm


class Leak(bp.DynamicalSystem):
    """``v ← v + dt (current - v)``, told what is shared."""

    def __init__(self, n=2, **options):
        super().__init__(**options)
        self.n = n
        self.v = bm.Variable(jnp.zeros(n))

    def reset_state(self, batch_size=None):
        self.v.value = jnp.zeros(self.n)

    def update(self, shared, current):
        self.v += shared["dt"] * (current - self.v)
        return self.v.value


class Scale(bp.DynamicalSystemNS):
    """``x * by``, with a weight that can be trained."""

    def __init__(self, by=2.0, **options):
        super().__init__(**options)
        self.by = bm.TrainVar(jnp.asarray(by))

    def update(self, x):
        return x * self.by
