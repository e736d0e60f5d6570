"""What a node knows of itself."""

import copy

import numpy as np
import pytest

import bouton as bp
from bouton.errors import KindError, ValueRefused

nn = bp.nn


class Passing(nn.Node):
    """What comes, goes."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff):
        return ff[0]


def test_before_initialisation_only_what_was_given_is_known():
    node = nn.Dense(num_unit=100)
    assert node.feedforward_shapes is node.feedback_shapes is node.state is node.fb_output is None
    assert node.output_shape == (None, 100)
    assert not node.is_initialized
    assert nn.Dense(100, input_shape=128).feedforward_shapes == ((None, 128),)
    assert nn.Dense(100, input_shape=(7, 128)).feedforward_shapes == ((None, 7, 128),)
    assert Passing().output_shape is None


def test_the_repr_tells_the_seven_facts_in_order():
    assert repr(nn.Dense(100, input_shape=128, name="hidden_of_repr")) == (
        "Dense(name=hidden_of_repr, trainable=True, forwards=((None, 128),), feedbacks=None, output=(None, 100), "
        "support_feedback=True, data_pass_type=PASS_SEQUENCE)"
    )
    assert repr(Passing(name="repr_of_passing")) == (
        "Passing(name=repr_of_passing, trainable=False, forwards=None, feedbacks=None, output=None, "
        "support_feedback=False, data_pass_type=PASS_SEQUENCE)"
    )


@pytest.mark.parametrize("shape", [0, -1, 1.5, (2, 0), "ten", True, (True,)])
def test_an_input_shape_is_of_whole_numbers_above_0(shape):
    with pytest.raises(
        ValueRefused, match=r"Passing\(input_shape=...\): expected whole numbers above 0, without an axis for the"
    ):
        Passing(input_shape=shape)


@pytest.mark.parametrize("trainable", [1, None, "yes", np.bool_(True)])
def test_trainable_is_a_truth_value(trainable):
    with pytest.raises(TypeError, match="trainable: expected True or False") as caught:
        Passing(trainable=trainable)
    assert isinstance(caught.value, KindError)
    with pytest.raises(KindError, match=r"Passing\.trainable: expected True or False"):
        Passing().trainable = trainable
    with pytest.raises(KindError, match=r"Network\.trainable: expected True or False"):
        (Passing() >> Passing()).trainable = trainable


def test_a_node_of_ones_own_is_not_trainable_and_those_of_the_library_say_it_themselves_d6():
    assert not Passing().trainable
    assert all(
        make().trainable for make in (lambda: nn.Dense(1), lambda: nn.VanillaRNN(1), lambda: nn.Conv1D(1, 1), nn.LayerNorm)
    )
    assert not any(make().trainable for make in (lambda: nn.Input(1), nn.Concat, lambda: nn.Reservoir(1), lambda: nn.NVAR(1)))


@pytest.mark.parametrize(
    "name, words",
    [
        ("state", r"Write set_state\(x\), or node\.state\.value = x"),
        ("fb_output", "forced_feedbacks"),
        ("output_shape", "set_output_shape"),
        ("feedforward_shapes", "wired to, or from input_shape"),
        ("feedback_shapes", "wired to"),
        ("mode", "Write trainable=True"),
        ("_plan", "The class uses this name itself"),
    ],
)
def test_what_follows_from_something_else_is_not_assigned(name, words):
    with pytest.raises(ValueRefused, match=rf"VanillaRNN\.{name}: expected no assignment.*{words}"):
        setattr(nn.VanillaRNN(2), name, np.ones(2))


def test_a_class_without_super_init_is_a_node():
    class Short(Passing):
        def __init__(self):
            self.size = 3

    assert not Short().trainable
    assert (nn.Input(2) >> Short()).initialize()(np.ones((1, 2))).shape == (1, 2)


def test_a_copy_of_a_node_is_a_node_made_later_with_weights_of_its_own():
    i, first = nn.Input(1), nn.Dense(1, np.array([[2.0]]), name="copied_first")
    (i >> first).initialize()
    second = copy.deepcopy(first)
    assert second.name != "copied_first"
    second.Wff = [[3.0]]
    net = ({first, second} >> nn.Dense(1, np.array([[1.0], [10.0]]))) & (i >> {second, first})
    assert net.initialize()([[1.0]]).item() == 2 + 30
    assert net.lnodes[1] is first
