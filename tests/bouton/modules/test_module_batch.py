"""What becomes of the states of a batch."""

import jax.numpy as jnp
import numpy as np
import pytest
from document_modules import SERIES, WEIGHT, First, Second
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import (
    ShapeError,
)
from bouton.modules import LIF, Module, Rate, Sequential
from bouton.parameters import State


@pytest.fixture(params=[First, Second], ids=["first form", "second form"])
def net(request):
    return request.param((4, 6)).set_attributes({"w_ffwd": WEIGHT})


def shapes(nested):
    return {k: shapes(v) if isinstance(v, dict) else np.shape(v) for k, v in nested.items()}


def test_of_one_series_output_and_signals_may_come_without_batch_axis():
    class Flat(Module):
        def evolve(self, input_data, record=False):
            return input_data[0] * 2, {}, {"twice": input_data[0] * 2}

    output, _, record = Flat(3)(np.ones((5, 3)), record=True)
    assert output.shape == record["twice"].shape == (1, 5, 3)
    with pytest.raises(
        ShapeError, match=r"Flat\.evolve: expected an output .* of shape \(2, 5, 3\), got shape \(5, 3\)\. Keep the three axes"
    ):
        Flat(3)(np.ones((2, 5, 3)))


@pytest.mark.parametrize(
    ("batch", "return_all", "expected"),
    [
        (1, False, {"neurons": {"rng_key": (2,), "x": (6,)}}),
        (3, False, {"neurons": {"rng_key": (2,), "x": (6,)}}),
        (3, True, {"neurons": {"rng_key": (3, 2), "x": (3, 6)}}),
    ],
)
def test_of_a_batch_the_first_state_is_kept_and_all_on_request(net, batch, return_all, expected):
    data = np.random.default_rng(2).uniform(size=(batch, 7, 4))
    _, state, _ = net(data, return_batch_state=return_all)
    assert shapes(state) == expected
    finals = models.batched(models.rate, models.batched(models.linear, data, WEIGHT))[2][:, -1]
    assert_allclose(state["neurons"]["x"], finals if return_all else finals[0], rtol=1e-4, atol=1e-6)
    assert_allclose(net.neurons.x, finals[0], rtol=1e-4, atol=1e-6)


def test_all_final_states_of_a_batch_of_lif_neurons():
    data = np.random.default_rng(2).uniform(0, 0.15, size=(3, 20, 4))
    _, state, _ = LIF((4, 2))(data, return_batch_state=True)
    expected = models.batched(models.lif, data, 2)
    assert shapes(state) == {"spikes": (3, 2), "isyn": (3, 2, 2), "vmem": (3, 2)}
    for name in state:
        assert_allclose(state[name], expected[name][:, -1], rtol=1e-4, atol=1e-5)


class Counting(Module):
    """A count for each element of a batch, told as the test wants."""

    def __init__(self, told):
        super().__init__(2)
        self.n = State(np.zeros(2))
        self.rest = State(0.5)
        self.told = told

    def evolve(self, input_data, record=False):
        return input_data, self.told(self.n + input_data.sum(1)), {}


BATCH = np.random.default_rng(4).uniform(size=(3, 4, 2))


COUNTS = BATCH.sum(1)


@pytest.mark.parametrize("how", ["eager", "compiled", "inside another"])
@pytest.mark.parametrize("told", [lambda n: {"n": n}, lambda n: {"n": np.asarray(n)}, lambda n: {"n": bm.Variable(n)}])
def test_of_states_with_a_batch_axis_the_first_is_kept_and_all_are_given(told, how):
    module = Counting((lambda n: {"n": n}) if how == "compiled" else told)
    if how == "compiled":
        state = bm.jit(lambda x: module(x, return_batch_state=True)[1])(BATCH)
    elif how == "inside another":
        state = Sequential(module, Rate(2))(BATCH, return_batch_state=True)[1]["0_Counting"]
    else:
        state = module(BATCH, return_batch_state=True)[1]
    assert_allclose(state["n"], COUNTS, rtol=1e-6)
    # What has not moved is that of every element.
    assert_array_equal(state["rest"], [0.5, 0.5, 0.5])
    assert_allclose(module.n, COUNTS[0], rtol=1e-6)


def test_a_state_with_a_batch_axis_is_told_without_it_unless_asked_for():
    module = Counting(lambda n: {"n": n})
    assert_allclose(module(BATCH)[1]["n"], COUNTS[0], rtol=1e-6)
    # Each element starts from what was kept of the first.
    assert_allclose(module(BATCH, return_batch_state=True)[1]["n"], COUNTS[0] + COUNTS, rtol=1e-6)


def test_as_many_elements_as_units_are_told_by_the_number_of_axes():
    square = BATCH[:2]
    assert_allclose(Counting(lambda n: {"n": n})(square, return_batch_state=True)[1]["n"], COUNTS[:2], rtol=1e-6)
    module = Counting(lambda n: {"n": n[1]})
    assert_allclose(module(square)[1]["n"], COUNTS[1], rtol=1e-6)
    assert_allclose(module.n, COUNTS[1], rtol=1e-6)


@pytest.mark.parametrize("axis", [True, False])
def test_in_a_batch_of_one_a_state_may_have_its_axis_or_not(axis):
    module = Counting(lambda n: {"n": n if axis else n[0]})
    assert_allclose(module(BATCH[0], return_batch_state=True)[1]["n"], COUNTS[:1], rtol=1e-6)
    assert_allclose(module.n, COUNTS[0], rtol=1e-6)


def test_a_state_of_one_element_is_not_passed_off_as_that_of_all():
    module = Counting(lambda n: {"n": n[0]})
    words = (
        r"Counting\(return_batch_state=True\): expected from evolve the final state 'n' of each of 3 elements, shape \(3, 2\), "
        r"got shape \(2,\), one for all\. Return it with its batch axis in new_state; one that all share as jnp\.broadcast_to\(x"
    )
    with pytest.raises(ShapeError, match=words):
        module(BATCH, return_batch_state=True)
    assert_array_equal(module.n, [0, 0])
    with pytest.raises(ShapeError, match=r"the final state '0_Counting\.n' of each of 3"):
        Sequential(module)(BATCH, return_batch_state=True)
    assert_allclose(module(BATCH)[1]["n"], COUNTS[0], rtol=1e-6)
    module.reset_state()
    module.told = lambda n: {"n": jnp.broadcast_to(n[0], (3, 2))}
    assert_allclose(module(BATCH, return_batch_state=True)[1]["n"], np.tile(COUNTS[0], (3, 1)), rtol=1e-6)


@pytest.mark.parametrize("batch", [1, 3])
def test_states_of_a_batch_are_not_assigned_inside_evolve_but_returned(batch):
    class Assigning(Counting):
        def evolve(self, input_data, record=False):
            self.n = self.n + input_data.sum(1)
            return input_data, {}, {}

    module = Assigning(None)
    words = (
        rf"Assigning\.n: expected shape \(2,\), got \({batch}, 2\), one state for each element of a batch\. "
        r"Carry it in a variable of evolve, and return it at the end: new_state = \{'n': n\}\."
    )
    with pytest.raises(ShapeError, match=words):
        module(BATCH[:batch])


def test_a_submodules_states_of_all_elements_are_found_whatever_evolve_returns_of_them():
    class Asking(Module):
        def __init__(self):
            super().__init__(4)
            self.rate = Rate(4)

        def evolve(self, input_data):
            out, state, _ = self.rate(input_data, return_batch_state=True)
            return out, {"rate": state}, {}

    data = np.random.default_rng(2).uniform(size=(3, 7, 4))
    finals = models.batched(models.rate, data)[2][:, -1]
    for batch, expected in ((True, finals), (False, finals[0])):
        module = Asking()
        assert_allclose(module(data, return_batch_state=batch)[1]["rate"]["x"], expected, rtol=1e-4, atol=1e-6)
        assert_allclose(module.rate.x, finals[0], rtol=1e-4, atol=1e-6)


def test_a_submodules_state_that_evolve_replaces_is_known_of_one_element_only():
    class Clearing(Module):
        def __init__(self):
            super().__init__(4)
            self.rate = Rate(4)

        def evolve(self, input_data):
            out, state, _ = self.rate(input_data)
            return out, {"rate": {"x": 0 * state["x"]}}, {}

    module = Clearing()
    assert_array_equal(module(SERIES)[1]["rate"]["x"], np.zeros(4))
    assert_array_equal(module.rate.x, np.zeros(4))
    with pytest.raises(
        ShapeError, match=r"Clearing\(return_batch_state=True\): expected .* state 'rate\.x' of each of 2 elements"
    ):
        module(SERIES, return_batch_state=True)
