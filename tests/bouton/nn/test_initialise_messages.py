"""What is told when weights cannot be made for what a node is wired to."""

import numpy as np
import pytest

import bouton as bp
from bouton import nn
from bouton.errors import KindError, ShapeError, ValueRefused


@pytest.mark.parametrize(
    "make, shape, words",
    [
        (lambda **of: nn.Conv1D(2, 3, **of), 5, r"Conv1D\(axes\): expected data \(batch, length, channels\), got \(batch, 5\)"),
        (lambda **of: nn.Conv2D(2, 3, **of), (5, 5), r"\(batch, height, width, channels\), got \(batch, 5, 5\)\. Channels, or "),
        (lambda **of: nn.Conv3D(2, 3, **of), (5, 5), r"\(batch, depth, height, width, channels\), got"),
        (
            lambda **of: nn.BatchNorm1d(**of),
            (4, 4, 2),
            r"BatchNorm1d\(axes\): expected data \(batch, features\) or \(batch, length, features\), got \(batch, 4, 4, 2\)",
        ),
        (lambda **of: nn.BatchNorm2d(**of), 3, r"expected data \(batch, height, width, features\), got \(batch, 3\)"),
        (lambda **of: nn.BatchNorm3d(**of), 3, r"expected data \(batch, depth, height, width, features\), got \(batch, 3\)"),
    ],
)
def test_axes_of_the_data_are_told_by_name(make, shape, words):
    with bp.naming("axes_by_name"):
        net = nn.Input(shape) >> make(name="axes")
        with pytest.raises(ShapeError, match=words):
            net.initialize()


def test_weights_are_called_as_the_node_calls_them():
    with bp.naming("weights_by_name"):
        for node, words in (
            (
                nn.Dense(2, np.ones((4, 2)), input_shape=3, name="a"),
                r"^Dense\(a\)\.Wff: expected shape \(3, 2\) or one number, got",
            ),
            (nn.LinearReadout(2, bias_initializer=np.ones(3), input_shape=3, name="b"), r"^LinearReadout\(b\)\.bias: expected"),
            (
                nn.VanillaRNN(2, wh_initializer=np.ones((4, 2)), input_shape=3, name="c"),
                r"^VanillaRNN\(c\)\.Wrec: expected shape",
            ),
            (nn.GRU(2, wi_initializer=np.ones((3, 2)), input_shape=3, name="d"), r"^GRU\(d\)\.Wff: expected shape \(3, 6\)"),
            (nn.Reservoir(2, ff_initializer=np.ones((4, 2)), input_shape=3, name="e"), r"^Reservoir\(e\)\.Wff: expected shape"),
        ):
            with pytest.raises(ShapeError, match=words):
                node.initialize()
        node = nn.GRU(2, state_initializer=np.ones(3), input_shape=3, name="f")
        with pytest.raises(ShapeError, match=r"^GRU\(f\)\.state_initializer: expected an array of the size \(2,\), got shape"):
            node.initialize()


def test_a_function_that_works_on_arrays_of_numpy_is_told_in_a_line():
    with pytest.raises(
        KindError, match=r"Activation\(.*\)\.init_ff: expected functions of JAX, .* got one of NumPy\. Write it with"
    ):
        nn.Activation(lambda x: np.tanh(x), input_shape=3).initialize()


def test_an_error_of_many_lines_is_told_in_the_first():
    def fails(shape):
        raise OSError("first\nsecond")

    with pytest.raises(ValueRefused, match=r"got OSError: first\. The inputs of") as caught:
        nn.Dense(1, fails, input_shape=3).initialize()
    assert str(caught.value.__cause__) == "first\nsecond"
