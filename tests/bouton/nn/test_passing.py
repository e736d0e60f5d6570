"""Forms in which a node has its inputs."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
from bouton.errors import KindError, ValueRefused

nn = bp.nn


def node_of(form, attribute="data_pass_type"):
    class Receiver(nn.Node):
        def init_ff(self):
            self.set_output_shape(1)

        def init_fb(self):
            """No weights."""

        def forward(self, ff, fb=None):
            self.__dict__["had"] = ff, fb
            return np.ones((1, 1))

    return type("Receiver", (Receiver,), {attribute: form})()


def run(form, attribute="data_pass_type", count=2):
    a, b, o = nn.Input(1, name=None), nn.Dense(2, input_shape=1), nn.Dense(3)
    node = node_of(form, attribute)
    net = ({b, a} >> node >> o) if count == 2 else (a >> node >> o)
    net &= node << o
    net.initialize()
    net({a.name: [[1.0]], b.name: [[1.0]]} if count == 2 else [[1.0]])
    return node, a, b, o


@pytest.mark.parametrize("form", [nn.PASS_SEQUENCE, nn.MultipleData("sequence"), nn.MultipleData(), "sequence", "PASS_SEQUENCE"])
def test_a_sequence_is_a_tuple_in_the_order_of_inputs(form):
    node, *_ = run(form)
    ff, fb = node.had
    assert [x.shape for x in ff] == [(1, 1), (1, 2)]
    assert [x.shape for x in fb] == [(1, 3)]
    assert node.feedforward_shapes == ((None, 1), (None, 2))
    assert node.feedback_shapes == ((None, 3),)


def test_the_sequence_is_the_form_of_a_node_that_says_nothing():
    assert nn.Node.data_pass_type is nn.Node.data_pass is nn.PASS_SEQUENCE
    assert repr(nn.PASS_SEQUENCE) == "PASS_SEQUENCE"


@pytest.mark.parametrize("form", [nn.PASS_ONLY_ONE, nn.SingleData()])
def test_the_only_one_is_the_array_itself(form):
    node, *_ = run(form, count=1)
    assert [x.shape for x in node.had] == [(1, 1), (1, 3)]
    assert node.feedforward_shapes == (None, 1)
    assert node.feedback_shapes == (None, 3)
    with pytest.raises(ValueError, match=r"expected one sender, got 2, .*Join them with bp\.nn\.Concat"):
        run(form)


@pytest.mark.parametrize("attribute", ["data_pass_type", "data_pass"])
@pytest.mark.parametrize(
    "form, key",
    [
        (nn.PASS_NAME_DICT, lambda node: node.name),
        (nn.MultipleData("type_dict"), type),
        ("node_dict", lambda node: node),
    ],
)
def test_dicts_are_by_name_class_or_node(attribute, form, key):
    node, a, b, o = run(form, attribute)
    assert {k: x.shape for k, x in node.had[0].items()} == {key(a): (1, 1), key(b): (1, 2)}
    assert {k: x.shape for k, x in node.had[1].items()} == {key(o): (1, 3)}
    assert node.feedforward_shapes == {key(a): (None, 1), key(b): (None, 2)}
    assert type(node).data_pass is type(node).data_pass_type


def test_two_senders_of_one_class_have_no_place_in_a_dict_by_class():
    net = {nn.Input(1, name="left_twin"), nn.Input(1, name="right_twin")} >> node_of(nn.PASS_TYPE_DICT) >> nn.Dense(1)
    with pytest.raises(
        ValueRefused, match=r"expected senders of different classes, got left_twin \(Input\), right_twin \(Input\)"
    ):
        net.initialize()({"left_twin": [[1.0]], "right_twin": [[1.0]]})


def test_an_unknown_form_is_refused():
    for wrong in ("tuple", 3, None):
        with pytest.raises(ValueRefused, match=rf"data_pass_type: expected one of 'sequence', .* got {wrong!r}"):
            nn.MultipleData(wrong)
    with pytest.raises(ValueRefused, match="data_pass_type: expected one of"):
        type("Wrong", (nn.Node,), {"data_pass_type": "tuple"})


def test_another_form_can_be_registered_once():
    form = nn.register_data_pass_type("reversed", lambda given: tuple(given.values())[::-1])
    node, *_ = run("reversed")
    assert [x.shape for x in node.had[0]] == [(1, 2), (1, 1)]
    assert node.feedforward_shapes == ((None, 2), (None, 1))
    assert nn.MultipleData("reversed") is form
    for taken in ("reversed", "sequence", "PASS_ONLY_ONE"):
        with pytest.raises(ValueError, match=rf"register_data_pass_type\(name=...\): expected a new name, got '{taken}'"):
            nn.register_data_pass_type(taken, tuple)
    nn.register_data_pass_type("summed", lambda given: sum(given.values()))
    with pytest.raises(ValueRefused, match=r"Receiver\(.*\)\.init_ff: .* got TypeError"):
        # Shapes cannot be added up.
        run("summed")
    with pytest.raises(KindError, match="expected a name and a function, got int and str"):
        nn.register_data_pass_type(3, "sum")


def test_a_copy_has_the_same_form():
    node, a, b, o = run(nn.PASS_NODE_DICT)
    net = ({b, a} >> node >> o).copy()
    copied = net.lnodes[2]
    assert copied.data_pass_type is node.data_pass_type
    assert set(copied.feedforward_shapes) == set(net.entry_nodes)
    assert_array_equal(net({entry.name: [[1.0]] for entry in net.entry_nodes}).shape, (1, 3))
