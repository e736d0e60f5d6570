"""Readouts that are fitted while feedback comes from what stands behind them, and steps that nothing is fitted to."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm
from bouton import nn
from bouton.errors import KindError, ValueRefused

RNG = np.random.default_rng(8)
B, T = 2, 25
X = RNG.normal(size=(B, T, 2)).astype(np.float32)
Y = (0.5 * RNG.normal(size=(B, T, 3))).astype(np.float32)


def reservoir():
    return nn.Reservoir(12, leaky_rate=0.5, fb_connectivity=1.0, ff_connectivity=1.0, spectral_radius=0.8, seed=2)


def states(r, sent):
    """Of the reservoir (B, T, 12), which hears ``sent[:, t]`` in step t."""
    Wff, Wrec, Wfb = np.asarray(r.Wff), np.asarray(r.Wrec), np.asarray(r.Wfb)
    h, found = np.zeros((B, 12)), []
    for t in range(sent.shape[1]):
        h = 0.5 * h + 0.5 * np.tanh(X[:, t] @ Wff + h @ Wrec + sent[:, t] @ Wfb)
        found.append(h)
    return np.stack(found, 1)


def before(y):
    return np.concatenate([np.zeros((B, 1, y.shape[-1])), y[:, :-1]], 1)


def ridge(A, y, alpha):
    A = np.concatenate([np.ones((*A.shape[:-1], 1)), A], -1)
    A, y = A.reshape(-1, A.shape[-1]), y.reshape(-1, y.shape[-1])
    return np.linalg.solve(A.T @ A + alpha * np.eye(A.shape[1]), A.T @ y)


@pytest.mark.parametrize("jit", [True, False])
def test_what_stands_behind_a_readout_sends_what_it_makes_of_the_targets(jit):
    i, r, o, behind = nn.Input(2), reservoir(), nn.Dense(3), nn.VanillaRNN(2, 0.0, activation="tanh", trainable=False)
    net = ((i >> r >> o >> behind) & (r << behind)).initialize(B)
    W0 = np.concatenate([np.asarray(o.bias)[None], np.asarray(o.Wff)])
    out = nn.RidgeTrainer(net, alpha=0.1, progress_bar=False, jit=jit).fit([X, Y])
    Win, Wrec, h, sent = np.asarray(behind.Wff), np.asarray(behind.Wrec), np.zeros((B, 2)), []
    for t in range(T):
        h = np.tanh(Y[:, t] @ Win + h @ Wrec)
        sent.append(h)
    sent = np.stack(sent, 1)
    A = states(r, before(sent))
    W = ridge(A, Y, 0.1)
    assert_allclose(o.Wff, W[1:], rtol=1e-3, atol=1e-4)
    assert_allclose(o.bias, W[0], rtol=1e-3, atol=1e-4)
    # What comes next goes on from there.
    assert_allclose(behind.fb_output, sent[:, -1], rtol=1e-4, atol=1e-6)
    # What is returned is the model's own, with the weights of before.
    given = A @ W0[1:] + W0[0]
    h = np.concatenate([np.zeros((B, 1, 2)), sent[:, :-1]], 1)
    assert_allclose(out, np.tanh(given @ Win + h @ Wrec), rtol=1e-3, atol=1e-4)


def test_so_does_a_node_that_a_fitted_layer_is_in():
    with bm.training_environment():
        layer = bp.layers.Dense(12, 3)
    i, r, o = nn.Input(2), reservoir(), nn.FromSystem(bp.Sequential(layer, jnp.tanh, mode=bm.batching_mode))
    net = ((i >> r >> o) & (r << o)).initialize(B)
    nn.RidgeTrainer(net, alpha=0.1, progress_bar=False).fit([X, Y])
    assert_allclose(layer.W, ridge(states(r, before(np.tanh(Y))), Y, 0.1)[1:], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("jit", [True, False])
def test_nothing_is_fitted_to_a_washout_while_listeners_hear_the_targets(jit):
    i, r, o = nn.Input(2), reservoir(), nn.Dense(3)
    net = ((i >> r >> o) & (r << o)).initialize(B)
    W0, b0 = np.asarray(o.Wff), np.asarray(o.bias)
    trainer = nn.RidgeTrainer(net, alpha=0.1, progress_bar=False, jit=jit)
    out = trainer.fit([X, Y], washout=10)
    A = states(r, before(Y))
    assert_allclose(o.Wff, ridge(A[:, 10:], Y[:, 10:], 0.1)[1:], rtol=1e-3, atol=1e-4)
    assert_allclose(out, A @ W0 + b0, rtol=1e-3, atol=1e-4)


def test_online_weights_stay_in_a_washout():
    o = nn.Dense(1, bias_initializer=None)
    net = (nn.Input(1) >> o).initialize(1)
    x, y = X[:1, :6, :1], Y[:1, :6, :1]
    w, P, outs = float(o.Wff[0, 0]), 1.0, []
    for t in range(6):
        u, goal = float(x[0, t, 0]), float(y[0, t, 0])
        outs.append(w * u)
        if t >= 2:
            k = P * u
            c = 1.0 / (1.0 + u * k)
            P, w = P - c * k * k, w - c * k * (w * u - goal)
    out = nn.ForceTrainer(net, progress_bar=False).fit([x, y], washout=2)
    assert_allclose(o.Wff[0, 0], w, rtol=1e-4)
    assert_allclose(out[0, :, 0], outs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("wrong", [25, -1])
def test_a_washout_leaves_steps(wrong):
    trainer = nn.RidgeTrainer((nn.Input(2) >> nn.Dense(3)).initialize(B), progress_bar=False)
    with pytest.raises(ValueRefused, match=rf"fit\(washout=\.\.\.\): expected 0 or more, and less than the 25 .* got {wrong}"):
        trainer.fit([X, Y], washout=wrong)
    with pytest.raises(KindError, match=r"fit\(washout=\.\.\.\): expected a whole number of steps, got 2\.5"):
        trainer.fit([X, Y], washout=2.5)
