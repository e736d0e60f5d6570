"""Long short-term memory over space, against the plain cell at each place and against NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import ShapeError, UnsupportedError
from bouton.layers import Conv1DLSTMCell, Conv1dLSTMCell, Conv2dLSTMCell, Conv3dLSTMCell, LSTMCell

pytestmark = pytest.mark.long

RNG = np.random.default_rng(3)


def normal(*shape):
    return RNG.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("how", ["eager", "compiled", "looped"])
def test_with_a_kernel_of_one_each_place_is_a_plain_cell(how):
    Wi, Wh, b, xs = normal(3, 8), normal(2, 8), normal(8), normal(4, 5, 2, 3, 3)
    cell = Conv2dLSTMCell((2, 3), 3, 2, 1, Wi[None, None], Wh[None, None], b, mode=bm.BatchingMode(5))
    plain = LSTMCell(3, 2, Wi_initializer=Wi, Wh_initializer=Wh, b_initializer=b, mode=bm.BatchingMode(30))
    step = bm.jit(cell) if how == "compiled" else cell
    out = bm.for_loop(cell, xs) if how == "looped" else np.stack([step(x) for x in xs])
    wanted = bm.for_loop(plain, xs.reshape(4, 30, 3))
    assert_allclose(out, wanted.reshape(4, 5, 2, 3, 2), rtol=1e-4, atol=1e-5)
    assert_allclose(cell.c, plain.c.reshape(5, 2, 3, 2), rtol=1e-4, atol=1e-5)
    assert_array_equal(cell.h, out[-1])


def test_a_wider_kernel_mixes_neighbours():
    Wi, Wh, xs = normal(3, 1, 4), normal(3, 1, 4), normal(3, 6)
    cell = Conv1dLSTMCell(6, 1, 1, 3, Wi, Wh, mode=bm.batching_mode)
    h, c = np.zeros(6), np.zeros(6)
    for x in xs:
        # NumPy turns the kernel round.
        i, g, f, o = (np.convolve(x, Wi[::-1, 0, k], "same") + np.convolve(h, Wh[::-1, 0, k], "same") for k in range(4))
        c = c / (1 + np.exp(-f - 1)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
        assert_allclose(cell(x[None, :, None]).ravel(), h, rtol=1e-4, atol=1e-5)


def test_the_batch_has_the_size_that_is_asked_for():
    cell = Conv3dLSTMCell(2, 1, 3, 2, state_initializer=0.5, mode=bm.batching_mode)
    assert cell.state.shape == (1, 2, 2, 2, 6)
    cell(np.ones((1, 2, 2, 2, 1)))
    assert cell.reset_state(4) is cell
    assert_array_equal(cell.state, np.full((4, 2, 2, 2, 6), 0.5))
    bp.Sequential(cell).reset_state(2)
    assert cell.reset().state.shape == (1, 2, 2, 2, 6)


def test_the_initial_state_can_be_learnt():
    cell = Conv1dLSTMCell(3, 1, 2, 3, train_state=True, mode=bm.training_mode)
    assert sorted(cell.train_vars("relative")) == ["of_input.b", "of_input.w", "of_state.w", "state2train"]
    learnt = normal(3, 4)
    cell.state2train.value = jnp.asarray(learnt)

    def begun():
        cell.reset_state(5)
        return (cell.state.value * jnp.arange(5.0)[:, None, None]).sum()

    assert_allclose(bm.grad(begun, {"s": cell.state2train})()["s"], np.full((3, 4), 10.0))
    cell.reset_state(5)
    assert_array_equal(cell.state, np.broadcast_to(learnt, (5, 3, 4)))


def test_names_and_what_does_not_fit():
    assert Conv1DLSTMCell is Conv1dLSTMCell
    cell = Conv1dLSTMCell(3, 1, 2, 3, name="waves", mode=bm.batching_mode)
    assert (
        repr(cell)
        == "Conv1dLSTMCell(name=waves, input_shape=(3,), in_channels=1, out_channels=2, mode=BatchingMode(batch_size=1))"
    )
    with pytest.raises(UnsupportedError, match="Conv1dLSTMCell does not support NonBatchingMode"):
        Conv1dLSTMCell(3, 1, 2, 3)
    with pytest.raises(ShapeError, match=r"Conv1dLSTMCell\(x\): expected shape \(1, 3, 1\), got \(1, 4, 1\)\. For another"):
        cell(np.ones((1, 4, 1)))
    cell.reset_state(2)
    with pytest.raises(ShapeError, match=r"expected shape \(2, 3, 1\), got \(3, 3, 1\)"):
        cell(np.ones((3, 3, 1)))
