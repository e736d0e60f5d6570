"""What a step is watched for."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, UnsupportedError, ValueRefused

nn = bp.nn
X = np.array([[1.0, 2.0]])


@pytest.fixture
def net():
    with bp.naming("watched"):
        i, r = nn.Input(2, name="i"), nn.VanillaRNN(1, 0.0, np.ones, np.ones, activation=lambda x: x, name="r")
        o = nn.Dense(1, np.full((1, 1), 2.0), name="o")
        yield ((i >> r >> o) & (r << o)).initialize(1)


def test_each_of_them_is_what_it_was_in_this_step(net):
    keys = ["r.state", "r.output", "r.inputs", "r.feedbacks", "i.inputs", "o.Wff", "o.weights", "o.fb_output", "o.bias"]
    for step in (lambda x: net(x, monitors=keys), bm.jit(lambda x: net(x, monitors=keys))):
        net.reset_state()
        step(X)
        out, seen = step(X)
        # First 3, and 6 comes back; then 3 + 3 + 6.
        assert out.item() == 24
        assert set(seen) == set(keys)
        for key, expected in (("r.state", 12), ("r.output", 12), ("o.fb_output", 24), ("o.Wff", 2), ("o.weights", 2)):
            assert_array_equal(seen[key], [[expected]])
        assert_array_equal(seen["r.inputs"][0], X)
        assert_array_equal(seen["r.feedbacks"][0], [[6]])
        assert_array_equal(seen["i.inputs"], X)
        assert_array_equal(seen["o.bias"], [0])


def test_without_names_there_is_an_empty_record(net):
    out, seen = net(X, monitors=[])
    assert out.shape == (1, 1)
    assert seen == {}
    assert net(X, monitors=("r.state",))[1]["r.state"].shape == (1, 1)


@pytest.mark.parametrize(
    "keys, error, words",
    [
        (["o.state"], ValueRefused, r"expected a node that has a state, got 'o\.state'\. Dense has none; watch 'o\.output'"),
        (["r.fb_output"], ValueRefused, "expected a node that has a fb_output"),
        (["q.state"], ValueRefused, r"expected the name of a node before the dot, got 'q\.state'"),
        (["o.feedbacks"], ValueRefused, r"expected a node that receives feedback, got 'o\.feedbacks'\. Wire it, o << sender"),
        (["o.wff"], UnsupportedError, r"an attribute of o that is an array, got 'o\.wff'\. Did you mean 'Wff'"),
        (["o.name"], UnsupportedError, "got 'o.name'"),
        (["o"], UnsupportedError, "got 'o'"),
        ("o.state", KindError, r"expected a list of names, got 'o\.state'\. Write for instance"),
        ([3], KindError, "expected a list of names"),
        ({"o.state"}, KindError, "expected a list of names"),
    ],
)
def test_what_there_is_not_is_refused_before_anything_runs(net, keys, error, words):
    before = np.array(net["r"].state)
    with pytest.raises(error, match=f"monitors: .*{words}"):
        net(X, monitors=keys)
    assert_array_equal(net["r"].state, before)


def test_feedback_of_another_network_is_not_this_ones(net):
    alone = (net["i"] >> net["r"]).initialize(1)
    with pytest.raises(ValueRefused, match="expected a node that receives feedback"):
        alone(X, monitors=["r.feedbacks"])
