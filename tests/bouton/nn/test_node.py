"""Calling a node: what it takes, what it gives."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import ShapeError, ValueRefused

nn = bp.nn
X = np.arange(6.0).reshape(2, 3)


@pytest.fixture
def node():
    return nn.Dense(1, np.ones, input_shape=3)


def test_it_is_called_once_it_is_initialised(node):
    with pytest.raises(ValueError, match=r"Dense\(.*\): expected an initialised node, got one that is not\. Call initialize\(\)"):
        node(X)
    node.initialize()
    for call in (node, node.update, bm.jit(node), lambda x: node({node.name: x}), lambda x: node({"t": 1.0}, x)):
        assert_array_equal(call(X), [[3], [12]])
    bp.share.clear()


def test_a_reset_initialises_what_is_not(node):
    assert node.reset_state(4).is_initialized
    assert nn.VanillaRNN(2, input_shape=1).reset_state(4).state.shape == (4, 2)


@pytest.mark.parametrize(
    "x, words",
    [
        (np.ones((2, 4)), r"expected shape \(batch, 3\), got \(2, 4\)\. Give as many features"),
        (np.ones(3), r"expected shape \(batch, 3\), got \(3,\)\. .* x\[None\] for one"),
        (np.ones((1, 2, 3)), r"got \(1, 2, 3\)"),
    ],
)
def test_features_have_to_fit(node, x, words):
    node.initialize()
    for call in (node, bm.jit(node)):
        with pytest.raises(ValueError, match=words) as caught:
            call(x)
        assert isinstance(caught.value, ShapeError)


def test_feedback_is_wired_and_not_given(node):
    node.initialize()
    with pytest.raises(
        ValueRefused, match=r"\(fb=...\): expected no feedback from outside, got ndarray\. Wire a sender, node << sender"
    ):
        node(X, X)


def test_a_member_that_has_several_inputs_is_not_called_alone():
    i, j, d = nn.Input(1), nn.Input(2), nn.Dense(1)
    ({i, j} >> d).initialize()
    with pytest.raises(ValueRefused, match=rf"expected a call of the network that it is wired in.* from {i.name}, {j.name}"):
        d(np.ones((1, 3)))


def test_a_stateless_node_takes_any_batch_and_one_with_a_state_does_not(node):
    node.initialize(1)
    assert node(np.ones((7, 3))).shape == (7, 1)
    rnn = nn.VanillaRNN(2, input_shape=3).initialize(1)
    with pytest.raises(
        ValueError, match=r"VanillaRNN\(.*\): expected 1 trials, for which it has states, got 7\. Call initialize\(7\)"
    ):
        rnn(np.ones((7, 3)))


def test_numbers_of_any_kind_are_taken(node):
    node.initialize()
    for x in (X.tolist(), X.astype(int), X.astype(bool), bm.Variable(X.astype(np.float32))):
        assert node(x).shape == (2, 1)


def test_what_stands_first_as_a_dict_is_shared():
    net = (nn.Input(3) >> nn.Dropout(0.5, seed=1)).initialize()
    for flag in ("fit", "train"):
        assert_array_equal(net({flag: False}, X), X)
        assert not np.array_equal(net({flag: True}, X), X)
        bp.share.clear()


def test_the_mode_follows_trainable_and_the_batch(node):
    node.initialize(4)
    assert repr(node.mode) == "TrainingMode(batch_size=4)"
    assert repr(nn.Input(3).initialize(2).mode) == "BatchingMode(batch_size=2)"
