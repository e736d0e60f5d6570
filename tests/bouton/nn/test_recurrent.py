"""Nodes with a state, and the trained beginning of it (D-7)."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

nn = bp.nn


class Kept(nn.RecurrentNode):
    """Keeps its input."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def init_state(self, num_batch=1):
        return jnp.arange(2.0 * num_batch).reshape(num_batch, 2)

    def forward(self, ff):
        self.state.value = ff[0]
        return self.state.value


class Setting(Kept):
    """Sets the state rather than returning it."""

    def init_state(self, num_batch=1):
        self.set_state(super().init_state(num_batch))


@pytest.mark.parametrize("kind", [Kept, Setting])
def test_a_state_can_be_returned_or_set(kind):
    node = kind(input_shape=2)
    assert node.state is node.train_state is None
    assert not node.state_trainable
    node.initialize(3)
    assert isinstance(node.state, bm.Variable)
    assert node.state.batch_axis == 0
    assert_array_equal(node.state, np.arange(6.0).reshape(3, 2))
    assert node.train_state is None
    cell = node.state
    node.initialize(2)
    assert node.state is cell
    assert_array_equal(cell, [[0, 1], [2, 3]])


@pytest.mark.parametrize("kind", [Kept, Setting])
def test_a_trained_beginning_is_the_first_row_without_the_batch_and_stands_in_all_rows_d7(kind):
    node = kind(input_shape=2, state_trainable=True).initialize(3)
    assert isinstance(node.train_state, bm.TrainVar)
    assert node.train_state.batch_axis is None
    assert_array_equal(node.train_state, [0, 1])
    assert_array_equal(node.state, [[0, 1]] * 3)
    assert [*node.train_vars("relative")] == ["train_state"]


def test_a_reset_copies_the_learnt_beginning_and_never_overwrites_it_d7():
    node = Kept(input_shape=2, state_trainable=True).initialize(3)
    learnt = node.train_state
    learnt.value = jnp.array([7.0, 8.0])
    for again in (lambda: node.initialize(2), lambda: node.reset_state(2), lambda: node.set_state(np.zeros((2, 2)))):
        node(np.ones((node.state.shape[0], 2)))
        again()
        assert_array_equal(node.state, [[7, 8]] * 2)
        assert node.train_state is learnt
        assert_array_equal(learnt, [7, 8])


def test_gradients_reach_the_beginning_from_every_row_d7():
    node = Kept(input_shape=2, state_trainable=True).initialize(3)

    def loss():
        node.reset_state()
        return (node.state * jnp.arange(6.0).reshape(3, 2)).sum()

    grads = bm.grad(loss, grad_vars=node.train_vars("relative").unique())()
    assert_array_equal(grads["train_state"], [0 + 2 + 4, 1 + 3 + 5])


def test_the_beginning_is_written_in_place():
    node = Kept(input_shape=2, state_trainable=True).initialize()
    with pytest.raises(
        ValueRefused, match=r"Kept\.train_state: expected no assignment, got list\. Write node\.train_state\.value"
    ):
        node.train_state = [1.0, 2.0]
    node.train_state += 1.0
    assert_array_equal(node.train_state, [1, 2])


@pytest.mark.parametrize("wrong", [1, None, "no"])
def test_state_trainable_is_a_truth_value(wrong):
    with pytest.raises(KindError, match=r"Kept\.state_trainable: expected True or False"):
        Kept(state_trainable=wrong)


def test_a_beginning_that_does_not_fit_is_refused_before_anything_is_made():
    class Wide(Kept):
        def init_state(self, num_batch=1):
            return jnp.zeros((num_batch, 3))

    node = Wide(input_shape=2, state_trainable=True)
    with pytest.raises(ShapeError, match=r"Wide\(.*\)\.set_state: expected shape \(num_batch, 2\), got \(1, 3\)"):
        node.initialize()
    assert node.train_state is node.state is None


def test_a_recurrent_node_has_to_have_a_state():
    class Drops(Kept):
        def init_state(self, num_batch=1):
            jnp.zeros((num_batch, 2))

    with pytest.raises(ValueRefused, match=r"Drops\(.*\)\.init_state: .* got None\. End it with `return state`"):
        Drops(input_shape=2).initialize()


def test_the_memory_of_an_lstm_stands_behind_its_output_on_the_features_d13():
    node = nn.LSTM(2, np.zeros, np.zeros, np.zeros, np.array([1.0, 2.0, 3.0, 4.0]), input_shape=1, state_trainable=True)
    node.initialize(3)
    assert node.state.shape == (3, 4)
    assert node.train_state.shape == (4,)
    assert_array_equal(node.h, [[1, 2]] * 3)
    assert_array_equal(node.c, [[3, 4]] * 3)


class Counted(nn.RecurrentNode):
    """Returns what its state begins with."""

    def init_ff(self):
        self.set_output_shape((None, 2))

    def init_state(self, num_batch=1):
        return jnp.arange(2.0 * num_batch).reshape(num_batch, 2)

    def forward(self, ff):
        return self.state.value


class Doubled(Counted):
    def init_state(self, num_batch=1):
        return 2 * super().init_state(num_batch)


@pytest.mark.parametrize("kind, row", [(Counted, [0, 1]), (Doubled, [0, 2])])
def test_init_state_fills_all_rows_with_the_trained_state_d7(kind, row):
    node = kind(input_shape=1, state_trainable=True).initialize(2)
    assert_array_equal(node.state, [row] * 2)
    node.train_state.value = jnp.array([5.0, 7.0])
    assert_array_equal(node.init_state(3), [[5, 7]] * 3)
    assert_array_equal(node.state, [[5, 7]] * 3)
    cell = nn.VanillaRNN(3, input_shape=1, state_trainable=True).initialize(3)
    cell.init_state(5)
    assert_array_equal(cell.state, np.tile(cell.train_state, (5, 1)))


def test_init_state_sets_the_state_also_where_it_is_not_trained():
    node = Doubled(input_shape=1).initialize(1)
    node.init_state(2)
    assert_array_equal(node.state, [[0, 2], [4, 6]])
