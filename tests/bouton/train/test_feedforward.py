"""Training of models without a time, beside hand-written JAX."""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from training_models import W0, X, Y

import bouton as bp
import bouton.math as bm

XS, YS = X[:, 0], Y[:, 0]


def trainer_of(loss="mean_squared_error", **options):
    with bm.training_environment():
        dense = bp.layers.Dense(2, 3, W_initializer=W0)
    return bp.BPFF(dense, loss=loss, optimizer=bp.optim.SGD(lr=0.5), progress_bar=False, **options)


def test_a_model_without_a_time_is_trained_as_by_hand():
    trainer = trainer_of()
    assert_allclose(trainer.predict(XS), XS @ W0, rtol=1e-5)
    seconds, _ = trainer.predict(XS, eval_time=True)
    assert seconds > 0
    trainer.fit((XS, YS), num_epoch=1)
    slope = jax.grad(lambda w: jnp.mean((XS @ w - YS) ** 2))(jnp.asarray(W0))
    assert_allclose(trainer.target.W.value, W0 - 0.5 * slope, rtol=1e-4, atol=1e-6)


def test_monitors_are_read_in_predictions_and_given_to_the_loss():
    trainer = trainer_of(lambda found, y: jnp.mean((found[0] + found[1]["W"].sum() - y) ** 2), monitors=["W"])
    assert_allclose(trainer.predict(XS), XS @ W0, rtol=1e-5)
    assert_array_equal(trainer.mon.W, W0)
    trainer.fit([(XS, YS)], num_epoch=1)
    assert_allclose(trainer.train_losses, [np.mean((XS @ W0 + W0.sum() - YS) ** 2)], rtol=1e-5)


def test_readings_have_the_batch_first():
    class Layer(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__(mode=bm.training_mode)
            self.w, self.state = bm.TrainVar(jnp.ones(2)), bm.Variable(jnp.zeros((2, 1)), batch_axis=1)

        def reset_state(self, batch_size=1):
            self.state.value = jnp.zeros((2, batch_size))

        def update(self, x):
            self.state.value = (x * self.w.value).T
            return x

    trainer = bp.BPFF(Layer(), "l2_loss", monitors=["state"], progress_bar=False)
    trainer.predict(XS)
    assert_array_equal(trainer.mon.state, XS)
    assert trainer.mon.to_xarray()["state"].dims == ("batch", "neuron")
