"""Models for training, written as users write them: a layer and a dropout of one's own, and a deep network of full size."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import UnsupportedError

RNG = np.random.default_rng(11)


class RecurrentLayer(bp.DynamicalSystemNS):
    def __init__(self, num_in, num_out):
        super().__init__()
        bp.check.is_subclass(self.mode, (bm.TrainingMode, bm.BatchingMode))
        self.num_in = num_in
        self.num_out = num_out
        self.state = bm.Variable(bm.zeros((1, num_out)), batch_axis=0)
        self.win = bm.TrainVar(bm.random.normal(0.0, 1.0 / num_in**0.5, size=(num_in, num_out)))
        self.wrec = bm.TrainVar(bm.random.normal(0.0, 1.0 / num_out**0.5, size=(num_out, num_out)))

    def reset_state(self, batch_size):
        self.state.value = bm.zeros((batch_size, self.num_out))

    def update(self, x):
        out = bm.dot(x, self.win) + bm.dot(self.state, self.wrec)
        self.state.value = bm.tanh(out)
        return self.state.value


class Dropout(bp.DynamicalSystemNS):
    def __init__(self, prob, seed=None, name=None):
        super().__init__(name=name)
        bp.check.is_subclass(self.mode, (bm.TrainingMode, bm.BatchingMode, bm.NonBatchingMode))
        self.prob = prob
        self.rng = bm.random.RandomState(seed=seed)

    def update(self, x):
        if bp.share.load("fit"):
            keep_mask = self.rng.bernoulli(self.prob, x.shape)
            return bm.where(keep_mask, x / self.prob, 0.0)
        return x


class DeepRNN(bp.DynamicalSystemNS):
    def __init__(self, num_in, num_recs, num_out):
        super().__init__()
        self.l1 = bp.layers.LSTMCell(num_in, num_recs[0])
        self.d1 = bp.layers.Dropout(0.2)
        self.l2 = bp.layers.LSTMCell(num_recs[0], num_recs[1])
        self.d2 = bp.layers.Dropout(0.2)
        self.l3 = bp.layers.LSTMCell(num_recs[1], num_recs[2])
        self.d3 = bp.layers.Dropout(0.2)
        self.l4 = bp.layers.LSTMCell(num_recs[2], num_recs[3])
        self.d4 = bp.layers.Dropout(0.2)
        self.lout = bp.layers.Dense(num_recs[3], num_out)

    def update(self, x):
        x = x >> self.l1 >> self.d1
        x = x >> self.l2 >> self.d2
        x = x >> self.l3 >> self.d3
        x = x >> self.l4 >> self.d4
        return self.lout(x)


def test_a_recurrent_layer_of_ones_own_follows_its_equation_and_learns():
    with bm.training_environment():
        layer = RecurrentLayer(3, 4)
    xs = RNG.normal(size=(5, 6, 3)).astype(np.float32)
    trainer = bp.BPTT(layer, "mean_squared_error", bp.optim.SGD(lr=0.5), progress_bar=False)
    h, wanted = np.zeros((5, 4)), []
    for t in range(6):
        h = np.tanh(xs[:, t] @ layer.win.value + h @ layer.wrec.value)
        wanted.append(h)
    assert_allclose(trainer.predict(xs), np.stack(wanted, axis=1), rtol=1e-4, atol=1e-5)
    trainer.fit([(xs, np.zeros((5, 6, 4), np.float32))], num_epoch=5)
    assert trainer.train_losses[0] == pytest.approx(np.mean(np.square(wanted)), rel=1e-4)
    assert (np.diff(trainer.train_losses) < 0).all()


def test_a_recurrent_layer_of_ones_own_says_where_it_can_be_made():
    with pytest.raises(UnsupportedError, match="does not support NonBatchingMode"):
        RecurrentLayer(3, 4)


def test_a_dropout_of_ones_own_acts_while_a_trainer_fits_and_not_in_its_tests():
    def loss(outputs, targets):
        return ((outputs - targets) ** 2).mean(), {"silent": (outputs == 0).astype(float).mean()}

    with bm.training_environment():
        dense = bp.layers.Dense(50, 50, W_initializer=np.eye(50, dtype=np.float32), b_initializer=None)
        model = bp.Sequential(dense, Dropout(0.25, seed=4))
    trainer = bp.BPTT(model, loss, bp.optim.SGD(lr=0.0), loss_has_aux=True, progress_bar=False)
    ones = np.ones((8, 10, 50), np.float32)
    trainer.fit([(ones, ones)], [(ones, ones)], num_epoch=2)
    silent = trainer.get_hist_metric("fit", "silent")
    # Binomial: standard deviation of the share is sqrt(0.25 * 0.75 / 4000) = 0.007. Each epoch draws anew.
    assert_allclose(silent, 0.75, atol=0.03)
    assert silent[0] != silent[1]
    assert_array_equal(trainer.get_hist_metric("test", "silent"), 0.0)
    assert_array_equal(trainer.test_losses, 0.0)
    assert_array_equal(trainer.predict(ones), ones)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.slow
def test_a_deep_network_of_full_size_follows_its_equations_and_all_of_it_learns():
    bm.random.seed(2)
    with bm.training_environment():
        model = DeepRNN(100, [200, 200, 200, 100], 10)
    xs = RNG.normal(size=(4, 3, 100)).astype(np.float32)
    trainer = bp.BPTT(model, "cross_entropy_loss", bp.optim.SGD(lr=0.1), progress_bar=False)
    series = xs
    for cell in (model.l1, model.l2, model.l3, model.l4):
        h, c, outs = np.zeros((4, cell.num_out)), np.zeros((4, cell.num_out)), []
        for t in range(3):
            gates = series[:, t] @ cell.Wi.value + h @ cell.Wh.value + cell.b.value
            i, g, f, o = np.split(np.asarray(gates, float), 4, axis=-1)
            c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            outs.append(h)
        series = np.stack(outs, axis=1)
    wanted = series @ model.lout.W.value + model.lout.b.value
    assert_allclose(trainer.predict(xs), wanted, rtol=1e-3, atol=1e-5)

    before = {path: np.asarray(cell.value) for path, cell in model.train_vars("relative").items()}
    assert sum(weights.size for weights in before.values()) == 1_003_810
    trainer.fit([(xs, RNG.integers(0, 10, (4, 3)))], num_epoch=1)
    for path, cell in model.train_vars("relative").items():
        assert np.isfinite(cell.value).all(), path
        assert (np.asarray(cell.value) != before[path]).any(), path
