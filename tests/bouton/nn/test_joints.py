"""Nodes that change the form of data."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

nn = bp.nn
X = np.arange(12.0).reshape(2, 6)


def test_an_input_is_ready_at_once_and_passes_on():
    source = nn.Input(6)
    assert source.is_initialized
    assert source.output_shape == (None, 6)
    assert_array_equal(source(X), X)
    assert nn.Input((4, 3)).output_shape == (None, 4, 3)


@pytest.mark.parametrize("shape", [0, -1, 2.5, (3, 0), "3", None, True])
def test_an_input_refuses_what_is_no_shape(shape):
    with pytest.raises(ValueRefused, match="Input"):
        nn.Input(shape)


def test_an_input_cannot_be_fed():
    with pytest.raises(ValueRefused, match="expected a node that can be fed"):
        nn.Dense(2) >> nn.Input(2)


def test_a_list_comes_side_by_side_in_its_own_order():
    a, b = nn.Input(1), nn.Input(2)
    joint = nn.concatenate(b, a).initialize()
    assert joint.output_shape == (None, 3)
    assert_array_equal(joint({a.name: [[1.0]], b.name: [[2.0, 3.0]]}), [[2, 3, 1]])
    net = ([b, a] >> nn.Dense(1, np.array([[1.0], [10.0], [100.0]]))).initialize()
    assert_array_equal(net({a.name: [[1.0]], b.name: [[2.0, 3.0]]}), [[2 + 30 + 100]])


def test_concat_on_another_axis():
    a, b = nn.Input((2, 3)), nn.Input((1, 3))
    net = ({a, b} >> nn.Concat(axis=1)).initialize()
    assert net.output_shape == (None, 3, 3)
    out = net({a.name: np.zeros((4, 2, 3)), b.name: np.ones((4, 1, 3))})
    assert_array_equal(out, np.concatenate([np.zeros((4, 2, 3)), np.ones((4, 1, 3))], axis=1))
    with pytest.raises(ValueRefused, match="batch"):
        nn.Concat(axis=0)
    with pytest.raises(ShapeError, match=r"Concat\(.*init_ff.*shapes that agree"):
        ({nn.Input((2, 3)), nn.Input((2, 4))} >> nn.Concat(axis=1)).initialize()


@pytest.mark.parametrize("index", [slice(1, 4), slice(None, None, -2), [0, 2, 2], 3, -1, np.array([True, False] * 3)])
def test_an_index_chooses_features_and_keeps_the_axis(index):
    net = nn.Input(6)[index].initialize(2)
    chosen = X[:, [index] if isinstance(index, int) else index]
    assert net.output_shape == (None, chosen.shape[1])
    assert_array_equal(net(X), chosen)


def test_an_index_goes_over_the_last_axis():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert_array_equal(nn.Input((3, 4))[1:3].initialize(2)(x), x[..., 1:3])


@pytest.mark.parametrize("index", [6, -7, [0, 9], slice(9, 12), [True, False]])
def test_an_index_outside_of_the_features_is_refused(index):
    with pytest.raises(ShapeError, match=r"Select.*(places among|some of) .*6 features"):
        nn.Input(6)[index].initialize()


@pytest.mark.parametrize("index", [(0, 1), 1.5, None, [[0]], "name"])
def test_an_index_of_another_kind_is_refused(index):
    with pytest.raises(KindError, match=r"node|Input"):
        nn.Input(6)[index]


def test_a_node_cannot_be_gone_through():
    with pytest.raises(TypeError):
        [*nn.Input(3)]


@pytest.mark.parametrize(("shape", "expected"), [((2, 3), (2, 3)), (6, (6,)), ((3, -1), (3, 2)), (-1, (6,))])
def test_reshape_keeps_the_batch(shape, expected):
    net = (nn.Input(6) >> nn.Reshape(shape)).initialize(2)
    assert net.output_shape == (None, *expected)
    assert_array_equal(net(X), X.reshape(2, *expected))


def test_they_stand_alone_where_their_input_is_known():
    assert_array_equal(nn.Reshape((2, 3), input_shape=6).initialize(2)(X), X.reshape(2, 2, 3))
    assert_array_equal(nn.Select([0, 5], input_shape=6).initialize(2)(X), X[:, [0, 5]])


def test_reshape_refuses_another_number_of_elements():
    for shape in ((4, 2), (4, -1)):
        with pytest.raises(ShapeError, match=r"Reshape.*a shape of 6 elements"):
            (nn.Input(6) >> nn.Reshape(shape)).initialize()
    with pytest.raises(ValueRefused, match="at most one -1"):
        nn.Reshape((-1, -1))


def test_a_summation_adds_inputs_of_one_shape():
    a, b = nn.Input(3), nn.Input(3)
    net = ({a, b} >> nn.Summation()).initialize()
    assert_array_equal(net({a.name: [[1.0, 2, 3]], b.name: [[10.0, 20, 30]]}), [[11, 22, 33]])
    with pytest.raises(ShapeError, match=r"Summation.*inputs of one shape"):
        ({nn.Input(3), nn.Input(2)} >> nn.Summation()).initialize()


def test_select_and_concatenate_need_something():
    with pytest.raises(ShapeError, match=r"shape \(batch, 6\), got \(2, 5\)"):
        nn.Input(6)(X[:, :5])
    with pytest.raises(ValueRefused, match="expected nodes, got none"):
        nn.concatenate()
    with pytest.raises(ValueRefused, match=r"select: expected one exit, got 2"):
        (nn.Input(2) & nn.Input(3))[0]


@pytest.mark.parametrize("axis", [-2, 2, 5, -3])
def test_concat_wants_an_axis_of_the_data_other_than_that_of_the_batch(axis):
    net = {nn.Input(3), nn.Input(3)} >> nn.Concat(axis, name=None)
    with pytest.raises(ShapeError, match=rf"axis {axis}: expected an axis from 1 to 1 of data \(None, 3\).*Axis 0 is that of"):
        net.initialize()


@pytest.mark.parametrize("axis", [1.5, True, "1"])
def test_an_axis_is_a_whole_number(axis):
    with pytest.raises(KindError, match=r"Concat\(axis=\.\.\.\): expected a whole number, got"):
        nn.Concat(axis)


@pytest.mark.parametrize("dtype", [bool, np.int32, np.float16])
@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda: nn.Summation(), [[1.5, 0.5, 1.5]]),
        (lambda: nn.Concat(), [[1, 0, 1, 0.5, 0.5, 0.5]]),
        (lambda: nn.Dense(1, np.ones, None), [[3.5]]),
        (lambda: nn.DenseMD(1, np.ones, None), [[3.5]]),
        (lambda: nn.VanillaRNN(1, 0.0, np.ones, np.ones), [[3.5]]),
        (lambda: nn.NVAR(1), [[1, 0, 1, 0.5, 0.5, 0.5]]),
        (lambda: nn.Reservoir(1, 1.0, "identity", ff_initializer=np.ones, ff_connectivity=1.0, seed=1), [[3.5]]),
        (lambda: nn.FromSystem(bp.layers.Dense(6, 1, np.ones, None, mode=bm.batching_mode)), [[3.5]]),
    ],
)
def test_spikes_and_whole_numbers_stand_beside_floats(dtype, make, expected):
    a, b = nn.Input(3), nn.Input(3)
    net, spikes = ({a, b} >> make()).initialize(1), np.array([[1, 0, 1]], dtype)
    for call in (net, bm.jit(net)):
        net.reset_state()
        assert_allclose(call({a.name: spikes, b.name: np.full((1, 3), 0.5, np.float32)}), expected, rtol=1e-6)


def test_spikes_are_summed_as_numbers_and_come_back_as_numbers():
    a, b = nn.Input(2), nn.Input(2)
    net = ({a, b} >> nn.Summation()).initialize()
    assert_array_equal(net({a.name: np.array([[True, True]]), b.name: np.array([[True, False]])}), [[2.0, 1.0]])


class Spiking(nn.Dense):
    """Sends back where it is above 0."""

    def feedback(self, ff_output):
        return ff_output > 0

    def init_fb_output(self, num_batch=1):
        return np.zeros((num_batch, 1), bool)


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Dense(1, np.ones, None),
        lambda: nn.VanillaRNN(1, 0.0, np.ones, 0.0),
        lambda: nn.Reservoir(1, 1.0, "identity", "internal", np.ones, 0.0, np.ones, None, 1.0, 1.0, 1.0, seed=1),
    ],
)
def test_feedback_of_spikes_counts_as_0_and_1(make):
    node, out = make(), Spiking(1, np.ones, None)
    net = ((nn.Input(1) >> node >> out) & (node << out)).initialize()
    assert [net([[x]]).item() for x in (2.0, 2.0)] == [2, 3]
