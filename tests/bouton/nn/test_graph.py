"""Which order nodes run in, which inputs they have, and which graphs there cannot be."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

import bouton as bp
from bouton.errors import KindError, ValueRefused

nn = bp.nn


class Plain(nn.Node):
    """Takes no feedback."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff):
        return ff[0]


def names(nodes):
    return [node.name for node in nodes]


def test_each_node_runs_behind_its_senders_and_otherwise_as_it_was_made():
    last, middle, other = nn.Dense(1), nn.Dense(1), nn.Dense(1)
    source = nn.Input(2)
    net = (middle >> last) & (source >> {other, middle})
    assert net.lnodes == (source, middle, last, other)
    assert net.entry_nodes == [source]
    assert net.exit_nodes == [last, other]


def test_inputs_stand_in_the_order_of_construction_however_they_were_wired_d11():
    a, b, c = nn.Input(1), nn.Input(2), nn.Input(3)
    weights = np.arange(6.0)[:, None]
    data = {a.name: np.ones((1, 1)), b.name: np.full((1, 2), 10.0), c.name: np.full((1, 3), 100.0)}
    expected = 0 + 10 * (1 + 2) + 100 * (3 + 4 + 5)
    for wire in (
        lambda d: {c, a, b} >> d,
        lambda d: (c >> d) & (a >> d) & (b >> d),
        lambda d: nn.Network(ff_edges=[(b, d), (c, d), (a, d)]),
        lambda d: nn.ff_connect(frozenset({b, a, c}), d),
    ):
        dense = nn.Dense(1, weights)
        net = wire(dense).initialize()
        assert dense.feedforward_shapes == ((None, 1), (None, 2), (None, 3))
        assert net(data).item() == expected


def test_a_list_alone_has_an_order_of_its_own_d11():
    a, b = nn.Input(1), nn.Input(1)
    net = ([b, a] >> nn.Dense(1, np.array([[1.0], [10.0]]))).initialize()
    assert net({a.name: [[2.0]], b.name: [[3.0]]}).item() == 3 + 20


def test_two_runs_of_a_script_lay_weights_out_alike_d11():
    script = (
        "import bouton as bp; nn = bp.nn\n"
        "sources = [nn.Input(k) for k in (3, 1, 2, 5, 4)]\n"
        "d = nn.Dense(1); net = set(sources) >> d; net.initialize()\n"
        "print(d.feedforward_shapes, [n.name for n in net.lnodes])"
    )
    outs = [
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert outs[0] == outs[1]
    assert "((None, 3), (None, 1), (None, 2), (None, 5), (None, 4))" in outs[0]


def test_the_same_edge_twice_is_one_edge():
    a, b = nn.Input(1), nn.Dense(1)
    net = (a >> b) & (a >> b)
    assert net.ff_edges == ((a, b),)


def test_feedback_senders_stand_in_the_order_of_construction_d11():
    source, hidden, first, second = nn.Input(1), nn.VanillaRNN(1), nn.Dense(1), nn.Dense(2)
    net = (source >> hidden >> {second, first}) & (hidden << second) & (hidden << first)
    net.initialize()
    assert hidden.feedback_shapes == ((None, 1), (None, 2))
    assert net.fb_edges == ((first, hidden), (second, hidden))
    assert net.feedback_nodes == [first, second]
    assert net.nodes_has_feedback == [hidden]


def test_a_circle_of_feedforward_edges_is_refused_and_feedback_is_suggested():
    i, r, o = nn.Input(1, name="way_in"), nn.VanillaRNN(1, name="around"), nn.Dense(1, name="out_again")
    with pytest.raises(
        ValueRefused, match=r"circle of feedforward edges, got around >> out_again >> around\. .*receiver << sender"
    ):
        i >> r >> o >> r
    with pytest.raises(ValueRefused, match="got around >> around"):
        r >> r
    with pytest.raises(ValueError, match="circle"):
        o >> o


def test_so_is_one_that_goes_back_to_where_data_come_in():
    i, r, o = nn.Input(1, name="first_in"), nn.VanillaRNN(1, name="then"), nn.Dense(1, name="last")
    with pytest.raises(ValueError, match=r"got first_in >> then >> last >> first_in\. Close the loop with feedback"):
        i >> r >> o >> i


def test_a_circle_of_feedback_edges_is_refused():
    a, b = nn.Dense(1, name="ahead"), nn.Dense(1, name="behind")
    with pytest.raises(ValueRefused, match=r"circle of feedback edges, got ahead << behind << ahead\. Leave one"):
        (a << b) & (b << a)
    with pytest.raises(ValueRefused, match="RecurrentNode"):
        a << a


def test_feedback_to_a_class_without_init_fb_is_refused_when_it_is_wired():
    with pytest.raises(ValueError, match=r"Plain\(name=.*support_feedback=False.*defines init_fb") as caught:
        Plain(name="deaf") << nn.Input(1)
    assert "deaf << Input" in str(caught.value)


def test_feedback_that_would_not_come_one_step_later_is_refused_when_it_is_initialised():
    early, late = nn.Dense(1, input_shape=1, name="early"), nn.Dense(1, input_shape=1, name="late")
    net = early << late
    assert isinstance(net, nn.Network)
    with pytest.raises(
        ValueRefused, match=r"early << late: expected a feedforward path from early to late, got none\. Wire them"
    ):
        net.initialize()


def test_two_nodes_of_one_name_are_refused():
    with bp.naming("one_scope"):
        a = nn.Input(2, name="twin")
    with bp.naming("other_scope"):
        b = nn.Dense(2, name="twin")
    with pytest.raises(
        ValueRefused, match=r"expected nodes of different names, got two that are called 'twin'\. Give one of them"
    ):
        a >> b
    b.name = "sibling"
    assert names((a >> b).lnodes) == ["twin", "sibling"]


def test_an_edge_is_a_pair_of_single_nodes():
    a, b = nn.Input(1), nn.Dense(1)
    with pytest.raises(KindError, match=r"Network\(ff_edges=...\): expected pairs \(sender, receiver\)"):
        nn.Network(ff_edges=[(a, b, a)])
    with pytest.raises(KindError, match=r"Network\(fb_edges=...\): expected pairs"):
        nn.Network(fb_edges=[a])
    with pytest.raises(KindError, match=r"expected single nodes, and pairs of them, got int"):
        nn.Network([3])
    with pytest.raises(KindError, match=r"got Network\. Networks are put together with >>, << and &"):
        nn.Network([a >> b])


def test_two_hundred_nodes_with_feedback_all_along_can_be_copied():
    nodes = [nn.Input(1), *(nn.Dense(1, np.ones, None) for _ in range(200))]
    chain = [*itertools.pairwise(nodes)]
    net = nn.Network(nodes, chain, [(nodes[-1], nodes[1])]).initialize()
    copied = net.copy()
    assert len(copied.lnodes) == 201
    assert not {id(node) for node in copied.lnodes} & {id(node) for node in nodes}
    assert (net([[1.0]]).item(), copied([[1.0]]).item()) == (1, 1)
    # The feedback weight is 1 as well.
    assert (net([[1.0]]).item(), copied([[1.0]]).item()) == (2, 2)
