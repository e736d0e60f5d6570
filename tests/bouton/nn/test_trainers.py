"""Graphs in the trainers of systems of one step, beside NumPy."""

import re

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton import nn
from bouton.errors import NoImplementationError, ShapeError, UnknownPathError, ValueRefused

RNG = np.random.default_rng(5)
B, T = 2, 30
X = RNG.normal(size=(B, T, 2)).astype(np.float32)
Y = (0.5 * RNG.normal(size=(B, T, 3))).astype(np.float32)
BEFORE = np.concatenate([np.zeros((B, 1, 3), np.float32), Y[:, :-1]], 1)


class Squashed(nn.Dense):
    """Its listeners get the tangent of what comes out."""

    def feedback(self, ff_output):
        return jnp.tanh(ff_output)


def echo(readout):
    """A reservoir that listens to its readout, with trained weights of the readout alone."""
    i, r = nn.Input(2), nn.Reservoir(12, leaky_rate=0.5, fb_connectivity=1.0, ff_connectivity=1.0, spectral_radius=0.8, seed=2)
    return ((i >> r >> readout) & (r << readout)).initialize(B), r


def states(r, sent, h=None):
    """Of the reservoir (B, T, 12), when its listeners' feedback is ``sent``; and what they are after a step, as a function."""
    Wff, Wrec, Wfb = np.asarray(r.Wff), np.asarray(r.Wrec), np.asarray(r.Wfb)

    def step(h, x, y):
        return 0.5 * h + 0.5 * np.tanh(x @ Wff + h @ Wrec + y @ Wfb)

    h, found = np.zeros((B, 12)), []
    for t in range(T if sent is not None else 0):
        h = step(h, X[:, t], sent[:, t])
        found.append(h)
    return (np.stack(found, 1) if found else None), step


def with_ones(x):
    return np.concatenate([np.ones((*x.shape[:-1], 1)), x], -1)


def ridge(A, y, alpha):
    A, y = A.reshape(-1, A.shape[-1]).astype(np.float64), y.reshape(-1, y.shape[-1])
    return np.linalg.solve(A.T @ A + alpha * np.eye(A.shape[1]), A.T @ y)


@pytest.mark.parametrize(("kind", "sent"), [(nn.Dense, BEFORE), (nn.LinearReadout, BEFORE), (Squashed, np.tanh(BEFORE))])
@pytest.mark.parametrize("bias", [True, False])
def test_ridge_teaches_listeners_the_targets_and_solves_the_normal_equations(kind, sent, bias):
    o = kind(3) if bias else kind(3, bias_initializer=None)
    net, r = echo(o)
    trainer = nn.RidgeTrainer(net, alpha=0.1, progress_bar=False)
    trainer.fit([X, Y])
    A = states(r, sent)[0]
    W = ridge(with_ones(A) if bias else A, Y, 0.1)
    assert_allclose(o.Wff, W[int(bias) :], rtol=1e-3, atol=1e-4)
    if bias:
        assert_allclose(o.bias, W[0], rtol=1e-3, atol=1e-4)
    # What comes next begins with the last target.
    last = np.tanh(Y[:, -1]) if kind is Squashed else Y[:, -1]
    assert_allclose(o.fb_output, last, rtol=1e-5)
    h = states(r, None)[1](A[:, -1], X[:, 0], last)
    out = trainer.predict(X[:, :1])
    assert_allclose(out[:, 0], (with_ones(h) if bias else h) @ W, rtol=1e-3, atol=1e-4)


def test_without_a_reset_the_first_step_hears_what_was_sent_last():
    o = nn.Dense(3)
    net, r = echo(o)
    trainer = nn.RidgeTrainer(net, alpha=0.1, progress_bar=False)
    nn.RNNRunner(net, progress_bar=False).predict(X[:, :10], forced_feedbacks={o.name: BEFORE[:, :10]}, reset=True)
    o.fb_output.value = Y[:, 9]
    trainer.fit([X[:, 10:], Y[:, 10:]], reset_state=False)
    assert_allclose(o.Wff, ridge(with_ones(states(r, BEFORE)[0][:, 10:]), Y[:, 10:], 0.1)[1:], rtol=1e-3, atol=1e-4)


def test_weights_of_feedback_are_fitted_behind_those_of_the_inputs():
    a, b = nn.Dense(3, name="first_fit"), nn.Dense(1, name="second_fit", bias_initializer=None)
    net = ((nn.Input(2) >> a >> b) & (a << b)).initialize(B)
    target = RNG.normal(size=(B, T, 1)).astype(np.float32)
    Wa, ba, Wb = np.asarray(a.Wff), np.asarray(a.bias), np.asarray(a.Wfb)
    nn.RidgeTrainer(net, alpha=0.5, progress_bar=False).fit([X, {"second_fit": target, "first_fit": Y}])
    before = np.concatenate([np.zeros((B, 1, 1)), target[:, :-1]], 1)
    W = ridge(with_ones(np.concatenate([X, before], -1)), Y, 0.5)
    assert_allclose(a.bias, W[0], rtol=1e-3, atol=1e-5)
    assert_allclose(a.Wff, W[1:3], rtol=1e-3, atol=1e-5)
    assert_allclose(a.Wfb, W[3:], rtol=1e-3, atol=1e-5)
    # All inputs are those with the weights of before.
    assert_allclose(b.Wff, ridge(X @ Wa + before @ Wb + ba, target, 0.5), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("jit", [True, False])
def test_force_changes_weights_after_each_step_and_sends_what_came_out(jit):
    o = nn.LinearReadout(3)
    net, r = echo(o)
    W = np.concatenate([np.asarray(o.bias)[None], np.asarray(o.Wff)]).astype(np.float64)
    step, P = states(r, None)[1], np.eye(13) / 0.5
    h, y, outs = np.zeros((B, 12)), np.zeros((B, 3)), []
    for t in range(8):
        h = step(h, X[:, t], y)
        y = with_ones(h) @ W
        outs.append(y)
        for x, target in zip(with_ones(h), Y[:, t], strict=True):
            k = P @ x
            c = 1.0 / (1.0 + x @ k)
            P = P - c * np.outer(k, k)
            W = W - c * np.outer(k, x @ W - target)
    trainer = nn.ForceTrainer(net, alpha=0.5, progress_bar=False, jit=jit)
    out = trainer.fit([X[:, :8], Y[:, :8]])
    assert_allclose(out, np.stack(outs, 1), rtol=1e-3, atol=1e-4)
    assert_allclose(o.Wff, W[1:], rtol=1e-3, atol=1e-4)
    assert_allclose(o.fb_output, outs[-1], rtol=1e-3, atol=1e-4)
    assert_array_equal(o.state, o.fb_output)


def test_force_changes_weights_of_feedback_too():
    a, b = nn.Dense(1, bias_initializer=None), nn.Dense(1, trainable=False)
    net = ((nn.Input(1) >> a >> b) & (a << b)).initialize(1)
    x, target = X[:1, :5, :1], Y[:1, :5, :1]
    W, P, sent = np.array([a.Wff[0, 0], a.Wfb[0, 0]], np.float64), np.eye(2), 0.0
    for u, goal in zip(x[0, :, 0], target[0, :, 0], strict=True):
        column = np.array([u, sent])
        sent = (column @ W) * float(b.Wff[0, 0])
        k = P @ column
        c = 1.0 / (1.0 + column @ k)
        W = W - c * k * (column @ W - goal)
        P = P - c * np.outer(k, k)
    nn.OnlineTrainer(net, "rls", progress_bar=False).fit([x, target])
    assert_allclose([a.Wff[0, 0], a.Wfb[0, 0]], W, rtol=1e-4)


def test_inputs_of_more_axes_and_several_entries_are_fitted():
    a, b = nn.Input((4, 1)), nn.Input((4, 2))
    o = nn.DenseMD(1)
    net = ({a, b} >> o).initialize(B)
    xa, xb = (RNG.normal(size=(B, T, 4, n)).astype(np.float32) for n in (1, 2))
    y = RNG.normal(size=(B, T, 4, 1)).astype(np.float32)
    nn.RidgeTrainer(net, alpha=0.2, progress_bar=False).fit([{a.name: xa, b.name: xb}, y])
    W = ridge(with_ones(np.concatenate([xa, xb], -1)), y, 0.2)
    assert_allclose(o.Wff, W[1:], rtol=1e-3, atol=1e-5)


class Mean(nn.Node):
    """An offset, which is fitted by the means of what it is given."""

    def __init__(self, **more):
        super().__init__(trainable=True, **more)

    def init_ff(self):
        self.offset = bm.TrainVar(jnp.zeros(3))
        self.set_output_shape((None, 3))

    def init_fb(self):
        pass

    def forward(self, ff, fb=None):
        return self.offset.value + jnp.zeros((ff[0].shape[0], 3)) + (0.0 if fb is None else fb[0])

    def offline_fit(self, target, fit_record):
        self.offset.value = target.mean((0, 1)) - fit_record["feedback"][0].mean((0, 1))
        self.record = fit_record

    def online_fit(self, target, fit_record):
        self.offset.value = target.mean(0) + fit_record["input"][0].sum()


def test_a_node_may_say_itself_how_it_is_fitted():
    mean, o = Mean(), nn.Dense(3, trainable=False)
    net = ((nn.Input(2) >> mean >> o) & (mean << o)).initialize(B)
    out = nn.OfflineTrainer(net, progress_bar=False).fit([X, Y])
    (fb,) = mean.record["feedback"]
    assert_allclose(fb[:, 1:], out[:, :-1], atol=1e-6)
    assert_array_equal(mean.record["input"][0], X)
    assert_allclose(mean.offset, Y.mean((0, 1)) - np.asarray(fb).mean((0, 1)), atol=1e-5)
    nn.OnlineTrainer(net, progress_bar=False).fit([X, Y])
    assert_allclose(mean.offset, Y[:, -1].mean(0) + X[:, -1].sum(), atol=1e-5)


def refused(error, words, call):
    with pytest.raises(error, match=re.escape(words)):
        call()


def test_what_cannot_be_fitted_is_named():
    net = (nn.Input(2) >> nn.VanillaRNN(3, name="cells_t") >> nn.Dense(1)).initialize()
    words = "cells_t (cells_t): expected a Dense layer in training mode, and all else in another mode, got VanillaRNN in"
    for kind, hook in ((nn.RidgeTrainer, "offline_fit"), (nn.ForceTrainer, "online_fit")):
        refused(NoImplementationError, words, lambda kind=kind: kind(net))
        refused(NoImplementationError, f"Give it trainable=False, or a method {hook}(target", lambda kind=kind: kind(net))
    fixed = (nn.Input(2) >> nn.Dense(1, trainable=False)).initialize()
    refused(ValueRefused, "of a graph bp.nn.Dense(n_out, trainable=True).", lambda: nn.RidgeTrainer(fixed))


def test_a_graph_has_to_be_initialised_before_it_is_trained():
    net = nn.Input(2) >> nn.Dense(1)
    words = "(target=...): expected an initialised network, got Network("
    for kind, more in (
        (nn.RidgeTrainer, ()),
        (nn.ForceTrainer, ()),
        (nn.BPTT, ("mean_squared_error",)),
        (nn.BPFF, ("mean_squared_error",)),
    ):
        refused(ValueRefused, kind.__name__ + words, lambda kind=kind, more=more: kind(net, *more))


def test_targets_are_told_apart_by_the_names_of_nodes():
    a, b = nn.Dense(1, name="left_t"), nn.Dense(2, name="right_t")
    i = nn.Input(2)
    trainer = nn.RidgeTrainer(((i >> a) & (i >> b)).initialize(B), progress_bar=False)
    refused(UnknownPathError, "got one array", lambda: trainer.fit([X, Y]))
    refused(UnknownPathError, "got 'middle'", lambda: trainer.fit([X, {"middle": Y}]))
    refused(ShapeError, "targets of left_t: expected shape (2, 30, 1)", lambda: trainer.fit([X, {"left_t": Y, "right_t": Y}]))


def test_the_trainers_of_both_faces_are_the_same():
    for name in ("BPTT", "BPFF", "RidgeTrainer", "ForceTrainer", "OfflineTrainer", "OnlineTrainer"):
        assert getattr(nn, name) is getattr(bp, name)


@pytest.mark.parametrize("kind", [bp.BPTT, bp.RidgeTrainer, bp.ForceTrainer])
def test_a_trainer_says_when_nothing_is_left_to_train(kind):
    net = (bp.nn.Input(1) >> bp.nn.Dense(1, 0.0)).initialize(1)
    trainer = kind(net, "mean_squared_error", progress_bar=False) if kind is bp.BPTT else kind(net, progress_bar=False)
    net.trainable = False
    xs = np.ones((1, 4, 1))
    with pytest.raises(ValueRefused, match="when the trainer was made"):
        trainer.fit([xs, xs])
    net.trainable = True
    trainer.fit([xs, xs])
