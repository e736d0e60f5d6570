"""The operators between nodes."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, UnknownPathError, ValueRefused

nn = bp.nn


def edges(net):
    return {(a.name, b.name) for a, b in net.ff_edges}, {(a.name, b.name) for a, b in net.fb_edges}


@pytest.fixture
def abc():
    with bp.naming("wiring"):
        yield nn.Dense(1, name="a"), nn.Dense(1, name="b"), nn.Dense(1, name="c")


def test_a_shift_to_the_right_feeds_every_entry_from_every_exit(abc):
    a, b, c = abc
    net = (a & b) >> c
    assert edges(net) == ({("a", "c"), ("b", "c")}, set())
    assert edges(c >> (a & b))[0] == {("c", "a"), ("c", "b")}
    assert isinstance(a >> b, nn.Network)


def test_a_shift_to_the_left_feeds_back(abc):
    a, b, c = abc
    assert edges(a << b) == (set(), {("b", "a")})
    assert edges({a, b} << c)[1] == {("c", "a"), ("c", "b")}
    assert edges(a << {b, c})[1] == {("b", "a"), ("c", "a")}


def test_and_puts_two_graphs_together(abc):
    a, b, c = abc
    net = (a >> b) & (a << b) & c
    assert edges(net) == ({("a", "b")}, {("b", "a")})
    assert net.lnodes == (a, b, c)
    assert ({a} & b).lnodes == (a, b)


def test_a_set_is_several_nodes_apart(abc):
    a, b, c = abc
    assert edges({a, b} >> c)[0] == edges(frozenset({a, b}) >> c)[0] == {("a", "c"), ("b", "c")}
    assert edges(a >> {b, c})[0] == {("a", "b"), ("a", "c")}


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_list_in_front_is_put_side_by_side(abc, kind):
    a, b, c = abc
    net = kind([a, b]) >> c
    joint = net.lnodes[2]
    assert isinstance(joint, nn.Concat)
    assert joint.axis == -1
    assert edges(net)[0] == {("a", joint.name), ("b", joint.name), (joint.name, "c")}


def test_a_list_of_one_network_with_two_exits_is_put_side_by_side_too(abc):
    a, b, c = abc
    assert [type(node) for node in ([a & b] >> c).lnodes] == [nn.Dense, nn.Dense, nn.Concat, nn.Dense]
    assert len(([a] >> c).lnodes) == 2


def test_a_tuple_in_a_set_is_put_side_by_side_and_the_rest_is_apart():
    sources = a, b, c = nn.Input(1), nn.Input(1), nn.Input(1)
    dense = nn.Dense(1, np.array([[1.0], [10.0], [100.0]]), None)
    net = ({(b, a), c} >> dense).initialize()
    joint = net.lnodes[3]
    assert edges(net)[0] == {(a.name, joint.name), (b.name, joint.name), (joint.name, dense.name), (c.name, dense.name)}
    # The joint was made last, and what it puts side by side comes in the order of the tuple.
    out = net({node.name: [[x]] for node, x in zip(sources, (2.0, 3.0, 5.0), strict=True)})
    assert out.item() == 5 * 1 + 3 * 10 + 2 * 100


def test_a_list_behind_is_refused_and_a_set_is_suggested(abc):
    a, b, c = abc
    with pytest.raises(TypeError, match=r"a >> \[b, c\]: .* got list\. Write a >> \{b, c\}"):
        a >> [b, c]
    with pytest.raises(KindError, match=r"a << \[b, c\]: .* got list\. Write a set, \{a, b\}"):
        a << [b, c]
    with pytest.raises(KindError, match=r"\[b, c\] << a: .* got list"):
        [b, c] << a


def test_a_node_stands_once_in_a_list(abc):
    a, b, c = abc
    for twice in ([a, a], (b, a, a), [a, nn.Network([a])]):
        with pytest.raises(ValueRefused, match=r"expected each node once, got a again\. .* its output once more is a\[:\]"):
            twice >> c
    assert len(([a, a[:]] >> c).ff_edges) == 4


def test_nothing_is_no_node(abc):
    with pytest.raises(ValueRefused, match=r">> \{\}: expected nodes, got set\(\)\. Put nodes into it"):
        abc[0] >> set()
    for empty in (set(), [], ()):
        with pytest.raises(ValueRefused, match=r"^[{\[][}\]] >> a: expected nodes, got .*\. Put nodes into it"):
            empty >> abc[0]
    with pytest.raises(KindError, match=r"^\{int\} >> a: expected a node, .* got int"):
        {3} >> abc[0]


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda a: a >> 3, r" >> int: .* got int\. Wire nodes of bp\.nn"),
        (lambda a: a << "b", " << str: .* got str"),
        (lambda a: a & None, " & NoneType: .* got NoneType"),
        (lambda a: np.ones(3) & a, "ndarray & .* got ndarray"),
        (lambda a: np.ones(3) << a, "ndarray << .* got ndarray"),
        (lambda a: {a, 3} >> a, r"\{.*int.*\} >> .* got int"),
        (lambda a: bp.layers.Dense(2, 2) << a, r"got Dense\. Make a node of a system with bp\.nn\.FromSystem\(system\)"),
    ],
)
def test_what_is_no_node_is_refused_as_a_kind(abc, wrong, words):
    with pytest.raises(TypeError, match=words) as caught:
        wrong(abc[0])
    assert isinstance(caught.value, KindError)


@pytest.mark.parametrize(
    "x",
    [np.ones((2, 3)), jnp.ones((2, 3)), bm.Variable(jnp.ones((2, 3))), [[1.0] * 3] * 2],
    ids=lambda x: type(x).__name__,
)
def test_an_array_in_front_is_what_it_is_called_with_d20(x):
    net = (nn.Input(3) >> nn.Dense(1, np.ones)).initialize(2)
    assert_array_equal(x >> net, [[3], [3]])
    assert_array_equal(x >> net.lnodes[1], [[3], [3]])


def test_a_system_of_one_step_has_to_become_a_node_first_d20():
    net, layer = nn.Input(2) >> nn.Dense(2), bp.layers.Dense(2, 2)
    for wrong, words in (
        (lambda: net >> layer, r"Network >> Dense: expected nodes of bp\.nn, got Dense\. .*FromSystem\(system\)"),
        (lambda: layer >> net, r"Dense >> Network: expected nodes of bp\.nn, got Dense\. .*FromSystem\(system\)"),
        (lambda: net << layer, r"Network << Dense: .*FromSystem"),
        (lambda: net >> bp.modules.Rate(2), r"Network >> Rate: .*Wire nodes"),
        (lambda: bp.modules.Rate(2) >> net, r"Rate >> Network: .*Wire nodes"),
    ):
        with pytest.raises(KindError, match=words):
            wrong()


def test_brackets_select_features_behind_a_node_and_fetch_members():
    net = (nn.Input(4) >> nn.Dense(3, np.arange(12.0).reshape(4, 3), name="wired_readout")).initialize()
    whole = np.asarray(net(np.ones((1, 4))))
    for index, expected in ((1, whole[:, [1]]), (slice(1, None), whole[:, 1:]), ([2, 0], whole[:, [2, 0]]), (-1, whole[:, [2]])):
        chosen = net[index].initialize()
        assert isinstance(chosen.exit_nodes[0], nn.Select)
        assert_array_equal(chosen(np.ones((1, 4))), expected)
    assert net["wired_readout"] is net.get_node("wired_readout") is net.lnodes[1]
    with pytest.raises(
        KeyError, match=r"Network\['readout'\]: expected the name of a member, got 'readout'. Did you mean"
    ) as caught:
        net["readout"]
    assert isinstance(caught.value, UnknownPathError)
    with pytest.raises(KindError, match=r"A network has members by name"):
        net.lnodes[1]["weights"]
    for wrong in (..., (0, 1), 1.5):
        with pytest.raises(KindError, match="expected a place, a slice, or a list of places"):
            net[wrong]


def test_a_node_is_no_sequence():
    for wrong in (list, iter, lambda net: 3 in net):
        with pytest.raises(TypeError):
            wrong(nn.Input(2) >> nn.Dense(1))


@pytest.mark.parametrize("operator", [">>=", "<<=", "&="])
def test_a_single_node_does_not_change_in_place(operator):
    names = {"node": nn.Dense(1, input_shape=2), "other": nn.Dense(1)}
    with pytest.raises(
        ValueRefused, match=rf"Dense {operator} \.\.\.: expected a Network on the left.*node {operator[:-1]} other"
    ):
        exec(f"node {operator} other", names)


def test_networks_grow_in_place_and_are_initialised_again():
    a, b = nn.Dense(1, np.full((2, 1), 3.0), None, input_shape=2), nn.Dense(1, np.full((1, 1), 5.0), None)
    net = kept = nn.Network([a]).initialize(1)
    compiled, x = bm.jit(net), np.ones((1, 2))
    assert compiled(x).item() == 6
    weights = a.Wff
    net >>= b
    assert net is kept
    assert not net.is_initialized
    net.initialize(1)
    assert a.Wff is weights
    assert compiled(x).item() == 30
    a.weight_initializer = np.full((1, 1), 7.0)
    net <<= b
    assert not net.is_initialized
    net.initialize(1)
    assert net.fb_edges == ((b, a),)
    # The output of the step before, 30, comes back with a weight of 7.
    assert [compiled(x).item() for _ in range(2)] == [30, 5 * (6 + 7 * 30)]
    c = nn.Dense(1, np.full((2, 1), 1.0), None, input_shape=2)
    net &= c
    assert net.lnodes == (a, b, c)
    assert not net.is_initialized
    net.initialize(1)
    assert compiled({a.name: x, c.name: x})[c.name].item() == 2


def test_an_operator_that_is_refused_changes_nothing(abc):
    a, b, _ = abc
    net = a >> b
    before = net.lnodes, net.ff_edges
    with pytest.raises(ValueRefused, match="circle"):
        net >>= a
    assert (net.lnodes, net.ff_edges) == before


def test_an_initialised_network_that_gets_another_input_has_to_be_initialised():
    i, j, d, o = nn.Input(1), nn.Input(2), nn.Dense(3), nn.Dense(1)
    net = (i >> d >> o).initialize()
    net &= j >> d
    assert not net.is_initialized
    with pytest.raises(ValueRefused, match=r"expected an initialised node, got one that is not\. Call initialize\(\) before"):
        net({i.name: [[1.0]], j.name: [[1.0, 1.0]]})
    with pytest.raises(
        ValueError, match=r"expected shapes \(None, 1\), which its weights were made for, got \(None, 1\), \(None, 2\)"
    ):
        net.initialize()
