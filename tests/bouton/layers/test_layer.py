"""What holds for every layer."""

import copy

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, UnsupportedError
from bouton.layers import NVAR, Dense, Dropout, Flatten, GRUCell, Identity, Layer, LSTMCell, RNNCell

RNG = np.random.default_rng(0)
BUILDERS = {
    "dense": lambda mode: Dense(3, 4, mode=mode),
    "rnn": lambda mode: RNNCell(3, 4, mode=mode),
    "gru": lambda mode: GRUCell(3, 4, mode=mode),
    "lstm": lambda mode: LSTMCell(3, 4, mode=mode),
    "nvar": lambda mode: NVAR(3, 2, order=2, stride=2, mode=mode),
    "flatten": lambda mode: Flatten(mode=mode),
}


@pytest.fixture(params=[*BUILDERS])
def build(request):
    return BUILDERS[request.param]


@pytest.mark.parametrize("batch", [None, 2])
def test_eager_compiled_and_looped_layers_give_the_same_numbers(build, batch):
    layer = build(bm.nonbatching_mode if batch is None else bm.BatchingMode(batch))
    twin, looped = copy.deepcopy(layer), copy.deepcopy(layer)
    xs = RNG.normal(size=(4, 3) if batch is None else (4, batch, 3)).astype(np.float32)
    eager = np.stack([layer(x) for x in xs])
    step = bm.jit(twin)
    assert_allclose(np.stack([step(x) for x in xs]), eager, rtol=1e-5, atol=1e-6)
    assert step.compilations == 1
    assert_allclose(bm.for_loop(looped, jnp.asarray(xs)), eager, rtol=1e-5, atol=1e-6)


def test_each_row_of_a_batch_is_what_the_layer_gives_alone(build):
    batched, alone = build(bm.BatchingMode(2)), build(bm.nonbatching_mode)
    alone.set_attributes(batched.parameters())
    xs = RNG.normal(size=(3, 2, 3)).astype(np.float32)
    together = np.stack([batched(x) for x in xs])
    assert_allclose(np.stack([alone(x[1]) for x in xs]), together[:, 1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["dense", "flatten"])
def test_layers_are_mapped(kind):
    layer = BUILDERS[kind](bm.nonbatching_mode)
    xs = RNG.normal(size=(3, 3)).astype(np.float32)
    assert_allclose(bm.vmap(layer)(jnp.asarray(xs)), np.stack([layer(x) for x in xs]), rtol=1e-5)


def test_every_mapped_element_can_have_a_state_of_its_own():
    cell = RNNCell(3, 4, mode=bm.BatchingMode(2))
    xs = RNG.normal(size=(2, 3)).astype(np.float32)
    mapped = copy.deepcopy(cell)
    assert_allclose(bm.vmap(mapped, mapped_vars=[mapped.state])(jnp.asarray(xs)), cell(xs), rtol=1e-5)
    assert_allclose(mapped.state.value, cell.state.value, rtol=1e-5)


def test_an_array_flows_through_layers_from_left_to_right():
    first, second = Dense(3, 4), RNNCell(4, 2)
    x = np.ones(3, np.float32)
    out = x >> first >> second
    assert_allclose(out, np.maximum((x @ first.W) @ second.Wi, 0), rtol=1e-5, atol=1e-6)
    assert (jnp.ones(3) >> first).shape == (bm.Variable(jnp.ones(3)) >> first).shape == (4,)


def test_a_dict_in_front_is_shared_and_not_passed_on():
    assert_array_equal(Identity()({"fit": False}, np.ones(2)), np.ones(2))


def test_a_layer_without_states_can_be_reset():
    for layer in (Dense(2, 3), Identity(), Dropout(0.5)):
        assert layer.reset_state() is layer
        assert layer.reset_state(4) is layer


def test_weights_are_train_vars_in_a_training_mode_and_read_as_arrays_otherwise():
    assert isinstance(Dense(3, 4, mode=bm.training_mode).W, bm.TrainVar)
    assert isinstance(Dense(3, 4, mode=bm.batching_mode).W, jax.Array)
    with bm.training_environment():
        lstm = LSTMCell(2, 3)
    assert all(isinstance(w, bm.TrainVar) for w in (lstm.Wi, lstm.Wh, lstm.b))
    assert sorted(lstm.train_vars("relative")) == ["Wh", "Wi", "b"]


def test_plain_weights_are_cells_all_the_same():
    dense = Dense(2, 2, mode=bm.batching_mode)
    step = bm.jit(dense)
    step(np.ones((1, 2)))
    dense.W = jnp.full((2, 2), 3.0)
    assert_array_equal(step(np.ones((1, 2))), [[6.0, 6.0]])
    assert step.compilations == 1


def test_a_mode_that_is_not_supported_is_refused():
    with pytest.raises(UnsupportedError, match=r"NVAR does not support TrainingMode\(batch_size=1\)") as caught:
        NVAR(1, 1, mode=bm.TrainingMode())
    assert "We only support BatchingMode, NonBatchingMode." in str(caught.value)
    assert isinstance(caught.value, NotImplementedError)

    class Other(bm.Mode):
        pass

    with pytest.raises(NotImplementedError, match="Dense does not support Other"):
        Dense(1, 1, mode=Other())


def test_what_is_no_number_is_refused():
    with pytest.raises(KindError, match=r"Dense\(x\): expected an array of numbers, got lists of different lengths"):
        Dense(2, 2)([[1, 2], [3]])
    with pytest.raises(KindError, match=r"Dense\(x\): expected an array of numbers, got str\. Pass numbers\."):
        Dense(2, 3)("ab")


def test_own_layers_derive_from_the_base():
    class Twice(Layer):
        def update(self, x):
            return 2 * x

    assert_array_equal(np.ones(2) >> Twice(), [2.0, 2.0])
    assert repr(Twice(name="doubling")) == "Twice(name=doubling, mode=NonBatchingMode)"


def test_layers_in_a_sequence_reset_together():
    with bm.batching_environment():
        net = bp.Sequential(RNNCell(2, 3), Dropout(0.5), Dense(3, 1))
    net.reset_state(4)
    assert net[0].state.shape == (4, 3)
    assert net(np.ones((4, 2))).shape == (4, 1)


def test_a_deep_network_is_stepped_and_reset_as_one():
    class DeepRNN(bp.DynamicalSystemNS):
        def __init__(self, num_in, num_recs, num_out):
            super().__init__()
            self.l1 = LSTMCell(num_in, num_recs[0])
            self.d1 = Dropout(0.2)
            self.l2 = LSTMCell(num_recs[0], num_recs[1])
            self.d2 = Dropout(0.2)
            self.lout = Dense(num_recs[1], num_out)

        def update(self, x):
            x = x >> self.l1 >> self.d1
            x = x >> self.l2 >> self.d2
            return self.lout(x)

    with bm.training_environment():
        model = DeepRNN(10, [8, 6], 3)
    assert model(np.ones((4, 10))).shape == (4, 3)
    assert sorted(model.train_vars("relative")) == ["l1.Wh", "l1.Wi", "l1.b", "l2.Wh", "l2.Wi", "l2.b", "lout.W", "lout.b"]
    model.reset_state(5)
    assert bm.jit(model)(np.ones((5, 10))).shape == (5, 3)
    assert model.l2.state.shape == (5, 12)
