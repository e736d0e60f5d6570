"""A model with a readout of its input now and before, and what goes into that by NumPy."""

import jax.numpy as jnp
import numpy as np

import bouton as bp
import bouton.math as bm


class Memory(bp.DynamicalSystemNS):
    """The input now and before, and a readout of both."""

    def __init__(self, bias=True, other=None):
        super().__init__(mode=bm.batching_mode)
        self.before = bm.Variable(jnp.zeros((1, 2)), batch_axis=0)
        self.o = bp.layers.Dense(4, 2, b_initializer=bp.init.ZeroInit() if bias else None, mode=bm.training_mode)
        if other is not None:
            self.other = other

    def reset_state(self, batch_size=1):
        self.before.value = jnp.zeros((batch_size, 2))

    def update(self, x):
        out = self.o(jnp.concatenate([x, self.before.value], -1))
        self.before.value = jnp.asarray(x)
        return out


def readout_inputs(xs, bias):
    """All inputs of the readout, (B, T, 4), with ones in front of them where there is a bias."""
    before = np.concatenate([np.zeros((len(xs), 1, 2)), xs[:, :-1]], 1)
    return np.concatenate([*([np.ones((*xs.shape[:2], 1))] if bias else []), xs, before], -1).astype(np.float64)
