"""Dense nodes: their sums, names of weights, feedback and sizes."""

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

nn = bp.nn
RNG = np.random.default_rng(3)


def test_inputs_stand_side_by_side_in_the_weights():
    a, b = nn.Input(2), nn.Input(3)
    dense = nn.Dense(4, bias_initializer=bp.init.Normal(1.0))
    net = ({b, a} >> dense).initialize(5)
    x, y = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 3))
    W, bias = np.asarray(dense.Wff), np.asarray(dense.bias)
    assert_allclose(net({a.name: x, b.name: y}), x @ W[:2] + y @ W[2:] + bias, rtol=1e-5, atol=1e-6)


def test_feedback_is_that_of_the_step_before():
    source, dense, out = nn.Input(2), nn.Dense(3), nn.Dense(2)
    net = ((source >> dense >> out) & (dense << out)).initialize(4)
    Wff, Wfb, Wo = (np.asarray(w) for w in (dense.Wff, dense.Wfb, out.Wff))
    y = np.zeros((4, 2))
    for x in RNG.normal(size=(3, 4, 2)):
        y = (x @ Wff + y @ Wfb) @ Wo
        assert_allclose(net(x), y, rtol=1e-5, atol=1e-6)


def test_d4_weights_is_another_name_of_wff():
    dense = nn.Dense(2, input_shape=3).initialize()
    assert dense.weights is dense.Wff
    dense.weights = np.ones((3, 2), np.float32)
    assert_array_equal(dense.Wff, np.ones((3, 2)))
    assert_array_equal(dense(np.ones((1, 3))), [[3, 3]])


@pytest.mark.parametrize("trainable", [True, False])
def test_weights_are_train_vars_or_arrays(trainable):
    dense = nn.Dense(2, input_shape=3, trainable=trainable).initialize()
    kinds = (bm.TrainVar, jax.Array)
    assert isinstance(dense.Wff, kinds[not trainable])
    assert isinstance(dense.bias, kinds[not trainable])
    assert [*dense.vars("relative")] == ["Wff", "bias"]
    assert [*dense.train_vars("relative")] == (["Wff", "bias"] if trainable else [])
    assert [*dense.parameters()] == ["Wff", "bias"]


def test_weights_that_are_not_trained_are_no_constants_of_compiled_code():
    dense = nn.Dense(1, input_shape=1, trainable=False).initialize()
    step = bm.jit(dense)
    step(np.ones((1, 1)))
    dense.Wff = np.array([[5.0]], np.float32)
    assert float(step(np.ones((1, 1)))[0, 0]) == 5.0


def test_a_bias_can_be_left_out():
    dense = nn.Dense(2, input_shape=3, bias_initializer=None).initialize()
    assert dense.bias is None
    x = RNG.normal(size=(1, 3))
    assert_allclose(dense(x), x @ np.asarray(dense.Wff), rtol=1e-5)


def test_the_output_shape_is_known_at_once():
    assert nn.Dense(100).output_shape == (None, 100)
    assert nn.Dense(100).feedforward_shapes is None
    assert nn.Dense(100, input_shape=128).feedforward_shapes == ((None, 128),)
    assert nn.DenseMD(100).output_shape is None


def test_dense_is_for_features_alone_and_dense_md_for_the_last_axis():
    with pytest.raises(ShapeError, match=r"Dense.*expected inputs \(batch, features\), got \(None, 4, 3\).*DenseMD"):
        (nn.Input((4, 3)) >> nn.Dense(2)).initialize()
    wide = nn.DenseMD(2, input_shape=(4, 3)).initialize()
    x = RNG.normal(size=(5, 4, 3))
    assert wide.output_shape == (None, 4, 2)
    assert_allclose(wide(x), x @ np.asarray(wide.Wff), rtol=1e-5, atol=1e-6)
    assert nn.GeneralDense is nn.DenseMD


def test_a_readout_keeps_its_last_output():
    readout = nn.LinearReadout(2, input_shape=3).initialize(4)
    assert_array_equal(readout.state, np.zeros((4, 2)))
    out = readout(RNG.normal(size=(4, 3)))
    assert_array_equal(readout.state, out)


@pytest.mark.parametrize("units", [0, -1])
def test_a_number_of_units_has_to_be_positive(units):
    with pytest.raises(ValueRefused, match=rf"Dense\(num_unit=...\): expected 1 or more, got {units}"):
        nn.Dense(units)


def test_a_number_of_units_has_to_be_whole():
    with pytest.raises(KindError, match=r"Dense\(num_unit=...\): expected a whole number, got 2.5"):
        nn.Dense(2.5)


def test_numbers_count_constructed_nodes_and_not_the_layers_inside():
    with bp.naming("numbers"):
        first = nn.Dense(2, input_shape=1).initialize()
        second = nn.Dense(2, input_shape=1).initialize()
        assert (first.name, second.name, nn.Dense(2).name) == ("Dense0", "Dense1", "Dense2")


@pytest.mark.parametrize("value", [0.5, 2, np.array(0.5), np.float32(0.5)])
@pytest.mark.parametrize("trainable", [True, False])
def test_a_number_stands_for_as_many_weights_as_there_are(value, trainable):
    node = nn.Dense(3, value, value, input_shape=2, trainable=trainable).initialize()
    assert_array_equal(node.Wff, np.full((2, 3), float(value)))
    assert_array_equal(node.bias, np.full(3, float(value)))
    cell = nn.GRU(2, wi_initializer=value, bias_initializer=value, input_shape=3, trainable=trainable).initialize()
    assert_array_equal(cell.Wff, np.full((3, 6), float(value)))
    assert_array_equal(cell.bias, np.full(6, float(value)))
    assert nn.Conv1D(2, 3, b_initializer=value, input_shape=(5, 1), trainable=trainable).initialize().b.shape[-1] == 2
    assert nn.LayerNorm(scale_initializer=value, input_shape=4, trainable=trainable).initialize().scale.shape == (4,)
    assert nn.Reservoir(4, bias_initializer=value, input_shape=1, trainable=trainable).initialize().bias.shape == (4,)


def test_each_bias_that_began_with_one_number_is_trained_by_itself():
    net = (nn.Input(2) >> nn.Dense(3, bias_initializer=0.0, name="three")).initialize(4)
    trainer = bp.BPTT(net, "mean_squared_error", bp.optim.SGD(lr=1.0), progress_bar=False)
    wanted = np.tile([1.0, 2.0, 3.0], (4, 5, 1))
    trainer.fit([np.zeros((4, 5, 2)), wanted], num_epoch=30, num_batch=4)
    assert_allclose(net["three"].bias, [1, 2, 3], rtol=1e-3)


def test_a_train_var_gives_its_numbers_to_a_node_that_is_not_trained():
    weights = bm.TrainVar(np.ones((3, 2), np.float32))
    trained = nn.Dense(2, weights, None, input_shape=3).initialize()
    assert trained.Wff is weights
    assert [*trained.vars("relative")] == ["Wff"]
    fixed = nn.Dense(2, weights, None, input_shape=3, trainable=False).initialize()
    assert not fixed.train_vars("relative")
    assert_array_equal(fixed.Wff, np.ones((3, 2)))
    fixed.Wff = np.zeros((3, 2), np.float32)
    assert_array_equal(weights, np.ones((3, 2)))
