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


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Dense(2, name="flat"),
        lambda: nn.VanillaRNN(2, name="flat"),
        lambda: nn.LSTM(2, name="flat"),
        lambda: nn.Reservoir(2, name="flat"),
        lambda: nn.NVAR(2, name="flat"),
    ],
)
def test_nodes_over_features_are_told_before_they_run_of_data_with_more_axes(make):
    with bp.naming("more_axes"):
        words = r"\(flat\): expected inputs \(batch, features\), got \(None, 4, 3\)\. Put bp\.nn\.Reshape before it"
        with pytest.raises(ShapeError, match=words):
            (nn.Input((4, 3)) >> make()).initialize()
        assert (nn.Input((4, 3)) >> nn.Reshape(-1) >> make()).initialize()(np.ones((1, 4, 3))).shape[0] == 1


@pytest.mark.parametrize("kind", [nn.Dense, nn.VanillaRNN, nn.Reservoir])
def test_feedback_of_more_axes_is_told_too(kind):
    node, out = kind(2), nn.Reshape((2, 1))
    with pytest.raises(ShapeError, match=r"expected inputs \(batch, features\), got \(None, 2, 1\)"):
        ((nn.Input(3) >> node >> out) & (node << out)).initialize()


def test_feedback_has_the_axes_of_the_output():
    # Of a batch of 4 it would be spread over the wrong axis.
    node, out = nn.DenseMD(2), nn.Reshape(-1)
    with pytest.raises(ShapeError, match=r"expected inputs \(batch, 4, features\), got \(None, 8\)\. Put bp\.nn\.Reshape before"):
        ((nn.Input((4, 3)) >> node >> out) & (node << out)).initialize(4)
    node, out = nn.DenseMD(2, np.ones, None), nn.DenseMD(1, np.ones, None)
    net = ((nn.Input((4, 3)) >> node >> out) & (node << out)).initialize(4)
    x = np.ones((4, 4, 3))
    assert [float(np.asarray(net(x))[0, 0, 0]) for _ in range(2)] == [6, 6 + 12]


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: nn.Dense(2, "xavier"), r"Dense\(weight_initializer=\.\.\.\): expected an array of numbers, got str"),
        (
            lambda: nn.Dense(2, bp.init.Normal),
            r"Dense\(weight_initializer=\.\.\.\): expected an Initializer, got the class Normal",
        ),
        (lambda: nn.Dense(2, bias_initializer=object()), r"Dense\(bias_initializer=\.\.\.\): expected an array"),
        (lambda: nn.GRU(2, wh_initializer=[[1.0]]), r"GRU\(wh_initializer=\.\.\.\): expected an array of numbers, got list"),
        (lambda: nn.VanillaRNN(2, state_initializer="0"), r"VanillaRNN\(state_initializer=\.\.\.\): expected an array"),
        (
            lambda: nn.Reservoir(2, rec_initializer={}),
            r"Reservoir\(rec_initializer=\.\.\.\): expected an array of numbers, got dict",
        ),
        (lambda: nn.Conv1D(2, 3, w_initializer="x"), r"Conv1D\(w_initializer=\.\.\.\): expected an array"),
        (lambda: nn.LayerNorm(scale_initializer="x"), r"LayerNorm\(scale_initializer=\.\.\.\): expected an array"),
    ],
)
def test_what_can_be_no_weights_is_refused_when_the_node_is_made(make, words):
    with pytest.raises(KindError, match=words):
        make()
    with pytest.raises(ValueRefused, match=r"Dense\(weight_initializer=\.\.\.\): expected a value, got None"):
        nn.Dense(2, None)
