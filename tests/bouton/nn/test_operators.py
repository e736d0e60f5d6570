"""The operators as functions, and what cannot be extended."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
from bouton.errors import KindError, ValueRefused

nn = bp.nn


def test_functions_do_what_operators_do():
    i, r, o = nn.Input(2), nn.VanillaRNN(3), nn.Dense(1)
    pairs = [
        (nn.ff_connect(i, r), i >> r),
        (nn.ff_connect({i, o}, r), {i, o} >> r),
        (nn.fb_connect(o, r), r << o),
        (nn.merge(i, r >> o), i & (r >> o)),
    ]
    for made, expected in pairs:
        assert (made.lnodes, made.ff_edges, made.fb_edges) == (expected.lnodes, expected.ff_edges, expected.fb_edges)
    assert isinstance(nn.select(i, 0).exit_nodes[0], nn.Select)
    assert isinstance(nn.concatenate(i, o).exit_nodes[0], nn.Concat)
    assert nn.concatenate(i, o, axis=1).exit_nodes[0].axis == 1


def test_the_result_can_be_given_a_name():
    i, o = nn.Input(2), nn.Dense(1)
    assert nn.ff_connect(i, o, name="forward_of_two").name == "forward_of_two"
    assert nn.fb_connect(nn.Dense(1), o, name="backward").name == "backward"
    assert nn.merge(i, o, name="merged").name == "merged"
    assert nn.select(i, 0, name="chosen").name == "chosen"
    assert nn.concatenate(i, o, name="joined").name == "joined"


def test_in_place_the_network_that_receives_changes_or_else_the_one_that_sends():
    i, a, b = nn.Input(2), nn.Dense(1), nn.Dense(1)
    left, right = nn.Network([i]), nn.Network([a])
    assert nn.ff_connect(left, right, inplace=True) is right
    assert right.lnodes == (i, a)
    assert left.lnodes == (i,)
    assert nn.ff_connect(left, b, inplace=True) is left
    assert left.ff_edges == ((i, b),)
    assert nn.merge(left, right, inplace=True) is left
    assert set(left.ff_edges) == {(i, a), (i, b)}
    assert nn.fb_connect(b, nn.Network([a]), inplace=True).fb_edges == ((b, a),)


def test_in_place_needs_a_network_and_no_name():
    a, b = nn.Dense(1), nn.Dense(1)
    for function, where in ((nn.ff_connect, "ff_connect"), (nn.fb_connect, "fb_connect"), (nn.merge, "merge")):
        with pytest.raises(ValueRefused, match=rf"{where}\(inplace=True\): expected a Network, got Dense\. Leave inplace out"):
            function(a, b, inplace=True)
        with pytest.raises(ValueRefused, match=rf"{where}\(inplace=True, name=...\): expected no name"):
            function(nn.Network([a]), b, inplace=True, name="another")


def test_nothing_cannot_be_put_together():
    with pytest.raises(ValueRefused, match="merge: expected nodes, got none"):
        nn.merge()
    with pytest.raises(ValueRefused, match="concatenate: expected nodes, got none"):
        nn.concatenate()
    with pytest.raises(ValueRefused, match=r"select: expected one exit, got 2, .*net\['name'\]\[index\]"):
        nn.select(nn.Input(1) & nn.Input(2), 0)


class TestFrozen:
    """A frozen network."""

    def make(self):
        r, o = nn.VanillaRNN(2, input_shape=1, name=None), nn.Dense(1)
        return nn.FrozenNetwork([r, o], [(r, o)], [(o, r)])

    def test_it_is_initialised_called_and_watched(self):
        net = self.make().initialize(2)
        rnn = net.entry_nodes[0].name
        assert net.reset_state(3).is_initialized
        out, seen = net(np.ones((3, 1)), monitors=[f"{rnn}.state"])
        assert out.shape == (3, 1)
        assert seen[f"{rnn}.state"].shape == (3, 2)
        assert_array_equal(np.ones((3, 1)) >> net.copy(), net.copy()(np.ones((3, 1))))

    @pytest.mark.parametrize(
        "extend",
        [
            lambda net, other: net >> other,
            lambda net, other: other >> net,
            lambda net, other: net << other,
            lambda net, other: other << net,
            lambda net, other: net & other,
            lambda net, other: other & net,
            lambda net, other: {net, other} >> nn.Dense(1),
            lambda net, other: [net, other] >> nn.Dense(1),
            lambda net, other: net[0],
            lambda net, other: net.__irshift__(other),
            lambda net, other: net.__ilshift__(other),
            lambda net, other: net.__iand__(other),
            lambda net, other: nn.ff_connect(net, other, inplace=True),
            lambda net, other: nn.fb_connect(net, other, inplace=True),
            lambda net, other: nn.merge(net, other, inplace=True),
            lambda net, other: nn.merge(other, net),
            lambda net, other: nn.concatenate(net),
            lambda net, other: nn.select(net, 0),
        ],
    )
    def test_it_is_not_extended(self, extend):
        net = self.make()
        before = net.lnodes, net.ff_edges, net.fb_edges
        with pytest.raises(
            TypeError, match=r"FrozenNetwork\(.*\): expected a network that can be extended, got a frozen one"
        ) as caught:
            extend(net, nn.Dense(1))
        assert isinstance(caught.value, KindError)
        assert (net.lnodes, net.ff_edges, net.fb_edges) == before

    def test_its_members_go_on_being_wired(self):
        net = self.make()
        again = nn.Network(net.lnodes, net.ff_edges, net.fb_edges) >> nn.Dense(3)
        assert again.initialize()(np.ones((1, 1))).shape == (1, 3)
        assert type(net.copy()) is type(net.copy(shallow=True)) is nn.FrozenNetwork


def test_networks_on_the_way_use_up_no_numbers():
    with bp.naming("on_the_way"):
        i, r, o = nn.Input(1), nn.VanillaRNN(1), nn.Dense(1)
        net = (i >> r >> o) & (r << o) & ({i, r} >> nn.Summation())
        assert net.name == "Network0"
        assert nn.Dense(1).name == "Dense1"
