"""Copies of networks."""

import copy

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


def test_a_deep_copy_has_weights_states_and_names_of_its_own(net):
    net(X)
    # In a scope of its own, since numbers count all copies of this process.
    with bp.naming("copied_deeply"):
        copied = net.copy(name="copied_network")
    assert copied.name == "copied_network"
    assert [node.name for node in copied.lnodes] == ["i_copy0", "r_copy0", "o_copy0"]
    assert copied.is_initialized
    assert copied.ff_edges == tuple((copied[f"{a.name}_copy0"], copied[f"{b.name}_copy0"]) for a, b in net.ff_edges)
    assert_array_equal(copied(X), net(X))
    copied["o_copy0"].Wff.value *= 2.0
    copied["r_copy0"].state.value *= 0.0
    assert np.any(net["r"].state)
    assert not np.array_equal(copied["o_copy0"].Wff, net["o"].Wff)
    assert copied.lnodes[1].feedforward_shapes == ((None, 3),)
    assert sorted(copied.vars()) == [path.replace(".", "_copy0.") for path in sorted(net.vars())]
    compiled = bm.jit(copied)
    copied.reset_state(5)
    assert compiled(np.ones((5, 3))).shape == (5, 2)
    assert net["r"].state.shape == (2, 4)


def test_copies_stand_in_the_order_of_the_originals_d11():
    late, early = nn.Dense(1), nn.Input(1)
    other = nn.Input(2)
    net = {other, early} >> late
    copied = net.copy().initialize()
    assert copied.exit_nodes[0].feedforward_shapes == ((None, 1), (None, 2))
    assert [type(node) for node in copied.lnodes] == [nn.Input, nn.Input, nn.Dense]


def test_a_copy_keeps_the_order_of_a_list_d11():
    a, b = nn.Input(1), nn.Input(1)
    copied = ([b, a] >> nn.Dense(1, np.array([[1.0], [10.0]]), None)).copy().initialize()
    first, second = copied.entry_nodes
    assert copied({first.name: [[2.0]], second.name: [[3.0]]}).item() == 3 + 20


def test_what_members_share_their_copies_share():
    tied = bm.TrainVar(jnp.ones((1, 1)))
    net = (nn.Input(1) >> {nn.Dense(1, tied), nn.Dense(1, tied)}).initialize()
    a, b = net.copy().exit_nodes
    assert a.Wff is b.Wff
    assert a.Wff is not tied


def test_a_shallow_copy_has_the_same_members(net):
    copied = net.copy(shallow=True)
    assert copied is not net
    assert copied.lnodes == net.lnodes
    copied >>= nn.Dense(1)
    assert len(net.lnodes) == 3


def test_deepcopy_copies_members_as_well(net):
    holder = [net, net]
    first, second = copy.deepcopy(holder)
    assert first is second
    assert not set(first.lnodes) & set(net.lnodes)
    assert_array_equal(first(X), net(X))


class Own(nn.Network):
    """With arguments and attributes of its own."""

    def __init__(self, size):
        self.hidden = nn.Dense(size, np.ones, None, input_shape=1)
        self.gains = bm.VarList([bm.TrainVar(jnp.ones(1))])
        self.size = [size]
        super().__init__(ff_edges=[(self.hidden, nn.Dense(1, np.ones, None))])
        self.gain = bm.Variable(jnp.full(1, 2.0))

    def update(self, x):
        return super().update(x) * self.gain * self.gains[0]


def test_a_network_of_ones_own_is_wired_copied_and_grows():
    net = Own(3).initialize()
    assert net.update([[1.0]]).item() == 6
    hidden, out = net.lnodes
    assert sorted(net.vars("relative")) == [f"{out.name}.Wff", "gain", "gains-0", "hidden.Wff"]
    for copied in (net.copy(), copy.deepcopy(net)):
        assert type(copied) is Own
        assert copied.hidden is copied.lnodes[0] is not hidden
        copied.gain.value = jnp.full(1, 10.0)
        copied.gains[0].value = jnp.full(1, 5.0)
        copied.hidden.Wff.value *= 2.0
        copied.size.append(4)
        assert copied.update([[1.0]]).item() == 3 * 2 * 10 * 5
        assert len(copied.vars("relative").unique()) == 4
    assert net.update([[1.0]]).item() == 6
    assert net.size == [3]
    shallow = net.copy(shallow=True, name="of_own")
    assert (shallow.name, shallow.hidden, shallow.gain, shallow.lnodes) == ("of_own", hidden, net.gain, net.lnodes)
    net >>= nn.Dense(1, np.ones, None)
    assert net.hidden is hidden
    assert net.initialize().update([[1.0]]).item() == 6
    assert len(shallow.lnodes) == 2


def test_a_member_that_gets_another_name_is_listed_under_it_when_the_network_grows():
    a = nn.Dense(1, input_shape=1)
    net = nn.Network([a])
    a.name = "renamed_member"
    assert net["renamed_member"] is a
    net >>= nn.Dense(1)
    assert "renamed_member.Wff" in net.initialize().vars("relative")
    assert len(net.modules()) == 2
