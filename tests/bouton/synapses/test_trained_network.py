"""A spiking network for training with surrogate gradients, written as users write it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm


class SNN(bp.Network):
    def __init__(self, num_in, num_rec, num_out):
        super().__init__()
        self.i = bp.neurons.InputGroup(num_in)
        self.r = bp.neurons.LIF(num_rec, tau=10, V_reset=0, V_rest=0, V_th=1.0)
        self.o = bp.neurons.LeakyIntegrator(num_out, tau=5)
        self.i2r = bp.synapses.Exponential(
            self.i,
            self.r,
            bp.conn.All2All(),
            output=bp.synouts.CUBA(),
            tau=10.0,
            g_max=bp.init.KaimingNormal(scale=20.0),
        )
        self.r2o = bp.synapses.Exponential(
            self.r,
            self.o,
            bp.conn.All2All(),
            output=bp.synouts.CUBA(),
            tau=10.0,
            g_max=bp.init.KaimingNormal(scale=20.0),
        )

    def update(self, tdi, spike):
        self.i2r(tdi, spike)
        self.r2o(tdi)
        self.r(tdi)
        self.o(tdi)
        return self.o.V.value


@pytest.fixture(scope="module")
def snn():
    bm.random.seed(3)
    with bm.training_environment():
        return SNN(10, 20, 2)


SPIKES = np.random.default_rng(0).random((15, 3, 10)) < 0.1


def by_hand(w_in, w_out):
    """The same equations in NumPy: (steps, trials, 2)."""
    g, v, h, o = (np.zeros((3, n)) for n in (20, 20, 2, 2))
    fired, rows = np.zeros((3, 20)), []
    for s in SPIKES:
        g = g * np.exp(-0.01) + s @ w_in
        h = h * np.exp(-0.01) + fired @ w_out
        v = g + (v - g) * np.exp(-0.01)
        fired = (v >= 1.0).astype(float)
        v = v * (1 - fired)
        o = h + (o - h) * np.exp(-0.02)
        rows.append(o)
    return np.stack(rows), fired


def outputs(snn):
    snn.reset_state(3)
    return bm.for_loop(lambda s: snn({}, s), SPIKES.astype(np.float32))


def test_its_weights_are_trained(snn):
    assert (snn.i2r.g_max.shape, snn.r2o.g_max.shape) == ((10, 20), (20, 2))
    assert set(snn.train_vars("relative")) == {"i2r.g_max", "r2o.g_max"}


def test_its_numbers_are_those_of_the_equations(snn):
    found = outputs(snn)
    assert found.shape == (15, 3, 2)
    wanted, _ = by_hand(np.asarray(snn.i2r.g_max, float), np.asarray(snn.r2o.g_max, float))
    assert np.abs(wanted).max() > 0
    assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)


def test_gradients_are_those_of_plain_jax(snn):
    spike_fun = bm.surrogate.inv_square_grad

    def plain(w_in, w_out):
        def step(carry, s):
            g, v, h, o, fired = carry
            g = g * np.float32(np.exp(-0.01)) + s @ w_in
            h = h * np.float32(np.exp(-0.01)) + fired @ w_out
            v = g + (v - g) * np.float32(np.exp(-0.01))
            fired = spike_fun(v - 1.0)
            v = v - v * jax.lax.stop_gradient(fired)
            o = h + (o - h) * np.float32(np.exp(-0.02))
            return (g, v, h, o, fired), None

        begin = tuple(jnp.zeros((3, n)) for n in (20, 20, 2, 2, 20))
        (_, _, _, o, _), _ = jax.lax.scan(step, begin, jnp.asarray(SPIKES, jnp.float32))
        return jnp.sum(o**2)

    wanted = jax.jit(jax.grad(plain, argnums=(0, 1)))(snn.i2r.g_max.value, snn.r2o.g_max.value)
    weights = {"i2r": snn.i2r.g_max, "r2o": snn.r2o.g_max}
    found = bm.jit(bm.grad(lambda: (outputs(snn)[-1] ** 2).sum(), grad_vars=weights))()
    for name, exact in zip(weights, wanted, strict=True):
        assert np.isfinite(found[name]).all()
        assert np.abs(found[name]).max() > 0
        assert_allclose(found[name], exact, rtol=2e-3, atol=1e-4 * float(jnp.abs(exact).max()))
