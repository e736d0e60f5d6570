"""Nodes and networks out of a pickle."""

import copy
import gc
import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton import nn

X = np.ones((2, 3))


def through(each):
    return pickle.loads(pickle.dumps(each))


def model(prefix):
    i, r, o = nn.Input(3, name=f"{prefix}_i"), nn.VanillaRNN(4, name=f"{prefix}_r"), nn.Dense(2, name=f"{prefix}_o")
    return ((i >> r >> o) & (r << o)).initialize(2)


def test_a_network_out_of_a_pickle_has_its_names_weights_and_feedback_where_nobody_else_has_these_names():
    net = model("gone")
    net(X)
    kept, expected = pickle.dumps(net), [np.asarray(net(X)) for _ in range(3)]
    del net
    gc.collect()
    read = pickle.loads(kept)
    assert repr(read) == "Network(gone_i, gone_r, gone_o)"
    assert sorted(read.vars()) == sorted(read.vars("relative"))
    assert read["gone_r"].feedback_shapes == ((None, 2),)
    for each in expected:
        out, seen = read(X, monitors=["gone_o.output"])
        assert_array_equal(out, each)
        assert_array_equal(seen["gone_o.output"], each)
    assert bm.jit(read)(X).shape == (2, 2)
    assert read.initialize(5)(np.ones((5, 3))).shape == (5, 2)


def test_beside_the_original_it_has_names_of_its_own():
    with bp.naming("beside_a_pickle"):
        net = model("here")
        read = through(net)
        assert [node.name for node in read.lnodes] == ["here_i_copy0", "here_r_copy0", "here_o_copy0"]
        assert repr(net) == "Network(here_i, here_r, here_o)"
        assert read["here_r_copy0"] is read.lnodes[1]
        assert sorted(read.vars()) == [path.replace(".", "_copy0.") for path in sorted(net.vars())]
        assert_array_equal(read(X), net(X))
        read["here_o_copy0"].Wff.value *= 2.0
        assert not np.array_equal(read["here_o_copy0"].Wff, net["here_o"].Wff)


def test_inputs_keep_their_order_also_when_the_network_grows():
    weights = np.array([[1.0], [10.0]])
    b, a, first, last = (nn.Input(1, name=f"order_{name}") for name in ("b", "a", "first", "last"))
    net = ([a, b] >> nn.Dense(1, weights, None, name="listed")) & ({last, first} >> nn.Dense(1, weights, None, name="as_made"))
    read = through(net.initialize())
    read &= nn.Dense(1, input_shape=1, name="grown")
    named = {"order_b": 2.0, "order_a": 3.0, "order_first": 4.0, "order_last": 5.0}
    out = read.initialize()({f"{name}_copy0": [[x]] for name, x in named.items()} | {"grown": [[0.0]]})
    assert out["listed_copy0"].item() == 3 + 10 * 2
    assert out["as_made_copy0"].item() == 4 + 10 * 5


def test_a_single_node_is_pickled_without_those_it_is_wired_to():
    net = model("alone")
    r = net["alone_r"]
    read = through(r)
    assert read.name != "alone_r"
    assert read.feedforward_shapes == ((None, 3),)
    assert read.feedback_shapes == ((None, 2),)
    assert_array_equal(read.Wfb, r.Wfb)
    sender = nn.Dense(2)
    again = ((nn.Input(3) >> read >> sender) & (read << sender)).initialize()
    assert again(np.ones((1, 3))).shape == (1, 2)
    assert len(pickle.dumps(r)) < len(pickle.dumps(net))


def test_long_graphs_with_a_loop_are_pickled():
    net = first = nn.Input(1) >> nn.Dense(1)
    for _ in range(150):
        net = net >> nn.Dense(1, np.ones, None)
    net &= first.exit_nodes[0] << net.exit_nodes[0]
    net.initialize()
    assert_array_equal(through(net)([[1.0]]), net([[1.0]]))


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.LSTM(2, state_trainable=True),
        lambda: nn.Reservoir(10, seed=1, conn_type="sparse", noise_rec=0.1),
        lambda: nn.NVAR(2, 2),
        lambda: nn.Dropout(0.5, seed=1),
        lambda: nn.BatchNorm1d(),
        lambda: nn.Activation("tanh"),
        lambda: nn.FromSystem(bp.layers.Dense(3, 2, mode=bm.training_mode)),
    ],
)
def test_nodes_of_the_library_go_on_as_they_would_have(make):
    net = (nn.Input(3) >> make()).initialize(2)
    net(X)
    read = through(net)
    for _ in range(2):
        assert_array_equal(read(X), net(X))


def test_a_copied_node_leaves_its_name_to_the_original():
    node = nn.Dense(1, input_shape=3, name="original").initialize()
    for copied in (copy.copy(node), copy.deepcopy(node)):
        assert copied.name != "original"
    bm.clear_name_cache(ignore_warn=True)
    assert copy.deepcopy(node).name != "original"
    net = model("shallow")
    assert copy.copy(net).lnodes == net.lnodes
    assert copy.copy(net) is not net
