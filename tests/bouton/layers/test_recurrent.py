"""Recurrent layers against their equations in NumPy, and where their state begins."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnknownPathError, ValueRefused
from bouton.layers import GRUCell, LSTMCell, RNNCell

CELLS = [RNNCell, GRUCell, LSTMCell]
RNG = np.random.default_rng(3)
XS = RNG.normal(size=(4, 2, 3)).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn(x, s, Wi, Wh, b):
    h = np.maximum(x @ Wi + s @ Wh + b, 0)
    return h, h


def gru(x, h, Wi, Wh, b):
    (zi, ri, ai), (zh, rh, ah), (zb, rb, ab) = (np.split(m, 3, axis=-1) for m in (Wi, Wh, b))
    z, r = sigmoid(x @ zi + h @ zh + zb), sigmoid(x @ ri + h @ rh + rb)
    h = (1 - z) * h + z * np.tanh(x @ ai + (r * h) @ ah + ab)
    return h, h


def lstm(x, s, Wi, Wh, b):
    h, c = np.split(s, 2, axis=-1)
    i, g, f, o = np.split(x @ Wi + h @ Wh + b, 4, axis=-1)
    c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, np.concatenate([h, c], axis=-1)


@pytest.mark.parametrize(("kind", "equations"), [*zip(CELLS, [rnn, gru, lstm], strict=True)])
@pytest.mark.parametrize("mode", [bm.nonbatching_mode, bm.BatchingMode(2), bm.TrainingMode(2)])
def test_a_step_is_that_of_the_equations(kind, equations, mode):
    cell = kind(3, 5, b_initializer=bp.init.Normal(0.5), mode=mode)
    weights = [np.asarray(w) for w in (cell.Wi, cell.Wh, cell.b)]
    xs = XS[:, 0] if mode == bm.nonbatching_mode else XS
    state = np.zeros(cell.state.shape)
    for x in xs:
        h, state = equations(x, state, *weights)
        assert_allclose(cell(x), h, rtol=1e-4, atol=1e-5)
        assert_allclose(cell.state.value, state, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("kind", "gates", "states"), [*zip(CELLS, [1, 3, 4], [1, 1, 2], strict=True)])
def test_shapes_of_weights_and_states(kind, gates, states):
    cell = kind(3, 5)
    assert (cell.Wi.shape, cell.Wh.shape, cell.b.shape) == ((3, gates * 5), (5, gates * 5), (gates * 5,))
    assert cell.state.shape == (states * 5,)
    assert kind(3, 5, mode=bm.batching_mode).state.shape == (1, states * 5)
    assert kind(3, 5, b_initializer=None).b is None
    assert (
        repr(kind(3, 5, name=f"own_{gates}")) == f"{kind.__name__}(name=own_{gates}, num_in=3, num_out=5, mode=NonBatchingMode)"
    )


def test_the_halves_of_the_state_of_an_lstm_have_names():
    cell = LSTMCell(3, 5, mode=bm.BatchingMode(2))
    h = cell(XS[0])
    assert_array_equal(cell.h, h)
    assert_array_equal(cell.state.value, np.concatenate([cell.h, cell.c], axis=-1))


@pytest.mark.parametrize("kind", CELLS)
def test_reset_works_in_every_mode(kind):
    for mode in (bm.nonbatching_mode, bm.BatchingMode(2), bm.TrainingMode(2)):
        cell = kind(3, 5, mode=mode)
        cell(XS[0, 0])
        cell.reset_state()
        assert_array_equal(cell.state.value, np.zeros(cell.state.shape))
    cell.reset_state(7)
    assert cell.state.shape[0] == 7
    cell.reset_state(batch_size=4)
    assert cell.state.shape[0] == 4
    with pytest.raises(ValueRefused, match="NonBatchingMode"):
        kind(3, 5, mode=bm.nonbatching_mode).reset_state(4)


def test_the_state_begins_with_its_initialiser():
    cell = RNNCell(1, 3, state_initializer=np.array([1.0, 2.0, 3.0]), mode=bm.BatchingMode(2))
    assert_array_equal(cell.state.value, [[1.0, 2.0, 3.0]] * 2)
    cell.state.value = jnp.zeros((2, 3))
    cell.reset_state(1)
    assert_array_equal(cell.state.value, [[1.0, 2.0, 3.0]])


@pytest.mark.parametrize(("kind", "size"), [*zip(CELLS, [3, 3, 6], strict=True)])
def test_a_trained_initial_state_fills_every_row_and_is_never_overwritten(kind, size):
    cell = kind(1, 3, train_state=True, mode=bm.training_mode)
    assert isinstance(cell.state2train, bm.TrainVar)
    assert_array_equal(cell.state2train, np.zeros(size))
    learnt = np.arange(1.0, size + 1, dtype=np.float32)
    cell.state2train.value = jnp.asarray(learnt)
    cell.reset_state(batch_size=5)
    assert_array_equal(cell.state.value, np.tile(learnt, (5, 1)))
    cell(np.ones((5, 1)))
    cell.reset_state()
    assert_array_equal(cell.state2train, learnt)
    assert_array_equal(cell.state.value, learnt[None])
    assert "state2train" in cell.train_vars("relative")


def test_an_initial_state_is_trained_only_in_a_training_mode():
    cell = RNNCell(1, 3, train_state=True, mode=bm.batching_mode)
    assert not hasattr(cell, "state2train")
    assert list(cell.train_vars("relative")) == []
    assert_array_equal(RNNCell(1, 2, bp.init.OneInit(), train_state=True, mode=bm.training_mode).state.value, [[1.0, 1.0]])


def test_gradients_reach_the_initial_state_through_a_reset():
    cell = RNNCell(1, 2, Wi_initializer=0.0, activation="identity", train_state=True, mode=bm.training_mode)

    @bm.jit
    def gradients(x):
        def loss():
            cell.reset_state(3)
            cell(x)
            return cell(x)[:, 0].sum()

        return bm.grad(loss, {"begin": cell.state2train})()

    # Two linear steps: the first column of Wh squared, for each of the three rows.
    wanted = 3 * (np.asarray(cell.Wh) @ np.asarray(cell.Wh))[:, 0]
    assert_allclose(gradients(jnp.ones((3, 1)))["begin"], wanted, rtol=1e-5, atol=1e-6)


def test_gradients_through_time_are_those_of_finite_differences():
    cell = GRUCell(3, 2, mode=bm.TrainingMode(2))

    def loss():
        cell.reset_state(2)
        return (bm.for_loop(cell, jnp.asarray(XS)) ** 2).sum()

    gradient = np.asarray(bm.grad(loss, {"Wh": cell.Wh})()["Wh"])
    base, step = np.asarray(cell.Wh), 1e-2
    for place in [(0, 0), (1, 3), (1, 5)]:
        sides = []
        for sign in (1, -1):
            moved = base.copy()
            moved[place] += sign * step
            cell.Wh.value = jnp.asarray(moved)
            sides.append(float(loss()))
        cell.Wh.value = jnp.asarray(base)
        assert_allclose(gradient[place], (sides[0] - sides[1]) / (2 * step), rtol=2e-2, atol=2e-3)


def test_a_state_of_one_trial_serves_for_any_number():
    cell = LSTMCell(3, 5, mode=bm.training_mode)
    assert cell(np.ones((4, 3))).shape == (4, 5)
    assert cell.state.shape == (4, 10)
    assert cell(np.ones(3)).shape == (4, 5)


@pytest.mark.parametrize("kind", CELLS)
def test_what_does_not_fit_is_refused(kind):
    name = kind.__name__
    with pytest.raises(
        ShapeError, match=rf"{name}\(x\): expected shape \(3,\), without a batch, got \(2, 3\)\. Build the layer in"
    ):
        kind(3, 5)(XS[0])
    batched = kind(3, 5, mode=bm.BatchingMode(4))
    with pytest.raises(ShapeError, match=rf"{name}\(x\): expected shape \(4, 3\), got \(2, 3\)\. For another number of trials"):
        batched(XS[0])
    with pytest.raises(ShapeError, match=r"got \(4, 2, 3\)"):
        batched(XS)
    with pytest.raises(ShapeError, match=r"expected shape \(\.\.\., 3\), got \(2,\)"):
        batched(np.ones(2))
    with pytest.raises(ValueRefused, match=rf"{name}\.num_in: expected 1 or more"):
        kind(0, 5)
    with pytest.raises(UnknownPathError, match="tanh"):
        kind(3, 5, activation="tan")
    with pytest.raises(ShapeError):
        kind(3, 5, Wh_initializer=np.ones((2, 2)))
    with pytest.raises(KindError):
        kind(3, 5, Wi_initializer="large")


def test_the_matrix_of_a_gru_is_orthogonal_by_default():
    Wh = np.asarray(GRUCell(3, 5).Wh, np.float64)
    assert_allclose(Wh @ Wh.T, np.eye(5), atol=1e-5)
    assert isinstance(GRUCell(3, 5).Wh, jax.Array)
