"""Nodes that are wired: members, copies, saved values, names."""

import gc
import inspect
import sys
import types
import weakref

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm

nn = bp.nn
X = np.ones((2, 3))


def model(prefix=""):
    i, r, o = nn.Input(3, name=f"{prefix}i"), nn.VanillaRNN(4, name=f"{prefix}r"), nn.Dense(2, name=f"{prefix}o")
    return (i >> r >> o) & (r << o)


@pytest.fixture
def net():
    # Drawn from a fresh seed, all four rectified units would be silent in one run of sixteen.
    bm.random.seed(0)
    with bp.naming("of_network"):
        yield model().initialize(2)


def test_it_knows_its_members_and_edges(net):
    i, r, o = net.lnodes
    assert (net.entry_nodes, net.exit_nodes) == ([i], [o])
    assert (net.ff_edges, net.fb_edges) == (((i, r), (r, o)), ((o, r),))
    assert (net.feedback_nodes, net.nodes_has_feedback) == ([o], [r])
    assert net.get_node("r") is net["r"] is net.r is r
    assert repr(net) == "Network(i, r, o)"
    assert net.feedback_shapes is None


def test_paths_begin_with_the_names_of_members(net):
    weights = ["o.Wff", "o.bias", "o.fb_output", "r.Wfb", "r.Wff", "r.Wrec", "r.bias", "r.state"]
    assert sorted(net.vars()) == sorted(net.vars("relative")) == weights
    assert sorted(net.train_vars()) == ["o.Wff", "o.bias", "r.Wfb", "r.Wff", "r.Wrec", "r.bias"]
    assert [*net.nodes(level=1, include_self=False).values()] == [*net.lnodes]
    assert net.parameters()["o"].keys() == {"Wff", "bias"}
    assert net.states()["r"].keys() == {"state"}


def test_nodes_and_edges_can_be_given():
    a, b = nn.Dense(1, np.ones, None, input_shape=1), nn.Dense(1, np.ones, None)
    net = nn.Network(ff_edges=[(a, b)], fb_edges=[[b, a]], name="given_edges").initialize()
    assert net.name == "given_edges"
    assert [net([[1.0]]).item() for _ in range(3)] == [1, 2, 3]
    lone = nn.Network([a, b])
    assert lone.entry_nodes == lone.exit_nodes == [a, b]


def test_members_may_have_names_that_the_class_uses_itself():
    with bp.naming("hiding"):
        net = (nn.Input(3) >> nn.Dense(4, name="state") >> nn.Dense(2, name="update")).initialize()
        assert net(np.ones((1, 3))).shape == bm.jit(net)(np.ones((1, 3))).shape == (1, 2)
        assert net["update"].num_unit == 2
        assert sorted(net.vars("relative")) == ["state.Wff", "state.bias", "update.Wff", "update.bias"]
        assert net.state is None


def test_several_entries_want_a_dict_and_several_exits_give_one():
    with bp.naming("many_ends"):
        a, b = nn.Input(1, name="a"), nn.Input(1, name="b")
        net = ({a, b} >> nn.Summation(name="s")) & (a >> nn.Dense(1, np.ones, name="d"))
        net.initialize()
        x = np.ones((1, 1))
        assert {name: y.item() for name, y in net({"b": 2 * x, "a": x}).items()} == {"s": 3, "d": 1}
        for wrong, words in (
            ({"a": x}, r"expected inputs for 'a', 'b', got none for 'b'"),
            ({"a": x, "b": x, "c": x}, r"expected the name of an entry node, got 'c'"),
            (x, r"expected a dict with inputs for 'a', 'b', got ndarray\. Write net\(\{'a': x, ...\}\)"),
        ):
            with pytest.raises(ValueError, match=words):
                net(wrong)


def test_shapes_by_node_show_the_names_of_nodes():
    with bp.naming("shapes_by_node"):
        net = (nn.Input(3, name="in_") >> {nn.Dense(2, name="a"), nn.Dense(4, name="b")}).initialize()
        assert net.output_shape == {net["a"]: (None, 2), net["b"]: (None, 4)}
        assert repr(net.output_shape) == "{a: (None, 2), b: (None, 4)}"
        assert repr(net.feedforward_shapes) == "{in_: (None, 3)}"


def test_a_member_of_two_networks_is_one_object_with_the_same_weights():
    i, j, shared = nn.Input(3), nn.Input(3), nn.VanillaRNN(4)
    one, two = (i >> shared >> nn.Dense(1)), (j >> shared >> nn.Dense(2))
    one.initialize(2)
    weights = shared.Wff
    two.initialize(2)
    assert one.is_initialized
    assert shared.Wff is weights
    compiled = bm.jit(one)
    compiled(X)
    shared.Wff.value = jnp.zeros((3, 4))
    shared.Wrec.value = jnp.zeros((4, 4))
    assert_array_equal(compiled(X), np.broadcast_to(np.asarray(one.lnodes[2].bias), (2, 1)))
    one(X), two(X)
    # It has one state, too.
    two.reset_state(1)
    with pytest.raises(ValueError, match="expected 1 trials"):
        one(X)


def test_what_is_saved_is_read_by_the_same_model_built_again(tmp_path):
    with bp.naming("saved"):
        net = model().initialize(2)
        net(X)
        net.save_states(tmp_path / "graph.safetensors")
        kept, expected = net.state_dict(), np.asarray(net(X))
    with bp.naming("read_again"):
        for read in (lambda net: net.load_state_dict(kept), lambda net: net.load_states(tmp_path / "graph.safetensors")):
            again = model().initialize(5)
            assert read(again) == ([], [])
            assert_array_equal(again(X), expected)
            assert again.reset_state()["r"].state.shape == (2, 4)
            del again
            gc.collect()
        with pytest.raises(ValueError, match=r"Call initialize\(\) before"):
            model().load_state_dict(kept)


def test_a_notebook_cell_can_be_run_again(monkeypatch):
    shell = types.SimpleNamespace(execution_count=1)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    cell = (
        "i, r, o = nn.Input(3, name='cell_i'), nn.VanillaRNN(4, name='cell_r'), nn.Dense(2, name='cell_o')\n"
        "net = (i >> r >> o) & (r << o)\n"
        "net.initialize(2)\n"
    )
    space = {"nn": nn}
    exec(cell, space)
    first = space["net"]
    shell.execution_count = 2
    exec(cell, space)
    net = space["net"]
    assert [node.name for node in net.lnodes] == ["cell_i", "cell_r", "cell_o"]
    assert net(X, monitors=["cell_r.state"])[1]["cell_r.state"].shape == (2, 4)
    # The first goes on under other names.
    assert first(X).shape == (2, 2)
    assert not {node.name for node in first.lnodes} & {node.name for node in net.lnodes}


def test_initialised_networks_go_when_nobody_holds_them():
    gc.disable()
    try:
        with bp.naming("going"):
            for _ in range(2):
                net = model().initialize(2)
                net(X)
                refs = [weakref.ref(each) for each in (net, *net.lnodes, net["r"].Wff)]
                del net
                assert [ref() for ref in refs] == [None] * 5
    finally:
        gc.enable()


def test_a_member_outlives_what_sent_feedback_to_it():
    r = nn.VanillaRNN(2)
    o = nn.Dense(3)
    ((nn.Input(1) >> r >> o) & (r << o)).initialize()
    del o
    gc.collect()
    assert r.feedback_shapes == ((None, 3),)
    assert "feedbacks=((None, 3),)" in repr(r)
    (copied,) = nn.Network([r]).copy().lnodes
    for each in (r, copied):
        sender = nn.Dense(3)
        net = ((nn.Input(1) >> each >> sender) & (each << sender)).initialize()
        assert net(np.ones((1, 1))).shape == (1, 3)


def test_nodes_are_the_members():
    drop = bp.nn.Dropout(0.5, seed=1)
    net = (bp.nn.Input(2, name="in_") >> drop).initialize()
    assert [*net.nodes()] == ["in_", drop.name]
    assert net in net.nodes(include_self=True).values()
    assert drop.rng in net.nodes(level=-1).values()


@pytest.mark.parametrize("method", ["load_states", "save_states", "load_state_dict"])
def test_weights_are_saved_and_loaded_when_there_are_some(method, tmp_path):
    net = bp.nn.Input(2) >> bp.nn.Dense(1)
    with pytest.raises(ValueError, match=rf"{method}: expected an initialised node.*Call initialize\(\) before"):
        getattr(net, method)({} if method == "load_state_dict" else tmp_path / "weights")
    net.initialize()
    state = net.state_dict()
    assert net.load_state_dict(state).missing_keys == []


def test_the_signature_of_a_node_is_that_of_its_constructor():
    for kind in (bp.nn.Node, bp.nn.Summation):
        assert [*inspect.signature(kind).parameters] == ["name", "input_shape", "trainable"]
