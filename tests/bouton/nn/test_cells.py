"""Recurrent nodes against their equations in NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import ShapeError, UnknownPathError, ValueRefused

nn = bp.nn
XS = np.random.default_rng(4).normal(size=(4, 3, 2)).astype(np.float32)
DRAWN = {"bias_initializer": bp.init.Normal(0.5), "state_initializer": bp.init.Normal(1.0)}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def vanilla(drive, h, Wrec):
    h = np.maximum(drive + h @ Wrec, 0)
    return h, h


def gru(drive, h, Wrec):
    n = h.shape[1]
    z, r = sigmoid(drive[:, :n] + h @ Wrec[:, :n]), sigmoid(drive[:, n : 2 * n] + h @ Wrec[:, n : 2 * n])
    a = np.tanh(drive[:, 2 * n :] + (r * h) @ Wrec[:, 2 * n :])
    h = (1 - z) * h + z * a
    return h, h


def lstm(drive, state, Wrec):
    h, c = np.split(state, 2, axis=1)
    i, g, f, o = np.split(drive + h @ Wrec, 4, axis=1)
    c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, np.concatenate([h, c], axis=1)


KINDS = [
    pytest.param(nn.VanillaRNN, vanilla, id="VanillaRNN"),
    pytest.param(nn.GRU, gru, id="GRU"),
    pytest.param(nn.LSTM, lstm, id="LSTM"),
]


@pytest.mark.parametrize(("kind", "equation"), KINDS)
@pytest.mark.parametrize("fed_back", [False, True])
def test_steps_are_those_of_the_equation(kind, equation, fed_back):
    source, cell, out = nn.Input(2), kind(5, **DRAWN), nn.Dense(2)
    net = source >> cell >> out
    net = (net & (cell << out) if fed_back else net).initialize(3)
    Wff, Wrec, b, Wo = (np.asarray(w, np.float64) for w in (cell.Wff, cell.Wrec, cell.bias, out.Wff))
    Wfb = np.asarray(cell.Wfb, np.float64) if fed_back else np.zeros((2, Wff.shape[1]))
    state, y = np.asarray(cell.state, np.float64), np.zeros((3, 2))
    before = cell.state.value
    expected = []
    for x in XS:
        h, state = equation(x @ Wff + b + y @ Wfb, state, Wrec)
        y = h @ Wo
        expected.append(y)
    assert_allclose(np.stack([net(x) for x in XS]), expected, rtol=1e-4, atol=1e-5)
    assert_allclose(cell.state, state, rtol=1e-4, atol=1e-5)
    cell.set_state(before)
    if fed_back:
        out.fb_output.value = np.zeros((3, 2), np.float32)
    assert_allclose(bm.for_loop(net, XS), expected, rtol=1e-4, atol=1e-5)


def test_d13_the_state_of_an_lstm_is_the_output_and_then_the_memory():
    cell = nn.LSTM(4, input_shape=2, state_initializer=bp.init.Normal(1.0)).initialize(3)
    assert cell.state.shape == (3, 8)
    out = cell(XS[0])
    assert_array_equal(cell.h, out)
    assert_array_equal(cell.state[:, :4], cell.h)
    assert_array_equal(cell.state[:, 4:], cell.c)
    with pytest.raises(ValueRefused, match=r"LSTM.*expected an initialised node"):
        _ = nn.LSTM(2).h


def test_the_state_of_a_vanilla_rnn_begins_between_0_and_1():
    state = np.asarray(nn.VanillaRNN(500, input_shape=1).initialize(4).state)
    assert ((state >= 0) & (state < 1)).all()
    assert abs(state.mean() - 0.5) < 0.03


@pytest.mark.parametrize("kind", [nn.VanillaRNN, nn.GRU, nn.LSTM])
def test_d7_a_trained_initial_state_stands_in_each_row_and_is_reached_by_gradients(kind):
    cell = kind(3, input_shape=2, state_trainable=True, state_initializer=bp.init.Normal(1.0)).initialize(4)
    width = cell.state.shape[1]
    assert cell.train_state.shape == (width,)
    assert isinstance(cell.train_state, bm.TrainVar)
    assert_array_equal(cell.state, np.tile(cell.train_state.value, (4, 1)))
    cell.train_state.value = np.arange(1.0, width + 1, dtype=np.float32)
    cell.reset_state(2)
    assert_array_equal(cell.state, np.tile(np.arange(1.0, width + 1), (2, 1)))

    def total():
        cell.reset_state(2)
        return cell(XS[0, :2]).sum()

    grads = bm.grad(total, grad_vars=cell.train_state)()
    eps = np.float32(1e-2)
    for k in range(width):
        up, down = [], []
        for sign, found in ((1, up), (-1, down)):
            cell.train_state[k] += sign * eps
            found.append(float(total()))
            cell.train_state[k] -= sign * eps
        assert_allclose(grads[k], (up[0] - down[0]) / (2 * eps), rtol=2e-2, atol=2e-3)


def test_an_array_for_the_state_is_the_same_for_each_trial():
    cell = nn.GRU(2, input_shape=1, state_initializer=np.array([1.0, 2.0])).initialize(3)
    assert_array_equal(cell.state, [[1, 2]] * 3)
    with pytest.raises(ShapeError, match=r"GRU\(.*\)\.state_initializer: "):
        nn.GRU(2, input_shape=1, state_initializer=np.ones(3)).initialize(3)


def test_an_activation_by_name_or_function():
    cell = nn.VanillaRNN(2, input_shape=2, activation=lambda x: x * 0 + 7).initialize(1)
    assert_array_equal(cell(np.ones((1, 2))), [[7, 7]])
    with pytest.raises(UnknownPathError, match="'rellu'"):
        nn.VanillaRNN(2, activation="rellu")


def test_weights_that_do_not_fit_are_refused_with_the_name_of_the_node():
    node = nn.VanillaRNN(2, wi_initializer=np.ones((3, 3)), name="hidden")
    with pytest.raises(ShapeError, match=r"VanillaRNN\(hidden\).Wff: .*\(4, 2\)") as caught:
        (nn.Input(4) >> node).initialize()
    assert isinstance(caught.value.__cause__, ShapeError)
