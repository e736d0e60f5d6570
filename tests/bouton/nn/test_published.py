"""Reservoirs with feedback on tasks of the literature."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton.math as bm
from bouton import nn
from bouton.init import Uniform, ZeroInit


def mackey_glass(n, seed, tau=17):
    """The series of Jaeger 2001, eq. 23: Euler steps of 0.1, every tenth of them."""
    lag = 10 * tau
    y = np.empty(10 * (n + 1000) + lag + 1)
    y[: lag + 1] = 1.2 + 0.1 * np.random.default_rng(seed).uniform(-1, 1, lag + 1)
    for k in range(lag, len(y) - 1):
        y[k + 1] = y[k] + 0.1 * (0.2 * y[k - lag] / (1 + y[k - lag] ** 10) - 0.1 * y[k])
    return y[lag + 10_000 :: 10][:n]


def signs(size, seed):
    """Weights that are plus or minus ``size``."""
    return lambda shape: size * np.random.default_rng(seed).choice([-1.0, 1.0], size=shape)


def before(y):
    """What was there one step earlier."""
    return np.concatenate([np.zeros_like(y[:, :1]), y[:, :-1]], 1)


def error_84_steps_ahead(seed, alpha):
    """Of a network as Jaeger 2001, sections 6.2 to 6.4, describes it, in units of the standard deviation of the series."""
    r = nn.Reservoir(
        400,
        0.44 * 0.9,
        # x(n + 1) = (1 - C a) x(n) + C tanh(...), with C = 0.44 and a = 0.9.
        activation=lambda x: jnp.tanh(x) / 0.9,
        ff_initializer=signs(0.14, seed),
        ff_connectivity=0.5,
        rec_initializer=signs(0.4, seed + 1),
        rec_connectivity=0.0125,
        spectral_radius=0.79,
        fb_initializer=Uniform(-0.56, 0.56, seed=seed),
        fb_connectivity=1.0,
        bias_initializer=None,
        conn_type="sparse",
        seed=seed,
    )
    o = nn.Dense(1, bias_initializer=None)
    net = ((nn.Input(1) >> r >> o) & (r << o)).initialize()
    runner = nn.RNNRunner(net, progress_bar=False)

    y = np.tanh(mackey_glass(3000, seed) - 1)[None, :, None]
    u = np.full_like(y, 0.2)
    runner.predict(u[:, :1000], forced_feedbacks={o.name: before(y)[:, :1000]}, reset=True)
    o.fb_output.value = y[:, 999]
    nn.RidgeTrainer(net, alpha, progress_bar=False).fit([u[:, 1000:], y[:, 1000:]], reset_state=False)

    series = mackey_glass(20 * 1084, seed + 100).reshape(20, 1084)
    y = np.tanh(series - 1)[..., None]
    u = np.full_like(y, 0.2)
    runner.predict(u[:, :1000], forced_feedbacks={o.name: before(y)[:, :1000]}, reset=True)
    free = np.asarray(runner.predict(u[:, 1000:], initial_feedbacks={o.name: y[:, 999]}))[:, -1, 0]
    found = np.arctanh(np.clip(free, -0.9999, 0.9999)) + 1
    return np.sqrt(np.mean((found - series[:, -1]) ** 2) / series.var())


@pytest.mark.long
@pytest.mark.parametrize("seed", [0, 3])
def test_a_reservoir_that_ridge_has_taught_goes_on_with_the_mackey_glass_series_as_jaegers_does(seed):
    # Published for one network: 0.00028 (GMD Report 148, section 6.4).
    with bm.environment(x64=True):
        assert error_84_steps_ahead(seed, 1e-13) < 0.001


class Rates(nn.RecurrentNode):
    """Chaotic rates, after Sussillo and Abbott 2009: input is filtered before the tangent."""

    def __init__(self, num_unit, gain, rate, seed, **more):
        super().__init__(**more)
        self.num_unit, self.gain, self.rate, self.draw = num_unit, gain, rate, np.random.default_rng(seed)

    def init_ff(self):
        shape = (self.num_unit, self.num_unit)
        weights = self.gain / np.sqrt(0.1 * self.num_unit) * self.draw.normal(size=shape)
        self.J = jnp.asarray(weights * (self.draw.random(shape) < 0.1), jnp.float32)
        self.set_output_shape((None, self.num_unit))

    def init_fb(self):
        self.Wfb = jnp.asarray(self.draw.uniform(-1, 1, (1, self.num_unit)), jnp.float32)

    def init_state(self, num_batch=1):
        return jnp.asarray(0.5 * self.draw.normal(size=(num_batch, self.num_unit)), jnp.float32)

    def forward(self, ff, fb=None):
        x = self.state.value
        self.state.value = x = x + self.rate * (-x + jnp.tanh(x) @ self.J + fb[0] @ self.Wfb)
        return jnp.tanh(x)


@pytest.mark.parametrize("seed", [2, 4])
def test_force_makes_chaotic_rates_go_on_with_four_sines(seed):
    # After Sussillo and Abbott 2009, with fewer units and a shorter period: 300, g = 1.5, twenty periods of 30 time constants.
    r, o = Rates(300, 1.5, 0.1, seed), nn.LinearReadout(1, weight_initializer=ZeroInit(), bias_initializer=None)
    net = ((nn.Input(1) >> r >> o) & (r << o)).initialize()
    t = np.arange(7500) * np.pi * 0.1 / 15
    f = 1.3 / 1.5 * (np.sin(t) + np.sin(2 * t) / 2 + np.sin(3 * t) / 6 + np.sin(4 * t) / 3)[None, :, None]
    none = np.zeros_like(f)
    trainer = nn.ForceTrainer(net, alpha=1.0, progress_bar=False)
    out = trainer.fit([none[:, :6000], f[:, :6000]])
    # Small from the very first: the weights change faster than the target.
    assert np.abs(out[:, :300] - f[:, :300]).mean() < 0.15
    assert np.abs(out[:, 4800:] - f[:, 4800:6000]).mean() < 0.01
    free = trainer.predict(none[:, 6000:])
    assert np.abs(free - f[:, 6000:]).mean() < 0.02 < 0.6 < np.abs(f).mean()
