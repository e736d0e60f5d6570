"""Weights that become trained, or fixed, after they were made (D-6)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import RunningError, ValueRefused

nn = bp.nn
X = np.array([[1.0, 2.0]])


def trained(system):
    return [*system.train_vars("relative")]


class Own(nn.Node):
    """Written as the seed does, with a parameter that is never trained."""

    def init_ff(self):
        self.W = nn.init_param(np.ones, (2, 3))
        if self.trainable:
            self.W = bm.TrainVar(self.W)
        self.gain = bm.Parameter(jnp.full(3, 2.0))
        self.several = bm.VarList([bm.TrainVar(jnp.ones(3)), bm.Parameter(jnp.ones(3))])
        self.set_output_shape(3)

    def forward(self, ff):
        return ff[0] @ self.W * self.gain * self.several[0]


def test_weights_are_train_vars_or_arrays_as_the_node_is_made_d6():
    on, off = (nn.Dense(3, input_shape=2, trainable=it).initialize() for it in (True, False))
    assert isinstance(on.Wff, bm.TrainVar)
    assert isinstance(on.bias, bm.TrainVar)
    assert isinstance(off.Wff, jax.Array)
    assert isinstance(off.bias, jax.Array)
    assert trained(on) == ["Wff", "bias"] == [*off.vars("relative")]
    assert trained(off) == []
    assert [*off.parameters()] == [*on.parameters()] == ["Wff", "bias"]


def test_it_can_be_decided_until_weights_are_made_d6():
    node = nn.Dense(3, input_shape=2)
    node.trainable = False
    assert trained(node.initialize()) == []


def test_weights_become_fixed_and_the_same_train_vars_again_d6():
    node = nn.Dense(1, np.array([[1.0], [10.0]]), input_shape=2).initialize()
    compiled, learnt = bm.jit(node), node.Wff
    assert compiled(X).item() == 21
    node.trainable = False
    assert trained(node) == []
    assert isinstance(node.Wff, jax.Array)
    assert isinstance(node.mode, bm.BatchingMode)
    assert compiled(X).item() == 21
    node.Wff = [[2.0], [20.0]]
    assert compiled(X).item() == node(X).item() == 42
    learnt.value = jnp.zeros((2, 1))
    assert compiled(X).item() == 42
    node.trainable = True
    assert node.Wff is node.weights is learnt
    assert trained(node) == ["Wff", "bias"]
    assert compiled(X).item() == 42
    learnt.value = jnp.ones((2, 1))
    assert compiled(X).item() == node(X).item() == 3


def test_weights_that_were_made_fixed_become_trained_and_gradients_reach_them_d6():
    node = nn.Dense(1, np.ones, input_shape=2, trainable=False).initialize()
    compiled = bm.jit(node)
    assert compiled(X).item() == 3
    node.trainable = True
    assert isinstance(node.Wff, bm.TrainVar)
    grads = bm.grad(lambda: node(X).sum(), grad_vars=node.train_vars("relative").unique())()
    assert_array_equal(grads["Wff"], X.T)
    assert_array_equal(grads["bias"], [1])
    node.Wff.value = jnp.zeros((2, 1))
    assert compiled(X).item() == 0


@pytest.mark.parametrize(
    "make, names",
    [
        (lambda: nn.VanillaRNN(2, input_shape=2), ["Wff", "Wrec", "bias"]),
        (lambda: nn.Reservoir(4, seed=1, rec_connectivity=1.0, spectral_radius=0.9, input_shape=2), ["Wff", "Wrec", "bias"]),
        (lambda: nn.Reservoir(4, seed=1, rec_connectivity=1.0, conn_type="sparse", input_shape=2), ["Wff", "Wrec", "bias"]),
        (lambda: nn.LayerNorm(input_shape=2), ["bias", "scale"]),
        (lambda: nn.Conv1D(1, 1, input_shape=(3, 2)), ["b", "w"]),
        (lambda: nn.NVAR(2, input_shape=2), []),
        (lambda: nn.Dropout(0.5, input_shape=2), []),
    ],
)
def test_all_weights_of_the_library_and_nothing_else_d6(make, names):
    node = make().initialize(1)
    before = {path: np.asarray(cell) for path, cell in node.vars("relative").items()}
    for trainable in (True, False, True):
        node.trainable = trainable
        assert trained(node) == (names if trainable else [])
        assert node.trainable is trainable
    for path, cell in node.vars("relative").items():
        assert_array_equal(cell, before[path])


def test_a_reservoir_that_is_trained_later_keeps_missing_connections_away_d6():
    node = nn.Reservoir(6, seed=3, ff_connectivity=0.5, input_shape=2).initialize()
    missing = np.asarray(node.Wff) == 0
    assert missing.any()
    node.trainable = True
    grads = bm.grad(lambda: (node(X) ** 2).sum(), grad_vars=node.train_vars("relative").unique())()
    assert_array_equal(np.asarray(grads["Wff"])[missing], 0)
    assert np.any(grads["Wff"])


@pytest.mark.parametrize("first", [True, False])
def test_weights_of_a_node_of_ones_own_follow_but_not_what_is_a_parameter_d6(first):
    node = Own(input_shape=2, trainable=first).initialize()
    compiled = bm.jit(node)
    assert trained(node) == (["W", "several-0"] if first else ["several-0"])
    for trainable in (False, True, False, True):
        node.trainable = trainable
        assert trained(node) == (["W", "several-0"] if trainable else [])
        assert_array_equal(compiled(X), [[6, 6, 6]])
        assert_array_equal(node(X), [[6, 6, 6]])
    node.several[0].value = jnp.zeros(3)
    assert_array_equal(compiled(X), [[0, 0, 0]])


def test_weights_that_two_nodes_share_go_on_being_shared():
    tied = bm.TrainVar(jnp.ones((2, 1)))
    i, a, b = nn.Input(2), nn.Dense(1, tied), nn.Dense(1, tied)
    net = (i >> {a, b}).initialize()
    net.trainable = False
    assert trained(net) == []
    a.Wff = [[3.0], [3.0]]
    assert [out.item() for out in net(X).values()] == [9, 9]
    net.trainable = True
    assert a.Wff is b.Wff is tied
    assert_array_equal(tied, [[3], [3]])


def test_a_network_is_trainable_where_a_member_is_and_says_it_to_all():
    i, a, b = nn.Input(2), nn.Dense(1, trainable=False), nn.Dense(1)
    net = (i >> a >> b).initialize()
    assert net.trainable
    net.trainable = False
    assert (net.trainable, a.trainable, b.trainable, trained(net)) == (False, False, False, [])
    net.trainable = True
    assert (i.trainable, a.trainable, b.trainable) == (True, True, True)
    assert len(trained(net)) == 4


class Weighed(bp.DynamicalSystemNS):
    """Written for TrainVars, which it reads as Variables."""

    def __init__(self):
        super().__init__(mode=bm.training_mode)
        self.w = bm.TrainVar(jnp.array([[1.0], [10.0]]))
        self.factors = bm.VarList([bm.TrainVar(jnp.ones(1))])

    def reset_state(self, batch_size=None):
        return self

    def update(self, x):
        return x @ self.w.value * self.factors[0]


def test_a_system_in_a_network_is_frozen_and_trained_again_with_it_d6():
    with bm.training_environment():
        layer = bp.layers.Dense(2, 2, np.eye(2))
    node, own = nn.FromSystem(layer), Weighed()
    net = (nn.Input(2) >> nn.Dense(2, np.eye(2)) >> node >> nn.FromSystem(own)).initialize()
    compiled, weights, own_weights = bm.jit(net), layer.W, own.w
    assert len(trained(net)) == 6
    for _ in range(2):
        assert compiled(X).item() == net(X).item() == 21
        net.trainable = False
        assert (net.trainable, node.trainable, trained(net)) == (False, False, [])
        assert isinstance(layer.mode, bm.BatchingMode)
        assert not isinstance(own.w, bm.TrainVar)
        own.w = own.w * 2
        layer.W = 3 * jnp.eye(2)
        assert compiled(X).item() == net(X).item() == 3 * 2 * 21
        net.trainable = True
        assert len(trained(net)) == 6
        assert (layer.W, own.w) == (weights, own_weights)
        assert isinstance(layer.mode, bm.TrainingMode)
        assert compiled(X).item() == 126
        own.w.value, layer.W.value = own.w / 2, jnp.eye(2)


def test_gradients_go_through_a_frozen_system_to_what_comes_before_it():
    dense, node = nn.Dense(2, np.eye(2)), nn.FromSystem(Weighed())
    net = (nn.Input(2) >> dense >> node).initialize()
    node.trainable = False
    assert trained(net) == [f"{dense.name}.Wff", f"{dense.name}.bias"]
    grads = bm.grad(lambda: net(X).sum(), grad_vars=net.train_vars("relative").unique())()
    assert_allclose(grads[f"{dense.name}.Wff"], X.T @ [[1.0, 10.0]])


def test_what_is_frozen_is_not_fitted():
    with bm.training_environment():
        layer = bp.layers.Dense(2, 1)
    node = nn.FromSystem(layer)
    trainer = bp.RidgeTrainer((nn.Input(2) >> node).initialize(), progress_bar=False)
    node.trainable = False
    with pytest.raises(ValueRefused, match="expected a part in training mode, as it was when the trainer was made"):
        trainer.fit([np.ones((1, 4, 2)), np.ones((1, 4, 1))])


def test_a_system_that_was_not_built_to_be_trained_is_not():
    with bm.batching_environment():
        node = nn.FromSystem(bp.neurons.LIF(2))
    net = (nn.Input(2) >> nn.Dense(2) >> node).initialize()
    net.trainable = False
    net.trainable = True
    assert len(trained(net)) == 2
    node.trainable = False
    with pytest.raises(ValueRefused, match=r"\.trainable: expected False, as the system was built, got True\. .*training_env"):
        node.trainable = True
    with pytest.raises(TypeError, match="expected True or False, got 1"):
        node.trainable = 1


def test_a_trained_initial_state_stays_one_d7():
    node = nn.VanillaRNN(2, input_shape=2, state_trainable=True).initialize()
    node.trainable = False
    assert trained(node) == ["train_state"]
    node.trainable = True
    assert trained(node) == ["Wff", "Wrec", "bias", "train_state"]


def test_feedback_weights_that_are_made_later_are_as_the_node_is_then():
    i, r, o = nn.Input(2), nn.Reservoir(3, seed=1), nn.Dense(1)
    net = (i >> r >> o).initialize()
    net.trainable = True
    net &= r << o
    assert f"{r.name}.Wfb" in trained(net.initialize())


def test_compiled_code_does_not_decide_it():
    node = nn.Dense(1, input_shape=2).initialize()

    def freeze():
        node.trainable = False

    with pytest.raises(RunningError, match=r"\.trainable: expected an assignment outside of compiled code.* before the function"):
        bm.jit(freeze)()
    assert node.trainable
    assert len(trained(node)) == 2


def test_an_optimizer_trains_a_node_that_was_frozen_in_between():
    node = nn.Dense(1, np.zeros, None, input_shape=2).initialize()
    optimizer = bp.optim.SGD(lr=0.5, train_vars=node.train_vars().unique())
    node.trainable = False
    node.trainable = True
    grads = bm.grad(lambda: node(X).sum(), grad_vars=node.train_vars().unique())()
    optimizer.update(grads)
    assert_allclose(node.Wff, -0.5 * X.T)
