"""Graphs in the trainers that follow gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
from bouton import nn

RNG = np.random.default_rng(5)
B, T = 2, 30
X = RNG.normal(size=(B, T, 2)).astype(np.float32)
Y = (0.5 * RNG.normal(size=(B, T, 3))).astype(np.float32)


def test_bptt_takes_both_spellings_and_follows_the_gradient_through_feedback():
    for words, fitting in (
        ({"loss": "mean_squared_error"}, {"num_batch": B, "num_train": 1}),
        ({"loss_fun": "mean_squared_error"}, {"num_batch": B, "num_epoch": 1}),
    ):
        r, o = nn.VanillaRNN(4, activation="tanh", state_trainable=True), nn.Dense(3)
        net = ((nn.Input(2) >> r >> o) & (r << o)).initialize(B)

        def lost(weights):
            h, y, total = jnp.tile(weights["h"], (B, 1)), jnp.zeros((B, 3)), 0.0
            for t in range(5):
                h = jnp.tanh(X[:, t] @ weights["in"] + h @ weights["rec"] + y @ weights["fb"] + weights["b"])
                y = h @ weights["out"] + weights["bo"]
                total = total + ((y - Y[:, t]) ** 2).sum()
            return total / (B * 5 * 3)

        cells = {"in": r.Wff, "rec": r.Wrec, "fb": r.Wfb, "b": r.bias, "h": r.train_state, "out": o.Wff, "bo": o.bias}
        before = {key: cell.value for key, cell in cells.items()}
        slopes = jax.grad(lost)(before)
        trainer = nn.BPTT(net, optimizer=bp.optim.SGD(0.1), shuffle_data=False, progress_bar=False, **words)
        trainer.fit((X[:, :5], Y[:, :5]), **fitting)
        assert_allclose(trainer.train_losses, [float(lost(before))], rtol=1e-5)
        for key, cell in cells.items():
            assert_allclose(cell.value, before[key] - 0.1 * slopes[key], rtol=1e-4, atol=1e-6)


def test_gradients_are_scaled_down_to_the_largest_norm():
    o = nn.Dense(1, weight_initializer=np.zeros((2, 1)), bias_initializer=None)
    net = (nn.Input(2) >> o).initialize()
    nn.BPTT(net, "mean_squared_error", bp.optim.SGD(1.0), max_grad_norm=0.1, progress_bar=False).fit(
        (X, 100 * Y[..., :1]), num_train=1
    )
    assert np.linalg.norm(o.Wff) == pytest.approx(0.1, rel=1e-5)


class Flagged(nn.Node):
    """Twice its input while training is under way."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff, train=True):
        return ff[0] * (2.0 if train else 1.0)


@pytest.mark.parametrize(("kind", "x"), [(bp.BPTT, X), (bp.BPFF, X[:, 0])])
def test_nodes_are_told_that_training_is_under_way_in_a_fit_and_else_that_it_is_not(kind, x):
    one = np.ones((1, 1), np.float32)
    net = (nn.Input(1) >> Flagged() >> nn.Dense(1, weight_initializer=one, bias_initializer=None)).initialize()
    trainer, x = kind(net, lambda y, _: y.mean(), bp.optim.SGD(0.0), progress_bar=False), np.ones_like(x[..., :1])
    trainer.fit([(x, x)], [(x, x)], num_epoch=1)
    assert_allclose([trainer.train_losses[0], trainer.test_losses[0]], [2.0, 1.0])
    assert_allclose(trainer.predict(x), x)


def test_dropout_acts_in_a_fit_alone():
    net = (nn.Input(200) >> nn.Dropout(0.5, seed=3) >> nn.Dense(1, np.full((200, 1), 1 / 200), trainable=True)).initialize()
    trainer = bp.BPTT(net, lambda y, _: y.std(), bp.optim.SGD(0.0), progress_bar=False)
    x = np.ones((4, 10, 200), np.float32)
    trainer.fit([(x, x)], [(x, x)], num_epoch=1)
    # Of a mean of 200 that are 0 or 2.
    assert trainer.train_losses[0] == pytest.approx(1 / np.sqrt(200), rel=0.5)
    assert trainer.test_losses[0] < 1e-6
    readouts = nn.RidgeTrainer(net, progress_bar=False)
    assert np.std(readouts.fit([x, np.ones((4, 10, 1))])) > 0.02
    assert np.std(readouts.predict(x, reset_state=True)) < 1e-5


def test_several_entries_are_trained_with_a_dict_of_data():
    a, b = nn.Input(1), nn.Input(2)
    o = nn.Dense(1, weight_initializer=np.zeros((3, 1)), bias_initializer=None)
    net = ({a, b} >> o).initialize()
    x = np.concatenate([X[..., :1] + 1, X], -1)
    nn.BPTT(net, "mean_squared_error", bp.optim.SGD(0.5), progress_bar=False).fit(
        ({a.name: x[..., :1], b.name: X}, Y[..., :1]), num_train=1
    )
    assert_allclose(o.Wff, np.einsum("btn,btm->nm", x, Y[..., :1]) / (B * T), rtol=1e-4)
