"""A recurrent model with trained weights, data for it, and a trainer."""

import jax.numpy as jnp
import numpy as np

import bouton as bp
import bouton.math as bm

RNG = np.random.default_rng(0)
W0, R0 = (RNG.normal(size=shape).astype(np.float32) * 0.5 for shape in [(2, 3), (3, 3)])
X, Y = RNG.normal(size=(8, 5, 2)).astype(np.float32), RNG.normal(size=(8, 5, 3)).astype(np.float32)


class Recurrent(bp.DynamicalSystemNS):
    """A layer with weights and a trained beginning."""

    def __init__(self, win=W0):
        super().__init__(mode=bm.training_mode)
        self.win, self.wrec = bm.TrainVar(jnp.asarray(win)), bm.TrainVar(jnp.asarray(R0))
        self.begin = bm.TrainVar(jnp.zeros(3))
        self.h = bm.Variable(jnp.zeros((1, 3)), batch_axis=0)

    def reset_state(self, batch_size=1):
        self.h.value = jnp.broadcast_to(self.begin.value, (batch_size, 3))

    def update(self, x):
        self.h.value = jnp.tanh(x @ self.win.value + self.h @ self.wrec.value)
        return self.h.value


def trainer_of(model=None, loss="mean_squared_error", **options):
    options = {"optimizer": bp.optim.SGD(lr=0.5), "progress_bar": False, "shuffle_data": False, **options}
    return bp.BPTT(model or Recurrent(), loss, **options)
