"""What a module takes for data."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from document_modules import SERIES, WEIGHT, First, Second
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import (
    ShapeError,
    ValueRefused,
)
from bouton.modules import LIF, ExpSyn, Module, Rate, Sequential


@pytest.fixture(params=[First, Second], ids=["first form", "second form"])
def net(request):
    return request.param((4, 6)).set_attributes({"w_ffwd": WEIGHT})


@pytest.mark.parametrize(
    "data",
    [
        SERIES[0].tolist(),
        [list(row) for row in SERIES[0]],
        (SERIES[0] > 0.5),
        (SERIES[0] * 3).astype(int),
        bm.Variable(SERIES[0]),
    ],
    ids=["list", "rows", "bool", "int", "Variable"],
)
def test_numbers_of_every_kind_reach_evolve_as_floats(net, data):
    number = np.asarray(data.value if isinstance(data, bm.Variable) else data).astype(float)
    expected = models.rate(models.linear(number, WEIGHT))[0]
    assert_allclose(net(data)[0][0], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("data", [SERIES[0][:, :1], SERIES[0][:, 0], SERIES[:1, :, :1]], ids=["T,1", "T", "B,T,1"])
def test_one_channel_is_given_to_every_input(net, data):
    expected = models.rate(models.linear(np.repeat(SERIES[0][:, :1], 4, axis=1), WEIGHT))[0]
    assert_allclose(net(data)[0][0], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("data", [np.ones((5, 3)), np.ones((5, 5)), np.ones((2, 5, 2))])
def test_a_wrong_number_of_channels_is_refused_with_both_numbers(net, data):
    with pytest.raises(ShapeError, match=rf"{type(net).__name__} input: expected 4 channels.*, got {data.shape[-1]}\.") as no:
        net(data)
    assert isinstance(no.value, ValueError)
    with pytest.raises(ShapeError, match=rf"Rate input: expected 4 channels.*, got {data.shape[-1]}\."):
        Rate(4)(data)


def test_no_steps_give_an_empty_series_and_leave_the_state(net):
    net(SERIES[0])
    before = net.state()
    output, state, record = net(np.zeros((0, 4)), record=True)
    assert output.shape == (1, 0, 6)
    assert record["neurons"]["x"].shape == (1, 0, 6)
    for nested in (state, net.state()):
        assert_array_equal(nested["neurons"]["x"], before["neurons"]["x"])


def test_an_empty_batch_is_refused(net):
    with pytest.raises(ShapeError, match="expected at least one series, got a batch of 0"):
        net(np.zeros((0, 5, 4)))


def test_the_results_of_another_module_are_taken_apart_and_their_dicts_merged():
    first, second = ExpSyn(3, tau=0.02), LIF(3, bias=0.3)
    data = np.random.default_rng(0).uniform(size=(6, 3))
    out, state, record = second(first(data, record=True), record=True)
    current = models.exp_syn(data, 0.02)
    expected = models.lif(current, 3, bias=0.3)
    assert_array_equal(out[0], expected["spikes"])
    assert set(record) == {"isyn", "irec", "spikes", "vmem", "U"}
    assert set(state) == {"isyn", "spikes", "vmem"}
    # Where both have a signal, that of the module called last is kept.
    assert record["isyn"].shape == (1, 6, 3, 1)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 3), (1, 5, 3), (2, 5, 3), (2, 5, 1), (1, 3), (1, 1), (1,)])
def test_evolve_gets_batch_time_and_channels_whatever_the_caller_passed(shape):
    seen = []

    class Looking(Module):
        def evolve(self, input_data, record=False):
            seen.append(input_data.shape)
            return input_data * 2, {}, {"twice": input_data * 2, "mean": input_data.mean(-1)}

    output, _, record = Looking(3)(np.ones(shape), record=True)
    expected = (shape[0] if len(shape) == 3 else 1, shape[-2] if len(shape) > 1 else shape[0], 3)
    assert seen == [expected]
    assert output.shape == record["twice"].shape == expected
    assert record["mean"].shape == expected[:2]


@pytest.mark.parametrize(
    "turn",
    [np.asarray, lambda x: np.asarray(x).tolist(), bm.Variable, lambda x: x > 0, lambda x: x.astype(int)],
    ids=["NumPy", "list", "Variable", "bool", "int"],
)
def test_an_output_of_numbers_of_any_kind_becomes_an_array_of_floats(turn):
    class Turning(Module):
        def evolve(self, input_data, record=False):
            return turn(input_data), {}, {}

    output, _, _ = Turning(3)(np.ones((2, 5, 3)))
    assert isinstance(output, jax.Array)
    assert output.dtype == np.float32
    assert_array_equal(output, np.ones((2, 5, 3)))
    assert Sequential(Turning(3), LIF(3))(np.ones((5, 3)))[0].shape == (1, 5, 3)


def test_auto_batch_brings_data_and_states_to_one_batch():
    module = Rate(3)
    for data, batch in ((np.ones(5), 1), (np.ones((5, 1)), 1), (np.ones((5, 3)), 1), (np.ones((4, 5, 3), int), 4)):
        series, (one, two, three) = module._auto_batch(data, (jnp.zeros(3), 2.0, jnp.arange(2)), (None, (3,), (4, 2)))
        assert series.shape == (batch, 5, 3)
        assert jnp.issubdtype(series.dtype, jnp.floating)
        assert (one.shape, two.shape, three.shape) == ((batch, 3), (batch, 3), (batch, 4, 2))
        assert_array_equal(two, np.full((batch, 3), 2))
        assert_array_equal(three[0], np.tile([0, 1], (4, 1)))


def test_auto_batch_without_states():
    series, states = Rate(3)._auto_batch(np.ones((5, 3)))
    assert series.shape == (1, 5, 3)
    assert states == ()


def test_auto_batch_wants_a_shape_for_each_state():
    with pytest.raises(
        ValueRefused, match=r"Rate\._auto_batch\(target_shapes=\.\.\.\): expected one shape for each of 1 states, got 2\."
    ):
        Rate(3)._auto_batch(np.ones((5, 3)), (jnp.zeros(3),), (None, None))


def test_auto_batch_refuses_wrong_channels():
    with pytest.raises(ShapeError, match=r"Rate input: expected 3 channels, or 1 for all of them, got 2\."):
        Rate(3)._auto_batch(np.ones((5, 2)))
