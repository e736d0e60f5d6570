"""Nodes that are a layer of their own: dropout, functions, convolutions, pools, norms, and any system."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

pytestmark = pytest.mark.long

nn = bp.nn
RNG = np.random.default_rng(6)
IMAGES = RNG.normal(size=(2, 6, 6, 4)).astype(np.float32)


def test_dropout_is_on_unless_it_is_told_otherwise():
    net = (nn.Input(4000) >> nn.Dropout(0.2, seed=1)).initialize()
    ones = np.ones((1, 4000))
    out = np.asarray(net(ones))
    assert set(np.unique(out)) == {0.0, 5.0}
    assert abs((out > 0).mean() - 0.2) < 0.03
    assert_array_equal(net(ones, train=False), ones)
    assert_array_equal(net(ones, fit=False), ones)
    assert (np.asarray(net(ones, train=True)) == 0).any()
    with bp.share.restored({"fit": False}):
        assert_array_equal(net(ones), ones)
    assert [*net.vars("relative")] == [f"{net.exit_nodes[0].name}.prob", f"{net.exit_nodes[0].name}.rng.key"]


def test_dropout_draws_anew_in_each_step_and_refuses_no_probability():
    net = nn.Dropout(0.5, seed=1, input_shape=100).initialize()
    assert not np.array_equal(*bm.for_loop(net, np.ones((2, 1, 100))))
    with pytest.raises(ValueRefused, match="prob"):
        nn.Dropout(1.5)


def test_settings_of_an_activation_are_a_dict():
    node = nn.Activation("leaky_relu", {"negative_slope": 0.5}, input_shape=2).initialize()
    assert_array_equal(node([[-2.0, 1.0]]), [[-1.0, 1.0]])
    with pytest.raises(KindError, match=r"Activation\(fun_setting=\.\.\.\): expected a dict of keywords for .*, got int"):
        nn.Activation("relu", 3)


def test_an_activation_is_named_after_its_function():
    with bp.naming("activations"):
        assert nn.Activation().name == "relu_activation0"
        assert nn.Activation("tanh").name == "tanh_activation0"
        assert nn.Activation(name="mine").name == "mine"
    net = nn.Activation("leaky_relu", {"negative_slope": 0.5}, input_shape=2).initialize()
    assert_array_equal(net([[-2.0, 2.0]]), [[-1, 2]])


@pytest.mark.parametrize(
    ("kind", "layer", "space"),
    [(nn.Conv1D, bp.layers.Conv1d, (7,)), (nn.Conv2D, bp.layers.Conv2d, (6, 5)), (nn.Conv3D, bp.layers.Conv3d, (4, 3, 3))],
)
def test_convolutions_are_those_of_the_layers(kind, layer, space):
    x = RNG.normal(size=(2, *space, 3)).astype(np.float32)
    node = kind(4, 3, strides=2, padding="VALID", groups=1, input_shape=(*space, 3)).initialize(2)
    same = layer(3, 4, 3, 2, "VALID", w_initializer=np.asarray(node.w), b_initializer=np.asarray(node.b), mode=bm.BatchingMode(2))
    expected = same(x)
    assert node.output_shape == (None, *expected.shape[1:])
    assert_allclose(node(x), expected, rtol=1e-5, atol=1e-6)
    assert [*node.train_vars("relative")] == ["b", "w"]


@pytest.mark.parametrize(("kind", "of"), [(nn.MaxPool, np.max), (nn.AvgPool, np.mean), (nn.MinPool, np.min)])
def test_pools_take_one_number_of_each_window(kind, of):
    node = kind(2, input_shape=(6, 6, 4)).initialize(2)
    blocks = IMAGES.reshape(2, 3, 2, 3, 2, 4)
    assert node.output_shape == (None, 3, 3, 4)
    assert_allclose(node(IMAGES), of(blocks, axis=(2, 4)), rtol=1e-5, atol=1e-6)
    strided = kind((2, 2), strides=1, input_shape=(6, 6, 4)).initialize(2)
    assert strided.output_shape == (None, 5, 5, 4)
    with pytest.raises(ShapeError, match=r"Pool.*with 3 axes of space"):
        kind((2, 2, 2), input_shape=(6, 6, 4)).initialize()
    with pytest.raises(ShapeError, match=r"Pool.*axes of space"):
        kind(2, input_shape=6).initialize()


@pytest.mark.parametrize(
    ("kind", "x"),
    [
        (nn.BatchNorm1d, RNG.normal(2.0, 3.0, size=(50, 4))),
        (nn.BatchNorm2d, RNG.normal(2.0, 3.0, size=(5, 6, 6, 4))),
        (nn.BatchNorm3d, RNG.normal(2.0, 3.0, size=(3, 3, 3, 3, 4))),
    ],
)
def test_batch_norm_goes_by_the_batch_while_training_and_by_running_statistics_otherwise(kind, x):
    node = kind(momentum=0.9, input_shape=x.shape[1:]).initialize(len(x))
    axes = tuple(range(x.ndim - 1))
    mean, var = x.mean(axes), x.var(axes)
    assert_allclose(node(x), (x - mean) / np.sqrt(var + 1e-5), rtol=1e-3, atol=1e-4)
    assert_allclose(node.running_mean, 0.1 * mean, rtol=1e-4)
    running = np.asarray(node.running_var, np.float64)
    assert_allclose(node(x, train=False), (x - 0.1 * mean) / np.sqrt(running + 1e-5), rtol=1e-3, atol=1e-4)
    with bp.share.restored({"fit": False}):
        assert_allclose(node(x), node(x, train=False))
    assert_allclose(node.running_mean, 0.1 * mean, rtol=1e-4)


def normalised(x, axes):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)


def test_the_other_norms_go_by_each_trial():
    layer = nn.LayerNorm(input_shape=(6, 6, 4)).initialize(2)
    assert_allclose(layer(IMAGES), normalised(IMAGES, (-1,)), rtol=1e-3, atol=1e-4)
    instance = nn.InstanceNorm(input_shape=(6, 6, 4)).initialize(2)
    assert_allclose(instance(IMAGES), normalised(IMAGES, (1, 2)), rtol=1e-3, atol=1e-4)
    group = nn.GroupNorm(2, input_shape=(6, 6, 4)).initialize(2)
    grouped = normalised(IMAGES.reshape(2, 6, 6, 2, 2), (1, 2, 4)).reshape(IMAGES.shape)
    assert_allclose(group(IMAGES), grouped, rtol=1e-3, atol=1e-4)
    assert {*group.train_vars("relative")} == {"scale", "bias"}


def test_what_goes_through_a_graph_of_images():
    net = (
        nn.Input((6, 6, 4))
        >> nn.Conv2D(3, 3)
        >> nn.BatchNorm2d()
        >> nn.Activation()
        >> nn.MaxPool(2)
        >> nn.Reshape(-1)
        >> nn.Dense(2)
    )
    net.initialize(2)
    assert net.output_shape == (None, 2)
    assert_allclose(bm.jit(lambda x: net(x, train=False))(IMAGES), net(IMAGES, train=False), rtol=1e-5, atol=1e-6)


class Leak(bp.DynamicalSystem):
    """Half of it leaks away in each step."""

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.v = bp.init.variable(0.0, self.mode, n)
        self.gain = bp.parameters.Parameter(1.0, unit="mV")
        self.n = n

    def reset_state(self, batch_size=None):
        self.v.value = bm.zeros((batch_size or 1, self.n))
        return self

    def update(self, shared, x):
        self.v.value = 0.5 * self.v + self.gain * x
        return self.v.value


def test_a_system_of_one_step_as_a_node():
    system = Leak(3, mode=bm.batching_mode)
    system.v.value = bm.ones((1, 3))
    a, b = nn.Input(1), nn.Input(2)
    node = nn.FromSystem(system)
    net = {a, b} >> node >> nn.Dense(1, np.ones((3, 1)))
    net.initialize(2)
    assert node.output_shape == (None, 3)
    v = np.zeros((2, 3))
    for step in (net, bm.jit(net), net):
        x, y = RNG.normal(size=(2, 1)), RNG.normal(size=(2, 2))
        v = 0.5 * v + np.concatenate([x, y], axis=1)
        assert_allclose(step({a.name: x, b.name: y})[:, 0], v.sum(1), rtol=1e-5, atol=1e-6)
    assert f"{node.name}.system.gain" in net.vars("relative")
    assert net.parameters()[node.name]["system"].keys() == {"gain"}
    with pytest.raises(ShapeError, match=r"FromSystem.*expected 2 trials, for which it has states, got 3"):
        net({a.name: np.ones((3, 1)), b.name: np.ones((3, 2))})


class Counting(Leak):
    """Counts its steps."""

    def __init__(self, n, **kwargs):
        super().__init__(n, **kwargs)
        self.steps = bm.Variable(bm.zeros(()))

    def update(self, shared, x):
        self.steps += 1.0
        return super().update(shared, x)


def test_what_a_system_holds_is_put_back_when_its_output_shape_is_asked_for():
    system = Counting(2, mode=bm.batching_mode)
    net = (nn.Input(2) >> nn.FromSystem(system)).initialize(4)
    assert float(system.steps.value) == 0
    net(np.ones((4, 2)))
    assert float(system.steps.value) == 1


def test_a_system_says_itself_what_is_trained_when_it_is_built():
    with bm.training_environment():
        trained = nn.FromSystem(bp.layers.Dense(2, 1))
    assert trained.trainable
    net = (nn.Input(2) >> trained).initialize()
    assert [*net.train_vars("relative")] == [f"{trained.name}.system.W", f"{trained.name}.system.b"]


def test_what_is_no_system_with_a_batch_is_refused():
    with pytest.raises(KindError, match=r"FromSystem.*got Dense. Nodes are wired as they are"):
        nn.FromSystem(nn.Dense(2))
    with pytest.raises(KindError, match=r"FromSystem.*got int"):
        nn.FromSystem(3)
    with pytest.raises(ValueRefused, match=r"an axis for the batch, got LIF in NonBatchingMode"):
        nn.FromSystem(bp.neurons.LIF(2))


def test_d20_a_system_is_not_wired_as_it_is():
    with bm.batching_environment():
        lif = bp.neurons.LIF(2)
    for wiring in (
        lambda: nn.Input(2) >> lif,
        lambda: lif >> nn.Dense(2),
        lambda: nn.Dense(2) << lif,
        lambda: [lif, nn.Input(1)] >> nn.Dense(1),
    ):
        with pytest.raises(KindError, match="FromSystem"):
            wiring()


def test_d20_an_array_calls_a_node():
    node = nn.Dense(1, np.ones((2, 1)), input_shape=2).initialize()
    assert_array_equal(np.ones((3, 2)) >> node, [[2]] * 3)
    assert_array_equal(bm.ones((3, 2)) >> node, [[2]] * 3)
    assert_array_equal([[1.0, 2.0]] >> node, [[3]])


@pytest.mark.parametrize("stateful", [True, False])
def test_a_system_sends_feedback(stateful):
    with bm.batching_environment():
        system = bp.neurons.LeakyIntegrator(3) if stateful else bp.layers.Activation("tanh")
    source, add, node = nn.Input(2), nn.Dense(3), nn.FromSystem(system)
    net = ((source >> add >> node) & (add << node)).initialize(2)
    x, y = RNG.normal(size=(2, 2)), np.zeros((2, 3))
    for _ in range(3):
        runner = nn.RNNRunner(net, monitors=[f"{add.name}.output"], progress_bar=False)
        out = runner.predict(x[:, None])[:, 0]
        drive = x @ np.asarray(add.Wff) + y @ np.asarray(add.Wfb)
        assert_allclose(runner.mon[f"{add.name}.output"][:, 0], drive, rtol=1e-4, atol=1e-5)
        if not stateful:
            assert_allclose(out, np.tanh(drive), rtol=1e-4, atol=1e-5)
        y = np.asarray(out)


def test_what_is_inside_of_a_system_can_be_watched():
    with bm.batching_environment():
        lif = bp.neurons.LIF(2)
    node = nn.FromSystem(lif)
    net = (nn.Input(2) >> node).initialize(1)
    runner = nn.RNNRunner(net, monitors=[f"{node.name}.system.V"], progress_bar=False)
    runner.predict(np.ones((1, 4, 2)))
    assert runner.mon[f"{node.name}.system.V"].shape == (1, 4, 2)
    assert_array_equal(runner.mon[f"{node.name}.system.V"][:, -1], lif.V)


@pytest.mark.parametrize("name", nn.__all__)
def test_help_has_a_summary_and_sections_apart(name):
    lines = (inspect.getdoc(getattr(nn, name)) or "").splitlines()
    assert lines
    assert not any(lines[1:2])
    rules = [k for k, line in enumerate(lines) if line.strip() and not line.strip("-")]
    assert [lines[k - 2] for k in rules] == [""] * len(rules)


def test_d25_states_of_a_graph_are_written_as_those_of_every_object():
    net = bp.nn.Input(3) >> bp.nn.VanillaRNN(5, name="cell") >> bp.nn.Dense(2)
    net.initialize(2)
    start = net.states()
    net.set_attributes({"cell": {"state": np.ones((2, 5), np.float32)}})
    assert_array_equal(net["cell"].state.value, np.ones((2, 5)))
    net.set_attributes(start)
    assert_array_equal(net["cell"].state.value, start["cell"]["state"])


@pytest.mark.parametrize("make", [lambda: nn.Conv1D(0, 3), lambda: nn.Conv2D(-1, 3), lambda: nn.GroupNorm(0)])
def test_numbers_of_channels_and_groups_are_refused_where_they_are_given(make):
    with pytest.raises(ValueError, match=r"(out_channels|num_groups)=\.\.\.\): expected 1 or more"):
        make()
